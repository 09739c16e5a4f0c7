#include "engine/codec/json_parser.hpp"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/utf8.hpp"
#include "engine/event/container.hpp"

namespace engine {

namespace {

constexpr std::uint32_t maximum_depth = 127;
constexpr std::size_t initial_capacity = std::size_t{64} << 10;
// A thread that once met a huge text must not keep an index of that size.
constexpr std::size_t kept_capacity = std::size_t{4} << 20;

constexpr double powers_of_ten[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

}  // namespace

JsonParser::JsonParser() : layouts_(LayoutCache::local()) {}

JsonParser::~JsonParser() = default;

JsonParser& JsonParser::local() {
    thread_local JsonParser parser;
    return parser;
}

bool JsonParser::index(std::string_view text) {
    if (text.size() > simdjson::SIMDJSON_MAXSIZE_BYTES) {
        return false;
    }
    const bool oversized =
        stage1_ && stage1_->capacity() > kept_capacity && text.size() <= kept_capacity;
    if (!stage1_ || stage1_->capacity() < text.size() || oversized) {
        const std::size_t capacity = std::max(initial_capacity, text.size() + text.size() / 4);
        if (simdjson::get_active_implementation()->create_dom_parser_implementation(
                std::min(capacity, simdjson::SIMDJSON_MAXSIZE_BYTES), 1, stage1_) !=
            simdjson::SUCCESS) {
            throw std::bad_alloc();
        }
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    return stage1_->stage1(bytes, text.size(), simdjson::stage1_mode::regular) == simdjson::SUCCESS;
}

bool JsonParser::parse_indexed(std::string_view text, Arena& arena, Value& value) {
    if (!index(text)) {
        return false;
    }
    text_ = text.data();
    text_end_ = text.data() + text.size();
    next_ = stage1_->structural_indexes.get();
    structurals_end_ = next_ + stage1_->n_structural_indexes;
    has_escapes_ = std::memchr(text.data(), '\\', text.size()) != nullptr;
    arena_ = &arena;
    keys_.clear();
    values_.clear();
    layouts_.renew();
    return parse_value(value, 0) && next_ == structurals_end_;
}

Result<Value> JsonParser::parse(std::string_view text, Arena& arena, LargeInteger large) {
    Value value;
    large_ = large;
    if (!parse_indexed(text, arena, value)) [[unlikely]] {
        return failure(describe_json_error(text));
    }
    return value;
}

Result<Value> JsonParser::parse_lossy(std::string_view text, Arena& arena, LargeInteger large) {
    Value value;
    large_ = large;
    if (parse_indexed(text, arena, value)) [[likely]] {
        return value;
    }
    if (is_utf8(text)) {
        return failure(describe_json_error(text));
    }
    ByteBuffer replaced;
    append_lossy_utf8(text, replaced);
    return parse(arena.copy(replaced.view()), arena, large);
}

bool JsonParser::ends_token(const char* position) const {
    if (position >= text_end_) {
        return position == text_end_;
    }
    const char c = *position;
    return c == ',' || c == '}' || c == ']' || c == ':' || is_space(c);
}

bool JsonParser::parse_value(Value& value, std::uint32_t depth) {
    switch (peek()) {
        case '{':
            return parse_object(value, depth + 1);
        case '[':
            return parse_array(value, depth + 1);
        case '"': {
            std::string_view string;
            if (!parse_string(string)) {
                return false;
            }
            value = Value::bytes(string);
            return true;
        }
        default:
            return next_ < structurals_end_ && parse_scalar(value);
    }
}

bool JsonParser::parse_object(Value& value, std::uint32_t depth) {
    if (depth > maximum_depth) {
        return false;
    }
    const std::size_t begin = keys_.size();
    const std::size_t values_begin = values_.size();
    LayoutCache::Node* layout = layouts_.root();
    ++next_;
    if (peek() == '}') {
        ++next_;
        value = Value::object(new_object(Shape::empty(), *arena_));
        return true;
    }
    while (true) {
        std::string_view key;
        if (peek() != '"' || !parse_string(key) || peek() != ':') {
            return false;
        }
        ++next_;
        Value member;
        if (!parse_value(member, depth)) {
            return false;
        }
        layout = layouts_.step(layout, key);
        keys_.push_back(key);
        values_.push_back(member);
        const char separator = peek();
        ++next_;
        if (separator != ',') {
            if (separator != '}') {
                return false;
            }
            break;
        }
    }
    value = layouts_.finish(layout, std::span<const std::string_view>(keys_).subspan(begin),
                            std::span<const Value>(values_).subspan(values_begin), *arena_);
    keys_.resize(begin);
    values_.resize(values_begin);
    return true;
}

bool JsonParser::parse_array(Value& value, std::uint32_t depth) {
    if (depth > maximum_depth) {
        return false;
    }
    const std::size_t begin = values_.size();
    ++next_;
    if (peek() == ']') {
        ++next_;
        value = Value::array(new_array(0, *arena_));
        return true;
    }
    while (true) {
        Value item;
        if (!parse_value(item, depth)) {
            return false;
        }
        values_.push_back(item);
        const char separator = peek();
        ++next_;
        if (separator != ',') {
            if (separator != ']') {
                return false;
            }
            break;
        }
    }
    value = array_of(std::span<const Value>(values_).subspan(begin), *arena_);
    values_.resize(begin);
    return true;
}

bool JsonParser::parse_string(std::string_view& string) {
    const char* begin = text_ + *next_ + 1;
    ++next_;
    // The index holds where the next token begins: only blanks stand between it and the closing
    // quote, which the first stage has made sure of.
    const char* end = (next_ < structurals_end_ ? text_ + *next_ : text_end_) - 1;
    while (is_space(*end)) {
        --end;
    }
    string = {begin, static_cast<std::size_t>(end - begin)};
    if (!has_escapes_ || std::memchr(begin, '\\', string.size()) == nullptr) {
        return true;
    }
    char* room = arena_->allocate_array<char>(string.size());
    const char* written = unescape_json(string, room);
    if (written == nullptr) {
        return false;
    }
    const auto size = static_cast<std::size_t>(written - room);
    arena_->shrink_last(room, string.size(), size);
    string = {room, size};
    return true;
}

bool JsonParser::parse_scalar(Value& value) {
    const char* begin = text_ + *next_;
    ++next_;
    const auto is_word = [&](std::string_view word) {
        return static_cast<std::size_t>(text_end_ - begin) >= word.size() &&
               std::memcmp(begin, word.data(), word.size()) == 0 && ends_token(begin + word.size());
    };
    switch (*begin) {
        case 't':
            value = Value::boolean(true);
            return is_word("true");
        case 'f':
            value = Value::boolean(false);
            return is_word("false");
        case 'n':
            value = Value::null();
            return is_word("null");
        default:
            return parse_number(begin, value);
    }
}

bool JsonParser::parse_number(const char* begin, Value& value) {
    const bool negative = *begin == '-';
    const char* digits = begin + (negative ? 1 : 0);
    const char* end = digits;
    std::uint64_t magnitude = 0;
    // 19 digits cannot overflow.
    while (end < text_end_ && is_digit(*end) && end - digits < 19) {
        magnitude = magnitude * 10 + static_cast<std::uint64_t>(*end - '0');
        ++end;
    }
    if (end == digits || (*digits == '0' && end - digits > 1)) {
        return false;
    }
    if (!ends_token(end)) {
        return parse_float(begin, digits, value);
    }
    constexpr auto limit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (magnitude > limit + (negative ? 1 : 0)) {
        return parse_float(begin, digits, value);
    }
    if (negative && magnitude == 0) {
        value = Value::floating(-0.0);
    } else {
        value = Value::integer(static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude));
    }
    return true;
}

bool JsonParser::parse_float(const char* begin, const char* digits, Value& value) {
    // Checked here, because from_chars accepts more than JSON does. On the way the digits are
    // gathered, for short numbers.
    const char* end = digits;
    std::uint64_t significand = 0;
    const auto skip_digits = [&] {
        const char* before = end;
        while (end < text_end_ && is_digit(*end)) {
            significand = significand * 10 + static_cast<std::uint64_t>(*end - '0');
            ++end;
        }
        return end - before;
    };
    bool whole = true;
    bool has_exponent = false;
    std::ptrdiff_t decimals = 0;
    skip_digits();
    if (*digits == '0' && end - digits > 1) {
        return false;
    }
    if (end < text_end_ && *end == '.') {
        whole = false;
        ++end;
        decimals = skip_digits();
        if (decimals == 0) {
            return false;
        }
    }
    const std::ptrdiff_t length = end - digits;
    if (end < text_end_ && (*end == 'e' || *end == 'E')) {
        whole = false;
        has_exponent = true;
        ++end;
        if (end < text_end_ && (*end == '+' || *end == '-')) {
            ++end;
        }
        if (skip_digits() == 0) {
            return false;
        }
    }
    if (!ends_token(end)) {
        return false;
    }
    // Both numbers are exact as doubles, so their quotient is rounded once: correctly (Clinger).
    if (!whole && !has_exponent && length <= 16) {
        const double quotient =
            static_cast<double>(significand) / powers_of_ten[static_cast<std::size_t>(decimals)];
        value = Value::floating(begin == digits ? quotient : -quotient);
        return true;
    }
    std::uint64_t magnitude = 0;
    if (whole && begin == digits && std::from_chars(digits, end, magnitude).ec == std::errc{}) {
        // Above i64 and within u64.
        if (large_ == LargeInteger::Text) {
            value = Value::bytes({begin, static_cast<std::size_t>(end - begin)});
        } else if (large_ == LargeInteger::Float) {
            value = Value::floating(static_cast<double>(magnitude));
        } else {
            value = Value::integer(std::numeric_limits<std::int64_t>::max());
        }
        return true;
    }
    double number = 0;
    if (std::from_chars(begin, end, number).ec != std::errc{}) {
        // Too large or too small: strtod tells which.
        number = std::strtod(std::string(begin, end).c_str(), nullptr);
        if (std::isinf(number)) {
            return false;
        }
    }
    value = Value::floating(number);
    return true;
}

}  // namespace engine
