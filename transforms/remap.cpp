#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/component/measure_cpu_usage.hpp"
#include "engine/component/registry.hpp"
#include "engine/component/source_fields.hpp"
#include "engine/config/shared_options.hpp"
#include "engine/event/container.hpp"
#include "engine/vrl/program.hpp"
#include "engine/vrl/report.hpp"
#include "engine/vrl/target.hpp"
#include "engine/vrl/timezone.hpp"

// Runs a VRL program on each event.
namespace engine {
namespace {

constexpr std::string_view log_target = "engine::transforms::remap";

using vrl::TagValues;

struct Options {
    std::optional<config::Located<std::string>> source;
    std::optional<config::Located<std::string>> file;
    std::vector<config::Located<std::string>> files;
    std::optional<std::string> timezone;
    bool drop_on_error = false;
    bool drop_on_abort = true;
    bool reroute_dropped = false;
    TagValues metric_tag_values = TagValues::Single;
    bool measure_cpu_usage = false;
};

config::OptionTable<Options> options() {
    using namespace config;
    return OptionTable<Options>{
        optional("source", &Options::source, "The program.",
                 nullable(located(type_of<std::string>())))
            .example("'.level = downcase!(.level)'"),
        optional("file", &Options::file, "File with the program.",
                 nullable(located(type_of<std::string>()))),
        optional("files", &Options::files, "Files that are joined to the program, in this order.",
                 array_of(located(type_of<std::string>()))),
        optional("timezone", &Options::timezone,
                 "Time zone of timestamps that name none; unset follows the global option.",
                 nullable(time_zone())),
        optional("drop_on_error", &Options::drop_on_error,
                 "Whether an event on which the program fails is dropped rather than passed "
                 "unchanged."),
        optional("drop_on_abort", &Options::drop_on_abort,
                 "Whether an event on which the program aborts is dropped rather than passed "
                 "unchanged."),
        optional("reroute_dropped", &Options::reroute_dropped,
                 "Whether dropped events go to the output `dropped`."),
        optional("metric_tag_values", &Options::metric_tag_values,
                 "How tags of metrics look to the program.",
                 choice<TagValues>({{"single", TagValues::Single, "The last value."},
                                    {"full", TagValues::Full, "Arrays of values."},
                                    {"auto", TagValues::Auto, "Arrays where there are several."}})),
        component::measure_cpu_usage(&Options::measure_cpu_usage),
    }
        .check([](const Options& options, const Node& node, OptionContext& context) {
            const int given = int{options.source.has_value()} + int{options.file.has_value()} +
                              int{!options.files.empty()};
            if (given != 1) {
                context.error(node.location(),
                              "must provide exactly one of `source`, `file` or `files`");
            }
        });
}

config::ComponentShape shape(const Options& options) {
    config::ComponentShape shape;
    shape.outputs.emplace_back();
    if (options.reroute_dropped) {
        shape.outputs.push_back({"dropped", config::EventTypes::All, true});
    }
    return shape;
}

class Remap final : public component::Transform {
public:
    Remap(std::shared_ptr<const vrl::Program> program, const Options& options,
          const config::GlobalOptions& globals)
        : program_(std::move(program)),
          drop_on_error_(options.drop_on_error),
          drop_on_abort_(options.drop_on_abort),
          reroute_(options.reroute_dropped),
          tags_(options.metric_tag_values),
          access_(program_->uses_request() ? vrl::Access::ReadRequest : vrl::Access::Read),
          message_key_(component::SourceFields::path_of(globals.log_schema.message_key)),
          metadata_key_(component::SourceFields::path_of(globals.log_schema.metadata_key)) {}

    void start(const component::RunContext& context) override { context_ = &context; }

    void process(Delivery delivery, component::TransformOutputs& outputs) const override {
        const BatchRef input = delivery.batch;
        const std::size_t count = input->size();
        // Programs write to the arena of the batch that they fill; the input stays as it is, so
        // that an event on which the program fails is still there unchanged.
        BatchRef output = Batch::derive(input);
        BatchRef dropped;
        output->retain(program_);
        output->reserve(count);
        thread_local vrl::Context context(output->arena());
        context.set_arena(output->arena());
        for (std::size_t i = 0; i < count; ++i) {
            vrl::Target target = vrl::target_of(*input, i, access_, output->arena(), tags_);
            const vrl::Outcome outcome =
                vrl::run(*program_, target, context, vrl::memory_allowance(output->arena()));
            if (outcome.ok()) {
                push_result(*output, *input, i, target);
            } else {
                fail(input, i, outcome, *output, dropped);
            }
        }
        Acknowledgement share = dropped ? delivery.acknowledgement : Acknowledgement();
        outputs.emit({std::move(output), std::move(delivery.acknowledgement)});
        if (dropped) {
            outputs.emit(1, {std::move(dropped), std::move(share)});
        }
    }

    [[nodiscard]] bool reads_request() const override { return program_->uses_request(); }

private:
    /// An array becomes one event an item; what is no object goes to the message field.
    void push_result(Batch& output, const Batch& input, std::size_t index,
                     const vrl::Target& target) const {
        if (target.metric) {
            push_metric(output, input, index, target);
            return;
        }
        if (!target.event.is_array()) {
            push_event(output, input, index, target.event, target);
            return;
        }
        freeze(target.metadata, output.arena());
        freeze(target.secrets, output.arena());
        for (const Value& item : target.event.as_array().view()) {
            freeze(item, output.arena());
            push_event(output, input, index, item, target);
        }
    }

    void push_event(Batch& output, const Batch& input, std::size_t index, Value root,
                    const vrl::Target& target) const {
        static const std::vector<PathSegment> vector_metadata{std::string("vector")};
        const bool keeps_scalars =
            target.metadata.is_object() && get(target.metadata, vector_metadata) != nullptr;
        if (!root.is_object() && !keeps_scalars) {
            Value object = Value::object(new_object(Shape::empty(), output.arena()));
            if (message_key_) {
                insert(object, message_key_->segments, root, output.arena());
            }
            root = object;
        }
        output.push_from(input, index);
        output.root(output.size() - 1) = root;
        write_beside(output, target);
    }

    void push_metric(Batch& output, const Batch& input, std::size_t index,
                     const vrl::Target& target) const {
        output.push_from(input, index);
        if (program_->writes()) {
            vrl::write_metric(target.event, tags_, output.metric(output.size() - 1),
                              output.arena());
        }
        write_beside(output, target);
    }

    /// What the program changed beside the event, for the last event of `output`.
    static void write_beside(Batch& output, const vrl::Target& target) {
        if (target.metadata_changed) {
            output.writable_metadata(output.size() - 1) = target.metadata;
        }
        if (target.secrets_changed) {
            output.writable_secrets(output.size() - 1) = target.secrets;
        }
    }

    void fail(const BatchRef& input, std::size_t index, const vrl::Outcome& outcome, Batch& output,
              BatchRef& dropped) const {
        const bool aborted = outcome.kind == vrl::Outcome::Kind::Abort;
        if (aborted) {
            context_->log.debug(log_target, "Event mapping aborted.",
                                {telemetry::field("message", std::string(outcome.message))});
        } else {
            context_->log.error(log_target, "Mapping failed with event.",
                                {telemetry::quoted("error", outcome.message),
                                 telemetry::quoted("error_type", "conversion_failed"),
                                 telemetry::quoted("stage", "processing")});
            context_->metrics.error("conversion_failed", "processing");
        }
        if (!(aborted ? drop_on_abort_ : drop_on_error_)) {
            output.push_from(*input, index);
            return;
        }
        if (!reroute_) {
            (aborted ? context_->metrics.discarded_intentionally
                     : context_->metrics.discarded_unintentionally)
                .add();
            return;
        }
        if (!dropped) {
            dropped = Batch::derive(input);
        }
        dropped->push_from(*input, index);
        describe(*dropped, outcome, aborted ? "abort" : "error");
    }

    /// `metadata.dropped`: why the event was dropped, and by which component. A metric has it in
    /// tags, without the message, which would make a series of each.
    void describe(Batch& batch, const vrl::Outcome& outcome, std::string_view reason) const {
        if (!metadata_key_) {
            return;
        }
        Arena& arena = batch.arena();
        Member members[] = {
            {"component_id", Value::bytes(context_->id)},
            {"component_kind", Value::bytes("transform")},
            {"component_type", Value::bytes("remap")},
            {"reason", Value::bytes(reason)},
            {"message", Value::copy_of(outcome.message, arena)},
        };
        if (batch.kind() == EventKind::Metric) {
            add_tags(batch.metric(batch.size() - 1), std::span(members).first(4), arena);
            return;
        }
        std::vector<PathSegment> path = metadata_key_->segments;
        path.emplace_back(std::string("dropped"));
        insert(batch.root(batch.size() - 1), path, object_of(members, arena), arena);
    }

    void add_tags(Metric& metric, std::span<const Member> members, Arena& arena) const {
        const std::string prefix = metadata_key_->to_string().substr(1) + ".dropped.";
        std::vector<MetricTag> tags(metric.tags.begin(), metric.tags.end());
        for (const Member& member : members) {
            const std::string key = prefix + std::string(member.key);
            const auto place = std::ranges::lower_bound(tags, key, {}, &MetricTag::key);
            auto* value = arena.create<Value>(member.value);
            if (place != tags.end() && place->key == key) {
                place->values = {value, 1};
            } else {
                tags.insert(place, {arena.copy(key), {value, 1}});
            }
        }
        auto* stored = arena.allocate_array<MetricTag>(tags.size());
        std::ranges::copy(tags, stored);
        metric.tags = {stored, tags.size()};
    }

    std::shared_ptr<const vrl::Program> program_;
    bool drop_on_error_;
    bool drop_on_abort_;
    bool reroute_;
    TagValues tags_;
    vrl::Access access_;
    std::optional<Path> message_key_;
    std::optional<Path> metadata_key_;
    const component::RunContext* context_ = nullptr;
};

/// The program's text, and where problems in it are shown.
std::optional<config::Located<std::string>> program_text(const Options& options,
                                                         config::OptionContext& problems) {
    if (options.source) {
        return options.source;
    }
    std::vector<config::Located<std::string>> names = options.files;
    if (options.file) {
        names.push_back(*options.file);
    }
    config::Located<std::string> program;
    program.location = names.front().location;
    for (const auto& name : names) {
        std::ifstream stream(name.value, std::ios::binary);
        if (!stream) {
            problems.error(name.location, fmt::format("Could not open vrl program {}", name.value));
            return std::nullopt;
        }
        if (!program.value.empty()) {
            program.value += '\n';
        }
        program.value.append(std::istreambuf_iterator<char>(stream), {});
    }
    return program;
}

std::unique_ptr<component::Transform> build(Options options, component::BuildContext& context) {
    const auto text = program_text(options, context.problems);
    if (!text) {
        return nullptr;
    }
    vrl::CompileOptions compile;
    compile.has_metrics = true;
    compile.timezone =
        vrl::timezone_of(options.timezone ? options.timezone : context.globals.timezone);
    compile.tables = context.globals.tables;
    auto program = vrl::compile(SourceText("", text->value), compile);
    if (!program) {
        vrl::report(program.error(), text->value, text->location, context.problems);
        return nullptr;
    }
    vrl::report((*program)->warnings(), text->value, text->location, context.problems);
    return std::make_unique<Remap>(std::move(*program), options, context.globals);
}

}  // namespace
}  // namespace engine

ENGINE_REGISTER_TRANSFORM(engine::Options, {.type = "remap",
                                            .summary = "Changes events with a VRL program.",
                                            .options = engine::options,
                                            .build = engine::build,
                                            .shape = engine::shape})
