#include "engine/vrl/letter_case.hpp"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include <algorithm>
#include <string>

#include "engine/vrl/display.hpp"

namespace engine::vrl {

namespace {

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

template <typename Changes, typename Convert>
Value convert_ascii(std::string_view text, Arena& arena, Changes changes, Convert convert) {
    if (std::ranges::none_of(text, changes)) {
        return Value::bytes(text);
    }
    char small[Value::inline_capacity];
    const bool is_small = text.size() <= Value::inline_capacity;
    char* out = is_small ? small : arena.allocate_array<char>(text.size());
    std::ranges::transform(text, out, convert);
    return Value::bytes({out, text.size()});
}

enum class Case { Upper, Lower };

Value convert_unicode(std::string_view text, Arena& arena, Case letter_case) {
    std::string clean;
    const std::string_view source = utf8_lossy(text, clean);
    std::string result;
    icu::StringByteSink<std::string> sink(&result);
    UErrorCode error = U_ZERO_ERROR;
    const icu::StringPiece piece(source.data(), static_cast<std::int32_t>(source.size()));
    if (letter_case == Case::Upper) {
        icu::CaseMap::utf8ToUpper("", 0, piece, sink, nullptr, error);
    } else {
        icu::CaseMap::utf8ToLower("", 0, piece, sink, nullptr, error);
    }
    return Value::copy_of(result, arena);
}

}  // namespace

Value to_upper(std::string_view text, Arena& arena) {
    if (!is_ascii(text)) {
        return convert_unicode(text, arena, Case::Upper);
    }
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return convert_ascii(text, arena, is_lower, [=](char c) {
        return is_lower(c) ? static_cast<char>(c - ('a' - 'A')) : c;
    });
}

Value to_lower(std::string_view text, Arena& arena) {
    if (!is_ascii(text)) {
        return convert_unicode(text, arena, Case::Lower);
    }
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    return convert_ascii(text, arena, is_upper, [=](char c) {
        return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
    });
}

}  // namespace engine::vrl
