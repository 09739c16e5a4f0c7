#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "engine/config/options.hpp"
#include "engine/config/shared_options.hpp"

namespace engine::config {

/// How a file's text becomes rows.
struct TableEncodingOptions {
    std::string type;
    char delimiter = ',';
    bool include_headers = true;
};

struct TableFileOptions {
    Located<std::string> path;
    TableEncodingOptions encoding;
};

/// `type = "file"`: rows of a CSV file.
struct FileTableOptions {
    TableFileOptions file;
    std::map<std::string, Located<std::string>> schema;
    std::vector<std::string> inputs;
    GraphOptions graph;
};

/// `type = "geoip"`: the known fields of a MaxMind database.
struct GeoipTableOptions {
    Located<std::string> path;
    std::string locale = "en";
    std::vector<std::string> inputs;
    GraphOptions graph;
};

/// `type = "mmdb"`: all that a MaxMind database holds.
struct MmdbTableOptions {
    Located<std::string> path;
    std::vector<std::string> inputs;
    GraphOptions graph;
};

using EnrichmentTableOptions = std::variant<FileTableOptions, GeoipTableOptions, MmdbTableOptions>;

/// One table as configured. Immutable once read.
struct EnrichmentTable {
    Located<std::string> id;
    EnrichmentTableOptions options;
};

/// What a table below `enrichment_tables` may have.
[[nodiscard]] Type<EnrichmentTableOptions> enrichment_table();

/// The tables of a document; reports what is wrong with them. Files are left alone.
[[nodiscard]] std::vector<EnrichmentTable> read_enrichment_tables(const Node& root,
                                                                  OptionContext& context);

}  // namespace engine::config
