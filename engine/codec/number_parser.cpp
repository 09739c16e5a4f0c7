#include "engine/codec/number_parser.hpp"

#include <cstdlib>
#include <string>

namespace engine {

std::optional<double> parse_decimal(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) {
            return std::nullopt;
        }
    }
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (stop != end || error == std::errc::invalid_argument || text.ends_with(')')) {
        return std::nullopt;
    }
    if (error == std::errc::result_out_of_range) {
        number = std::strtod(std::string(text).c_str(), nullptr);  // tells large from small
    }
    return number;
}

}  // namespace engine
