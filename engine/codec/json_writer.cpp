#include "engine/codec/json_writer.hpp"

#include <emmintrin.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

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

/// Copies `size` bytes, half to twice-half of them, by two overlapping moves; false when one of
/// them needs an escape or is not ASCII.
template <std::size_t half>
bool write_halves(const char* bytes, std::size_t size, char* out) {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::memcpy(&first, bytes, half);
    std::memcpy(&last, bytes + size - half, half);
    // Bytes that were not loaded read as zero, a control character: cover them.
    constexpr std::uint64_t cover = half == 8 ? 0 : 0x2020202000000000;
    const __m128i block = _mm_set_epi64x(static_cast<std::int64_t>(last | cover),
                                         static_cast<std::int64_t>(first | cover));
    const BlockBits bits = classify(block);
    if ((bits.escapes | bits.not_ascii) != 0) {
        return false;
    }
    std::memcpy(out, &first, half);
    std::memcpy(out + size - half, &last, half);
    return true;
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
    const auto rest = static_cast<std::size_t>(end - next);
    if (rest >= 8) {
        if (write_halves<8>(next, rest, out)) [[likely]] {
            return out + rest;
        }
    } else if (rest >= 4) {
        if (write_halves<4>(next, rest, out)) [[likely]] {
            return out + rest;
        }
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

/// The keys of interned shapes as JSON, with what stands before them: `{"a":`, `,"b":`. Remembers
/// the shapes last written by this thread.
class KeyTexts {
public:
    /// One shape's keys; `ends[i]` is where the text of key i ends.
    struct Entry {
        const Shape* shape = nullptr;
        std::string text;
        std::vector<std::uint32_t> ends;
    };

    static const Entry& of(const Shape& shape) {
        thread_local std::array<Entry, 64> entries;
        const auto address = reinterpret_cast<std::uintptr_t>(&shape);
        Entry& entry = entries[(address >> 4 ^ address >> 10) % entries.size()];
        if (entry.shape != &shape) [[unlikely]] {
            fill(entry, shape);
        }
        return entry;
    }

private:
    static void fill(Entry& entry, const Shape& shape) {
        ByteBuffer text;
        entry.ends.clear();
        for (const std::string_view key : shape.keys()) {
            text.push_back(text.empty() ? '{' : ',');
            write_json_string(key, text);
            text.push_back(':');
            entry.ends.push_back(static_cast<std::uint32_t>(text.size()));
        }
        text.append(16, ' ');  // spare bytes, see append_key
        entry.text = text.view();
        entry.shape = &shape;
    }
};

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
        const std::uint32_t size = object.size();
        if (size == 0) {
            out_.append("{}");
            return;
        }
        if (!object.shape->interned()) [[unlikely]] {
            write_unshared_object(object);
            return;
        }
        const KeyTexts::Entry* keys = &KeyTexts::of(*object.shape);
        std::uint32_t begin = 0;
        for (std::uint32_t i = 0; i < size; ++i) {
            const std::uint32_t end = keys->ends[i];
            append_key(keys->text.data() + begin, end - begin);
            begin = end;
            write(object.values[i]);
            if (keys->shape != object.shape) [[unlikely]] {
                // A nested object's shape took the place.
                keys = &KeyTexts::of(*object.shape);
            }
        }
        out_.push_back('}');
    }

    /// Most keys are short: one move of fixed size instead of a call.
    void append_key(const char* key, std::uint32_t size) {
        constexpr std::uint32_t move = 16;
        if (size > move) {
            out_.append({key, size});
            return;
        }
        char bytes[move];
        // The text of the keys is followed by as many spare bytes.
        std::memcpy(bytes, key, move);
        std::memcpy(out_.room(move), bytes, move);
        out_.commit(size);
    }

    void write_unshared_object(const ObjectNode& object) {
        for (std::uint32_t i = 0; i < object.size(); ++i) {
            out_.push_back(i == 0 ? '{' : ',');
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
