#include <gtest/gtest.h>

#include <map>

#include "engine/component/registry.hpp"
#include "engine/config/document.hpp"
#include "engine/config/global_options.hpp"
#include "engine/event/container.hpp"
#include "engine/telemetry/metrics.hpp"
#include "tests/engine/io/io_test_support.hpp"

namespace engine {
namespace {

class Kept final : public component::TransformOutputs {
public:
    void emit(std::size_t output, Delivery delivery) override {
        batches[output] = std::move(delivery.batch);
    }
    [[nodiscard]] bool connected(std::size_t) const override { return true; }
    std::map<std::size_t, BatchRef> batches;
};

/// One of the two transforms, run on events of one field `n`.
class RouteTest : public ::testing::Test {
protected:
    void run(std::string_view type, const std::string& toml, const BatchRef& batch) {
        config::Problems problems;
        document_.add("options.toml", toml, config::Syntax::Toml, {}, problems);
        config::OptionContext context("transforms.t", problems);
        component::BuildContext build{"t", globals_, context, {}};
        const auto transform =
            component::Registry<component::Transform>::instance().find(type)->build(
                document_.root(), build);
        ASSERT_NE(transform, nullptr) << problems.render();
        telemetry::ComponentMetrics metrics("transform", "t", type);
        const component::RunContext run{"t",     type, globals_, runtime_, runtime_.worker(0),
                                        metrics, {}};
        transform->start(run);
        transform->process({batch, {}}, kept_);
    }

    static BatchRef numbers(std::int64_t count) {
        BatchRef batch = Batch::make(EventKind::Log);
        for (std::int64_t n = 0; n < count; ++n) {
            Member members[] = {{"n", Value::integer(n)}};
            batch->push(object_of(members, batch->arena()));
        }
        return batch;
    }

    config::GlobalOptions globals_;
    config::Document document_;
    io::testing::StartedRuntime runtime_{1};
    Kept kept_;
};

TEST_F(RouteTest, OutputsShareTheEvents) {
    const BatchRef batch = numbers(4);
    run("route", "route.big = '.n == 2 || .n == 3'\nroute.all = 'true'\n", batch);
    EXPECT_EQ(kept_.batches[1].get(), batch.get());
    ASSERT_EQ(kept_.batches[0]->size(), 2U);
    EXPECT_TRUE(kept_.batches[0]->root(0).identical(batch->root(2)));
    EXPECT_FALSE(kept_.batches.contains(2));
}

TEST_F(RouteTest, AnExclusiveRouteHandsAWholeBatchOn) {
    const BatchRef batch = numbers(4);
    run("exclusive_route", "routes = [{ name = 'all', condition = 'true' }]\n", batch);
    EXPECT_EQ(kept_.batches[0].get(), batch.get());
    EXPECT_EQ(kept_.batches.size(), 1U);
}

TEST_F(RouteTest, KindsOfEventsAreConditionsToo) {
    const BatchRef batch = Batch::make(EventKind::Metric);
    batch->push(batch->arena().create<Metric>(Metric{.name = "hits", .value = Counter{1}}));
    run("route", "route.m = { type = 'is_metric' }\nroute.l = { type = 'is_log' }\n", batch);
    EXPECT_EQ(kept_.batches.size(), 1U);
    EXPECT_EQ(kept_.batches[0].get(), batch.get());
}

}  // namespace
}  // namespace engine
