#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

int digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'z' ? lower - 'a' + 10 : 99;
}

/// Removes the prefix `0x`, `0o`, `0b` or `0` and says what base it means.
int base_by_prefix(std::string_view& digits) {
    if (digits.size() < 2 || digits[0] != '0') {
        return 10;
    }
    const int base = digits[1] == 'x' ? 16 : digits[1] == 'o' ? 8 : digits[1] == 'b' ? 2 : 0;
    digits.remove_prefix(base == 0 ? 1 : 2);
    return base == 0 ? 8 : base;
}

Value parse(std::string_view text, int base, Call& call) {
    if (text.empty()) {
        return call.fail("could not parse integer: cannot parse integer from empty string");
    }
    const bool is_negative = text[0] == '-';
    std::string_view digits = text;
    if (is_negative || text[0] == '+') {
        digits.remove_prefix(1);
    }
    if (digits.empty()) {
        return call.fail("could not parse integer: invalid digit found in string");
    }
    std::int64_t number = 0;
    bool overflows = false;
    for (const char c : digits) {
        const int value = digit(c);
        if (value >= base) {
            return call.fail("could not parse integer: invalid digit found in string");
        }
        overflows = overflows || __builtin_mul_overflow(number, base, &number) ||
                    __builtin_sub_overflow(number, value, &number);
    }
    overflows = overflows || (!is_negative && __builtin_sub_overflow(0, number, &number));
    if (overflows) {
        return call.fail("could not parse integer: number too {} to fit in target type",
                         is_negative ? "small" : "large");
    }
    return Value::integer(number);
}

Value run(Call& call) {
    std::string_view text = call.bytes(0);
    if (!call.given(1)) {
        if (text.empty()) {
            return call.fail("value is empty");
        }
        const int base = base_by_prefix(text);
        return parse(text, base, call);
    }
    if (call.integer(1) < 2 || call.integer(1) > 36) {
        return call.fail("invalid base \"{}\": must be be between 2 and 36 (inclusive)", text);
    }
    return parse(text, static_cast<int>(call.integer(1)), call);
}

const Function parse_int{
    .name = "parse_int",
    .category = "Parse",
    .summary = "Reads an integer of any base.",
    .parameters = {required("value", kinds::bytes, "The number's text."),
                   optional("base", kinds::integer,
                            "2 to 36; without it, the prefixes `0x`, `0o`, `0b` and `0` decide.")},
    .returns = kinds::integer,
    .fallible = true,
    .examples = {{"Decimal", R"(parse_int!("-42"))", "-42"},
                 {"By prefix", R"(parse_int!("0x1F"))", "31"},
                 {"By base", R"(parse_int!("101", base: 2))", "5"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_int);
}  // namespace engine::vrl
