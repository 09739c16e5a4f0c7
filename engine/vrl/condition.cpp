#include "engine/vrl/condition.hpp"

<<<<<<< HEAD
#include <array>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

#include "engine/vrl/report.hpp"
=======
#include <fmt/format.h>

#include "engine/vrl/report.hpp"
#include "engine/vrl/target.hpp"
>>>>>>> vrlcore
#include "engine/vrl/timezone.hpp"

namespace engine::vrl {

namespace {

<<<<<<< HEAD
/// Bound names in this order: request, then partition.
enum BoundPosition : std::size_t { Method, Path_, Query, Headers, Partition, PartitionKey, Count };
=======
BoundName bound(std::string_view name, std::string_view field, Type type) {
    BoundName result{std::string(name), {}, std::move(type)};
    result.path.target = PathTarget::Metadata;
    if (field != name) {
        result.path.segments.emplace_back(std::string(field));
    }
    result.path.segments.emplace_back(std::string(name));
    return result;
}
>>>>>>> vrlcore

std::vector<BoundName> bound_names(ConditionScope scope) {
    std::vector<BoundName> names;
    if (scope.request) {
<<<<<<< HEAD
        names.push_back({"method", kinds::bytes});
        names.push_back({"path", kinds::bytes});
        names.push_back({"query", kinds::bytes});
        names.push_back({"headers", Type::object_of(Type::any())});
    }
    if (scope.partition) {
        names.push_back({"partition", kinds::integer});
        names.push_back({"partition_key", kinds::bytes | kinds::null});
=======
        for (const std::string_view name : {"method", "path", "query"}) {
            names.push_back(bound(name, "request", kinds::bytes));
        }
        names.push_back(bound("headers", "request", Type(kinds::object | kinds::null)));
    }
    if (scope.partition) {
        names.push_back(bound("partition", "partition", Type(kinds::integer | kinds::null)));
        names.push_back(bound("partition_key", "partition_key", kinds::bytes));
>>>>>>> vrlcore
    }
    return names;
}

<<<<<<< HEAD
Value metadata_member(const Value& metadata, std::string_view name) {
    if (!metadata.is_object()) {
        return Value::null();
    }
    const Value* value = metadata.as_object().find(name);
    return value == nullptr ? Value::null() : *value;
=======
std::optional<EventKind> kind_named(std::string_view type) {
    if (type == "is_log") {
        return EventKind::Log;
    }
    if (type == "is_metric") {
        return EventKind::Metric;
    }
    if (type == "is_trace") {
        return EventKind::Trace;
    }
    return std::nullopt;
>>>>>>> vrlcore
}

}  // namespace

std::optional<Condition> Condition::compile(const config::ConditionSource& source,
                                            ConditionScope scope,
                                            const config::GlobalOptions& globals,
                                            config::OptionContext& problems) {
    Condition condition;
<<<<<<< HEAD
    if (source.type == "is_log" || source.type == "is_metric" || source.type == "is_trace") {
        condition.kind_ = source.type == "is_log"      ? EventKind::Log
                          : source.type == "is_metric" ? EventKind::Metric
                                                       : EventKind::Trace;
        return condition;
    }
    const std::string& text = source.source.value;
    if (source.type != "vrl") {
        problems.error(source.source.location,
                       "conditions of type " + source.type + " are not in this build");
=======
    condition.kind_ = kind_named(source.type);
    if (condition.kind_) {
        return condition;
    }
    const config::Location& location = source.source.location;
    if (source.type != "vrl") {
        problems.error(location,
                       fmt::format("conditions of type `{}` are not in this build", source.type));
>>>>>>> vrlcore
        return std::nullopt;
    }
    CompileOptions options;
    options.bound = bound_names(scope);
    options.timezone = timezone_of(globals.timezone);
<<<<<<< HEAD
    options.read_only.push_back({Path{}, true});
    options.read_only.push_back({Path{PathTarget::Metadata, {}}, true});
    auto program = vrl::compile(SourceText("", text), options);
    if (!program) {
        report(program.error(), text, source.source.location, problems);
        return std::nullopt;
    }
    if (!(*program)->type().is(kinds::boolean)) {
        problems.error(source.source.location, "VRL conditions must return a boolean.",
                       "this is " + (*program)->type().describe());
        return std::nullopt;
    }
    report((*program)->warnings(), text, source.source.location, problems);
    condition.program_ = std::move(*program);
    condition.scope_ = scope;
    const auto names = [&](std::string_view name) {
        return scope.request && text.find(name) != std::string::npos;
    };
    condition.used_ = {names("method"), names("path"), names("query"), names("headers")};
    condition.reads_request_ = condition.program_->uses_request() || condition.used_.method ||
                               condition.used_.path || condition.used_.query ||
                               condition.used_.headers;
    return condition;
}

bool Condition::holds(Target& target) const {
    thread_local Arena scratch;
    thread_local Context context(scratch);
    // The result is a plain boolean: nothing of the last run is needed any more.
    scratch.rewind();
    std::array<Value, Count> bound;
    std::size_t count = 0;
    if (scope_.request) {
        const EnvelopeRef& request = target.envelope;
        const auto text = [&](bool used, std::string_view RequestEnvelope::*member) {
            return used && request ? Value::bytes((*request).*member) : Value::bytes("");
        };
        bound[count++] = text(used_.method, &RequestEnvelope::method);
        bound[count++] = text(used_.path, &RequestEnvelope::path);
        bound[count++] = text(used_.query, &RequestEnvelope::query);
        bound[count++] = used_.headers && request
                             ? *request->to_value(scratch).as_object().find("headers")
                             : Value::object(new_object(Shape::empty(), scratch));
    }
    if (scope_.partition) {
        bound[count++] = metadata_member(target.metadata, "partition");
        bound[count++] = metadata_member(target.metadata, "partition_key");
    }
    target.bound = std::span<const Value>(bound.data(), count);
    const Outcome outcome = run(*program_, target, context);
    return outcome.ok() && outcome.value.is_boolean() && outcome.value.as_boolean();
}

=======
    const std::string& text = source.source.value;
    auto program = vrl::compile(SourceText("", text), options);
    if (!program) {
        report(program.error(), text, location, problems);
        return std::nullopt;
    }
    report((*program)->warnings(), text, location, problems);
    if ((*program)->type().kinds() != kinds::boolean) {
        problems.error(location, fmt::format("a condition must resolve to a boolean, this one "
                                             "resolves to {}",
                                             (*program)->type().describe()));
        return std::nullopt;
    }
    condition.program_ = std::move(*program);
    return condition;
}

>>>>>>> vrlcore
bool Condition::matches(const Batch& batch, std::size_t index) const {
    if (kind_) {
        return batch.kind() == *kind_;
    }
<<<<<<< HEAD
    if (batch.kind() == EventKind::Metric) {
        return false;
    }
    Target target;
    target.event = batch.root(index);
    target.metadata = batch.metadata(index);
    if (reads_request_) {
        target.envelope = batch.envelope(index);
    }
    return holds(target);
}

bool Condition::matches(const Value& event) const {
    if (kind_) {
        return *kind_ == EventKind::Log;
    }
    Target target;
    target.event = event;
    return holds(target);
=======
    thread_local Arena arena;
    thread_local Context context(arena);
    arena.rewind();
    const Access access = program_->uses_request() ? Access::ReadRequest : Access::Read;
    Target target = target_of(batch, index, access, arena);
    const Outcome outcome = run(*program_, target, context);
    return outcome.ok() && outcome.value.is_boolean() && outcome.value.as_boolean();
>>>>>>> vrlcore
}

}  // namespace engine::vrl
