#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/enrichment/column_type.hpp"
#include "engine/enrichment/table.hpp"
#include "engine/event/shape.hpp"

namespace engine::enrichment {

class HashIndex;

/// How the text of a table is read.
struct CsvOptions {
    char delimiter = ',';
    /// The first record names the columns; otherwise they are called 0, 1, 2 …
    bool include_headers = true;
    /// Types of columns by name; others are text.
    std::map<std::string, ColumnType> schema;
};

/// A table of rows in memory, with a hash index for each set of fields that programs ask for.
class FileTable final : public Table, public std::enable_shared_from_this<FileTable> {
public:
    /// The error names the row, and the text that does not fit its column's type.
    [[nodiscard]] static Result<std::shared_ptr<const FileTable>> read_csv(
        std::string_view text, const CsvOptions& options);

    [[nodiscard]] Result<std::shared_ptr<const Lookup>> prepare(
        const Question& question) const override;

    [[nodiscard]] std::size_t row_count() const {
        return columns_.empty() ? 0 : values_.size() / columns_.size();
    }
    [[nodiscard]] const Value& value(std::size_t row, std::size_t column) const {
        return values_[row * columns_.size() + column];
    }
    /// Position of the column, or npos.
    [[nodiscard]] std::size_t column(std::string_view name) const;
    static constexpr std::size_t npos = SIZE_MAX;
    /// The row as an object: of all columns, or of those selected that there are.
    [[nodiscard]] Value row_object(std::size_t row,
                                   const std::optional<std::span<const Value>>& select,
                                   Arena& arena) const;

private:
    FileTable() = default;
    void set_columns(std::vector<std::string> names);
    Result<void> add_row(const std::vector<std::string>& fields,
                         const std::vector<ColumnType>& types);
    [[nodiscard]] std::shared_ptr<const HashIndex> index(const std::vector<std::size_t>& columns,
                                                         CaseRule case_rule) const;

    Arena arena_;
    std::vector<std::string> columns_;
    std::vector<Value> values_;  // row by row
    /// All columns as an object: the sorted keys, and the column of each.
    const Shape* shape_ = nullptr;
    std::vector<std::size_t> shape_columns_;

    using IndexKey = std::pair<std::vector<std::size_t>, CaseRule>;
    mutable std::mutex mutex_;  // of indexes_, which compiling programs share
    mutable std::map<IndexKey, std::shared_ptr<const HashIndex>> indexes_;
};

}  // namespace engine::enrichment
