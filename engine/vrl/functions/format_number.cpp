#include <cmath>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

constexpr std::int64_t longest_scale = 4096;

/// The number's digits: whole numbers exactly, others as briefly as they read back.
std::string digits_of(const Value& value) {
    if (value.is_integer()) {
        return fmt::to_string(value.as_integer());
    }
    if (std::abs(value.as_float()) >= 9007199254740992.0) {
        return fmt::format("{:.0f}", value.as_float());
    }
    std::string text;
    append_float(value.as_float(), text);
    return text;
}

/// A separator before each third digit from the right; also before the first one, as the reference
/// has it.
std::string grouped(std::string_view whole, std::string_view separator) {
    std::string out;
    const bool is_short = whole.size() < 3;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        if (!is_short && (whole.size() - i) % 3 == 0) {
            out += separator;
        }
        out += whole[i];
    }
    return out;
}

Value run(Call& call) {
    if (call[0].is_float() && std::isinf(call[0].as_float())) {
        return call.fail("an infinite number has no digits");
    }
    if (call.given(1) && (call.integer(1) < 0 || call.integer(1) > longest_scale)) {
        return call.fail("scale must be between 0 and {}", longest_scale);
    }
    const std::string digits = digits_of(call[0]);
    if (call.given(3) && call.bytes(3).size() > call.room() / digits.size()) {
        return call.fail("the text is too large");
    }
    const std::size_t point = digits.find('.');
    const std::string whole = digits.substr(0, point);
    std::string fraction = point == std::string::npos ? "" : digits.substr(point + 1);
    if (call.given(1)) {
        fraction.resize(static_cast<std::size_t>(call.integer(1)), '0');
    }
    std::string out = call.given(3) ? grouped(whole, call.bytes(3)) : whole;
    if (!fraction.empty()) {
        out += call.bytes(2);
        out += fraction;
    }
    return call.text(out);
}

const Function format_number{
    .name = "format_number",
    .category = "Number",
    .summary = "Writes the number with separators and so many decimal places.",
    .parameters = {required("value", kinds::number, "The number to write."),
                   optional("scale", kinds::integer, "Decimal places; others are cut off."),
                   optional("decimal_separator", kinds::bytes, "Stands before the decimal places.",
                            Value::bytes(".")),
                   optional("grouping_separator", kinds::bytes,
                            "Stands between groups of three digits.")},
    .returns = kinds::bytes,
    .examples =
        {{"As it is", R"(format_number(1234567.891))", R"("1234567.891")"},
         {"Two decimal places", R"(format_number(1.5, scale: 2))", R"("1.50")"},
         {"In German",
          R"(format_number(1234567.891, scale: 2, decimal_separator: ",", grouping_separator: "."))",
          R"("1.234.567,89")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(format_number);
}  // namespace engine::vrl
