#include "engine/enrichment/load_tables.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "engine/enrichment/file_table.hpp"
#include "engine/enrichment/mmdb_table.hpp"
#include "engine/vrl/timezone.hpp"

namespace engine::enrichment {

namespace {

using TablePtr = std::shared_ptr<const Table>;

/// Stands for a table whose file is left alone.
class UnreadTable final : public Table {
public:
    [[nodiscard]] Result<std::shared_ptr<const Lookup>> prepare(
        const Question& /*question*/) const override {
        return std::make_shared<const UnreadLookup>();
    }

private:
    class UnreadLookup final : public Lookup {
    public:
        [[nodiscard]] Result<std::vector<Value>> find(const Probe& /*probe*/,
                                                      Arena& /*arena*/) const override {
            return failure("the table has not been read");
        }
    };
};

class TableLoader {
public:
    TableLoader(const config::GlobalOptions& globals, TableFiles files, config::Problems& problems)
        : zone_(vrl::timezone_of(globals.timezone)), files_(files), problems_(problems) {}

    /// Null after reporting why.
    TablePtr load(const config::EnrichmentTable& table) {
        const std::size_t before = problems_.error_count();
        Loaded loaded =
            std::visit([this](const auto& options) { return read(options); }, table.options);
        if (!loaded.table) {
            problems_.error(loaded.location,
                            fmt::format("Enrichment Table \"{}\": {}", table.id.value,
                                        loaded.table.error().message));
        }
        return problems_.error_count() > before ? nullptr : *loaded.table;
    }

private:
    /// The table, or why there is none and which option that concerns.
    struct Loaded {
        Result<TablePtr> table;
        config::Location location;
    };

    Loaded read(const config::FileTableOptions& options) {
        CsvOptions csv{options.file.encoding.delimiter, options.file.encoding.include_headers, {}};
        for (const auto& [column, name] : options.schema) {
            Result<ColumnType> type = ColumnType::parse(name.value, zone_);
            if (!type) {
                return {std::unexpected(std::move(type.error())), name.location};
            }
            csv.schema.emplace(column, std::move(*type));
        }
        const config::Location& location = options.file.path.location;
        if (files_ == TableFiles::Leave) {
            return {std::make_shared<const UnreadTable>(), location};
        }
        errno = 0;
        std::ifstream stream(options.file.path.value, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        if (!stream) {
            return {failure(fmt::format("{}: {}", options.file.path.value,
                                        std::strerror(errno != 0 ? errno : EIO))),
                    location};
        }
        return {FileTable::read_csv(text, csv), location};
    }

    Loaded read(const config::GeoipTableOptions& options) {
        return read_mmdb(options.path, MmdbTable::View::Geo, options.locale);
    }
    Loaded read(const config::MmdbTableOptions& options) {
        return read_mmdb(options.path, MmdbTable::View::Record, {});
    }
    Loaded read_mmdb(const config::Located<std::string>& path, MmdbTable::View view,
                     const std::string& locale) {
        if (files_ == TableFiles::Leave) {
            return {std::make_shared<const UnreadTable>(), path.location};
        }
        return {MmdbTable::open(path.value, view, locale), path.location};
    }

    absl::TimeZone zone_;
    TableFiles files_;
    config::Problems& problems_;
};

}  // namespace

std::shared_ptr<const Tables> load_tables(const config::Configuration& configuration,
                                          TableFiles files, config::Problems& problems) {
    auto tables = std::make_shared<Tables>();
    TableLoader loader(configuration.globals, files, problems);
    for (const config::EnrichmentTable& table : configuration.enrichment_tables) {
        tables->add(table.id.value, loader.load(table));
    }
    return tables;
}

}  // namespace engine::enrichment
