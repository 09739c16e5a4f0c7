#include <chrono>

#include "engine/component/registry.hpp"
#include "engine/config/global_options.hpp"
#include "engine/config/shared_options.hpp"
#include "engine/io/event.hpp"
#include "engine/io/timer.hpp"

// Takes everything and keeps nothing: for measuring what comes before it.
namespace engine {
namespace {

using std::chrono::steady_clock;
constexpr std::string_view log_target = "engine::sinks::blackhole";

struct Options {
    config::AcknowledgementsOptions acknowledgements;
    std::uint64_t print_interval_secs = 0;
    std::optional<std::uint64_t> rate;
};

config::OptionTable<Options> options() {
    using namespace config;
    return {
        optional("acknowledgements", &Options::acknowledgements,
                 "Whether clients of the sources wait until events have arrived here.",
                 config::acknowledgements()),
        optional("print_interval_secs", &Options::print_interval_secs,
                 "Seconds between two reports of how much was taken; 0 reports nothing.")
            .unit("seconds"),
        optional("rate", &Options::rate, "Events a second to take at most; unset takes all."),
    };
}

class Blackhole final : public component::Sink {
public:
    Blackhole(const Options& options, bool acknowledge)
        : options_(options), acknowledge_(acknowledge) {}

    io::Task<Result<void>> start(component::SinkContext& context) override {
        context_ = &context;
        co_return Result<void>{};
    }

    io::Task<void> run(component::SinkInput& input) override {
        if (options_.print_interval_secs > 0) {
            context_->worker.spawn(report());
        }
        for (;;) {
            std::optional<component::SinkItem> item = co_await input.receive();
            if (!item) {
                break;
            }
            const std::size_t count = item->delivery.batch->size();
            const std::size_t bytes = item->delivery.batch->estimated_json_size();
            events_ += count;
            bytes_ += bytes;
            context_->metrics.sent_events.add(count);
            context_->metrics.sent_event_bytes.add(bytes);
            item->delivery.acknowledgement.finish(DeliveryStatus::Delivered);
            if (options_.rate) {
                co_await io::sleep_for(
                    std::chrono::nanoseconds(1'000'000'000 * count / *options_.rate),
                    context_->abandon);
            }
        }
        done_.request_stop();
        if (options_.print_interval_secs > 0) {
            co_await reported_.wait();
        }
    }

    [[nodiscard]] bool acknowledges() const override { return acknowledge_; }

private:
    io::Task<void> report() {
        for (;;) {
            const io::SleepResult slept = co_await io::sleep_for(
                std::chrono::seconds(options_.print_interval_secs), done_.get_token());
            if (slept == io::SleepResult::Stopped) {
                break;
            }
            context_->log.info(
                log_target, "Collected events.",
                {telemetry::field("events", static_cast<std::int64_t>(events_)),
                 telemetry::field("raw_bytes_collected", static_cast<std::int64_t>(bytes_))});
        }
        reported_.set();
    }

    Options options_;
    bool acknowledge_;
    component::SinkContext* context_ = nullptr;
    std::uint64_t events_ = 0;
    std::uint64_t bytes_ = 0;
    io::StopSource done_;
    io::Event reported_;
};

std::unique_ptr<component::Sink> build(Options options, component::BuildContext& context) {
    const bool acknowledge = options.acknowledgements.enabled.value_or(
        context.globals.acknowledgements.enabled.value_or(false));
    return std::make_unique<Blackhole>(options, acknowledge);
}

}  // namespace
}  // namespace engine

ENGINE_REGISTER_SINK(engine::Options, {.type = "blackhole",
                                       .summary = "Takes events and discards them.",
                                       .options = engine::options,
                                       .build = engine::build})
