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

void Validator::check_items(const Value& schema, std::span<const Value> items, std::size_t from) {
    for (std::size_t i = from; i < items.size(); ++i) {
        check_at(std::to_string(i), schema, items[i]);
    }
}

bool Validator::has_twins(std::span<const Value> items) {
    std::unordered_set<std::string> seen;
    return std::ranges::any_of(items, [&seen](const Value& item) {
        std::string text;
        append_canonical(item, text);
        return !seen.insert(std::move(text)).second;
    });
}

void Validator::contains(const Value& value, const ObjectNode& schema, const Value& instance) {
    const Value* const least = schema.find("minContains");
    const Value* const most = schema.find("maxContains");
    const bool counts = schema_.draft() >= Draft::Draft201909;
    std::size_t count = 0;
    for (const Value& item : instance.as_array().view()) {
        count += is_valid(value, item) ? 1 : 0;
    }
    if (count < (counts && least != nullptr ? count_of(*least) : 1) ||
        (counts && most != nullptr && count > count_of(*most))) {
        fail("None of {} are valid under the given schema", json(instance));
    }
}

void Validator::additional_items(const Value& value, const ObjectNode& schema,
                                 const Value& instance) {
    const Value* const before = tuple(schema);
    const auto items = instance.as_array().view();
    if (before == nullptr || items.size() <= before->as_array().size) {
        return;
    }
    const std::size_t from = before->as_array().size;
    if (!value.is_boolean()) {
        check_items(value, items, from);
    } else if (!value.as_boolean()) {
        std::vector<std::string> extra;
        for (const Value& item : items.subspan(from)) {
            extra.push_back(json(item));
        }
        fail("Additional items are not allowed ({} {} unexpected)", fmt::join(extra, ", "),
             plural(extra.size(), "was", "were"));
    }
}

void Validator::unevaluated_items(const Value& value, const ObjectNode& schema,
                                  const Value& instance) {
    Evaluated seen;
    evaluate(schema, instance, seen, "unevaluatedItems");
    const auto items = instance.as_array().view();
    std::vector<std::string> extra;
    for (std::size_t i = 0; i < items.size() && !seen.has_all_items; ++i) {
        if (!seen.items.contains(i) && !is_valid(value, items[i])) {
            extra.push_back(json(items[i]));
        }
    }
    if (!extra.empty()) {
        fail("Unevaluated items are not allowed ({} {} unexpected)", fmt::join(extra, ", "),
             plural(extra.size(), "was", "were"));
    }
}

void Validator::object(std::string_view key, const Value& value, const ObjectNode& schema,
                       const Value& instance) {
    const ObjectNode& object = instance.as_object();
    if (key == "maxProperties" && object.size() > count_of(value)) {
        fail("{} has more than {} propert{}", json(instance), count_of(value),
             plural(count_of(value), "y", "ies"));
    } else if (key == "minProperties" && object.size() < count_of(value)) {
        fail("{} has less than {} propert{}", json(instance), count_of(value),
             plural(count_of(value), "y", "ies"));
    } else if (key == "required" && value.is_array()) {
        required(value, object);
    } else if (key == "properties") {
        properties(value.as_object(), object);
    } else if (key == "patternProperties") {
        pattern_properties(value.as_object(), object);
    } else if (key == "additionalProperties") {
        additional_properties(value, schema, object);
    } else if (key == "propertyNames" && schema_.draft() >= Draft::Draft6) {
        for (const std::string_view name : object.shape->keys()) {
            check(value, Value::bytes(name));
        }
    } else if ((key == "dependencies" && schema_.draft() <= Draft::Draft7) ||
               ((key == "dependentRequired" || key == "dependentSchemas") &&
                schema_.draft() >= Draft::Draft201909)) {
        dependencies(value.as_object(), instance);
    } else if (key == "unevaluatedProperties" && schema_.draft() >= Draft::Draft201909) {
        unevaluated_properties(value, schema, instance);
    }
}

void Validator::required(const Value& names, const ObjectNode& object) {
    for (const Value& name : names.as_array().view()) {
        if (name.is_bytes() && object.find(name.as_bytes()) == nullptr) {
            fail("{} is a required property", json(name));
        }
    }
}

void Validator::properties(const ObjectNode& schemas, const ObjectNode& object) {
    for (std::uint32_t i = 0; i < schemas.size(); ++i) {
        const std::string_view name = schemas.shape->keys()[i];
        if (const Value* const member = object.find(name)) {
            check_at(std::string(name), schemas.values[i], *member);
        }
    }
}

void Validator::pattern_properties(const ObjectNode& schemas, const ObjectNode& object) {
    for (std::uint32_t i = 0; i < schemas.size(); ++i) {
        const regex::Regex& pattern = schema_.pattern(schemas.shape->keys()[i]);
        for (std::uint32_t j = 0; j < object.size(); ++j) {
            const std::string_view name = object.shape->keys()[j];
            if (pattern.matches(name)) {
                check_at(std::string(name), schemas.values[i], object.values[j]);
            }
        }
    }
}

bool Validator::is_listed(const ObjectNode& schema, std::string_view name) const {
    const Value* const named = schema.find("properties");
    const Value* const patterns = schema.find("patternProperties");
    return (named != nullptr && named->as_object().find(name) != nullptr) ||
           (patterns != nullptr &&
            std::ranges::any_of(patterns->as_object().shape->keys(), [&](std::string_view pattern) {
                return schema_.pattern(pattern).matches(name);
            }));
}

void Validator::additional_properties(const Value& value, const ObjectNode& schema,
                                      const ObjectNode& object) {
    std::vector<std::string> extra;
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        const std::string_view name = object.shape->keys()[i];
        if (is_listed(schema, name)) {
            continue;
        }
        if (value.is_object()) {
            check_at(std::string(name), value, object.values[i]);
        } else if (!value.as_boolean()) {
            extra.push_back(fmt::format("'{}'", name));
        }
    }
    if (!extra.empty()) {
        fail("Additional properties are not allowed ({} {} unexpected)", fmt::join(extra, ", "),
             plural(extra.size(), "was", "were"));
    }
}

void Validator::dependencies(const ObjectNode& map, const Value& instance) {
    for (std::uint32_t i = 0; i < map.size(); ++i) {
        if (instance.as_object().find(map.shape->keys()[i]) == nullptr) {
            continue;
        }
        if (map.values[i].is_array()) {
            required(map.values[i], instance.as_object());
        } else {
            check(map.values[i], instance);
        }
    }
}

void Validator::unevaluated_properties(const Value& value, const ObjectNode& schema,
                                       const Value& instance) {
    Evaluated seen;
    evaluate(schema, instance, seen, "unevaluatedProperties");
    const ObjectNode& object = instance.as_object();
    std::vector<std::string> extra;
    for (std::uint32_t i = 0; i < object.size() && !seen.has_all_members; ++i) {
        const std::string_view name = object.shape->keys()[i];
        if (!seen.members.contains(name) && !is_valid(value, object.values[i])) {
            extra.push_back(fmt::format("'{}'", name));
        }
    }
    if (!extra.empty()) {
        fail("Unevaluated properties are not allowed ({} {} unexpected)", fmt::join(extra, ", "),
             plural(extra.size(), "was", "were"));
    }
}

void Validator::evaluate(const Value* schema, const Value& instance, Evaluated& seen) {
    if (schema != nullptr && schema->is_object() && is_valid(*schema, instance)) {
        evaluate(schema->as_object(), instance, seen, "");
    }
}

void Validator::evaluate_each(const Value* schemas, const Value& instance, Evaluated& seen) {
    if (schemas != nullptr && schemas->is_array()) {
        for (const Value& schema : schemas->as_array().view()) {
            evaluate(&schema, instance, seen);
        }
    }
}

void Validator::evaluate(const ObjectNode& schema, const Value& instance, Evaluated& seen,
                         std::string_view except) {
    if (++depth_ <= deepest_level) {
        evaluate(schema_.reference(schema), instance, seen);
        evaluate_each(schema.find("allOf"), instance, seen);
        evaluate_each(schema.find("anyOf"), instance, seen);
        evaluate_each(schema.find("oneOf"), instance, seen);
        if (const Value* const condition = schema.find("if")) {
            const bool holds = is_valid(*condition, instance);
            evaluate(holds ? condition : nullptr, instance, seen);
            evaluate(schema.find(holds ? "then" : "else"), instance, seen);
        }
        if (instance.is_object()) {
            evaluate_members(schema, instance, seen, except);
        } else if (instance.is_array()) {
            evaluate_items(schema, instance, seen, except);
        }
    }
    --depth_;
}

void Validator::evaluate_members(const ObjectNode& schema, const Value& instance, Evaluated& seen,
                                 std::string_view except) {
    const ObjectNode& object = instance.as_object();
    if (const Value* const dependent = schema.find("dependentSchemas")) {
        for (std::uint32_t i = 0; i < dependent->as_object().size(); ++i) {
            if (object.find(dependent->as_object().shape->keys()[i]) != nullptr) {
                evaluate(&dependent->as_object().values[i], instance, seen);
            }
        }
    }
    seen.has_all_members |=
        schema.find("additionalProperties") != nullptr ||
        (except != "unevaluatedProperties" && schema.find("unevaluatedProperties") != nullptr);
    for (const std::string_view name : object.shape->keys()) {
        if (is_listed(schema, name)) {
            seen.members.insert(name);
        }
    }
}

void Validator::evaluate_items(const ObjectNode& schema, const Value& instance, Evaluated& seen,
                               std::string_view except) {
    const Value* const items = schema.find("items");
    const Value* const before = tuple(schema);
    seen.has_all_items |=
        (items != nullptr && items != before) || schema.find("additionalItems") != nullptr ||
        (except != "unevaluatedItems" && schema.find("unevaluatedItems") != nullptr);
    for (std::size_t i = 0; before != nullptr && i < before->as_array().size; ++i) {
        seen.items.insert(i);
    }
    const Value* const contains = schema.find("contains");
    if (contains == nullptr || schema_.draft() != Draft::Draft202012) {
        return;
    }
    for (std::size_t i = 0; i < instance.as_array().size; ++i) {
        if (is_valid(*contains, instance.as_array().items[i])) {
            seen.items.insert(i);
        }
    }
}

}  // namespace engine::vrl::json_schema
