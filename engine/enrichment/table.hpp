#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diagnostic/error.hpp"
#include "engine/event/value.hpp"

/// Tables that programs look events up in.
namespace engine::enrichment {

enum class CaseRule : std::uint8_t { Sensitive, Insensitive };

/// What is known of a look-up when its program is compiled: the fields that its condition names.
struct Question {
    /// Fields that have to equal a value.
    std::vector<std::string> fields;
    /// Fields that have to lie in a range of time.
    std::vector<std::string> range_fields;
    CaseRule case_rule = CaseRule::Sensitive;

    friend auto operator<=>(const Question&, const Question&) = default;
};

/// Both ends belong to the range; one of them may be open.
struct TimeRange {
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;

    [[nodiscard]] bool contains(Timestamp time) const {
        return (!from || *from <= time) && (!to || time <= *to);
    }
};

/// The values of one look-up, in the order of its question. Borrows all that it names.
struct Probe {
    std::span<const Value> values;
    std::span<const TimeRange> ranges;
    /// A field's value in the table that stands for any; null when there is none.
    const Value* wildcard = nullptr;
    /// Fields of the result; unset: all.
    std::optional<std::span<const Value>> select;
    /// How many rows are wanted at most.
    std::size_t limit = SIZE_MAX;
};

/// A question prepared for a table: it keeps the table alive. Immutable; all threads may use it at
/// once.
class Lookup {
public:
    Lookup() = default;
    virtual ~Lookup() = default;
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

    /// The rows that match, as objects in `arena`; their values may point into the table.
    [[nodiscard]] virtual Result<std::vector<Value>> find(const Probe& probe,
                                                          Arena& arena) const = 0;
};

/// A table, read once. Immutable but for the indexes that it makes for questions; any thread.
class Table {
public:
    Table() = default;
    virtual ~Table() = default;
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    /// The error says why this table can't be asked that.
    [[nodiscard]] virtual Result<std::shared_ptr<const Lookup>> prepare(
        const Question& question) const = 0;
};

/// The tables of a configuration by name. Programs are compiled with it; they themselves keep only
/// the tables that they use. Immutable once filled; any thread.
class Tables {
public:
    void add(std::string name, std::shared_ptr<const Table> table) {
        tables_.insert_or_assign(std::move(name), std::move(table));
    }
    /// Null when there is none of that name.
    [[nodiscard]] const Table* find(std::string_view name) const {
        const auto found = tables_.find(name);
        return found == tables_.end() ? nullptr : found->second.get();
    }
    /// Sorted.
    [[nodiscard]] std::vector<std::string_view> names() const {
        std::vector<std::string_view> names;
        for (const auto& [name, table] : tables_) {
            names.emplace_back(name);
        }
        return names;
    }

private:
    std::map<std::string, std::shared_ptr<const Table>, std::less<>> tables_;
};

}  // namespace engine::enrichment
