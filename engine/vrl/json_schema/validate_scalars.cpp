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

bool Validator::is_true(const ObjectNode& schema, std::string_view key) {
    const Value* const value = schema.find(key);
    return value != nullptr && value->is_boolean() && value->as_boolean();
}

void Validator::number(std::string_view key, const Value& limit, const ObjectNode& schema,
                       const Value& instance) {
    if (!is_number(limit)) {
        return;  // draft 4's booleans
    }
    const int order = compared(instance, limit);
    const bool excludes_maximum = key == "exclusiveMaximum" || is_true(schema, "exclusiveMaximum");
    const bool excludes_minimum = key == "exclusiveMinimum" || is_true(schema, "exclusiveMinimum");
    if (key == "maximum" || key == "exclusiveMaximum") {
        if (order > 0 && !excludes_maximum) {
            fail("{} is greater than the maximum of {}", json(instance), json(limit));
        } else if (order >= 0 && excludes_maximum) {
            fail("{} is greater than or equal to the maximum of {}", json(instance), json(limit));
        }
    } else if (key == "minimum" || key == "exclusiveMinimum") {
        if (order < 0 && !excludes_minimum) {
            fail("{} is less than the minimum of {}", json(instance), json(limit));
        } else if (order <= 0 && excludes_minimum) {
            fail("{} is less than or equal to the minimum of {}", json(instance), json(limit));
        }
    } else if (key == "multipleOf" && !is_multiple(instance, limit)) {
        fail("{} is not a multiple of {}", json(instance), json(limit));
    }
}

bool Validator::is_multiple(const Value& instance, const Value& of) {
    if (instance.is_integer() && of.is_integer()) {
        return of.as_integer() == 0 || of.as_integer() == -1 ||
               instance.as_integer() % of.as_integer() == 0;
    }
    constexpr double rounding = 1e-15;  // 0.3 is a multiple of 0.1
    const double quotient = number_of(instance) / number_of(of);
    return std::isfinite(quotient) && std::abs(quotient - std::round(quotient)) <=
                                          rounding * std::max(1.0, std::abs(quotient));
}

void Validator::text(std::string_view key, const Value& value, const Value& instance) {
    const std::string_view text = instance.as_bytes();
    if (key == "maxLength" && characters(text) > count_of(value)) {
        fail("{} is longer than {} character{}", json(instance), count_of(value),
             plural(count_of(value), "", "s"));
    } else if (key == "minLength" && characters(text) < count_of(value)) {
        fail("{} is shorter than {} character{}", json(instance), count_of(value),
             plural(count_of(value), "", "s"));
    } else if (key == "pattern" && !schema_.pattern(value.as_bytes()).matches(text)) {
        fail("{} does not match {}", json(instance), json(value));
    } else if (key == "format") {
        const FormatCheck check = find_format(value.as_bytes());
        if (check != nullptr && !check(text)) {
            fail("{} is not a \"{}\"", json(instance), value.as_bytes());
        }
    } else if (schema_.draft() == Draft::Draft6 || schema_.draft() == Draft::Draft7) {
        content(key, value, instance);
    }
}

void Validator::content(std::string_view key, const Value& value, const Value& instance) {
    if (!value.is_bytes()) {
        return;
    }
    Arena arena;
    if (key == "contentEncoding" && value.as_bytes() == "base64" &&
        !base64_decoded(instance.as_bytes(), Base64Alphabet::Standard, arena)) {
        fail("{} is not compliant with \"base64\" content encoding", json(instance));
    } else if (key == "contentMediaType" && value.as_bytes() == "application/json" &&
               !JsonParser::local().parse(arena.copy(instance.as_bytes()), arena)) {
        fail("{} is not compliant with \"application/json\" media type", json(instance));
    }
}

std::uint64_t Validator::count_of(const Value& value) {
    return is_number(value) && number_of(value) > 0 ? static_cast<std::uint64_t>(number_of(value))
                                                    : 0;
}

const Value* Validator::tuple(const ObjectNode& schema) const {
    const Value* const value =
        schema.find(schema_.draft() == Draft::Draft202012 ? "prefixItems" : "items");
    return value != nullptr && value->is_array() ? value : nullptr;
}

void Validator::array(std::string_view key, const Value& value, const ObjectNode& schema,
                      const Value& instance) {
    const auto items = instance.as_array().view();
    if (key == "maxItems" && items.size() > count_of(value)) {
        fail("{} has more than {} item{}", json(instance), count_of(value),
             plural(count_of(value), "", "s"));
    } else if (key == "minItems" && items.size() < count_of(value)) {
        fail("{} has less than {} item{}", json(instance), count_of(value),
             plural(count_of(value), "", "s"));
    } else if (key == "uniqueItems" && value.as_boolean() && has_twins(items)) {
        fail("{} has non-unique elements", json(instance));
    } else if (key == "contains" && schema_.draft() >= Draft::Draft6) {
        contains(value, schema, instance);
    } else if (&value == tuple(schema)) {
        const auto schemas = value.as_array().view();
        for (std::size_t i = 0; i < std::min(items.size(), schemas.size()); ++i) {
            check_at(std::to_string(i), schemas[i], items[i]);
        }
    } else if (key == "items") {
        const Value* const before = tuple(schema);
        check_items(value, items, before == nullptr ? 0 : before->as_array().size);
    } else if (key == "additionalItems" && schema_.draft() < Draft::Draft202012) {
        additional_items(value, schema, instance);
    } else if (key == "unevaluatedItems" && schema_.draft() >= Draft::Draft201909) {
        unevaluated_items(value, schema, instance);
    }
}

}  // namespace engine::vrl::json_schema
