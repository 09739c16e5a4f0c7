#include "engine/component/measure_cpu_usage.hpp"
#include "engine/component/registry.hpp"
#include "engine/vrl/condition.hpp"

// Lets events pass that a condition holds for. What it holds back is dropped by design.
namespace engine {
namespace {

struct Options {
    config::ConditionSource condition;
    bool measure_cpu_usage = false;
};

config::OptionTable<Options> options() {
    using namespace config;
    return {
        required("condition", &Options::condition, "Events for which this is true pass.")
            .example("'.level == \"error\"'"),
        component::measure_cpu_usage(&Options::measure_cpu_usage),
    };
}

class Filter final : public component::Transform {
public:
    explicit Filter(vrl::Condition condition) : condition_(std::move(condition)) {}

    void start(const component::RunContext& context) override { metrics_ = &context.metrics; }

    void process(Delivery delivery, component::TransformOutputs& outputs) const override {
        const Batch& batch = *delivery.batch;
        std::vector<std::uint32_t> passing;
        passing.reserve(batch.size());
        for (std::uint32_t i = 0; i < batch.size(); ++i) {
            if (condition_.matches(batch, i)) {
                passing.push_back(i);
            }
        }
        metrics_->discarded_intentionally.add(batch.size() - passing.size());
        if (passing.empty()) {
            return;
        }
        if (passing.size() < batch.size()) {
            delivery.batch = Batch::select(std::move(delivery.batch), passing);
        }
        outputs.emit(std::move(delivery));
    }

    [[nodiscard]] bool reads_request() const override { return condition_.reads_request(); }

private:
    vrl::Condition condition_;
    telemetry::ComponentMetrics* metrics_ = nullptr;
};

std::unique_ptr<component::Transform> build(Options options, component::BuildContext& context) {
    auto condition =
        vrl::Condition::compile(options.condition, {}, context.globals, context.problems);
    return condition ? std::make_unique<Filter>(std::move(*condition)) : nullptr;
}

}  // namespace
}  // namespace engine

ENGINE_REGISTER_TRANSFORM(engine::Options, {.type = "filter",
                                            .summary = "Passes events on which a condition holds.",
                                            .options = engine::options,
                                            .build = engine::build})
