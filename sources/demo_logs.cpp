// Makes up log lines, for trying a configuration out. Each line goes through the framing and the
// codec as if it had been received. Without an interval, lines are sent by the thousand.
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "engine/codec/codec_options.hpp"
#include "engine/codec/stream_decoder.hpp"
#include "engine/component/output.hpp"
#include "engine/component/registry.hpp"
#include "engine/component/source_decoding.hpp"
#include "engine/component/source_fields.hpp"
#include "engine/io/event.hpp"
#include "engine/io/timer.hpp"
#include "sources/demo_logs/line_generator.hpp"

namespace engine::sources::demo_logs {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view source_type = "demo_logs";
constexpr std::uint64_t lines_at_once = 1000;

struct Options {
    std::chrono::nanoseconds interval{std::chrono::seconds(1)};
    std::uint64_t count = 9'223'372'036'854'775'807;
    Format format = Format::Json;
    std::optional<std::vector<std::string>> lines;
    bool sequence = false;
    std::optional<FramingOptions> framing;
    DecodingOptions decoding;
    std::optional<bool> log_namespace;
};

void check(const Options& options, const config::Node& node, config::OptionContext& context) {
    component::check_decoding(options.decoding, options.framing, node, context);
    if (options.format != Format::Shuffle) {
        return;
    }
    if (!options.lines) {
        context.error(node.location(), "missing field `lines`",
                      "the format `shuffle` takes its lines from there");
    } else if (options.lines->empty()) {
        context.error(node.find("lines")->value.location(),
                      "A non-empty list of lines is required for the shuffle format");
    }
}

config::OptionTable<Options> options() {
    using O = Options;
    using config::optional;
    config::OptionTable<Options> table{
        optional("interval", &O::interval, "Time between two lines; 0: as fast as they are taken.",
                 config::in_seconds<std::chrono::nanoseconds>()),
        optional("count", &O::count, "How many lines to make."),
        config::required("format", &O::format, "What the lines look like.",
                         config::choice<Format>({
                             {"shuffle", Format::Shuffle, "Any of `lines`."},
                             {"apache_common", Format::ApacheCommon, "Apache's access log."},
                             {"apache_error", Format::ApacheError, "Apache's error log."},
                             {"rfc5424", Format::Syslog, "Same as `syslog`."},
                             {"syslog", Format::Syslog, "Syslog of RFC 5424."},
                             {"bsd_syslog", Format::BsdSyslog, "Syslog of RFC 3164."},
                             {"rfc3164", Format::BsdSyslog, "Same as `bsd_syslog`."},
                             {"json", Format::Json, "An access log in JSON."},
                         }))
            .example("\"json\""),
        optional("lines", &O::lines, "For format shuffle: the lines to choose from."),
        optional("sequence", &O::sequence, "For format shuffle: number the lines from 0."),
        optional("framing", &O::framing, "How frames are told apart in a line; none by default.",
                 framing_options()),
        optional("decoding", &O::decoding, "How events are made of frames.", decoding_options()),
        optional("log_namespace", &O::log_namespace,
                 "Whether what the source knows goes to the metadata, not into the event."),
    };
    return table.tolerate_unknown().check(check);
}

class DemoLogs final : public component::Source {
public:
    DemoLogs(Options options, EventDecoder decoder, const config::GlobalOptions& globals)
        : options_(std::move(options)),
          fields_(globals, options_.log_namespace, source_type),
          service_key_(component::SourceFields::path_of("service")),
          host_metadata_(fields_.metadata_name("host")),
          service_metadata_(fields_.metadata_name("service")),
          decoder_(std::move(decoder)),
          generator_(options_.format, options_.lines.value_or(std::vector<std::string>{}),
                     options_.sequence, std::random_device{}()) {}

    io::Task<Result<void>> start(component::SourceContext& context) override {
        context_ = &context;
        context.worker.spawn(run());
        co_return Result<void>{};
    }

    io::Task<void> stop() override {
        stopping_.request_stop();
        if (context_ != nullptr) {
            co_await ended_.wait();
        }
    }

private:
    io::Task<> run() {
        Clock::time_point due = Clock::now();
        std::uint64_t left = options_.count;
        while (left > 0 && !stopping_.stop_requested()) {
            const std::uint64_t lines = std::min(left, due_lines(due));
            left -= lines;
            DecodedEvents events = make(lines);
            for (BatchRef& batch : events.take()) {
                Delivery delivery{std::move(batch), {}};
                ENGINE_CO_SEND(context_->output, std::move(delivery));
            }
            // Lets others use the worker even when the next line is due.
            co_await io::sleep_for(std::max(due - Clock::now(), Clock::duration::zero()),
                                   stopping_.get_token());
        }
        context_->finished();
        ended_.set();
    }

    /// How many lines are due by now; moves `due` behind them.
    [[nodiscard]] std::uint64_t due_lines(Clock::time_point& due) const {
        if (options_.interval.count() == 0) {
            return lines_at_once;
        }
        const auto behind = std::max(Clock::now() - due, Clock::duration::zero());
        const std::uint64_t lines = std::min<std::uint64_t>(
            static_cast<std::uint64_t>(behind / options_.interval) + 1, lines_at_once);
        due += options_.interval * static_cast<std::int64_t>(lines);
        return lines;
    }

    [[nodiscard]] DecodedEvents make(std::uint64_t lines) {
        const Timestamp now = Timestamp::now();
        std::string text;
        std::vector<std::size_t> ends;
        for (std::uint64_t i = 0; i < lines; ++i) {
            text += generator_.next(now);
            ends.push_back(text.size());
        }
        context_->metrics.received_bytes("none").add(text.size());
        const SlabRef slab = SlabRef::copy_of(text);
        DecodedEvents events;
        std::size_t begin = 0;
        for (const std::size_t end : ends) {
            const std::string_view line = slab.view().substr(begin, end - begin);
            begin = end;
            if (Result<void> decoded = decoder_.decode_message(slab, line, events); !decoded) {
                component::report_undecodable(*context_, decoded.error());
            }
        }
        for (const BatchRef& batch : events.batches()) {
            if (batch->kind() == EventKind::Log) {
                add_fields(*batch, now);
            }
        }
        return events;
    }

    void add_fields(Batch& batch, Timestamp now) const {
        if (options_.decoding.codec == "bytes") {
            fields_.place_messages(batch);
        }
        const component::SourceField fields[] = {
            {service_key_, service_metadata_, Value::bytes("vector")},
            {fields_.host_key(), host_metadata_, Value::bytes("localhost")}};
        fields_.add_to_all(batch, fields, now);
    }

    const Options options_;
    const component::SourceFields fields_;
    const std::optional<Path> service_key_;
    const std::vector<PathSegment> host_metadata_;
    const std::vector<PathSegment> service_metadata_;
    const EventDecoder decoder_;
    LineGenerator generator_;

    component::SourceContext* context_ = nullptr;
    io::StopSource stopping_;
    io::Event ended_;
};

std::unique_ptr<component::Source> build(Options options, component::BuildContext& context) {
    Result<EventDecoder> decoder = EventDecoder::make(options.decoding, options.framing, "bytes");
    if (!decoder) {
        context.problems.error({}, decoder.error().message);
        return nullptr;
    }
    return std::make_unique<DemoLogs>(std::move(options), std::move(*decoder), context.globals);
}

config::ComponentShape shape(const Options& options) {
    config::ComponentShape shape;
    shape.outputs.push_back(
        {.name = {}, .types = component::decoded_types(options.decoding.codec)});
    return shape;
}

}  // namespace

}  // namespace engine::sources::demo_logs

ENGINE_REGISTER_SOURCE(engine::sources::demo_logs::Options,
                       {.type = "demo_logs",
                        .summary = "Makes up log lines, for trying a configuration out.",
                        .options = engine::sources::demo_logs::options,
                        .build = engine::sources::demo_logs::build,
                        .shape = engine::sources::demo_logs::shape})
