#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config/problems.hpp"
#include "engine/diagnostic/span.hpp"

namespace engine::config {

/// Syntax of a configuration file.
enum class Syntax { Toml, Yaml, Json };

/// Where values of environment variables come from; nothing for a variable that is not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// The environment of this process.
[[nodiscard]] Environment process_environment();

/// Translates places in the interpolated text back to the file as the user wrote it. A value
/// object; built in order of the text.
class OffsetMap {
public:
    void add(Span written, Span interpolated) { pieces_.push_back({written, interpolated}); }
    /// The interpolated text came from one that was itself interpolated.
    void set_earlier(std::shared_ptr<const OffsetMap> earlier) { earlier_ = std::move(earlier); }
    /// A range that touches an interpolated variable covers the whole variable.
    [[nodiscard]] Span written(Span interpolated) const;

private:
    struct Piece {
        Span written;
        Span interpolated;
    };
    [[nodiscard]] std::uint32_t translate(std::uint32_t offset, bool end) const;
    std::vector<Piece> pieces_;
    std::shared_ptr<const OffsetMap> earlier_;  // maps are values and are copied with their texts
};

/// A file's text after interpolation.
struct InterpolatedText {
    std::string text;
    OffsetMap offsets;
};

/// Replaces environment variables outside comments:
///   `$NAME`            its value; stays as it is, with a warning, when unset
///   `${NAME}`          its value; an error when unset
///   `${NAME:-word}`    `word` when unset or empty;  `${NAME-word}` when unset
///   `${NAME:?words}`   an error when unset or empty; `${NAME?words}` when unset
///   `$$`               a dollar
/// `$` before anything else, a digit in particular, is a plain dollar. A value with a line break is
/// refused. `SECRET[backend.key]` is no concern of this step.
[[nodiscard]] InterpolatedText interpolate(const SourceText& file, Syntax syntax,
                                           const Environment& environment, Problems& problems);

/// Byte ranges of the comments of a text.
[[nodiscard]] std::vector<Span> find_comments(std::string_view text, Syntax syntax);

}  // namespace engine::config
