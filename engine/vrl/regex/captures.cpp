#include "engine/vrl/regex/captures.hpp"

#include <algorithm>
#include <string>

namespace engine::vrl {

CaptureLayout::CaptureLayout(const regex::Regex& regex, GroupKeys keys, Arena& arena)
    : group_count_(regex.group_count()) {
    std::vector<std::pair<std::string, std::uint32_t>> members;
    for (std::uint32_t i = 0; i < group_count_; ++i) {
        if (!regex.group_names()[i].empty()) {
            members.emplace_back(regex.group_names()[i], i);
        }
        if (keys == GroupKeys::NamesAndNumbers) {
            members.emplace_back(std::to_string(i), i);
        }
    }
    std::ranges::sort(members);
    std::vector<std::string_view> names;
    for (const auto& [name, group] : members) {
        names.push_back(name);
        group_of_member_.push_back(group);
    }
    shape_ = Shape::of(names, arena);
}

Value CaptureLayout::object(std::span<const std::string_view> groups, Arena& arena) const {
    ObjectNode* node = new_object(shape_, arena);
    for (std::size_t i = 0; i < group_of_member_.size(); ++i) {
        const std::string_view group = groups[group_of_member_[i]];
        node->values[i] = group.data() == nullptr ? Value::null() : Value::bytes(group);
    }
    return Value::object(node);
}

Type captures_type(const regex::Regex& regex) {
    Type::Fields fields;
    for (std::size_t i = 0; i < regex.group_count(); ++i) {
        fields.insert_or_assign(std::to_string(i), Type(kinds::bytes | kinds::null));
        if (!regex.group_names()[i].empty()) {
            fields.insert_or_assign(regex.group_names()[i], Type(kinds::bytes));
        }
    }
    return Type::object(std::move(fields));
}

}  // namespace engine::vrl
