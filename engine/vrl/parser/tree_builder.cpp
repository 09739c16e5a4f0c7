#include "engine/vrl/parser/tree_builder.hpp"

#include <algorithm>
#include <array>

#include "engine/vrl/parser/literal.hpp"

namespace engine::vrl {
namespace {

using P = grammar::VrlParser;
using namespace ast;

// The stream gives tokens with the end of their bytes as stop index.
Span span_of(antlr4::Token& token) {
    return {static_cast<std::uint32_t>(token.getStartIndex()),
            static_cast<std::uint32_t>(token.getStopIndex())};
}

Span span_of(antlr4::ParserRuleContext& context) {
    return cover(span_of(*context.getStart()), span_of(*context.getStop()));
}

Span span_of(antlr4::tree::TerminalNode& node) {
    return span_of(*node.getSymbol());
}

std::uint32_t highest(const std::vector<Expression>& expressions) {
    std::uint32_t height = 0;
    for (const Expression& expression : expressions)
        height = std::max(height, expression.height);
    return height;
}

ExpressionPtr box(Expression expression) {
    return std::make_unique<Expression>(std::move(expression));
}

BinaryOperator operator_of(std::size_t type) {
    switch (type) {
        case P::MULTIPLY:
            return BinaryOperator::Multiply;
        case P::DIVIDE:
            return BinaryOperator::Divide;
        case P::ADD:
            return BinaryOperator::Add;
        case P::SUBTRACT:
            return BinaryOperator::Subtract;
        case P::GREATER:
            return BinaryOperator::Greater;
        case P::GREATER_EQUAL:
            return BinaryOperator::GreaterOrEqual;
        case P::LESS:
            return BinaryOperator::Less;
        case P::LESS_EQUAL:
            return BinaryOperator::LessOrEqual;
        case P::EQUAL:
            return BinaryOperator::Equal;
        case P::NOT_EQUAL:
            return BinaryOperator::NotEqual;
        case P::AND:
            return BinaryOperator::And;
        case P::OR:
            return BinaryOperator::Or;
        case P::COALESCE:
            return BinaryOperator::Coalesce;
        default:
            return BinaryOperator::Merge;
    }
}

// Higher binds tighter; every level groups from the left. `&&` and `||` share one, as in the
// reference: `true || false && false` is false.
int precedence(BinaryOperator op) {
    switch (op) {
        case BinaryOperator::Multiply:
        case BinaryOperator::Divide:
            return 6;
        case BinaryOperator::Add:
        case BinaryOperator::Subtract:
            return 5;
        case BinaryOperator::Merge:
            return 4;
        case BinaryOperator::Greater:
        case BinaryOperator::GreaterOrEqual:
        case BinaryOperator::Less:
        case BinaryOperator::LessOrEqual:
            return 3;
        case BinaryOperator::Equal:
        case BinaryOperator::NotEqual:
            return 2;
        case BinaryOperator::And:
        case BinaryOperator::Or:
            return 1;
        case BinaryOperator::Coalesce:
            return 0;
    }
    return 0;
}

}  // namespace

std::expected<Expression, Diagnostic> TreeBuilder::build(P::Root_statementContext& statement) {
    Expression result = expression(*statement.expression());
    if (!too_high_)
        return result;
    return std::unexpected(
        Diagnostic::error(203, "syntax error")
            .primary(*too_high_, "this expression is too long or nested too deeply"));
}

Expression TreeBuilder::make(Span span, Node node, std::uint32_t height_below) {
    if (height_below < max_expression_height)
        return {span, std::move(node), height_below + 1};
    if (!too_high_)
        too_high_ = span;
    return {span, NullLiteral{}, 1};
}

namespace {

std::uint64_t magnitude(std::int64_t index) {
    const auto bits = static_cast<std::uint64_t>(index);
    return index < 0 ? 0 - bits : bits;
}

}  // namespace

// What is assigned may be as high as the path is long, and an array reaches to its index.
void TreeBuilder::check_path(const Path& path) {
    std::uint64_t reach = path.size();
    for (const PathSegment& segment : path)
        if (const auto* index = std::get_if<std::int64_t>(&segment.value))
            reach += std::min(max_array_reach + 1, magnitude(*index));
    if (!too_high_ && (path.size() > max_expression_height || reach > max_array_reach))
        too_high_ = cover(path.front().span, path.back().span);
}

Name TreeBuilder::name(antlr4::tree::TerminalNode& node) const {
    const Span span = span_of(node);
    return {std::string(text_.substr(span.begin, span.size())), span};
}

Expression TreeBuilder::expression(P::ExpressionContext& context) {
    if (auto* assigned = context.assignment())
        return assignment(*assigned);
    if (auto* operated = context.operation())
        return operation(*operated);
    if (auto* branched = context.if_expression())
        return if_expression(*branched);
    const Span span = span_of(context);
    if (auto* aborted = context.abort_expression()) {
        if (aborted->expression() == nullptr)
            return make(span, Abort{}, 0);
        Expression message = expression(*aborted->expression());
        const std::uint32_t height = message.height;
        return make(span, Abort{box(std::move(message))}, height);
    }
    Expression value = expression(*context.return_expression()->expression());
    const std::uint32_t height = value.height;
    return make(span, Return{box(std::move(value))}, height);
}

Expression TreeBuilder::assignment(P::AssignmentContext& context) {
    const auto targets = context.target();
    auto* sign = context.ASSIGN() != nullptr ? context.ASSIGN() : context.MERGE_ASSIGN();
    Assignment result{
        .target = target(*targets[0]),
        .error_target = std::nullopt,
        .op = context.ASSIGN() != nullptr ? AssignmentOperator::Assign : AssignmentOperator::Merge,
        .operator_span = span_of(*sign),
        .value = box(expression(*context.expression()))};
    if (targets.size() > 1)
        result.error_target = target(*targets[1]);
    for (const AssignmentTarget* each :
         {&result.target, result.error_target ? &*result.error_target : nullptr}) {
        if (each == nullptr)
            continue;
        if (const auto* root = std::get_if<RootQuery>(&each->place))
            check_path(root->path);
        else if (const auto* query = std::get_if<VariableQuery>(&each->place))
            check_path(query->path);
    }
    const std::uint32_t height = result.value->height;
    return make(span_of(context), std::move(result), height);
}

AssignmentTarget TreeBuilder::target(P::TargetContext& context) {
    const Span span = span_of(context);
    if (context.UNDERSCORE() != nullptr)
        return {Discard{}, span};
    if (auto* root = context.root_path())
        return {root_query(*root), span};
    Name variable = name(*context.IDENTIFIER());
    Path segments = path(context.segment());
    if (segments.empty())
        return {Variable{std::move(variable)}, span};
    return {VariableQuery{std::move(variable), std::move(segments)}, span};
}

Expression TreeBuilder::if_expression(P::If_expressionContext& context) {
    const auto predicates = context.predicate();
    const auto blocks = context.block();
    If result;
    std::uint32_t height = 0;
    for (std::size_t i = 0; i < predicates.size(); ++i) {
        result.branches.push_back(if_branch(*predicates[i], *blocks[i]));
        const IfBranch& branch = result.branches.back();
        height = std::max({height, highest(branch.condition), branch.block->height});
    }
    if (blocks.size() > predicates.size()) {
        result.otherwise = box(block(*blocks.back()));
        height = std::max(height, result.otherwise->height);
    }
    return make(span_of(context), std::move(result), height);
}

IfBranch TreeBuilder::if_branch(P::PredicateContext& predicate, P::BlockContext& then) {
    IfBranch branch;
    branch.condition_span = span_of(predicate);
    if (auto* single = predicate.operation())
        branch.condition.push_back(operation(*single));
    else
        branch.condition = statements(*predicate.statements());
    branch.block = box(block(then));
    return branch;
}

std::vector<Expression> TreeBuilder::statements(P::StatementsContext& context) {
    std::vector<Expression> result;
    for (auto* statement : context.expression())
        result.push_back(expression(*statement));
    return result;
}

Expression TreeBuilder::operation(P::OperationContext& context) {
    const auto operands = context.operand();
    const auto signs = context.binary_operator();
    // Operands and operators still waiting for their right side; precedences rise strictly, so that
    // there are never more than the language has levels.
    std::vector<Expression> values;
    std::vector<std::pair<BinaryOperator, Span>> waiting;
    const auto reduce = [&] {
        Expression right = std::move(values.back());
        values.pop_back();
        const auto [op, span] = waiting.back();
        waiting.pop_back();
        values.back() = make_binary(op, span, std::move(values.back()), std::move(right));
    };
    values.push_back(operand(*operands[0]));
    for (std::size_t i = 0; i < signs.size(); ++i) {
        const BinaryOperator op = operator_of(signs[i]->getStart()->getType());
        while (!waiting.empty() && precedence(waiting.back().first) >= precedence(op))
            reduce();
        waiting.emplace_back(op, span_of(*signs[i]));
        values.push_back(operand(*operands[i + 1]));
    }
    while (!waiting.empty())
        reduce();
    return std::move(values.front());
}

Expression TreeBuilder::make_binary(BinaryOperator op, Span op_span, Expression left,
                                    Expression right) {
    const Span span = cover(left.span, right.span);
    const std::uint32_t height = std::max(left.height, right.height);
    return make(span, Binary{op, op_span, box(std::move(left)), box(std::move(right))}, height);
}

Expression TreeBuilder::operand(P::OperandContext& context) {
    Expression result = primary(*context.primary());
    const auto signs = context.NOT();
    for (auto sign = signs.rbegin(); sign != signs.rend(); ++sign) {
        const Span sign_span = span_of(**sign);
        const Span span = cover(sign_span, result.span);
        const std::uint32_t height = result.height;
        result = make(span, Not{sign_span, box(std::move(result))}, height);
    }
    return result;
}

Expression TreeBuilder::primary(P::PrimaryContext& context) {
    if (auto* value = context.literal())
        return literal(*value);
    if (auto* root = context.root_path())
        return make(span_of(context), root_query(*root), 0);
    if (auto* grouped = context.group())
        return group(*grouped);
    Path segments = path(context.segment());
    if (auto* identifier = context.IDENTIFIER()) {
        Name variable = name(*identifier);
        if (segments.empty())
            return make(span_of(context), Variable{std::move(variable)}, 0);
        return make(span_of(context), VariableQuery{std::move(variable), std::move(segments)}, 0);
    }
    Expression value = context.call() != nullptr     ? call(*context.call())
                       : context.array() != nullptr  ? array(*context.array())
                       : context.object() != nullptr ? object(*context.object())
                                                     : block(*context.block());
    if (segments.empty())
        return value;
    const std::uint32_t height = value.height;
    return make(span_of(context), ValueQuery{box(std::move(value)), std::move(segments)}, height);
}

Expression TreeBuilder::literal(P::LiteralContext& context) {
    const Span span = span_of(context);
    const std::string_view text = text_.substr(span.begin, span.size());
    // `s'…'`, `r'…'`, `t'…'` without prefix and quotes.
    const auto quoted = [&] { return std::string(text.substr(2, text.size() - 3)); };
    switch (context.getStart()->getType()) {
        case P::TRUE:
            return make(span, BooleanLiteral{true}, 0);
        case P::FALSE:
            return make(span, BooleanLiteral{false}, 0);
        case P::INTEGER:
            return make(span, IntegerLiteral{decode_integer(text)}, 0);
        case P::FLOAT:
            return make(span, FloatLiteral{decode_float(text)}, 0);
        case P::STRING:
            return make(span, decode_template(text, span), 0);
        case P::RAW_STRING:
            return make(span, StringLiteral{quoted(), true}, 0);
        case P::REGEX:
            return make(span, RegexLiteral{quoted()}, 0);
        case P::TIMESTAMP:
            return make(span, TimestampLiteral{quoted()}, 0);
        default:
            return make(span, NullLiteral{}, 0);
    }
}

Expression TreeBuilder::group(P::GroupContext& context) {
    Expression inner = context.assignment() != nullptr ? assignment(*context.assignment())
                                                       : operation(*context.operation());
    const std::uint32_t height = inner.height;
    return make(span_of(context), Group{box(std::move(inner))}, height);
}

Expression TreeBuilder::block(P::BlockContext& context) {
    Block result{statements(*context.statements())};
    const std::uint32_t height = highest(result.statements);
    return make(span_of(context), std::move(result), height);
}

Expression TreeBuilder::array(P::ArrayContext& context) {
    ArrayLiteral result;
    for (auto* element : context.operation())
        result.elements.push_back(operation(*element));
    const std::uint32_t height = highest(result.elements);
    return make(span_of(context), std::move(result), height);
}

Expression TreeBuilder::object(P::ObjectContext& context) {
    ObjectLiteral result;
    std::uint32_t height = 0;
    for (auto* entry : context.entry()) {
        Name key = name(*entry->STRING());
        key.text = decode_string(key.text);
        result.entries.push_back({std::move(key), operation(*entry->operation())});
        height = std::max(height, result.entries.back().value.height);
    }
    return make(span_of(context), std::move(result), height);
}

Expression TreeBuilder::call(P::CallContext& context) {
    FunctionCall result{.name = name(*context.FUNCTION_NAME()),
                        .aborts_on_error = context.NOT() != nullptr,
                        .arguments = {},
                        .arguments_span = cover(span_of(*context.LEFT_PARENTHESIS()),
                                                span_of(*context.RIGHT_PARENTHESIS())),
                        .closure = std::nullopt};
    std::uint32_t height = 0;
    if (auto* given = context.arguments()) {
        for (auto* each : given->argument()) {
            result.arguments.push_back(argument(*each));
            height = std::max(height, result.arguments.back().value->height);
        }
    }
    if (auto* tied = context.closure()) {
        result.closure = closure(*tied);
        height = std::max(height, result.closure->block->height);
    }
    return make(span_of(context), std::move(result), height);
}

Argument TreeBuilder::argument(P::ArgumentContext& context) {
    Argument result{.keyword = std::nullopt,
                    .span = span_of(context),
                    .value = box(operation(*context.operation()))};
    if (context.COLON() != nullptr) {
        const Span span = span_of(*context.getStart());
        result.keyword = Name{std::string(text_.substr(span.begin, span.size())), span};
    }
    return result;
}

Closure TreeBuilder::closure(P::ClosureContext& context) {
    Closure result{
        .parameters = {}, .block = box(block(*context.block())), .span = span_of(context)};
    for (auto* parameter : context.parameters()->parameter()) {
        const Span span = span_of(*parameter);
        result.parameters.push_back({std::string(text_.substr(span.begin, span.size())), span});
    }
    return result;
}

RootQuery TreeBuilder::root_query(P::Root_pathContext& context) {
    RootQuery result;
    const Span start = span_of(*context.getStart());
    result.root = text_[start.begin] == '%' ? Root::Metadata : Root::Event;
    if (auto* first = context.field())
        result.path.push_back(field_segment(*first));
    if (auto* first = context.index())
        result.path.push_back(index_segment(*first));
    for (PathSegment& segment : path(context.segment()))
        result.path.push_back(std::move(segment));
    return result;
}

PathSegment TreeBuilder::field_segment(P::FieldContext& context) {
    const Span span = span_of(context);
    const std::string_view text = text_.substr(span.begin, span.size());
    return {context.STRING() != nullptr ? decode_string(text) : std::string(text), span};
}

PathSegment TreeBuilder::index_segment(P::IndexContext& context) {
    const Span digits = span_of(*context.INTEGER());
    return {decode_integer(text_.substr(digits.begin, digits.size())), span_of(context)};
}

Path TreeBuilder::path(const std::vector<P::SegmentContext*>& segments) {
    Path result;
    result.reserve(segments.size());
    for (auto* segment : segments)
        result.push_back(segment->field() != nullptr ? field_segment(*segment->field())
                                                     : index_segment(*segment->index()));
    return result;
}

}  // namespace engine::vrl
