#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/metric_object.hpp"
#include "engine/vrl/node.hpp"

namespace engine::vrl {

namespace {

constexpr std::string_view request_key = "request";

/// `%request`: what the program assigned, else the received request, which then becomes part of
/// the metadata.
const Value* request(Context& context, Value& scratch) {
    Target& target = context.target();
    if (target.metadata.is_object()) {
        if (const Value* assigned = target.metadata.as_object().find(request_key)) {
            return assigned;
        }
    }
    if (!target.envelope) {
        return nullptr;
    }
    scratch = target.envelope->to_value(context.arena());
    return &scratch;
}

/// `%` never shows the request.
Value without_request(Value metadata, Arena& arena) {
    if (metadata.is_object() && metadata.as_object().find(request_key) != nullptr) {
        Value copy = metadata;
        freeze(copy, arena);
        remove_member(writable_object(copy, arena), request_key, arena);
        return copy;
    }
    return metadata;
}

}  // namespace

const Value* Query::look_up(Context& context, Value& scratch) const {
    switch (origin_) {
        case Origin::Event:
            return engine::get(context.target().event, path_);
        case Origin::Metadata:
            return engine::get(context.target().metadata, path_);
        case Origin::Request: {
            const Value* root = request(context, scratch);
            return root == nullptr ? nullptr : engine::get(*root, path_);
        }
        case Origin::Variable:
            return engine::get(context.variable(slot_), path_);
        case Origin::Expression:
            scratch = expression_->resolve(context);
            return scratch.is_failure() ? &scratch : engine::get(scratch, path_);
    }
    return nullptr;
}

Value Query::get(Context& context) const {
    Value scratch;
    const Value* found = look_up(context, scratch);
    if (found == nullptr) {
        return origin_ == Origin::Metadata && path_.empty()
                   ? Value::object(new_object(Shape::empty(), context.arena()))
                   : Value::null();
    }
    freeze(*found, context.arena());
    if (path_.empty() && origin_ == Origin::Metadata) {
        return found->is_null() ? Value::object(new_object(Shape::empty(), context.arena()))
                                : without_request(*found, context.arena());
    }
    return *found;
}

Value Query::get_root(Context& context) const {
    if (origin_ == Origin::Expression) {
        return expression_->resolve(context);
    }
    return (origin_ == Origin::Variable ? Query(slot_, {}) : Query(origin_, {})).get(context);
}

bool Query::exists(Context& context) const {
    Value scratch;
    return look_up(context, scratch) != nullptr;
}

Value& Query::root(Context& context) const {
    Target& target = context.target();
    switch (origin_) {
        case Origin::Event:
            return target.event;
        case Origin::Variable:
            return context.variable(slot_);
        default:
            break;
    }
    target.metadata_changed = true;
    if (!target.metadata.is_object()) {
        target.metadata = Value::object(new_object(Shape::empty(), context.arena()));
    }
    if (origin_ != Origin::Request) {
        return target.metadata;
    }
    ObjectNode& metadata = writable_object(target.metadata, context.arena());
    if (metadata.find(request_key) == nullptr) {
        Value received;
        if (target.envelope) {
            received = target.envelope->to_value(context.arena());
        }
        insert_member(metadata, request_key, context.arena()) = received;
    }
    return insert_member(metadata, request_key, context.arena());
}

void Query::set(Context& context, Value value) const {
    if (path_.empty() && origin_ == Origin::Metadata && !value.is_object()) {
        value = Value::object(new_object(Shape::empty(), context.arena()));
    }
    if (origin_ == Origin::Event && context.target().metric && !metric_takes(path_, value))
        [[unlikely]] {
        return;
    }
    engine::insert(root(context), path_, value, context.arena());
}

std::optional<Value> Query::remove(Context& context, bool prune) const {
    if (origin_ == Origin::Expression) {
        Value scratch;
        const Value* found = look_up(context, scratch);
        return found == nullptr ? std::nullopt : std::optional(*found);
    }
    if (origin_ == Origin::Event && context.target().metric && !metric_can_lose(path_))
        [[unlikely]] {
        return std::nullopt;
    }
    return engine::remove(root(context), path_, prune, context.arena());
}

}  // namespace engine::vrl
