#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "engine/component/registry.hpp"
#include "engine/config/document.hpp"
#include "engine/config/global_options.hpp"
#include "engine/event/container.hpp"
#include "tests/engine/io/io_test_support.hpp"

// What component/SPEC.md says about metrics and acknowledgements, on components that run without
// their environment: each is driven directly, and the process's own metrics are looked at.
namespace engine::component {
namespace {

/// Keeps how an acknowledgement ended.
class Outcome final : public Finalizer {
public:
    std::optional<DeliveryStatus> status;

protected:
    void finished(DeliveryStatus how) override { status = how; }
};

/// Log events with one field, `k`, of these texts.
Delivery events(const std::vector<std::string>& texts, Outcome& outcome) {
    Delivery delivery{Batch::make(EventKind::Log), Acknowledgement(&outcome)};
    Batch& batch = *delivery.batch;
    for (const std::string& text : texts) {
        Member members[] = {{"k", Value::copy_of(text, batch.arena())}};
        batch.push(object_of(members, batch.arena()));
    }
    return delivery;
}

/// Lets go of what comes, counting it by output.
class Counts final : public TransformOutputs {
public:
    void emit(std::size_t output, Delivery delivery) override {
        count[output] += delivery.batch->size();
    }
    [[nodiscard]] bool connected(std::size_t) const override { return true; }
    std::map<std::size_t, std::size_t> count;
};

/// A buffer that is closed once its items are taken.
class Items final : public SinkInput {
public:
    io::Task<std::optional<SinkItem>> receive() override { co_return try_receive(); }
    std::optional<SinkItem> try_receive() override {
        if (items.empty())
            return std::nullopt;
        SinkItem item = std::move(items.front());
        items.pop_front();
        return item;
    }
    std::deque<SinkItem> items;
};

/// Reads options, then builds; the tests' options are right.
template <typename C>
std::unique_ptr<C> build(std::string_view type, const std::string& toml,
                         const config::GlobalOptions& globals, config::Document& document) {
    config::Problems problems;
    document.add("options.toml", toml, config::Syntax::Toml, {}, problems);
    config::OptionContext context("component", problems);
    config::KnownKeys keys;
    const auto* registration = Registry<C>::instance().find(type);
    registration->check(document.root(), keys, context);
    BuildContext build_context{"component", globals, context, {}};
    auto component = registration->build(document.root(), build_context);
    EXPECT_NE(component, nullptr) << problems.render();
    return component;
}

/// One component with metrics of its own (the test's name is its id).
class ComponentMetricsTest : public ::testing::Test {
protected:
    static std::string id() {
        return ::testing::UnitTest::GetInstance()->current_test_info()->name();
    }
    telemetry::ComponentMetrics& metrics(std::string_view kind, std::string_view type) {
        return metrics_.emplace(kind, id(), type);
    }
    std::uint64_t errors(const std::string& type, const std::string& stage) const {
        return telemetry::MetricsRegistry::instance()
            .counter("component_errors_total",
                     metrics_->with({{"error_type", type}, {"stage", stage}}))
            .value();
    }
    void transform(std::string_view type, const std::string& toml,
                   const std::vector<std::string>& texts) {
        const auto object = build<Transform>(type, toml, globals_, document_);
        const RunContext context{
            "t", type, globals_, runtime_, runtime_.worker(0), metrics("transform", type), {}};
        object->start(context);
        object->process(events(texts, outcome_), outputs_);
    }
    void sink(std::string_view type, const std::string& toml,
              const std::vector<std::vector<std::string>>& batches) {
        const auto object = build<Sink>(type, toml, globals_, document_);
        SinkContext context{
            {"s", type, globals_, runtime_, runtime_.worker(0), metrics("sink", type), {}},
            stopping_.get_token(),
            abandon_.get_token(),
            false};
        ASSERT_TRUE(io::testing::run_on(runtime_.worker(0), object->start(context)).has_value());
        Items input;
        for (const auto& texts : batches) {
            Delivery delivery = events(texts, outcome_);
            auto prepared = object->prepare(*delivery.batch);
            input.items.push_back({std::move(delivery), std::move(prepared)});
        }
        io::testing::run_on(runtime_.worker(0), object->run(input));
    }

    config::GlobalOptions globals_;
    config::Document document_;
    io::testing::StartedRuntime runtime_{1};
    io::StopSource stopping_, abandon_;
    std::optional<telemetry::ComponentMetrics> metrics_;
    Outcome outcome_;
    Counts outputs_;
};

TEST_F(ComponentMetricsTest, FilterCountsWhatItHoldsBackAsIntended) {
    transform("filter", "condition = '.k == \"a\"'\n", {"a", "b", "a", "c"});
    EXPECT_EQ(outputs_.count[0], 2U);
    EXPECT_EQ(metrics_->discarded_intentionally.value(), 2U);
    EXPECT_EQ(metrics_->discarded_unintentionally.value(), 0U);
    EXPECT_EQ(outcome_.status, DeliveryStatus::Delivered);
}

TEST_F(ComponentMetricsTest, RouteGivesEventsToEveryOutputWhoseConditionHolds) {
    transform("route", "route.x = '.k == \"a\"'\nroute.y = '.k != \"c\"'\n", {"a", "b", "c", "a"});
    EXPECT_EQ(outputs_.count[0], 2U);
    EXPECT_EQ(outputs_.count[1], 3U);
    EXPECT_EQ(outputs_.count[2], 1U);
    EXPECT_EQ(metrics_->discarded_intentionally.value(), 0U);
    EXPECT_EQ(outcome_.status, DeliveryStatus::Delivered);
}

TEST_F(ComponentMetricsTest, RouteCountsUnmatchedEventsThatItDropsAsIntended) {
    transform("route", "route.x = '.k == \"a\"'\nreroute_unmatched = false\n", {"a", "b", "c"});
    EXPECT_EQ(outputs_.count[0], 1U);
    EXPECT_EQ(outputs_.count.size(), 1U);
    EXPECT_EQ(metrics_->discarded_intentionally.value(), 2U);
    EXPECT_EQ(outcome_.status, DeliveryStatus::Delivered);
}

TEST_F(ComponentMetricsTest, ExclusiveRouteGivesEachEventToOneOutput) {
    transform("exclusive_route",
              "routes = [{ name = \"x\", condition = '.k == \"a\"' }, "
              "{ name = \"y\", condition = '.k != \"c\"' }]\n",
              {"a", "b", "c", "a"});
    EXPECT_EQ(outputs_.count[0], 2U);
    EXPECT_EQ(outputs_.count[1], 1U);
    EXPECT_EQ(outputs_.count[2], 1U);
    EXPECT_EQ(metrics_->discarded_intentionally.value(), 0U);
    EXPECT_EQ(outcome_.status, DeliveryStatus::Delivered);
}

TEST_F(ComponentMetricsTest, PartitionCountsDroppedKeylessEventsAsIntended) {
    transform("partition",
              "partition.key = '{{ .k }}'\npartition.missing = 'drop'\npartitions = 2\n",
              {"a", "", "b", ""});
    EXPECT_EQ(outputs_.count[0], 2U);
    EXPECT_EQ(metrics_->discarded_intentionally.value(), 2U);
    EXPECT_EQ(outcome_.status, DeliveryStatus::Delivered);
}

TEST_F(ComponentMetricsTest, PartitionCountsAnErrorWhereAKeyIsDemanded) {
    transform("partition",
              "partition.key = '{{ .k }}'\npartition.missing = 'error'\npartitions = 2\n",
              {"a", ""});
    EXPECT_EQ(outputs_.count[3], 1U);
    EXPECT_EQ(errors("condition_failed", "processing"), 1U);
    EXPECT_EQ(metrics_->discarded_unintentionally.value(), 0U);
}

TEST_F(ComponentMetricsTest, RemapCountsFailuresAsErrorsAndWhatTheyDropAsUnintended) {
    transform("remap", "source = '.n = to_int!(.k)'\ndrop_on_error = true\n", {"1", "x", "3"});
    EXPECT_EQ(outputs_.count[0], 2U);
    EXPECT_EQ(errors("conversion_failed", "processing"), 1U);
    EXPECT_EQ(metrics_->discarded_unintentionally.value(), 1U);
    EXPECT_EQ(metrics_->discarded_intentionally.value(), 0U);
    EXPECT_EQ(outcome_.status, DeliveryStatus::Delivered);
}

TEST_F(ComponentMetricsTest, RemapCountsAbortsAsIntendedAndAsNoErrors) {
    transform("remap", "source = 'if .k == \"x\" { abort }'\n", {"1", "x", "3"});
    EXPECT_EQ(outputs_.count[0], 2U);
    EXPECT_EQ(errors("conversion_failed", "processing"), 0U);
    EXPECT_EQ(metrics_->discarded_intentionally.value(), 1U);
}

TEST_F(ComponentMetricsTest, RemapCountsWhatItReroutesAsNeitherDroppedNorLost) {
    transform("remap",
              "source = '.n = to_int!(.k)'\ndrop_on_error = true\nreroute_dropped = true\n",
              {"1", "x", "3"});
    EXPECT_EQ(outputs_.count[0], 2U);
    EXPECT_EQ(outputs_.count[1], 1U);
    EXPECT_EQ(metrics_->discarded_unintentionally.value(), 0U);
}

TEST_F(ComponentMetricsTest, BlackholeCountsWhatItTakesAndEndsWithItsInput) {
    sink("blackhole", "", {{"a", "b"}, {"c"}});
    EXPECT_EQ(metrics_->sent_events.value(), 3U);
    EXPECT_GT(metrics_->sent_event_bytes.value(), 0U);
    EXPECT_EQ(metrics_->discarded_unintentionally.value(), 0U);
    EXPECT_EQ(outcome_.status, DeliveryStatus::Delivered);
}

TEST_F(ComponentMetricsTest, ConsoleCountsEventsAndBytesWrittenAndEndsWithItsInput) {
    ::testing::internal::CaptureStdout();
    sink("console", "encoding.codec = 'json'\n", {{"a", "b"}, {"c"}});
    const std::string written = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(written, "{\"k\":\"a\"}\n{\"k\":\"b\"}\n{\"k\":\"c\"}\n");
    EXPECT_EQ(metrics_->sent_events.value(), 3U);
    EXPECT_GT(metrics_->sent_event_bytes.value(), 0U);
    EXPECT_EQ(metrics_->sent_bytes("console").value(), written.size());
    EXPECT_EQ(outcome_.status, DeliveryStatus::Delivered);
}

}  // namespace
}  // namespace engine::component
