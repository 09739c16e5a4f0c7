#include <gtest/gtest.h>

#include <map>

#include "engine/component/registry.hpp"
#include "engine/config/document.hpp"
#include "engine/config/global_options.hpp"
#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine {
namespace {

/// Keeps what each output got.
class Collector final : public component::TransformOutputs {
public:
    void emit(std::size_t output, Delivery delivery) override {
        for (std::size_t i = 0; i < delivery.batch->size(); ++i) {
            events[output].push_back(delivery.batch);
        }
        if (output == 0) {
            main = delivery.batch;
        }
    }
    [[nodiscard]] bool connected(std::size_t) const override { return true; }
    std::map<std::size_t, std::vector<BatchRef>> events;
    BatchRef main;
};

class PartitionTest : public ::testing::Test {
protected:
    std::unique_ptr<component::Transform> make(const std::string& options) {
        config::Problems reading;
        document_.add("test.toml", options, config::Syntax::Toml, {}, reading);
        EXPECT_FALSE(reading.has_errors()) << reading.render();
        config::OptionContext context("transforms.p", problems_);
        component::BuildContext build{"p", globals_, context, {}};
        const auto* registration =
            component::Registry<component::Transform>::instance().find("partition");
        config::KnownKeys keys;
        registration->check(document_.root(), keys, context);
        if (problems_.has_errors()) {
            return nullptr;
        }
        auto transform = registration->build(document_.root(), build);
        if (transform != nullptr) {
            transform->start(run_);
        }
        return transform;
    }

    static Delivery events_with_keys(const std::vector<std::string>& keys) {
        Delivery delivery{Batch::make(EventKind::Log), {}};
        Batch& batch = *delivery.batch;
        for (const std::string& key : keys) {
            Member members[] = {{"k", Value::copy_of(key, batch.arena())}};
            batch.push(key.empty() ? Value::object(new_object(Shape::empty(), batch.arena()))
                                   : object_of(members, batch.arena()));
        }
        return delivery;
    }

    static std::int64_t partition_of(const Batch& batch, std::size_t index) {
        return batch.metadata(index).as_object().find("partition")->as_integer();
    }

    config::Document document_;
    config::GlobalOptions globals_;
    config::Problems problems_;
    io::Runtime runtime_{1};
    telemetry::ComponentMetrics metrics_{"transform", "p", "partition"};
    component::RunContext run_{"p",      "partition", globals_, runtime_, runtime_.worker(0),
                               metrics_, {}};
    Collector outputs_;
};

TEST_F(PartitionTest, NumbersStayTheSameForEver) {
    // Replicas and later versions must agree on these: never change them.
    const auto transform = make("partition.key = \"{{ .k }}\"\npartitions = 3\n");
    ASSERT_NE(transform, nullptr) << problems_.render();
    transform->process(events_with_keys({"a", "b", "case-17", "0", "x-process-id", "Ω"}), outputs_);
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < outputs_.main->size(); ++i) {
        numbers.push_back(partition_of(*outputs_.main, i));
    }
    EXPECT_EQ(numbers, (std::vector<std::int64_t>{1, 2, 2, 1, 1, 2}));
}

TEST_F(PartitionTest, OnePartitionMoreMovesFewKeys) {
    std::vector<std::string> keys;
    for (int i = 0; i < 4000; ++i) {
        keys.push_back("key-" + std::to_string(i));
    }
    const auto three = make("partition.key = \"{{ .k }}\"\npartitions = 3\n");
    three->process(events_with_keys(keys), outputs_);
    const BatchRef before = outputs_.main;
    document_ = {};
    const auto four = make("partition.key = \"{{ .k }}\"\npartitions = 4\n");
    four->process(events_with_keys(keys), outputs_);
    int moved = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (partition_of(*before, i) != partition_of(*outputs_.main, i)) {
            EXPECT_EQ(partition_of(*outputs_.main, i), 3) << keys[i];
            ++moved;
        }
    }
    EXPECT_NEAR(moved, 1000, 120);
}

TEST_F(PartitionTest, MissingKeysAreSpreadByDefault) {
    const auto transform = make("partition.key = \"{{ .k }}\"\npartitions = 3\n");
    transform->process(events_with_keys({"", "", "", ""}), outputs_);
    EXPECT_EQ(partition_of(*outputs_.main, 0), 0);
    EXPECT_EQ(partition_of(*outputs_.main, 1), 1);
    EXPECT_EQ(partition_of(*outputs_.main, 2), 2);
    EXPECT_EQ(partition_of(*outputs_.main, 3), 0);
}

TEST_F(PartitionTest, MissingKeysGoWhereTheOptionSays) {
    const auto fixed = make("partition = { key = \"{{ .k }}\", missing = 2 }\npartitions = 3\n");
    fixed->process(events_with_keys({""}), outputs_);
    EXPECT_EQ(partition_of(*outputs_.main, 0), 2);

    document_ = {};
    outputs_ = {};
    const auto error =
        make("partition = { key = \"{{ .k }}\", missing = \"error\" }\npartitions = 3\n");
    error->process(events_with_keys({"a", ""}), outputs_);
    EXPECT_EQ(outputs_.main->size(), 1U);
    EXPECT_EQ(outputs_.events[4].size(), 1U);  // _missing comes after the three partitions

    document_ = {};
    outputs_ = {};
    const auto drop =
        make("partition = { key = \"{{ .k }}\", missing = \"drop\" }\npartitions = 3\n");
    drop->process(events_with_keys({"a", ""}), outputs_);
    EXPECT_EQ(outputs_.main->size(), 1U);
}

TEST_F(PartitionTest, NamedOutputsCarryOnePartitionEach) {
    const auto transform = make("partition.key = \"{{ .k }}\"\npartitions = 3\n");
    transform->process(events_with_keys({"a", "b", "c", "d", "e", "f"}), outputs_);
    std::map<std::int64_t, std::size_t> counts;
    for (std::size_t i = 0; i < 6; ++i) {
        ++counts[partition_of(*outputs_.main, i)];
    }
    for (const auto& [partition, count] : counts) {
        EXPECT_EQ(outputs_.events[static_cast<std::size_t>(partition) + 1].size(), count);
    }
}

TEST_F(PartitionTest, RefusesAFixedPartitionThatDoesNotExist) {
    EXPECT_EQ(make("partition = { key = \"{{ .k }}\", missing = 3 }\npartitions = 3\n"), nullptr);
    EXPECT_NE(problems_.render().find("there is no partition 3"), std::string::npos);
}

}  // namespace
}  // namespace engine
