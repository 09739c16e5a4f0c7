#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <unordered_set>

#include "engine/codec/json_parser.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/encoding/base64.hpp"
#include "engine/vrl/json_schema/validator.hpp"

namespace engine::vrl::json_schema {

void Validator::check(const Value& schema, const Value& instance) {
    if (schema.is_boolean()) {
        if (!schema.as_boolean()) {
            fail("False schema does not allow {}", json(instance));
        }
        return;
    }
    if (!schema.is_object()) {
        return;
    }
    if (++depth_ > deepest_level) {
        fail("{} nests too deeply for the schema", "the value");
    } else if (const auto* target = schema_.reference(schema.as_object());
               target != nullptr && schema_.draft() <= Draft::Draft7) {
        check(*target, instance);  // what stands beside it does not count
    } else {
        keywords(schema.as_object(), target, instance);
    }
    --depth_;
}

bool Validator::is_valid(const Value& schema, const Value& instance) {
    const std::size_t before = errors_.size();
    check(schema, instance);
    const bool is_valid = errors_.size() == before;
    errors_.resize(before);
    return is_valid;
}

void Validator::check_at(std::string step, const Value& schema, const Value& instance) {
    for (std::size_t at = 0; (at = step.find_first_of("~/", at)) != std::string::npos; at += 2) {
        step.replace(at, 1, step[at] == '~' ? "~0" : "~1");
    }
    path_.push_back(std::move(step));
    check(schema, instance);
    path_.pop_back();
}

void Validator::keywords(const ObjectNode& schema, const Value* target, const Value& instance) {
    if (target != nullptr) {
        check(*target, instance);
    }
    const std::span<const std::string_view> keys = schema.shape->keys();
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Value& value = schema.values[i];
        any_kind(keys[i], value, schema, instance);
        if (is_number(instance)) {
            number(keys[i], value, schema, instance);
        } else if (instance.is_bytes()) {
            text(keys[i], value, instance);
        } else if (instance.is_array()) {
            array(keys[i], value, schema, instance);
        } else if (instance.is_object()) {
            object(keys[i], value, schema, instance);
        }
    }
}

void Validator::any_kind(std::string_view key, const Value& value, const ObjectNode& schema,
                         const Value& instance) {
    if (key == "type") {
        type(value, instance);
    } else if (key == "enum") {
        enumeration(value, instance);
    } else if (key == "const" && schema_.draft() >= Draft::Draft6) {
        if (!is_same(value, instance)) {
            fail("{} was expected", json(value));
        }
    } else if (key == "allOf") {
        for (const Value& part : value.as_array().view()) {
            check(part, instance);
        }
    } else if (key == "anyOf") {
        if (count_valid(value, instance, 1) == 0) {
            fail("{} is not valid under any of the schemas listed in the 'anyOf' keyword",
                 json(instance));
        }
    } else if (key == "oneOf") {
        one_of(value, instance);
    } else if (key == "not") {
        if (is_valid(value, instance)) {
            fail("{} is not allowed for {}", json(value), json(instance));
        }
    } else if (key == "if" && schema_.draft() >= Draft::Draft7) {
        const Value* const next = schema.find(is_valid(value, instance) ? "then" : "else");
        if (next != nullptr) {
            check(*next, instance);
        }
    }
}

bool Validator::has_type(std::string_view type, const Value& instance) const {
    switch (instance.kind()) {
        case ValueKind::Null:
            return type == "null";
        case ValueKind::Boolean:
            return type == "boolean";
        case ValueKind::Integer:
            return type == "integer" || type == "number";
        case ValueKind::Float:
            return type == "number" || (type == "integer" && schema_.draft() > Draft::Draft4 &&
                                        std::trunc(instance.as_float()) == instance.as_float());
        case ValueKind::Array:
            return type == "array";
        case ValueKind::Object:
            return type == "object";
        default:
            return type == "string";
    }
}

void Validator::type(const Value& types, const Value& instance) {
    if (types.is_bytes()) {
        if (!has_type(types.as_bytes(), instance)) {
            fail("{} is not of type \"{}\"", json(instance), types.as_bytes());
        }
        return;
    }
    std::vector<std::string> names;
    for (const Value& name : types.as_array().view()) {
        if (name.is_bytes() && has_type(name.as_bytes(), instance)) {
            return;
        }
        names.push_back(json(name));
    }
    fail("{} is not of type{} {}", json(instance), plural(names.size(), "", "s"),
         fmt::join(names, ", "));
}

void Validator::enumeration(const Value& options, const Value& instance) {
    const auto items = options.as_array().view();
    if (std::ranges::any_of(items, [&](const Value& o) { return is_same(o, instance); })) {
        return;
    }
    // At most three are shown.
    std::string shown;
    const std::size_t count = items.size() > 3 ? 2 : items.size();
    for (std::size_t i = 0; i < count; ++i) {
        const bool is_last = i + 1 == items.size();
        shown += i == 0 ? "" : (is_last ? " or " : ", ");
        shown += json(items[i]);
    }
    if (items.size() > count) {
        shown += fmt::format(" or {} other candidates", items.size() - count);
    }
    fail("{} is not one of {}", json(instance), shown);
}

std::size_t Validator::count_valid(const Value& schemas, const Value& instance,
                                   std::size_t enough) {
    std::size_t count = 0;
    for (const Value& part : schemas.as_array().view()) {
        count += is_valid(part, instance) ? 1 : 0;
        if (count == enough) {
            break;
        }
    }
    return count;
}

void Validator::one_of(const Value& schemas, const Value& instance) {
    const std::size_t count = count_valid(schemas, instance, 2);
    if (count == 0) {
        fail("{} is not valid under any of the schemas listed in the 'oneOf' keyword",
             json(instance));
    } else if (count > 1) {
        fail("{} is valid under more than one of the schemas listed in the 'oneOf' keyword",
             json(instance));
    }
}

std::vector<std::string> validate(const Schema& schema, const Value& instance) {
    Validator validator(schema);
    validator.check(schema.root(), instance);
    return std::move(validator).errors();
}

}  // namespace engine::vrl::json_schema
