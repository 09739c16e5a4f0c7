#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// The fields of the first record (RFC 4180; lenient: nothing is malformed). Fields without
/// quotes are views of `text`.
[[nodiscard]] std::vector<Value> parse_csv_record(std::string_view text, char delimiter,
                                                  Arena& arena);
/// One record of these strings, without line break.
void write_csv_record(std::span<const Value> fields, char delimiter, std::string& out);

}  // namespace engine::vrl
