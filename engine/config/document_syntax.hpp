#pragma once

#include <optional>
#include <string_view>

#include "engine/config/interpolation.hpp"
#include "engine/config/node.hpp"
#include "engine/config/problems.hpp"

/// The three readers behind `Document`: each turns an interpolated text into nodes located in the
/// file as written, or reports its first syntax error.
namespace engine::config::syntax {

/// Deeper documents are refused: readers recurse.
inline constexpr int max_depth = 100;
/// More nodes than any configuration needs: YAML aliases could multiply without bound.
inline constexpr std::size_t max_nodes = 500'000;

/// A text to read and where its bytes come from. Borrowed for the duration of one read.
struct Text {
    const SourceText& file;
    const InterpolatedText& interpolated;

    [[nodiscard]] std::string_view view() const { return interpolated.text; }
    [[nodiscard]] Location location(std::size_t begin, std::size_t end) const;
    /// The character at `at`, or the place before a line break or the end.
    [[nodiscard]] Location character(std::size_t at) const;
};

std::optional<Node> read_toml(const Text& text, Problems& problems);
std::optional<Node> read_yaml(const Text& text, Problems& problems);
std::optional<Node> read_json(const Text& text, Problems& problems);

}  // namespace engine::config::syntax
