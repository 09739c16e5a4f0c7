#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/shape.hpp"
#include "engine/vrl/json_schema/instance.hpp"
#include "engine/vrl/json_schema/schema.hpp"

namespace engine::vrl::json_schema {

/// References may lead round in circles.
inline constexpr int deepest_level = 512;

[[nodiscard]] inline std::string plural(std::uint64_t count, std::string_view one,
                                        std::string_view many) {
    return std::string(count == 1 ? one : many);
}

/// Members and items of an instance that a schema has looked at (for `unevaluated…`).
struct Evaluated {
    bool has_all_members = false;
    std::set<std::string_view> members;
    bool has_all_items = false;
    std::set<std::size_t> items;
};

/// One run over an instance. Lives on the stack of `validate`; the files validate*.cpp hold its
/// parts.
class Validator {
public:
    explicit Validator(const Schema& schema) : schema_(schema) {}

    void check(const Value& schema, const Value& instance);
    std::vector<std::string> errors() && { return std::move(errors_); }

private:
    template <typename... Arguments>
    void fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        errors_.push_back(fmt::format("{} at /{}",
                                      fmt::format(format, std::forward<Arguments>(arguments)...),
                                      fmt::join(path_, "/")));
    }

    bool is_valid(const Value& schema, const Value& instance);
    void check_at(std::string step, const Value& schema, const Value& instance);
    void keywords(const ObjectNode& schema, const Value* target, const Value& instance);

    void any_kind(std::string_view key, const Value& value, const ObjectNode& schema,
                  const Value& instance);
    bool has_type(std::string_view type, const Value& instance) const;
    void type(const Value& types, const Value& instance);
    void enumeration(const Value& options, const Value& instance);
    std::size_t count_valid(const Value& schemas, const Value& instance, std::size_t enough);
    void one_of(const Value& schemas, const Value& instance);

    static bool is_true(const ObjectNode& schema, std::string_view key);
    void number(std::string_view key, const Value& limit, const ObjectNode& schema,
                const Value& instance);
    static bool is_multiple(const Value& instance, const Value& of);
    void text(std::string_view key, const Value& value, const Value& instance);

    /// Later drafts only annotate.
    void content(std::string_view key, const Value& value, const Value& instance);
    static std::uint64_t count_of(const Value& value);

    /// The schemas by position; null when there are none.
    [[nodiscard]] const Value* tuple(const ObjectNode& schema) const;
    void array(std::string_view key, const Value& value, const ObjectNode& schema,
               const Value& instance);
    void check_items(const Value& schema, std::span<const Value> items, std::size_t from);
    static bool has_twins(std::span<const Value> items);
    void contains(const Value& value, const ObjectNode& schema, const Value& instance);
    void additional_items(const Value& value, const ObjectNode& schema, const Value& instance);
    void unevaluated_items(const Value& value, const ObjectNode& schema, const Value& instance);

    void object(std::string_view key, const Value& value, const ObjectNode& schema,
                const Value& instance);
    void required(const Value& names, const ObjectNode& object);
    void properties(const ObjectNode& schemas, const ObjectNode& object);
    void pattern_properties(const ObjectNode& schemas, const ObjectNode& object);

    /// Whether `properties` or `patternProperties` beside it speak of the member.
    bool is_listed(const ObjectNode& schema, std::string_view name) const;
    void additional_properties(const Value& value, const ObjectNode& schema,
                               const ObjectNode& object);
    void dependencies(const ObjectNode& map, const Value& instance);
    void unevaluated_properties(const Value& value, const ObjectNode& schema,
                                const Value& instance);

    void evaluate(const Value* schema, const Value& instance, Evaluated& seen);
    void evaluate_each(const Value* schemas, const Value& instance, Evaluated& seen);

    /// All but the keyword `except`, which asks.
    void evaluate(const ObjectNode& schema, const Value& instance, Evaluated& seen,
                  std::string_view except);
    void evaluate_members(const ObjectNode& schema, const Value& instance, Evaluated& seen,
                          std::string_view except);
    void evaluate_items(const ObjectNode& schema, const Value& instance, Evaluated& seen,
                        std::string_view except);

    const Schema& schema_;
    std::vector<std::string> path_;
    std::vector<std::string> errors_;
    int depth_ = 0;
};

}  // namespace engine::vrl::json_schema
