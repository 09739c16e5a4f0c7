#include <cstdint>
#include <string>

#include "engine/diagnostic/assert.hpp"
#include "engine/diagnostic/render.hpp"
#include "engine/vrl/parser/parse.hpp"

// Any bytes parse to statements or diagnostics whose spans lie within the text, and every
// diagnostic can be rendered.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const engine::SourceText source("fuzz", std::string(reinterpret_cast<const char*>(data), size));
    const engine::vrl::ParseResult result = engine::vrl::parse(source);
    for (const auto& statement : result.program.statements) {
        ENGINE_ASSERT(statement.span.begin < statement.span.end, "statements have tokens");
        ENGINE_ASSERT(statement.span.end <= size, "spans lie within the text");
        ENGINE_ASSERT(statement.height <= engine::vrl::ast::max_expression_height,
                      "the builder bounds it");
    }
    for (const auto& diagnostic : result.diagnostics)
        for (const auto& label : diagnostic.labels)
            ENGINE_ASSERT(label.span.end <= size, "spans lie within the text");
    static_cast<void>(render(result.diagnostics, source, engine::RenderStyle::Program));
    return 0;
}
