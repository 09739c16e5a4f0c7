#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diagnostic/error.hpp"
#include "engine/event/arena.hpp"
#include "engine/event/layout.hpp"
#include "engine/event/value.hpp"

namespace simdjson::internal {
class dom_parser_implementation;
}

namespace engine {

/// What becomes of whole numbers above i64 and within u64: the reference keeps their digits as a
/// string when it decodes events, takes the nearest float in programs, and the greatest integer in
/// the events that a program is tried with.
enum class LargeInteger : std::uint8_t { Text, Float, Greatest };

/// Parses JSON straight into Values. simdjson's first stage finds the structural characters with
/// SIMD instructions and checks UTF-8 and control characters; walking its index makes the values,
/// so that no second tree is built. Strings without escapes are views of the text.
///
/// Accepts and refuses what the reference's parser does: integers above i64 become what
/// LargeInteger says, those beyond u64 floats; nesting ends at 127 levels. One per thread; holds
/// scratch memory that grows to the largest text seen, up to a bound.
class JsonParser {
public:
    JsonParser();
    ~JsonParser();
    JsonParser(const JsonParser&) = delete;
    JsonParser& operator=(const JsonParser&) = delete;

    [[nodiscard]] static JsonParser& local();

    /// The text's one value, in `arena`; it may point into the text, whose memory the caller keeps
    /// alive. The error is the reference's, as in `Error("expected value", line: 1, column: 1)`.
    [[nodiscard]] Result<Value> parse(std::string_view text, Arena& arena,
                                      LargeInteger large = LargeInteger::Text);

    /// The same, where ill-formed UTF-8 is replaced by U+FFFD first (in a copy in `arena`).
    [[nodiscard]] Result<Value> parse_lossy(std::string_view text, Arena& arena,
                                            LargeInteger large = LargeInteger::Text);

private:
    bool index(std::string_view text);
    bool parse_indexed(std::string_view text, Arena& arena, Value& value);
    bool parse_value(Value& value, std::uint32_t depth);
    bool parse_object(Value& value, std::uint32_t depth);
    bool parse_array(Value& value, std::uint32_t depth);
    bool parse_string(std::string_view& string);
    bool parse_scalar(Value& value);
    bool parse_number(const char* begin, Value& value);
    bool parse_float(const char* begin, const char* end, Value& value);
    [[nodiscard]] bool ends_token(const char* position) const;
    [[nodiscard]] char peek() const { return next_ < structurals_end_ ? text_[*next_] : '\0'; }

    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage1_;
    // Of the text being parsed:
    const char* text_ = nullptr;
    const char* text_end_ = nullptr;
    const std::uint32_t* next_ = nullptr;
    const std::uint32_t* structurals_end_ = nullptr;
    bool has_escapes_ = false;
    LargeInteger large_ = LargeInteger::Text;
    Arena* arena_ = nullptr;
    LayoutCache& layouts_;
    // Members of the containers that are open, innermost last.
    std::vector<std::string_view> keys_;
    std::vector<Value> values_;
};

/// Why the reference's parser refuses `text`, in its words: `Error("…", line: n, column: n)`. Slow;
/// for text that a parser has refused.
[[nodiscard]] std::string describe_json_error(std::string_view text);

/// A parser's error as people read it: `… at line 1 column 2`.
[[nodiscard]] std::string plain_json_error(std::string_view error);

/// Replaces the escapes of a JSON string's contents; `out` has room for as many bytes. Null when an
/// escape is ill-formed, else the end of what was written.
[[nodiscard]] char* unescape_json(std::string_view escaped, char* out);

}  // namespace engine
