#include "engine/vrl/enrichment/table_lookup.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto rows = find_table_rows(call, SIZE_MAX);
    return rows ? array_of(*rows, call.arena()) : rows.error();
}

const Function find_enrichment_table_records_function{
    .name = "find_enrichment_table_records",
    .category = "Enrichment",
    .summary = "All rows of an enrichment table that match the condition, in the table's order.",
    .parameters = table_lookup_parameters(),
    .returns = kinds::array,
    .type = [](const CallTypes&) { return Type::array_of(kinds::object); },
    .fallible = true,
    .deterministic = false,
    .examples =
        {{"Names in a team",
          R"(find_enrichment_table_records!("users", {"team": "blue"}, select: ["name"]))",
          R"([{ "name": "Alice" }, { "name": "Carol" }])"},
         {"Who joined in a range of time",
          R"(find_enrichment_table_records!("users", {"joined": {"from": t'2023-02-01T00:00:00Z'}}, select: ["name"]))",
          R"([{ "name": "Bob" }, { "name": "Carol" }])"},
         {"No such row", R"(find_enrichment_table_records!("users", {"id": 9}))", "[]"}},
    .prepare = prepare_table_lookup,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(find_enrichment_table_records_function);
}  // namespace engine::vrl
