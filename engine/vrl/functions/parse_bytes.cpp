#include <charconv>
#include <cmath>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

constexpr std::string_view prefixes = "kmgtpe";

bool equals_ignoring_case(char c, char lower) {
    return (c | 0x20) == lower;
}

/// Bytes in the unit of the result, 0 when it is unknown: `B`, `MB`, `MiB` …, in their exact case.
double result_unit(std::string_view unit, bool is_binary) {
    constexpr std::string_view letters = "KMGTPE";
    if (unit == "B") {
        return 1;
    }
    const bool is_kilo = unit.starts_with('k') && !is_binary;
    const std::size_t prefix = is_kilo ? 0 : letters.find(unit.empty() ? '?' : unit[0]);
    const bool is_known = prefix != std::string_view::npos &&
                          (prefix != 0 || is_binary || is_kilo) &&
                          (unit.substr(1) == "B" || (is_binary && unit.substr(1) == "iB"));
    return is_known ? std::pow(is_binary ? 1024.0 : 1000.0, static_cast<double>(prefix + 1)) : 0;
}

/// Cuts the unit off the text and returns how many bytes it has; units with an `i` are binary
/// always. Case does not matter.
double cut_unit(std::string_view& text, bool is_binary) {
    if (!text.empty() && equals_ignoring_case(text.back(), 'b')) {
        text.remove_suffix(1);
    }
    std::string_view stem = text;
    const bool has_i = !stem.empty() && equals_ignoring_case(stem.back(), 'i');
    stem.remove_suffix(has_i ? 1 : 0);
    const std::size_t prefix = stem.empty() ? std::string_view::npos
                                            : prefixes.find(static_cast<char>(stem.back() | 0x20));
    if (prefix == std::string_view::npos) {
        return 1;
    }
    stem.remove_suffix(1);
    text = stem;
    return std::pow(has_i || is_binary ? 1024.0 : 1000.0, static_cast<double>(prefix + 1));
}

/// The reference divides decimal numbers of at most 28 places.
double with_28_decimals(double value) {
    const std::string text = fmt::format("{:.28f}", value);
    double rounded = value;
    std::from_chars(text.data(), text.data() + text.size(), rounded);
    return rounded;
}

Value run(Call& call) {
    const bool is_binary = call.bytes(2) == "2";
    const double unit = result_unit(call.bytes(1), is_binary);
    if (unit == 0) {
        return call.fail("unknown unit format: '{}'", call.bytes(1));
    }
    const Value argument = call[0];
    std::string_view text = argument.as_bytes();
    const double factor = cut_unit(text, is_binary);
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    if (text.empty()) {
        return call.fail("unable to parse bytes: 'cannot parse integer from empty string'");
    }
    double amount = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
    const bool is_number = error == std::errc() && end == text.data() + text.size() &&
                           std::isdigit(static_cast<unsigned char>(text[0])) != 0;
    if (!is_number) {
        return call.fail("unable to parse bytes: 'invalid digit found in string'");
    }
    const double bytes = amount * factor;
    if (bytes >= 18446744073709551616.0) {
        return call.fail("unable to parse bytes: 'number too large to fit in target type'");
    }
    return Value::floating(with_28_decimals(std::trunc(bytes) / unit));
}

const Function parse_bytes_function{
    .name = "parse_bytes",
    .category = "Parse",
    .summary = "Parses a size such as `1.5GiB`, and expresses it in the unit.",
    .parameters = {required("value", kinds::bytes, "The text."),
                   required("unit", kinds::bytes, "The unit of the result.")
                       .one_of({"B", "kB", "KB", "MB", "GB", "TB", "PB", "EB", "KiB", "MiB", "GiB",
                                "TiB", "PiB", "EiB"}),
                   optional("base", kinds::bytes,
                            "Whether units without `i` count in powers of 1024 (2) or 1000 (10).",
                            Value::bytes("2"))
                       .literal()
                       .one_of({"2", "10"})},
    .returns = kinds::floating,
    .fallible = true,
    .examples = {{"In bytes", R"(parse_bytes!("1KiB", unit: "B"))", "1024"},
                 {"Decimal", R"(parse_bytes!("1.5GB", unit: "MB", base: "10"))", "1500"},
                 {"An unknown unit", R"(parse_bytes!("1KiB", unit: "XB"))",
                  R"(function call error for "parse_bytes" at (0:32): unknown unit format: 'XB')"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_bytes_function);
}  // namespace engine::vrl
