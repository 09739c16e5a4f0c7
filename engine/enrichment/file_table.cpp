#include "engine/enrichment/file_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "engine/enrichment/csv_reader.hpp"
#include "engine/enrichment/hash_index.hpp"
#include "engine/event/container.hpp"

namespace engine::enrichment {

namespace {

/// With a wildcard each field may match in two ways; beyond this many fields rows are tried one by
/// one.
constexpr std::size_t most_wildcard_fields = 6;

class FileLookup final : public Lookup {
public:
    FileLookup(std::shared_ptr<const FileTable> table, std::shared_ptr<const HashIndex> index,
               std::vector<std::size_t> columns, std::vector<std::size_t> range_columns,
               CaseRule case_rule)
        : table_(std::move(table)),
          index_(std::move(index)),
          columns_(std::move(columns)),
          range_columns_(std::move(range_columns)),
          case_rule_(case_rule) {}

    [[nodiscard]] Result<std::vector<Value>> find(const Probe& probe, Arena& arena) const override {
        std::vector<Value> found;
        const auto visit = [&](std::size_t row) {
            if (matches(row, probe)) {
                found.push_back(table_->row_object(row, probe.select, arena));
            }
            return found.size() < probe.limit;
        };
        if (columns_.empty() ||
            (probe.wildcard != nullptr && columns_.size() > most_wildcard_fields)) {
            for (std::size_t row = 0; row < table_->row_count() && visit(row); ++row) {
            }
        } else if (probe.wildcard != nullptr) {
            std::ranges::any_of(wildcard_rows(probe), [&](std::size_t row) { return !visit(row); });
        } else {
            std::ranges::any_of(index_->rows(probe.values, case_rule_),
                                [&](std::size_t row) { return !visit(row); });
        }
        return found;
    }

private:
    [[nodiscard]] bool matches(std::size_t row, const Probe& probe) const {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const Value& value = table_->value(row, columns_[i]);
            if (!same(value, probe.values[i], case_rule_) &&
                (probe.wildcard == nullptr || !same(value, *probe.wildcard, case_rule_))) {
                return false;
            }
        }
        for (std::size_t i = 0; i < range_columns_.size(); ++i) {
            const Value& value = table_->value(row, range_columns_[i]);
            if (!value.is_timestamp() || !probe.ranges[i].contains(value.as_timestamp())) {
                return false;
            }
        }
        return true;
    }

    /// Rows of the index for each choice of fields that the wildcard stands in for.
    [[nodiscard]] std::vector<std::uint32_t> wildcard_rows(const Probe& probe) const {
        std::vector<std::uint32_t> rows;
        for (std::size_t choice = 0; choice < std::size_t{1} << columns_.size(); ++choice) {
            std::vector<Value> values(probe.values.begin(), probe.values.end());
            for (std::size_t i = 0; i < values.size(); ++i) {
                if ((choice >> i & 1) != 0) {
                    values[i] = *probe.wildcard;
                }
            }
            const auto found = index_->rows(values, case_rule_);
            rows.insert(rows.end(), found.begin(), found.end());
        }
        std::ranges::sort(rows);
        const auto again = std::ranges::unique(rows);
        rows.erase(again.begin(), again.end());
        return rows;
    }

    std::shared_ptr<const FileTable> table_;
    std::shared_ptr<const HashIndex> index_;
    std::vector<std::size_t> columns_;
    std::vector<std::size_t> range_columns_;
    CaseRule case_rule_;
};

}  // namespace

Result<std::shared_ptr<const FileTable>> FileTable::read_csv(std::string_view text,
                                                             const CsvOptions& options) {
    std::shared_ptr<FileTable> table(new FileTable());
    CsvReader reader(text, options.delimiter);
    std::vector<std::string> fields;
    bool more = reader.next(fields);
    if (options.include_headers) {
        table->set_columns(fields);
        more = more && reader.next(fields);
    } else {
        std::vector<std::string> numbers;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            numbers.push_back(std::to_string(i));
        }
        table->set_columns(std::move(numbers));
    }
    std::vector<ColumnType> types;
    for (const std::string& name : table->columns_) {
        const auto found = options.schema.find(name);
        types.push_back(found == options.schema.end() ? ColumnType() : found->second);
    }
    for (; more; more = reader.next(fields)) {
        if (Result<void> added = table->add_row(fields, types); !added) {
            return std::unexpected(std::move(added.error()));
        }
    }
    return std::shared_ptr<const FileTable>(std::move(table));
}

void FileTable::set_columns(std::vector<std::string> names) {
    columns_ = std::move(names);
    // Of columns with one name the last counts.
    std::map<std::string_view, std::size_t> sorted;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        sorted.insert_or_assign(columns_[i], i);
    }
    std::vector<std::string_view> keys;
    for (const auto& [name, position] : sorted) {
        keys.push_back(arena_.copy(name));
        shape_columns_.push_back(position);
    }
    shape_ = Shape::of(keys, arena_);
}

Result<void> FileTable::add_row(const std::vector<std::string>& fields,
                                const std::vector<ColumnType>& types) {
    const std::size_t row = row_count() + 1;
    if (fields.size() != columns_.size()) {
        return failure(
            fmt::format("row {} has {} fields, expected {}", row, fields.size(), columns_.size()));
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Value value = types[i].convert(fields[i], arena_);
        if (value.is_failure()) {
            return failure(fmt::format("unable to parse {} found in row {}", fields[i], row));
        }
        values_.push_back(value);
    }
    return {};
}

std::size_t FileTable::column(std::string_view name) const {
    const std::uint32_t position = shape_->find(name);
    return position == Shape::npos ? npos : shape_columns_[position];
}

Value FileTable::row_object(std::size_t row, const std::optional<std::span<const Value>>& select,
                            Arena& arena) const {
    if (!select) {
        ObjectNode* object = new_object(shape_, arena);
        for (std::size_t i = 0; i < shape_columns_.size(); ++i) {
            object->values[i] = value(row, shape_columns_[i]);
        }
        return Value::object(object);
    }
    std::vector<Member> members;
    for (const Value& name : *select) {
        const std::uint32_t position =
            name.is_bytes() ? shape_->find(name.as_bytes()) : Shape::npos;
        if (position != Shape::npos) {
            members.push_back({shape_->key(position), value(row, shape_columns_[position])});
        }
    }
    return object_of(members, arena);
}

Result<std::shared_ptr<const Lookup>> FileTable::prepare(const Question& question) const {
    std::vector<std::string> missing;
    const auto columns_of = [&](const std::vector<std::string>& names) {
        std::vector<std::size_t> columns;
        for (const std::string& name : names) {
            columns.push_back(column(name));
            if (columns.back() == npos) {
                missing.push_back(name);
            }
        }
        return columns;
    };
    std::vector<std::size_t> columns = columns_of(question.fields);
    std::vector<std::size_t> range_columns = columns_of(question.range_fields);
    if (!missing.empty()) {
        return failure(
            fmt::format("field(s) '{}' missing from dataset", fmt::join(missing, "', '")));
    }
    auto index = this->index(columns, question.case_rule);
    return std::make_shared<const FileLookup>(shared_from_this(), std::move(index),
                                              std::move(columns), std::move(range_columns),
                                              question.case_rule);
}

std::shared_ptr<const HashIndex> FileTable::index(const std::vector<std::size_t>& columns,
                                                  CaseRule case_rule) const {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<const HashIndex>& slot = indexes_[{columns, case_rule}];
    if (slot == nullptr && !columns.empty()) {
        auto index = std::make_shared<HashIndex>();
        std::vector<Value> values(columns.size());
        for (std::size_t row = 0; row < row_count(); ++row) {
            for (std::size_t i = 0; i < columns.size(); ++i) {
                values[i] = value(row, columns[i]);
            }
            index->add(values, case_rule, static_cast<std::uint32_t>(row));
        }
        slot = std::move(index);
    }
    return slot;
}

}  // namespace engine::enrichment
