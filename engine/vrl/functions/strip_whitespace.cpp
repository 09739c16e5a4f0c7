#include <unicode/uniset.h>
#include <unicode/utf8.h>
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

const icu::UnicodeSet* white_space() {
    static const icu::UnicodeSet* set = [] {
        UErrorCode error = U_ZERO_ERROR;
        return new icu::UnicodeSet(UNICODE_STRING_SIMPLE("[\\p{White_Space}]"), error);
    }();
    return set;
}

Value run(Call& call) {
    const icu::UnicodeSet* space = white_space();
    const std::string_view text = call.bytes(0);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    auto end = static_cast<std::int32_t>(text.size());
    std::int32_t begin = 0;
    while (begin < end) {
        std::int32_t next = begin;
        UChar32 c = 0;
        U8_NEXT(bytes, next, end, c);
        if (c < 0 || !space->contains(c)) {
            break;
        }
        begin = next;
    }
    while (end > begin) {
        std::int32_t previous = end;
        UChar32 c = 0;
        U8_PREV(bytes, begin, previous, c);
        if (c < 0 || !space->contains(c)) {
            break;
        }
        end = previous;
    }
    return Value::bytes(
        text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
}

const Function strip_whitespace_function{
    .name = "strip_whitespace",
    .category = "String",
    .summary = "Removes white space from both ends of the text, as Unicode defines it.",
    .parameters = {required("value", kinds::bytes, "The text to strip.")},
    .returns = kinds::bytes,
    .examples = {{"Both ends", R"(strip_whitespace("  A sentence. "))", R"("A sentence.")"},
                 {"Only space", R"(strip_whitespace("  "))", R"("")"},
                 {"Nothing to strip", R"(strip_whitespace("a b"))", R"("a b")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(strip_whitespace_function);
}  // namespace engine::vrl
