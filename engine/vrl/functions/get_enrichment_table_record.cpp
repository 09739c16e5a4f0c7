#include "engine/vrl/enrichment/table_lookup.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto rows = find_table_rows(call, 2);
    if (!rows) {
        return rows.error();
    }
    if (rows->size() != 1) {
        return call.fail(rows->empty() ? "No rows found" : "More than one row found");
    }
    return rows->front();
}

const Function get_enrichment_table_record_function{
    .name = "get_enrichment_table_record",
    .category = "Enrichment",
    .summary =
        "The one row of an enrichment table that matches the condition; an error when there "
        "is none, or more than one.",
    .parameters = table_lookup_parameters(),
    .returns = kinds::object,
    .fallible = true,
    .deterministic = false,
    .examples =
        {{"The row of a user", R"(get_enrichment_table_record!("users", {"id": 2}))",
          R"({ "id": 2, "joined": t'2023-02-01T00:00:00Z', "name": "Bob", "team": "red" })"},
         {"One field, whatever the case",
          R"(get_enrichment_table_record!("users", {"name": "ALICE"}, select: ["team"], case_sensitive: false))",
          R"({ "team": "blue" })"},
         {"No such row", R"(get_enrichment_table_record!("users", {"id": 9}))",
          R"(function call error for "get_enrichment_table_record" at (0:48): No rows found)"}},
    .prepare = prepare_table_lookup,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(get_enrichment_table_record_function);
}  // namespace engine::vrl
