#include "engine/vrl/nullish.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <string_view>

namespace engine::vrl {

bool is_nullish(const Value& value) {
    if (value.is_null()) {
        return true;
    }
    if (!value.is_bytes()) {
        return false;
    }
    const std::string_view text = value.as_bytes();
    if (text == "-") {
        return true;
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto size = static_cast<std::int32_t>(text.size());
    for (std::int32_t i = 0; i < size;) {
        UChar32 character = 0;
        U8_NEXT(bytes, i, size, character);
        if (character < 0 || !u_isUWhiteSpace(character)) {
            return false;
        }
    }
    return true;
}

}  // namespace engine::vrl
