#include "engine/enrichment/hash_index.hpp"

#include <xxhash.h>

#include "engine/vrl/letter_case.hpp"
#include "engine/vrl/value_hash.hpp"

namespace engine::enrichment {

namespace {

std::uint64_t hash_of(std::span<const Value> values, CaseRule case_rule) {
    std::uint64_t hash = 0;
    for (const Value& value : values) {
        hash = XXH3_64bits_withSeed(&hash, sizeof hash, enrichment::hash_of(value, case_rule));
    }
    return hash;
}

/// The text in lower case, in memory of the thread that is used again.
Value folded(const Value& text, Arena& arena) {
    return vrl::to_lower(text.as_bytes(), arena);
}

}  // namespace

std::uint64_t hash_of(const Value& value, CaseRule case_rule) {
    if (case_rule == CaseRule::Sensitive || !value.is_bytes()) {
        return vrl::ValueHash{}(value);
    }
    thread_local Arena arena;
    arena.rewind();
    return vrl::ValueHash{}(folded(value, arena));
}

bool same(const Value& left, const Value& right, CaseRule case_rule) {
    if (case_rule == CaseRule::Sensitive || !left.is_bytes() || !right.is_bytes()) {
        return equal(left, right);
    }
    thread_local Arena arena;
    arena.rewind();
    return equal(folded(left, arena), folded(right, arena));
}

void HashIndex::add(std::span<const Value> values, CaseRule case_rule, std::uint32_t row) {
    rows_[hash_of(values, case_rule)].push_back(row);
}

std::span<const std::uint32_t> HashIndex::rows(std::span<const Value> values,
                                               CaseRule case_rule) const {
    const auto found = rows_.find(hash_of(values, case_rule));
    return found == rows_.end() ? std::span<const std::uint32_t>() : found->second;
}

}  // namespace engine::enrichment
