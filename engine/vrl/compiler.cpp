#include "engine/vrl/compiler.hpp"

#include <algorithm>

#include "engine/vrl/parser/parse.hpp"

namespace engine::vrl {

std::vector<Type::Step> steps_of(const ast::Path& path) {
    std::vector<Type::Step> steps;
    for (const ast::PathSegment& segment : path) {
        steps.push_back(segment.value);
    }
    return steps;
}

std::vector<PathSegment> segments_of(const ast::Path& path) {
    std::vector<PathSegment> segments;
    for (const ast::PathSegment& segment : path) {
        if (const auto* field = std::get_if<std::string>(&segment.value)) {
            segments.emplace_back(*field);
        } else {
            segments.emplace_back(std::get<std::int64_t>(segment.value));
        }
    }
    return segments;
}

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates) {
    std::string_view best;
    std::size_t least = SIZE_MAX;
    std::vector<std::size_t> row;
    for (const std::string_view candidate : candidates) {
        row.resize(candidate.size() + 1);
        for (std::size_t i = 0; i < row.size(); ++i) {
            row[i] = i;
        }
        for (std::size_t i = 0; i < name.size(); ++i) {
            std::size_t diagonal = row[0];
            row[0] = i + 1;
            for (std::size_t j = 0; j < candidate.size(); ++j) {
                const std::size_t replaced = diagonal + (name[i] == candidate[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
            }
        }
        if (row.back() < least) {
            least = row.back();
            best = candidate;
        }
    }
    return best;
}

std::expected<std::shared_ptr<const Program>, std::vector<Diagnostic>> compile(
    const SourceText& source, const CompileOptions& options) {
    TypeState state;
    state.event = options.event;
    state.metadata = options.metadata;
    return compile_after(source, options, state, 0);
}

std::expected<std::shared_ptr<const Program>, std::vector<Diagnostic>> compile_after(
    const SourceText& source, const CompileOptions& options, TypeState& state,
    std::size_t variable_count) {
    ParseResult parsed = parse(source);
    auto program = std::make_shared<Program>();
    Compiler compiler(options, *program);
    compiler.resume(state, variable_count);
    compiler.run(parsed.program);
    std::vector<Diagnostic> errors = std::move(parsed.diagnostics);
    std::ranges::move(compiler.errors(), std::back_inserter(errors));
    if (!errors.empty()) {
        std::ranges::stable_sort(errors, {}, &Diagnostic::begin);
        return std::unexpected(std::move(errors));
    }
    compiler.finish(parsed.program);
    state = compiler.state();
    return program;
}

void Compiler::finish(const ast::Program& tree) {
    std::vector<Diagnostic> unused = unused_expressions(tree);
    std::ranges::move(unused, std::back_inserter(warnings_));
    program_.warnings_ = std::move(warnings_);
}

}  // namespace engine::vrl
