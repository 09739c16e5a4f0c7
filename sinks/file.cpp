#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/codec/codec_options.hpp"
#include "engine/codec/event_encoder.hpp"
#include "engine/component/registry.hpp"
#include "engine/config/global_options.hpp"
#include "engine/config/shared_options.hpp"
#include "engine/io/timer.hpp"
#include "engine/vrl/template.hpp"
#include "sinks/file/confined_path.hpp"
#include "sinks/file/file_writer.hpp"

// Appends events to files whose paths are made from the events. Workers render the paths and
// encode; one thread of the sink's own writes (file/file_writer.hpp).
namespace engine {
namespace {

constexpr std::string_view log_target = "engine::sinks::file";

struct TruncateOptions {
    std::optional<std::uint64_t> after_secs;
    std::optional<std::uint64_t> after_modified_time_secs;
    std::optional<std::uint64_t> after_close_time_secs;
};

struct InternalMetricsOptions {
    bool include_file_tag = false;
};

struct Options {
    config::Located<std::string> path;
    std::string base_dir;
    CompressionAlgorithm compression = CompressionAlgorithm::None;
    std::uint64_t idle_timeout_secs = 30;
    TruncateOptions truncate;
    EncodingOptions encoding;
    std::optional<EventFramingOptions> framing;
    std::optional<std::string> timezone;
    config::AcknowledgementsOptions acknowledgements;
    InternalMetricsOptions internal_metrics;
    bool unconfined = false;
};

config::Type<CompressionAlgorithm> compression_type() {
    return config::choice<CompressionAlgorithm>(
        {{"gzip", CompressionAlgorithm::Gzip, "Gzip; each opening adds a member."},
         {"zstd", CompressionAlgorithm::Zstd, "Zstandard; each opening adds a frame."},
         {"none", CompressionAlgorithm::None, "As it is."}});
}

config::OptionTable<TruncateOptions> truncate_options() {
    using namespace config;
    return {
        optional("after_secs", &TruncateOptions::after_secs,
                 "Empty a file so long after the first write to it, whatever its state.")
            .unit("seconds"),
        optional("after_modified_time_secs", &TruncateOptions::after_modified_time_secs,
                 "Empty a file that was not written to for so long.")
            .unit("seconds"),
        optional("after_close_time_secs", &TruncateOptions::after_close_time_secs,
                 "Empty a file so long after it was closed.")
            .unit("seconds"),
    };
}

bool check_base_dir(const config::Node& node, config::OptionContext& context) {
    if (node.is(config::Node::Kind::String) && !node.as_string().starts_with('/')) {
        context.error(
            node.location(),
            fmt::format("`base_dir` must be an absolute path, got \"{}\"", node.as_string()));
        return false;
    }
    return true;
}

config::OptionTable<Options> options() {
    using namespace config;
    const OptionTable<InternalMetricsOptions> internal_metrics = {
        optional("include_file_tag", &InternalMetricsOptions::include_file_tag,
                 "Count the bytes of each path by itself, in the tag `file`."),
    };
    return {
        required("path", &Options::path,
                 "Template of the file's path. What events say never leads out of the folder that "
                 "stands literally at its beginning.",
                 located(type_of<std::string>()))
            .example("\"/var/log/engine/{{ service }}/%Y-%m-%d.log\"")
            .non_empty(),
        optional("base_dir", &Options::base_dir,
                 "Folder that paths are relative to and that they cannot leave.")
            .check(check_base_dir),
        optional("compression", &Options::compression, "How files are compressed.",
                 compression_type()),
        optional("idle_timeout_secs", &Options::idle_timeout_secs,
                 "Close a file that was not written to for so long.")
            .unit("seconds"),
        optional("truncate", &Options::truncate, "When files are emptied.",
                 truncate_options().type()),
        required("encoding", &Options::encoding, "How events become text.",
                 encoding_options().type()),
        optional("framing", &Options::framing, "What stands between events.",
                 nullable(event_framing_options().type())),
        optional("timezone", &Options::timezone, "Time zone of the times in `path`.", time_zone()),
        optional("acknowledgements", &Options::acknowledgements,
                 "Whether clients of the sources wait until events have been written.",
                 config::acknowledgements()),
        optional("internal_metrics", &Options::internal_metrics, "The sink's own metrics.",
                 internal_metrics.type()),
        optional("dangerously_allow_unconfined_template_resolution", &Options::unconfined,
                 "Let a `path` that begins with a field be an absolute one. `..` is refused even "
                 "so."),
    };
}

/// The events of a batch as bytes, those for one file together, in their order.
struct Lines final : component::Prepared {
    struct Run {
        std::string path;
        std::vector<std::uint32_t> events;
        std::size_t begin = 0;  // in `encoded.bytes`
        std::size_t end = 0;
    };
    std::vector<Run> runs;
    EncodedEvents encoded;
    std::vector<std::string> unrendered;  // why, of each event without a path
    std::vector<std::string> unconfined;
};

/// Puts the events of a batch together by path.
class RunsByPath {
public:
    explicit RunsByPath(std::vector<Lines::Run>& runs) : runs_(runs) {}
    void add(const std::string& path, std::uint32_t event) {
        if (runs_.empty() || runs_[last_].path != path) {
            const auto [at, inserted] = index_.try_emplace(path, runs_.size());
            if (inserted) {
                runs_.push_back({path, {}});
            }
            last_ = at->second;
        }
        runs_[last_].events.push_back(event);
    }

private:
    std::vector<Lines::Run>& runs_;
    std::unordered_map<std::string, std::size_t> index_;
    std::size_t last_ = 0;
};

class File final : public component::Sink {
public:
    File(Options options, vrl::Template path, EventEncoder encoder, bool acknowledge)
        : options_(std::move(options)),
          path_(std::move(path)),
          confined_(options_.base_dir, path_.literal_prefix(),
                    options_.unconfined ? file_sink::ConfinedPath::Absolute::Allowed
                                        : file_sink::ConfinedPath::Absolute::Refused),
          encoder_(std::move(encoder)),
          acknowledge_(acknowledge) {}

    io::Task<Result<void>> start(component::SinkContext& context) override {
        context_ = &context;
        sent_bytes_ = &context.metrics.sent_bytes("file");
        if (options_.unconfined && !path_.fields().empty()) {
            context.log.warn(log_target,
                             "`dangerously_allow_unconfined_template_resolution` is on: whoever "
                             "controls a field that `path` begins with chooses where to write.");
        }
        writer_ = std::make_unique<file_sink::FileWriter>(
            settings(), context.log,
            telemetry::MetricsRegistry::instance().gauge("open_files", context.metrics.tags()));
        co_return Result<void>{};
    }

    [[nodiscard]] std::unique_ptr<component::Prepared> prepare(const Batch& batch) const override {
        auto lines = std::make_unique<Lines>();
        RunsByPath by_path(lines->runs);
        std::string path;
        for (std::uint32_t event = 0; event < batch.size(); ++event) {
            path.clear();
            if (Result<void> rendered = path_.render(batch, event, path); !rendered) {
                lines->unrendered.push_back(std::move(rendered.error().message));
            } else if (Result<void> inside = confine(path); !inside) {
                lines->unconfined.push_back(std::move(inside.error().message));
            } else {
                by_path.add(path, event);
            }
        }
        for (Lines::Run& run : lines->runs) {
            encode(batch, run, lines->encoded);
        }
        return lines;
    }

    io::Task<void> run(component::SinkInput& input) override {
        constexpr std::size_t most_at_once = 64;
        std::vector<component::SinkItem> items;
        std::vector<file_sink::Write> writes;
        while (true) {
            auto first = co_await input.receive();
            if (!first) {
                break;
            }
            items.push_back(std::move(*first));
            while (items.size() < most_at_once) {
                auto next = input.try_receive();
                if (!next) {
                    break;
                }
                items.push_back(std::move(*next));
            }
            list_writes(items, writes);
            co_await writer_->write(writes);
            if (context_->durable) {
                co_await try_again(writes);
            }
            std::size_t next_write = 0;
            for (component::SinkItem& item : items) {
                const DeliveryStatus status = finish(item, writes, next_write);
                item.delivery.acknowledgement.finish(status);
            }
            items.clear();
            writes.clear();
        }
        co_await writer_->close();
    }

    [[nodiscard]] bool acknowledges() const override { return acknowledge_; }
    [[nodiscard]] bool reads_request() const override {
        return path_.reads_request() || encoder_.reads_request();
    }

private:
    static const Lines& lines_of(const component::SinkItem& item) {
        return static_cast<const Lines&>(*item.prepared);
    }

    [[nodiscard]] file_sink::FileSettings settings() const {
        // A longer time would overflow the clock.
        constexpr std::uint64_t longest = 100ULL * 365 * 24 * 3600;
        const auto seconds = [longest](std::uint64_t count) {
            return std::chrono::seconds(std::min(count, longest));
        };
        file_sink::FileSettings settings;
        settings.compression.algorithm = options_.compression;
        settings.idle_timeout = seconds(options_.idle_timeout_secs);
        settings.truncate_after = options_.truncate.after_secs.transform(seconds);
        settings.truncate_after_modified =
            options_.truncate.after_modified_time_secs.transform(seconds);
        settings.truncate_after_close = options_.truncate.after_close_time_secs.transform(seconds);
        settings.flush_writes = acknowledge_ || context_->durable;
        return settings;
    }

    /// Times alone cannot lead anywhere: without fields the path is the operator's own.
    [[nodiscard]] Result<void> confine(std::string& path) const {
        if (path_.fields().empty() && options_.base_dir.empty()) {
            return {};
        }
        return confined_.confine(path);
    }

    void encode(const Batch& batch, Lines::Run& run, EncodedEvents& encoded) const {
        run.begin = encoded.bytes.size();
        for (std::size_t first = 0; first < run.events.size();) {
            std::size_t last = first + 1;
            while (last < run.events.size() && run.events[last] == run.events[last - 1] + 1) {
                ++last;
            }
            encoder_.encode_batch(batch, run.events[first], run.events[last - 1] + 1, encoded);
            first = last;
        }
        run.end = encoded.bytes.size();
    }

    static void list_writes(const std::vector<component::SinkItem>& items,
                            std::vector<file_sink::Write>& writes) {
        for (const component::SinkItem& item : items) {
            const Lines& lines = lines_of(item);
            for (const Lines::Run& run : lines.runs) {
                file_sink::Write& write = writes.emplace_back();
                write.path = run.path;
                write.bytes = lines.encoded.bytes.view().substr(run.begin, run.end - run.begin);
            }
        }
    }

    /// What waits on disk can wait for a full or broken disk to come back; until the process stops.
    io::Task<void> try_again(std::vector<file_sink::Write>& writes) {
        constexpr std::chrono::seconds longest{30};
        for (std::chrono::seconds delay{1};; delay = std::min(delay * 2, longest)) {
            std::vector<file_sink::Write> again;
            std::vector<std::size_t> positions;
            for (std::size_t i = 0; i < writes.size(); ++i) {
                if (writes[i].error && writes[i].error->temporary()) {
                    positions.push_back(i);
                    again.emplace_back();
                    again.back().path = writes[i].path;
                    again.back().bytes = writes[i].bytes;
                }
            }
            if (again.empty()) {
                co_return;
            }
            report(writes[positions.front()]);
            const io::SleepResult slept = co_await io::sleep_for(delay, context_->stopping);
            if (slept == io::SleepResult::Stopped) {
                co_return;
            }
            co_await writer_->write(again);
            for (std::size_t i = 0; i < again.size(); ++i) {
                writes[positions[i]] = std::move(again[i]);
            }
        }
    }

    /// Counts and logs what became of an item, whose writes begin at `next_write`.
    DeliveryStatus finish(const component::SinkItem& item, std::span<const file_sink::Write> writes,
                          std::size_t& next_write) {
        const Lines& lines = lines_of(item);
        std::size_t dropped = report_unwritten(lines, item.repeated);
        auto status = dropped == 0 ? DeliveryStatus::Delivered : DeliveryStatus::Rejected;
        for (const Lines::Run& run : lines.runs) {
            const file_sink::Write& write = writes[next_write++];
            sent_bytes(run.path).add(write.written);
            if (write.error) {
                report(write);
                const std::size_t lost = encoded_events(run, lines.encoded);
                dropped += lost;
                // What is on disk stays there, to be offered again.
                if (!context_->durable || !write.error->temporary()) {
                    context_->metrics.discarded_unintentionally.add(lost);
                }
                status = std::max(status, write.error->temporary() ? DeliveryStatus::Errored
                                                                   : DeliveryStatus::Rejected);
            }
        }
        const Batch& batch = *item.delivery.batch;
        const std::size_t sent = batch.size() - dropped;
        context_->metrics.sent_events.add(sent);
        if (sent > 0) {
            context_->metrics.sent_event_bytes.add(batch.estimated_json_size() * sent /
                                                   batch.size());
        }
        return status;
    }

    static std::size_t encoded_events(const Lines::Run& run, const EncodedEvents& encoded) {
        const auto failed =
            std::ranges::count_if(encoded.failed, [&](const EncodedEvents::Failure& failure) {
                return std::ranges::binary_search(run.events, failure.index);
            });
        return run.events.size() - static_cast<std::size_t>(failed);
    }

    /// Events that never got as far as a file; how many. Those of an item that is here again have
    /// been counted.
    std::size_t report_unwritten(const Lines& lines, bool repeated) const {
        for (const std::string& reason : lines.unrendered) {
            log_error("Failed to render template for \"path\".", reason, "template_failed",
                      "processing");
        }
        for (const std::string& reason : lines.unconfined) {
            log_error("Rendered path is outside the configured base directory; dropping event.",
                      reason, "confinement_failed", "processing");
        }
        for (const EncodedEvents::Failure& failure : lines.encoded.failed) {
            log_error("Failed serializing frame.", failure.error.message, "encoder_failed",
                      "sending");
        }
        const std::size_t count =
            lines.unrendered.size() + lines.unconfined.size() + lines.encoded.failed.size();
        if (!repeated) {
            context_->metrics.discarded_unintentionally.add(count);
        }
        return count;
    }

    void log_error(std::string_view message, const std::string& reason, std::string_view type,
                   std::string_view stage) const {
        context_->log.error(
            log_target, message,
            {telemetry::field("error", reason), telemetry::quoted("error_type", type),
             telemetry::quoted("stage", stage)});
        context_->metrics.error(type, stage);
    }

    void report(const file_sink::Write& write) const {
        const bool opening = write.failed_at == file_sink::Write::Step::Open;
        context_->log.error(
            log_target, opening ? "Unable to open the file." : "Failed to write the file.",
            {telemetry::quoted("path", write.path),
             telemetry::field("error", write.error->message()),
             telemetry::field("error_code",
                              std::string(opening ? "failed_opening_file" : "failed_writing_file")),
             telemetry::quoted("error_type", "io_failed"), telemetry::quoted("stage", "sending")});
        context_->metrics.error("io_failed", "sending");
    }

    telemetry::Counter& sent_bytes(const std::string& path) const {
        if (!options_.internal_metrics.include_file_tag) {
            return *sent_bytes_;
        }
        return telemetry::MetricsRegistry::instance().counter(
            "component_sent_bytes_total",
            context_->metrics.with({{"protocol", "file"}, {"file", path}}));
    }

    Options options_;
    vrl::Template path_;
    file_sink::ConfinedPath confined_;
    EventEncoder encoder_;
    bool acknowledge_;
    component::SinkContext* context_ = nullptr;
    telemetry::Counter* sent_bytes_ = nullptr;
    std::unique_ptr<file_sink::FileWriter> writer_;
};

std::unique_ptr<component::Sink> build(Options options, component::BuildContext& context) {
    config::GlobalOptions globals = context.globals;
    if (options.timezone) {
        globals.timezone = options.timezone;
    }
    auto path =
        vrl::Template::compile(options.path, vrl::TemplateScope::Event, globals, context.problems);
    Result<EventEncoder> encoder = EventEncoder::make(options.encoding, options.framing);
    if (!encoder) {
        context.problems.error(context.location, encoder.error().message);
    }
    if (!path || !encoder) {
        return nullptr;
    }
    const bool acknowledge = options.acknowledgements.enabled.value_or(
        context.globals.acknowledgements.enabled.value_or(false));
    return std::make_unique<File>(std::move(options), std::move(*path), std::move(*encoder),
                                  acknowledge);
}

}  // namespace
}  // namespace engine

ENGINE_REGISTER_SINK(engine::Options, {.type = "file",
                                       .summary = "Appends events to files.",
                                       .options = engine::options,
                                       .build = engine::build})
