#include "engine/vrl/condition.hpp"

#include <array>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

#include "engine/vrl/report.hpp"
#include "engine/vrl/timezone.hpp"

namespace engine::vrl {

namespace {

/// Bound names in this order: request, then partition.
enum BoundPosition : std::size_t { Method, Path_, Query, Headers, Partition, PartitionKey, Count };

std::vector<BoundName> bound_names(ConditionScope scope) {
    std::vector<BoundName> names;
    if (scope.request) {
        names.push_back({"method", kinds::bytes});
        names.push_back({"path", kinds::bytes});
        names.push_back({"query", kinds::bytes});
        names.push_back({"headers", Type::object_of(Type::any())});
    }
    if (scope.partition) {
        names.push_back({"partition", kinds::integer});
        names.push_back({"partition_key", kinds::bytes | kinds::null});
    }
    return names;
}

Value metadata_member(const Value& metadata, std::string_view name) {
    if (!metadata.is_object()) {
        return Value::null();
    }
    const Value* value = metadata.as_object().find(name);
    return value == nullptr ? Value::null() : *value;
}

}  // namespace

std::optional<Condition> Condition::compile(const config::ConditionSource& source,
                                            ConditionScope scope,
                                            const config::GlobalOptions& globals,
                                            config::OptionContext& problems) {
    Condition condition;
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
        return std::nullopt;
    }
    CompileOptions options;
    options.bound = bound_names(scope);
    options.timezone = timezone_of(globals.timezone);
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

bool Condition::matches(const Batch& batch, std::size_t index) const {
    if (kind_) {
        return batch.kind() == *kind_;
    }
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
}

}  // namespace engine::vrl
