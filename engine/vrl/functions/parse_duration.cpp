#include <charconv>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// Nanoseconds of the unit; 0 when there is none of that name.
double nanoseconds_of(std::string_view unit) {
    struct Unit {
        std::string_view name;
        double nanoseconds;
    };
    constexpr std::array<Unit, 12> units = {{{"ns", 1},
                                             {"us", 1e3},
                                             {"µs", 1e3},
                                             {"μs", 1e3},
                                             {"ms", 1e6},
                                             {"cs", 1e7},
                                             {"ds", 1e8},
                                             {"s", 1e9},
                                             {"m", 60e9},
                                             {"h", 3600e9},
                                             {"d", 86400e9},
                                             {"w", 604800e9}}};
    for (const Unit& known : units) {
        if (known.name == unit) {
            return known.nanoseconds;
        }
    }
    return 0;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// One `1.5h` of the text.
struct Part {
    double amount = 0;
    std::string_view unit;
};

/// Finds the next number with a unit (ASCII letters or the micro sign) behind it, as a search for
/// `([0-9]*\.?[0-9]+)\s*([a-zµ]{1,2})` would.
bool next_part(std::string_view& rest, Part& part) {
    for (std::size_t begin = 0; begin < rest.size(); ++begin) {
        std::size_t end = begin;
        while (end < rest.size() && is_digit(rest[end])) {
            ++end;
        }
        const std::size_t whole_end = end;
        if (end < rest.size() && rest[end] == '.' && end + 1 < rest.size() &&
            is_digit(rest[end + 1])) {
            ++end;
            while (end < rest.size() && is_digit(rest[end])) {
                ++end;
            }
        }
        if (end == begin) {
            continue;
        }
        std::size_t unit = end;
        while (unit < rest.size() && (rest[unit] == ' ' || rest[unit] == '\t')) {
            ++unit;
        }
        std::size_t after = unit;
        for (int letters = 0; letters < 2 && after < rest.size(); ++letters) {
            const bool is_micro =
                rest.substr(after).starts_with("µ") || rest.substr(after).starts_with("μ");
            if (!is_micro && std::isalpha(static_cast<unsigned char>(rest[after])) == 0) {
                break;
            }
            after += is_micro ? 2 : 1;
        }
        if (after == unit) {
            // Nothing else in these digits can match, but what follows them may.
            begin = whole_end > begin ? whole_end - 1 : begin;
            continue;
        }
        std::from_chars(rest.data() + begin, rest.data() + end, part.amount);
        part.unit = rest.substr(unit, after - unit);
        rest.remove_prefix(after);
        return true;
    }
    return false;
}

Value run(Call& call) {
    const double unit = nanoseconds_of(call.bytes(1));
    if (unit == 0) {
        return call.fail("unknown unit format: '{}'", call.bytes(1));
    }
    std::string buffer;
    const std::string_view text = utf8_lossy(call.bytes(0), buffer);
    std::string_view rest = text;
    double total = 0;
    while (!rest.empty()) {
        Part part;
        if (!next_part(rest, part)) {
            return call.fail("unable to parse duration: '{}'", text);
        }
        const double nanoseconds = nanoseconds_of(part.unit);
        if (nanoseconds == 0) {
            return call.fail("unknown duration unit: '{}'", part.unit);
        }
        total += part.amount * nanoseconds / unit;
    }
    return Value::floating(total);
}

const Function parse_duration_function{
    .name = "parse_duration",
    .category = "Parse",
    .summary = "Parses a duration such as `1h 30m`, and expresses it in the unit.",
    .parameters = {required("value", kinds::bytes, "The text."),
                   required("unit", kinds::bytes, "The unit of the result.")
                       .one_of({"ns", "us", "µs", "ms", "cs", "ds", "s", "m", "h", "d", "w"})},
    .returns = kinds::floating,
    .fallible = true,
    .examples =
        {{"Milliseconds", R"(parse_duration!("1005ms", unit: "s"))", "1.005"},
         {"Several parts", R"(parse_duration!("1h 30m", unit: "m"))", "90"},
         {"An unknown unit", R"(parse_duration!("1x", unit: "s"))",
          R"(function call error for "parse_duration" at (0:32): unknown duration unit: 'x')"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_duration_function);
}  // namespace engine::vrl
