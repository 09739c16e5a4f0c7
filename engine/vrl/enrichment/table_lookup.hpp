#pragma once

#include <expected>
#include <vector>

#include "engine/enrichment/table.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {

/// The parameters of both enrichment functions.
[[nodiscard]] std::vector<Parameter> table_lookup_parameters();

/// Finds the table, and has it prepare for the fields of the condition.
[[nodiscard]] Prepared prepare_table_lookup(Preparation& call);

/// The rows that match, at most `limit` of them, or the failure to return.
[[nodiscard]] std::expected<std::vector<Value>, Value> find_table_rows(Call& call,
                                                                       std::size_t limit);

}  // namespace engine::vrl
