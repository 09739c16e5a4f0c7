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
#include "engine/vrl/json_schema/instance.hpp"
#include "engine/vrl/json_schema/schema.hpp"

namespace engine::vrl::json_schema {

namespace {

/// References may lead round in circles.
constexpr int deepest_level = 512;

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
    return std::string(count == 1 ? one : many);
}

/// Members and items of an instance that a schema has looked at (for `unevaluated…`).
struct Evaluated {
    bool has_all_members = false;
    std::set<std::string_view> members;
    bool has_all_items = false;
    std::set<std::size_t> items;
};

/// One run over an instance.
class Validator {
public:
    explicit Validator(const Schema& schema) : schema_(schema) {}

    void check(const Value& schema, const Value& instance) {
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

    std::vector<std::string> errors() && { return std::move(errors_); }

private:
    template <typename... Arguments>
    void fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        errors_.push_back(fmt::format("{} at /{}",
                                      fmt::format(format, std::forward<Arguments>(arguments)...),
                                      fmt::join(path_, "/")));
    }

    bool is_valid(const Value& schema, const Value& instance) {
        const std::size_t before = errors_.size();
        check(schema, instance);
        const bool is_valid = errors_.size() == before;
        errors_.resize(before);
        return is_valid;
    }

    void check_at(std::string step, const Value& schema, const Value& instance) {
        for (std::size_t at = 0; (at = step.find_first_of("~/", at)) != std::string::npos;
             at += 2) {
            step.replace(at, 1, step[at] == '~' ? "~0" : "~1");
        }
        path_.push_back(std::move(step));
        check(schema, instance);
        path_.pop_back();
    }

    void keywords(const ObjectNode& schema, const Value* target, const Value& instance) {
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

    // ---- Any kind -----------------------------------------------------------------------------

    void any_kind(std::string_view key, const Value& value, const ObjectNode& schema,
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

    bool has_type(std::string_view type, const Value& instance) const {
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

    void type(const Value& types, const Value& instance) {
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

    void enumeration(const Value& options, const Value& instance) {
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

    std::size_t count_valid(const Value& schemas, const Value& instance, std::size_t enough) {
        std::size_t count = 0;
        for (const Value& part : schemas.as_array().view()) {
            count += is_valid(part, instance) ? 1 : 0;
            if (count == enough) {
                break;
            }
        }
        return count;
    }

    void one_of(const Value& schemas, const Value& instance) {
        const std::size_t count = count_valid(schemas, instance, 2);
        if (count == 0) {
            fail("{} is not valid under any of the schemas listed in the 'oneOf' keyword",
                 json(instance));
        } else if (count > 1) {
            fail("{} is valid under more than one of the schemas listed in the 'oneOf' keyword",
                 json(instance));
        }
    }

    // ---- Numbers and texts --------------------------------------------------------------------

    static bool is_true(const ObjectNode& schema, std::string_view key) {
        const Value* const value = schema.find(key);
        return value != nullptr && value->is_boolean() && value->as_boolean();
    }

    void number(std::string_view key, const Value& limit, const ObjectNode& schema,
                const Value& instance) {
        if (!is_number(limit)) {
            return;  // draft 4's booleans
        }
        const int order = compared(instance, limit);
        const bool excludes_maximum =
            key == "exclusiveMaximum" || is_true(schema, "exclusiveMaximum");
        const bool excludes_minimum =
            key == "exclusiveMinimum" || is_true(schema, "exclusiveMinimum");
        if (key == "maximum" || key == "exclusiveMaximum") {
            if (order > 0 && !excludes_maximum) {
                fail("{} is greater than the maximum of {}", json(instance), json(limit));
            } else if (order >= 0 && excludes_maximum) {
                fail("{} is greater than or equal to the maximum of {}", json(instance),
                     json(limit));
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

    static bool is_multiple(const Value& instance, const Value& of) {
        if (instance.is_integer() && of.is_integer()) {
            return of.as_integer() == 0 || of.as_integer() == -1 ||
                   instance.as_integer() % of.as_integer() == 0;
        }
        constexpr double rounding = 1e-15;  // 0.3 is a multiple of 0.1
        const double quotient = number_of(instance) / number_of(of);
        return std::isfinite(quotient) && std::abs(quotient - std::round(quotient)) <=
                                              rounding * std::max(1.0, std::abs(quotient));
    }

    void text(std::string_view key, const Value& value, const Value& instance) {
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

    /// Later drafts only annotate.
    void content(std::string_view key, const Value& value, const Value& instance) {
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

    static std::uint64_t count_of(const Value& value) {
        return is_number(value) && number_of(value) > 0
                   ? static_cast<std::uint64_t>(number_of(value))
                   : 0;
    }

    // ---- Arrays -------------------------------------------------------------------------------

    /// The schemas by position; null when there are none.
    [[nodiscard]] const Value* tuple(const ObjectNode& schema) const {
        const Value* const value =
            schema.find(schema_.draft() == Draft::Draft202012 ? "prefixItems" : "items");
        return value != nullptr && value->is_array() ? value : nullptr;
    }

    void array(std::string_view key, const Value& value, const ObjectNode& schema,
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

    void check_items(const Value& schema, std::span<const Value> items, std::size_t from) {
        for (std::size_t i = from; i < items.size(); ++i) {
            check_at(std::to_string(i), schema, items[i]);
        }
    }

    static bool has_twins(std::span<const Value> items) {
        std::unordered_set<std::string> seen;
        return std::ranges::any_of(items, [&seen](const Value& item) {
            std::string text;
            append_canonical(item, text);
            return !seen.insert(std::move(text)).second;
        });
    }

    void contains(const Value& value, const ObjectNode& schema, const Value& instance) {
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

    void additional_items(const Value& value, const ObjectNode& schema, const Value& instance) {
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

    void unevaluated_items(const Value& value, const ObjectNode& schema, const Value& instance) {
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

    // ---- Objects ------------------------------------------------------------------------------

    void object(std::string_view key, const Value& value, const ObjectNode& schema,
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

    void required(const Value& names, const ObjectNode& object) {
        for (const Value& name : names.as_array().view()) {
            if (name.is_bytes() && object.find(name.as_bytes()) == nullptr) {
                fail("{} is a required property", json(name));
            }
        }
    }

    void properties(const ObjectNode& schemas, const ObjectNode& object) {
        for (std::uint32_t i = 0; i < schemas.size(); ++i) {
            const std::string_view name = schemas.shape->keys()[i];
            if (const Value* const member = object.find(name)) {
                check_at(std::string(name), schemas.values[i], *member);
            }
        }
    }

    void pattern_properties(const ObjectNode& schemas, const ObjectNode& object) {
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

    /// Whether `properties` or `patternProperties` beside it speak of the member.
    bool is_listed(const ObjectNode& schema, std::string_view name) const {
        const Value* const named = schema.find("properties");
        const Value* const patterns = schema.find("patternProperties");
        return (named != nullptr && named->as_object().find(name) != nullptr) ||
               (patterns != nullptr &&
                std::ranges::any_of(patterns->as_object().shape->keys(),
                                    [&](std::string_view pattern) {
                                        return schema_.pattern(pattern).matches(name);
                                    }));
    }

    void additional_properties(const Value& value, const ObjectNode& schema,
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

    void dependencies(const ObjectNode& map, const Value& instance) {
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

    void unevaluated_properties(const Value& value, const ObjectNode& schema,
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
            fail("Unevaluated properties are not allowed ({} {} unexpected)",
                 fmt::join(extra, ", "), plural(extra.size(), "was", "were"));
        }
    }

    // ---- What was evaluated -------------------------------------------------------------------

    void evaluate(const Value* schema, const Value& instance, Evaluated& seen) {
        if (schema != nullptr && schema->is_object() && is_valid(*schema, instance)) {
            evaluate(schema->as_object(), instance, seen, "");
        }
    }

    void evaluate_each(const Value* schemas, const Value& instance, Evaluated& seen) {
        if (schemas != nullptr && schemas->is_array()) {
            for (const Value& schema : schemas->as_array().view()) {
                evaluate(&schema, instance, seen);
            }
        }
    }

    /// All but the keyword `except`, which asks.
    void evaluate(const ObjectNode& schema, const Value& instance, Evaluated& seen,
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

    void evaluate_members(const ObjectNode& schema, const Value& instance, Evaluated& seen,
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

    void evaluate_items(const ObjectNode& schema, const Value& instance, Evaluated& seen,
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

    const Schema& schema_;
    std::vector<std::string> path_;
    std::vector<std::string> errors_;
    int depth_ = 0;
};

}  // namespace

std::vector<std::string> validate(const Schema& schema, const Value& instance) {
    Validator validator(schema);
    validator.check(schema.root(), instance);
    return std::move(validator).errors();
}

}  // namespace engine::vrl::json_schema
