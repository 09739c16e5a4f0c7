#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/diagnostic/error.hpp"
#include "engine/event/value.hpp"

namespace engine::enrichment {

/// What a column's texts are turned into: one entry of a table's `schema`. A value object.
class ColumnType {
public:
    /// Text as it is.
    ColumnType() = default;
    /// `string`, `integer`, `float`, `boolean`, `date`, `date|FORMAT`, `timestamp`,
    /// `timestamp|FORMAT`, with strftime formats. Dates are midnights, and times without an offset
    /// local times, of `zone`.
    [[nodiscard]] static Result<ColumnType> parse(std::string_view name, absl::TimeZone zone);

    /// The text as this type, its bytes in `arena`; failure when it is none.
    [[nodiscard]] Value convert(std::string_view text, Arena& arena) const;

private:
    enum class Kind : std::uint8_t { Text, Integer, Float, Boolean, Date, Timestamp };
    Kind kind_ = Kind::Text;
    std::string format_;  // of Date and Timestamp; empty: any of the known ones
    absl::TimeZone zone_ = absl::UTCTimeZone();
};

}  // namespace engine::enrichment
