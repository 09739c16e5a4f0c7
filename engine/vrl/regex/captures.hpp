#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/regex/regex.hpp"
#include "engine/vrl/type.hpp"

namespace engine::vrl {

enum class GroupKeys : std::uint8_t { Names, NamesAndNumbers };

/// How the groups of one regex become an object: made once for a constant regex, so that a match
/// costs no sorting. Immutable; `shape` may live in the arena it was made with.
class CaptureLayout {
public:
    CaptureLayout(const regex::Regex& regex, GroupKeys keys, Arena& arena);

    /// A group that took no part (null data) becomes null. Values are views of the groups.
    [[nodiscard]] Value object(std::span<const std::string_view> groups, Arena& arena) const;
    [[nodiscard]] std::size_t group_count() const { return group_count_; }

private:
    const Shape* shape_ = nullptr;
    std::vector<std::uint32_t> group_of_member_;
    std::size_t group_count_;
};

/// Type of such objects; numbered groups may be missing.
[[nodiscard]] Type captures_type(const regex::Regex& regex);

}  // namespace engine::vrl
