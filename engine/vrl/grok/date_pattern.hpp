#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine::vrl {

/// A date format in the letters of Java's and Joda's libraries, such as `yyyy-MM-dd'T'HH:mm:ssZ`.
/// Immutable.
class DatePattern {
public:
    /// The error is a sentence.
    [[nodiscard]] static std::expected<DatePattern, std::string> parse(std::string_view pattern);

    /// What texts of the format look like, for Oniguruma.
    [[nodiscard]] const std::string& regex() const { return regex_; }
    /// Milliseconds since 1970, where the text has the format and names a date. Local times are of
    /// `zone`; a date that is not in the text is the one at `now`, in it.
    [[nodiscard]] std::optional<std::int64_t> milliseconds(std::string_view text,
                                                           const absl::TimeZone& zone,
                                                           absl::Time now) const;

private:
    /// `letter` with its number of repetitions; zero for literal text.
    struct Part {
        char letter = '\0';
        std::size_t count = 0;
        std::string text;
    };
    bool add(Part part);

    std::vector<Part> parts_;
    std::string regex_;
};

/// A zone by name of the database, or an offset such as `+02:00` or `UTC-5`.
[[nodiscard]] std::optional<absl::TimeZone> zone_or_offset(std::string_view name);

}  // namespace engine::vrl
