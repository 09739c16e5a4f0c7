#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/codec/codec_options.hpp"
#include "engine/codec/event_encoder.hpp"
#include "engine/component/registry.hpp"
#include "engine/config/global_options.hpp"
#include "engine/config/shared_options.hpp"

// Writes events to standard output or standard error, one write for each batch.
namespace engine {
namespace {

constexpr std::string_view log_target = "engine::sinks::console";

enum class Target : std::uint8_t { Stdout, Stderr };

struct Options {
    config::AcknowledgementsOptions acknowledgements;
    EncodingOptions encoding;
    std::optional<EventFramingOptions> framing;
    Target target = Target::Stdout;
};

config::OptionTable<Options> options() {
    using namespace config;
    return {
        optional("acknowledgements", &Options::acknowledgements,
                 "Whether clients of the sources wait until events have been written.",
                 config::acknowledgements()),
        required("encoding", &Options::encoding, "How events become text.",
                 encoding_options().type()),
        optional("framing", &Options::framing, "What stands between events.",
                 nullable(event_framing_options().type())),
        optional("target", &Options::target, "Where to write.",
                 choice<Target>({{"stdout", Target::Stdout, "Standard output."},
                                 {"stderr", Target::Stderr, "Standard error."}})),
    };
}

/// A batch as text.
struct Text final : component::Prepared {
    EncodedEvents events;
};

Result<void> write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return failure(std::strerror(errno));
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

class Console final : public component::Sink {
public:
    Console(EventEncoder encoder, Target target, bool acknowledge)
        : encoder_(std::move(encoder)),
          descriptor_(target == Target::Stdout ? STDOUT_FILENO : STDERR_FILENO),
          acknowledge_(acknowledge) {}

    io::Task<Result<void>> start(component::SinkContext& context) override {
        context_ = &context;
        sent_bytes_ = &context.metrics.sent_bytes("console");
        co_return Result<void>{};
    }

    [[nodiscard]] std::unique_ptr<component::Prepared> prepare(const Batch& batch) const override {
        auto text = std::make_unique<Text>();
        encoder_.encode_batch(batch, 0, batch.size(), text->events);
        return text;
    }

    io::Task<void> run(component::SinkInput& input) override {
        for (;;) {
            std::optional<component::SinkItem> item = co_await input.receive();
            if (!item) {
                break;
            }
            item->delivery.acknowledgement.finish(
                write(*item->delivery.batch, static_cast<const Text&>(*item->prepared).events));
        }
    }

    [[nodiscard]] bool acknowledges() const override { return acknowledge_; }
    [[nodiscard]] bool reads_request() const override { return encoder_.reads_request(); }

private:
    /// A terminal or pipe that takes nothing holds this sink's worker up, as it should: nothing of
    /// this process is to be printed meanwhile.
    DeliveryStatus write(const Batch& batch, const EncodedEvents& events) {
        for (const EncodedEvents::Failure& failure : events.failed) {
            context_->log.error(log_target, "Failed serializing frame.",
                                {telemetry::field("error", failure.error.message),
                                 telemetry::quoted("error_code", "encoder_serialize"),
                                 telemetry::quoted("error_type", "encoder_failed"),
                                 telemetry::quoted("stage", "sending")});
            context_->metrics.error("encoder_failed", "sending");
        }
        context_->metrics.discarded_unintentionally.add(events.failed.size());
        if (Result<void> written = write_all(descriptor_, events.bytes.view()); !written) {
            context_->log.error(log_target, "Error writing to the console.",
                                {telemetry::field("error", written.error().message)});
            context_->metrics.error("io_failed", "sending");
            context_->metrics.discarded_unintentionally.add(batch.size() - events.failed.size());
            return DeliveryStatus::Rejected;
        }
        context_->metrics.sent_events.add(batch.size() - events.failed.size());
        context_->metrics.sent_event_bytes.add(batch.estimated_json_size());
        sent_bytes_->add(events.bytes.size());
        return events.failed.empty() ? DeliveryStatus::Delivered : DeliveryStatus::Rejected;
    }

    EventEncoder encoder_;
    int descriptor_;
    bool acknowledge_;
    component::SinkContext* context_ = nullptr;
    telemetry::Counter* sent_bytes_ = nullptr;
};

std::unique_ptr<component::Sink> build(Options options, component::BuildContext& context) {
    Result<EventEncoder> encoder = EventEncoder::make(options.encoding, options.framing);
    if (!encoder) {
        context.problems.error(context.location, encoder.error().message);
        return nullptr;
    }
    const bool acknowledge = options.acknowledgements.enabled.value_or(
        context.globals.acknowledgements.enabled.value_or(false));
    return std::make_unique<Console>(std::move(*encoder), options.target, acknowledge);
}

}  // namespace
}  // namespace engine

ENGINE_REGISTER_SINK(engine::Options, {.type = "console",
                                       .summary = "Writes events to standard output or error.",
                                       .options = engine::options,
                                       .build = engine::build})
