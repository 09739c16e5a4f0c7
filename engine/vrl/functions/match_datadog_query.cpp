#include "engine/vrl/datadog/search.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

using datadog::Search;

Prepared prepare(Preparation& call) {
    auto search = Search::compile(call.constant(1)->as_bytes());
    if (!search) {
        return std::unexpected(CompileError::plain(0, std::move(search.error())));
    }
    return std::move(*search);
}

Value run(Call& call) {
    return Value::boolean(call[0].is_object() && call.state<Search>()->matches(call[0]));
}

const Function match_datadog_query_function{
    .name = "match_datadog_query",
    .category = "Object",
    .summary = "Whether the object matches a query in Datadog's search syntax.",
    .parameters = {required("value", kinds::object, "The object, laid out like a log of Datadog.")
                       .unchecked(),
                   required("query", kinds::bytes, "The query.").literal()},
    .returns = kinds::boolean,
    .examples = {{"A word", R"(match_datadog_query({"message": "contact us"}, "contact"))",
                  R"(true)"},
                 {"A tag", R"(match_datadog_query({"tags": ["env:prod"]}, "-env:prod"))",
                  R"(false)"},
                 {"A range", R"(match_datadog_query({"n": 5}, "@n:[1 TO 5]"))", R"(true)"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(match_datadog_query_function);
}  // namespace engine::vrl
