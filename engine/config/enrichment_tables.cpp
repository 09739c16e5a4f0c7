#include "engine/config/enrichment_tables.hpp"

#include <fmt/format.h>

namespace engine::config {

namespace {

Result<char> parse_delimiter(const std::string& text) {
    if (text.size() != 1 || static_cast<unsigned char>(text[0]) >= 0x80 || text == "\"" ||
        text == "\n" || text == "\r") {
        return failure(
            fmt::format("invalid delimiter \"{}\", expected one ASCII character that is "
                        "neither a quote nor a line break",
                        text));
    }
    return text[0];
}

OptionTable<TableFileOptions> file_options() {
    using E = TableEncodingOptions;
    OptionTable<E> encoding{
        required("type", &E::type, "The file's format.",
                 choice<std::string>({{"csv", "csv", "Comma-separated values (RFC 4180)."}})),
        optional("delimiter", &E::delimiter, "What stands between fields; a comma by default.",
                 parsed<char>(parse_delimiter))
            .example("\";\""),
        optional("include_headers", &E::include_headers,
                 "Whether the first record names the columns; otherwise they are `0`, `1`, `2` …"),
    };
    encoding.tolerate_unknown();
    OptionTable<TableFileOptions> table{
        required("path", &TableFileOptions::path, "The file.").non_empty().example("\"hosts.csv\""),
        required("encoding", &TableFileOptions::encoding, "How it is written.", encoding),
    };
    return table.tolerate_unknown();
}

/// Keys that every table has.
template <typename Options>
OptionTable<Options> with_common(OptionTable<Options> table) {
    table.add(optional("inputs", &Options::inputs,
                       "Components that write to the table; this type has none."));
    table.add(optional("graph", &Options::graph, "How `engine graph` draws it.", graph_options()));
    table.check([](const Options& options, const Node& node, OptionContext& context) {
        if (!options.inputs.empty()) {
            context.error(node.find("inputs")->value.location(),
                          "tables of this type take no events", "only `memory` tables do");
        }
    });
    return table;
}

OptionTable<FileTableOptions> file_table() {
    using O = FileTableOptions;
    return with_common<O>({
        required("file", &O::file, "Where the rows are.", file_options()),
        optional("schema", &O::schema,
                 "Types of columns by name: `string`, `integer`, `float`, `boolean`, `date` or "
                 "`timestamp`, the last two also with a bar and a strftime format behind them; "
                 "other columns are strings.")
            .example("{ since = \"date\" }"),
    });
}

OptionTable<GeoipTableOptions> geoip_table() {
    using O = GeoipTableOptions;
    return with_common<O>({
        required("path", &O::path, "The database (MaxMind DB format).")
            .non_empty()
            .example("\"GeoLite2-City.mmdb\""),
        optional("locale", &O::locale, "Language of names, as the database calls it."),
    });
}

OptionTable<MmdbTableOptions> mmdb_table() {
    using O = MmdbTableOptions;
    return with_common<O>({
        required("path", &O::path, "The database (MaxMind DB format).")
            .non_empty()
            .example("\"addresses.mmdb\""),
    });
}

bool is_memory(const Node& table, OptionContext& context) {
    const Node::Entry* type = table.find("type");
    if (type == nullptr || !type->value.is(Node::Kind::String) ||
        type->value.as_string() != "memory") {
        return false;
    }
    context.error(type->value.location(),
                  "the enrichment table `memory` is not supported by this build yet",
                  "Vector has it, this build does not");
    return true;
}

}  // namespace

Type<EnrichmentTableOptions> enrichment_table() {
    using V = EnrichmentTableOptions;
    return tagged<V>(
        "type",
        {form<V>("file", "Rows of a file, in memory.", file_table()),
         form<V>("geoip",
                 "What a MaxMind database knows of an address, as fields of "
                 "fixed names.",
                 geoip_table()),
         form<V>("mmdb", "What a MaxMind database holds for an address, as it is.", mmdb_table())});
}

std::vector<EnrichmentTable> read_enrichment_tables(const Node& root, OptionContext& context) {
    std::vector<EnrichmentTable> tables;
    const Node::Entry* section = root.find("enrichment_tables");
    if (section == nullptr || !section->value.is(Node::Kind::Table)) {
        return tables;  // what is no table has been reported with the global options
    }
    const auto type = enrichment_table();
    const OptionPath section_path(context, "enrichment_tables");
    for (const Node::Entry& entry : section->value.entries()) {
        const OptionPath path(context, entry.key);
        if (is_memory(entry.value, context)) {
            continue;
        }
        EnrichmentTable table{{entry.key, entry.key_location}, {}};
        if (type.read(entry.value, table.options, context)) {
            tables.push_back(std::move(table));
        }
    }
    return tables;
}

}  // namespace engine::config
