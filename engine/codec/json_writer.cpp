#include "engine/codec/json_writer.hpp"

#include <emmintrin.h>

#include <array>
#include <bit>
#include <cstdint>

#include "engine/codec/number_text.hpp"
#include "engine/codec/regex_pattern.hpp"
#include "engine/codec/utf8.hpp"
#include "engine/event/shape.hpp"

namespace engine {

namespace {

constexpr std::array<char, 256> escape_letters = [] {
    std::array<char, 256> letters{};
    for (std::size_t c = 0; c < 0x20; ++c) {
        letters[c] = 'u';
    }
    letters['\b'] = 'b';
    letters['\f'] = 'f';
    letters['\n'] = 'n';
    letters['\r'] = 'r';
    letters['\t'] = 't';
    letters['"'] = '"';
    letters['\\'] = '\\';
    return letters;
}();

char* write_escape(unsigned char c, char* out) {
    constexpr std::string_view hex = "0123456789abcdef";
    const char letter = escape_letters[c];
    *out++ = '\\';
    *out++ = letter;
    if (letter == 'u') {
        *out++ = '0';
        *out++ = '0';
        *out++ = hex[c >> 4];
        *out++ = hex[c & 15];
    }
    return out;
}

/// Bits of the bytes of a 16-byte block that need an escape, and of those that are not ASCII.
struct BlockBits {
    std::uint32_t escapes;
    std::uint32_t not_ascii;
};

BlockBits classify(__m128i block) {
    const __m128i quotes = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    const __m128i backslashes = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    // min(block, 0x1f) == block, unsigned: control characters.
    const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    const __m128i escapes = _mm_or_si128(_mm_or_si128(quotes, backslashes), controls);
    return {static_cast<std::uint32_t>(_mm_movemask_epi8(escapes)),
            static_cast<std::uint32_t>(_mm_movemask_epi8(block))};
}

/// Writes the escaped contents, whose longest form must have room, plus 16 bytes. Null at the first
/// byte that is not ASCII while `utf8_checked` is false.
template <bool utf8_checked>
char* write_escaped(std::string_view bytes, char* out) {
    const char* next = bytes.data();
    const char* end = next + bytes.size();
    while (end - next >= 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(next));
        const BlockBits bits = classify(block);
        if (!utf8_checked && bits.not_ascii != 0) [[unlikely]] {
            return nullptr;
        }
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
        if (bits.escapes == 0) [[likely]] {
            next += 16;
            out += 16;
            continue;
        }
        const int plain = std::countr_zero(bits.escapes);
        out = write_escape(static_cast<unsigned char>(next[plain]), out + plain);
        next += plain + 1;
    }
    for (; next < end; ++next) {
        const auto c = static_cast<unsigned char>(*next);
        if (!utf8_checked && c >= 0x80) [[unlikely]] {
            return nullptr;
        }
        if (escape_letters[c] == '\0') [[likely]] {
            *out++ = *next;
        } else {
            out = write_escape(c, out);
        }
    }
    return out;
}

constexpr std::size_t longest_escape = 6;

class CompactWriter {
public:
    CompactWriter(ByteBuffer& out, TimestampFormat timestamps)
        : out_(out), timestamps_(timestamps) {}

    void write(const Value& value) {
        switch (value.kind()) {
            case ValueKind::Null:
                out_.append("null");
                break;
            case ValueKind::Boolean:
                out_.append(value.as_boolean() ? "true" : "false");
                break;
            case ValueKind::Integer:
                write_integer(value.as_integer(), out_);
                break;
            case ValueKind::Float:
                write_json_float(value.as_float(), out_);
                break;
            case ValueKind::Bytes:
                write_json_string(value.as_bytes(), out_);
                break;
            case ValueKind::Timestamp:
                write_timestamp(value.as_timestamp());
                break;
            case ValueKind::Regex:
                write_json_string(regex_pattern(value), out_);
                break;
            case ValueKind::Array:
                write_array(value.as_array());
                break;
            case ValueKind::Object:
                write_object(value.as_object());
                break;
        }
    }

private:
    void write_timestamp(Timestamp timestamp) {
        if (timestamps_ != TimestampFormat::Rfc3339) {
            write(timestamp_number(timestamp, timestamps_));
            return;
        }
        out_.push_back('"');
        write_rfc3339(timestamp, out_);
        out_.push_back('"');
    }

    void write_array(const ArrayNode& array) {
        out_.push_back('[');
        for (std::uint32_t i = 0; i < array.size; ++i) {
            if (i > 0) {
                out_.push_back(',');
            }
            write(array.items[i]);
        }
        out_.push_back(']');
    }

    void write_object(const ObjectNode& object) {
        out_.push_back('{');
        const std::uint32_t size = object.size();
        for (std::uint32_t i = 0; i < size; ++i) {
            if (i > 0) {
                out_.push_back(',');
            }
            write_json_string(object.shape->key(i), out_);
            out_.push_back(':');
            write(object.values[i]);
        }
        out_.push_back('}');
    }

    ByteBuffer& out_;
    TimestampFormat timestamps_;
};

}  // namespace

void write_json_string(std::string_view bytes, ByteBuffer& out) {
    char* begin = out.room(bytes.size() * longest_escape + 18);
    *begin = '"';
    char* end = write_escaped<false>(bytes, begin + 1);
    if (end == nullptr) [[unlikely]] {
        if (!is_utf8(bytes)) {
            ByteBuffer replaced;
            append_lossy_utf8(bytes, replaced);
            write_json_string(replaced.view(), out);
            return;
        }
        end = write_escaped<true>(bytes, begin + 1);
    }
    *end++ = '"';
    out.commit_to(end);
}

void write_json(const Value& value, ByteBuffer& out, JsonLayout layout,
                TimestampFormat timestamps) {
    if (layout == JsonLayout::Compact) {
        CompactWriter(out, timestamps).write(value);
    } else {
        JsonStream(out, layout).value(value, timestamps);
    }
}

void JsonStream::item() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (!first_) {
        out_.push_back(',');
    }
    first_ = false;
    if (layout_ == JsonLayout::Pretty && depth_ > 0) {
        out_.push_back('\n');
        out_.append(std::size_t{2} * depth_, ' ');
    }
}

void JsonStream::begin(char bracket) {
    item();
    out_.push_back(bracket);
    ++depth_;
    first_ = true;
}

void JsonStream::end(char bracket) {
    --depth_;
    if (layout_ == JsonLayout::Pretty && !first_) {
        out_.push_back('\n');
        out_.append(std::size_t{2} * depth_, ' ');
    }
    first_ = false;
    out_.push_back(bracket);
}

void JsonStream::key(std::string_view key) {
    item();
    write_json_string(key, out_);
    out_.append(layout_ == JsonLayout::Pretty ? ": " : ":");
    after_key_ = true;
}

void JsonStream::string(std::string_view value) {
    item();
    write_json_string(value, out_);
}

void JsonStream::integer(std::int64_t value) {
    item();
    write_integer(value, out_);
}

void JsonStream::unsigned_integer(std::uint64_t value) {
    item();
    write_unsigned(value, out_);
}

void JsonStream::floating(double value) {
    item();
    write_json_float(value, out_);
}

void JsonStream::null() {
    item();
    out_.append("null");
}

void JsonStream::value(const Value& value, TimestampFormat timestamps) {
    if (value.is_array()) {
        begin_array();
        for (const Value& each : value.as_array().view()) {
            this->value(each, timestamps);
        }
        end_array();
    } else if (value.is_object()) {
        const ObjectNode& object = value.as_object();
        begin_object();
        for (std::uint32_t i = 0; i < object.size(); ++i) {
            key(object.shape->key(i));
            this->value(object.values[i], timestamps);
        }
        end_object();
    } else {
        item();
        CompactWriter(out_, timestamps).write(value);
    }
}

}  // namespace engine
