#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diagnostic/error.hpp"
#include "engine/event/arena.hpp"
#include "engine/event/value.hpp"
#include "engine/vrl/regex/regex.hpp"

/// JSON Schema (json-schema.org), drafts 4, 6, 7, 2019-09 and 2020-12. Error texts are the
/// reference's.
namespace engine::vrl::json_schema {

enum class Draft : std::uint8_t { Draft4, Draft6, Draft7, Draft201909, Draft202012 };

/// A schema document whose references and patterns are resolved. Dynamic references are taken for
/// ordinary ones; documents elsewhere are not fetched. Immutable, shared by threads.
class Schema {
public:
    /// The error says what follows `Failed to compile schema: `.
    [[nodiscard]] static Result<std::shared_ptr<const Schema>> compile(std::string text);

    [[nodiscard]] Draft draft() const { return draft_; }
    [[nodiscard]] const Value& root() const { return root_; }
    /// What a schema that holds a reference refers to; null where it holds none.
    [[nodiscard]] const Value* reference(const ObjectNode& schema) const;
    [[nodiscard]] const regex::Regex& pattern(std::string_view text) const;
    /// Formats that no check is known for, in the order of their names.
    [[nodiscard]] const std::set<std::string, std::less<>>& unknown_formats() const {
        return unknown_formats_;
    }

private:
    friend class Compiler;
    std::string text_;
    Arena arena_;
    Value root_;
    Draft draft_ = Draft::Draft202012;
    std::map<const ObjectNode*, const Value*> references_;
    std::map<std::string, std::shared_ptr<const regex::Regex>, std::less<>> patterns_;
    std::set<std::string, std::less<>> unknown_formats_;
};

/// Whether the instance satisfies the schema: empty, or each error with its place, as in
/// `"x" is not of type "integer" at /age`.
[[nodiscard]] std::vector<std::string> validate(const Schema& schema, const Value& instance);

/// Null for formats that are not known.
using FormatCheck = bool (*)(std::string_view text);
[[nodiscard]] FormatCheck find_format(std::string_view name);

}  // namespace engine::vrl::json_schema
