#include "engine/enrichment/column_type.hpp"

#include <fmt/format.h>

#include <array>

#include "engine/vrl/coerce.hpp"
#include "engine/vrl/strptime.hpp"

namespace engine::enrichment {

namespace {

/// Formats of times that name none, tried in this order; those without an offset are local.
constexpr std::array<std::string_view, 13> timestamp_formats{"%+",
                                                             "%F %T",
                                                             "%v %T",
                                                             "%FT%T",
                                                             "%FT%TZ",
                                                             "%m/%d/%Y:%T",
                                                             "%a, %d %b %Y %T",
                                                             "%a %d %b %T %Y",
                                                             "%A %d %B %T %Y",
                                                             "%a %b %e %T %Y",
                                                             "%s",
                                                             "%a, %d %b %Y %T %z",
                                                             "%a %d %b %T %z %Y"};

Value time(std::string_view text, std::string_view format, const absl::TimeZone& zone) {
    const auto time = vrl::parse_time(text, format, zone);
    return time ? Value::timestamp(*time) : Value::failure();
}

Value date(std::string_view text, std::string_view format, const absl::TimeZone& zone) {
    return time(fmt::format("{} 00:00:00", text), fmt::format("{} %T", format), zone);
}

}  // namespace

Result<ColumnType> ColumnType::parse(std::string_view name, absl::TimeZone zone) {
    ColumnType type;
    type.zone_ = zone;
    const std::size_t bar = name.find('|');
    const std::string_view word = name.substr(0, bar);
    if (bar != std::string_view::npos) {
        type.format_ = name.substr(bar + 1);
    }
    if (word == "date" || word == "timestamp") {
        type.kind_ = word == "date" ? Kind::Date : Kind::Timestamp;
        return type;
    }
    if (bar == std::string_view::npos) {
        if (word == "string" || word == "bytes" || word == "asis") {
            return type;
        }
        if (word == "integer" || word == "int") {
            type.kind_ = Kind::Integer;
            return type;
        }
        if (word == "float") {
            type.kind_ = Kind::Float;
            return type;
        }
        if (word == "boolean" || word == "bool") {
            type.kind_ = Kind::Boolean;
            return type;
        }
    }
    return failure(
        fmt::format("unknown type `{}`, expected one of `string`, `integer`, `float`, "
                    "`boolean`, `date`, `date|FORMAT`, `timestamp`, `timestamp|FORMAT`",
                    name));
}

Value ColumnType::convert(std::string_view text, Arena& arena) const {
    vrl::Context context(arena);
    const Value bytes = Value::copy_of(text, arena);
    switch (kind_) {
        case Kind::Text:
            return bytes;
        case Kind::Integer:
            return vrl::to_int(bytes, context);
        case Kind::Float:
            return vrl::to_float(bytes, context);
        case Kind::Boolean:
            return vrl::to_bool(bytes, context);
        case Kind::Date:
            return date(text, format_.empty() ? "%Y-%m-%d" : format_, zone_);
        case Kind::Timestamp:
            break;
    }
    if (!format_.empty()) {
        return time(text, format_, zone_);
    }
    for (const std::string_view format : timestamp_formats) {
        if (const Value found = time(text, format, zone_); !found.is_failure()) {
            return found;
        }
    }
    return date(text, "%Y-%m-%d", zone_);
}

}  // namespace engine::enrichment
