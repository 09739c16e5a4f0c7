#include <array>
#include <string>
#include <vector>

#include "engine/vrl/type_contents.hpp"

namespace engine::vrl {

namespace {

constexpr std::array<std::pair<Kinds, std::string_view>, 10> kind_names{{
    {kinds::bytes, "string"},
    {kinds::integer, "integer"},
    {kinds::floating, "float"},
    {kinds::boolean, "boolean"},
    {kinds::timestamp, "timestamp"},
    {kinds::regex, "regex"},
    {kinds::null, "null"},
    {kinds::undefined, "undefined"},
    {kinds::array, "array"},
    {kinds::object, "object"},
}};

std::string join_names(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        text += i == 0 ? "" : i + 1 == names.size() ? " or " : ", ";
        text += names[i];
    }
    return text;
}

}  // namespace

std::string describe(Kinds kinds) {
    if (kinds.covers(kinds::any)) {
        return "any";
    }
    std::vector<std::string> names;
    for (const auto& [kind, name] : kind_names) {
        if (kinds.intersects(kind)) {
            names.emplace_back(name);
        }
    }
    return names.empty() ? "never" : join_names(names);
}

std::string Type::describe() const {
    if (is_any() && may_be(kinds::undefined)) {
        return "any";
    }
    std::vector<std::string> names;
    for (const auto& [kind, name] : kind_names) {
        if (!kinds_.intersects(kind)) {
            continue;
        }
        std::string parts;
        if (kind == kinds::array && contents_) {
            for (const auto& [index, type] : contents_->items) {
                parts += (parts.empty() ? "" : ", ") + type.describe();
            }
            names.push_back(parts.empty() ? "array" : "[" + parts + "]");
        } else if (kind == kinds::object && contents_) {
            for (const auto& [key, type] : contents_->fields) {
                parts += (parts.empty() ? "" : ", ") + key + ": " + type.describe();
            }
            names.push_back(parts.empty() ? "object" : "{ " + parts + " }");
        } else {
            names.emplace_back(name);
        }
    }
    return names.empty() ? "never" : join_names(names);
}

}  // namespace engine::vrl
