#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <span>
#include <vector>

#include "engine/enrichment/table.hpp"

namespace engine::enrichment {

/// Hash of a value's contents; values that `same` calls the same have one hash. Letter case of
/// texts counts or not, by the rule.
[[nodiscard]] std::uint64_t hash_of(const Value& value, CaseRule case_rule);
[[nodiscard]] bool same(const Value& left, const Value& right, CaseRule case_rule);

/// Rows of a table by the values of some columns. Immutable once built. Rows of one hash may still
/// differ: compare them.
class HashIndex {
public:
    void add(std::span<const Value> values, CaseRule case_rule, std::uint32_t row);
    /// In ascending order.
    [[nodiscard]] std::span<const std::uint32_t> rows(std::span<const Value> values,
                                                      CaseRule case_rule) const;

private:
    absl::flat_hash_map<std::uint64_t, std::vector<std::uint32_t>> rows_;
};

}  // namespace engine::enrichment
