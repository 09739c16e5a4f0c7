#include "engine/topology/unit_test_event.hpp"

#include <fmt/format.h>

#include "engine/codec/metric_reader.hpp"
#include "engine/event/container.hpp"
#include "engine/event/path.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/program.hpp"
#include "engine/vrl/report.hpp"
#include "engine/vrl/timezone.hpp"

namespace engine::topology {

namespace {

using config::Node;

Value value_of(const Node& node, Arena& arena) {
    switch (node.kind()) {
        case Node::Kind::Null:
            return Value::null();
        case Node::Kind::Boolean:
            return Value::boolean(node.as_boolean());
        case Node::Kind::Integer:
            return Value::integer(node.as_integer());
        case Node::Kind::Float:
            return Value::floating(node.as_float());
        case Node::Kind::String:
        case Node::Kind::DateTime:
            return Value::copy_of(node.as_string(), arena);
        case Node::Kind::Array: {
            std::vector<Value> items;
            for (const Node& item : node.items()) {
                items.push_back(value_of(item, arena));
            }
            return array_of(items, arena);
        }
        case Node::Kind::Table: {
            std::vector<Member> members;
            for (const Node::Entry& entry : node.entries()) {
                members.push_back({arena.copy(entry.key), value_of(entry.value, arena)});
            }
            return object_of(members, arena);
        }
    }
    return Value::null();
}

/// As a source makes it of a line of text.
Value log_event(std::string_view message, Arena& arena) {
    Member members[] = {{"message", Value::copy_of(message, arena)},
                        {"timestamp", Value::timestamp(Timestamp::now())}};
    return object_of(members, arena);
}

void add_fields(const config::UnitTestInput& input, Value& root, Arena& arena,
                config::OptionContext& problems) {
    for (const auto& [name, node] : input.log_fields) {
        const Result<Path> path = Path::parse(name);
        if (!path) {
            problems.error(node.location(),
                           fmt::format("`{}` is no path: {}", name, path.error().message));
            continue;
        }
        insert(root, path->segments, value_of(node, arena), arena);
    }
}

void run_program(const config::Located<std::string>& source, Batch& batch,
                 const config::GlobalOptions& globals, config::OptionContext& problems) {
    vrl::CompileOptions options;
    options.has_metrics = true;
    options.timezone = vrl::timezone_of(globals.timezone);
    auto program = vrl::compile(SourceText("", source.value), options);
    if (!program) {
        vrl::report(program.error(), source.value, source.location, problems);
        return;
    }
    vrl::Target target;
    target.event = Value::object(new_object(Shape::empty(), batch.arena()));
    vrl::Context context(batch.arena());
    const vrl::Outcome outcome = vrl::run(**program, target, context);
    if (!outcome.ok() || !target.event.is_object()) {
        problems.error(source.location, outcome.ok() ? std::string("the program makes no event")
                                                     : std::string(outcome.message));
        return;
    }
    batch.retain(*program);
    batch.push(target.event);
    if (target.metadata_changed) {
        batch.writable_metadata(0) = target.metadata;
    }
}

BatchRef metric_event(const config::UnitTestInput& input, config::OptionContext& problems) {
    BatchRef batch = Batch::make(EventKind::Metric);
    if (!input.metric) {
        problems.error(input.location, "an input of type `metric` needs `metric`");
        return batch;
    }
    auto metric = read_metric(value_of(*input.metric, batch->arena()), batch->arena());
    if (!metric) {
        problems.error(input.metric->location(), metric.error().message);
        return batch;
    }
    batch->push(*metric);
    return batch;
}

}  // namespace

BatchRef unit_test_event(const config::UnitTestInput& input, const config::GlobalOptions& globals,
                         config::OptionContext& problems) {
    if (input.type == "metric") {
        return metric_event(input, problems);
    }
    BatchRef batch = Batch::make(EventKind::Log);
    if (input.type == "vrl") {
        if (input.source) {
            run_program(*input.source, *batch, globals, problems);
        } else {
            problems.error(input.location, "an input of type `vrl` needs `source`");
        }
        return batch;
    }
    if (input.type == "raw" && !input.value) {
        problems.error(input.location, "an input of type `raw` needs `value`");
    }
    if (input.type == "log" && input.log_fields.empty()) {
        problems.error(input.location, "an input of type `log` needs `log_fields`");
    }
    Value root = log_event(input.type == "raw" ? input.value.value_or("") : "", batch->arena());
    add_fields(input, root, batch->arena(), problems);
    batch->push(root);
    return batch;
}

}  // namespace engine::topology
