#pragma once

#include <antlr4-runtime.h>

#include <expected>
#include <optional>

#include "engine/diagnostic/diagnostic.hpp"
#include "engine/vrl/ast.hpp"
#include "grammar/VrlParser.h"

namespace engine::vrl {

/// Turns ANTLR's tree of one root statement into ours: decodes literals and orders flat operations
/// by precedence. Borrows the text; lives for one statement.
class TreeBuilder {
public:
    explicit TreeBuilder(std::string_view text) : text_(text) {}

    /// The statement, or a diagnostic when its tree would be higher than `max_expression_height`.
    [[nodiscard]] std::expected<ast::Expression, Diagnostic> build(
        grammar::VrlParser::Root_statementContext& statement);

private:
    using P = grammar::VrlParser;

    ast::Expression expression(P::ExpressionContext& context);
    ast::Expression assignment(P::AssignmentContext& context);
    ast::Expression if_expression(P::If_expressionContext& context);
    ast::IfBranch if_branch(P::PredicateContext& predicate, P::BlockContext& block);
    ast::Expression operation(P::OperationContext& context);
    ast::Expression operand(P::OperandContext& context);
    ast::Expression primary(P::PrimaryContext& context);
    ast::Expression literal(P::LiteralContext& context);
    ast::Expression group(P::GroupContext& context);
    ast::Expression block(P::BlockContext& context);
    ast::Expression array(P::ArrayContext& context);
    ast::Expression object(P::ObjectContext& context);
    ast::Expression call(P::CallContext& context);
    ast::Argument argument(P::ArgumentContext& context);
    ast::Closure closure(P::ClosureContext& context);
    ast::AssignmentTarget target(P::TargetContext& context);
    ast::RootQuery root_query(P::Root_pathContext& context);
    ast::PathSegment field_segment(P::FieldContext& context);
    ast::PathSegment index_segment(P::IndexContext& context);
    ast::Path path(const std::vector<P::SegmentContext*>& segments);
    std::vector<ast::Expression> statements(P::StatementsContext& context);

    ast::Name name(antlr4::tree::TerminalNode& node) const;
    ast::Expression make(Span span, ast::Node node, std::uint32_t height_below);
    void check_path(const ast::Path& path);
    ast::Expression make_binary(ast::BinaryOperator op, Span op_span, ast::Expression left,
                                ast::Expression right);

    std::string_view text_;
    /// Where the tree got too high; the node there was replaced by a leaf.
    std::optional<Span> too_high_;
};

}  // namespace engine::vrl
