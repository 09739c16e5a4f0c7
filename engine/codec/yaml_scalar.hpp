#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace engine {

__extension__ using YamlWide = unsigned __int128;

/// A whole number with its sign apart.
struct YamlInteger {
    bool is_negative;
    YamlWide magnitude;
};

/// What a plain scalar means by the core schema (yaml.org/spec/1.2.2, section 10.3.2), as the
/// reference reads it. `monostate` is null; text where it is nothing else.
using YamlScalar = std::variant<std::monostate, bool, YamlInteger, double, std::string_view>;

[[nodiscard]] YamlScalar resolve_plain_scalar(std::string_view text);

}  // namespace engine
