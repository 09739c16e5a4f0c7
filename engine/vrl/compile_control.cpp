#include <algorithm>

#include "engine/vrl/compiler.hpp"
#include "engine/vrl/expressions.hpp"

namespace engine::vrl {

void TypeState::unite(const TypeState& other) {
    using Kept = std::optional<Variable>;
    const auto drop = [](const Variable&) -> Kept { return std::nullopt; };
    const auto join = [](const Variable& ours, const Variable& theirs) -> Kept {
        Variable joined = ours;
        joined.type = ours.type.unite(theirs.type);
        if (ours.constant && (!theirs.constant || !equal(*ours.constant, *theirs.constant))) {
            joined.constant.reset();
        }
        return joined;
    };
    variables = decltype(variables)::combine(variables, other.variables, join, drop, drop);
    event = event.unite(other.event);
    metadata = metadata.unite(other.metadata);
}

void TypeState::leave_scope(const TypeState& outer) {
    using Kept = std::optional<Variable>;
    const auto drop = [](const Variable&) -> Kept { return std::nullopt; };
    const auto keep = [](const Variable& inner, const Variable&) -> Kept { return inner; };
    variables = decltype(variables)::combine(variables, outer.variables, keep, drop, drop);
}

Compiler::Result Compiler::statements(const std::vector<ast::Expression>& list) {
    Compiled whole;
    std::vector<NodePtr> nodes;
    bool complete = true;
    for (const ast::Expression& statement : list) {
        Result compiled = expression(statement);
        if (!compiled) {
            complete = false;
            break;
        }
        whole.type = compiled->type;
        whole.fallible = whole.fallible || compiled->fallible;
        std::ranges::move(compiled->unhandled, std::back_inserter(whole.unhandled));
        nodes.push_back(std::move(compiled->node));
    }
    if (!complete) {
        return std::nullopt;
    }
    whole.node =
        nodes.size() == 1 ? std::move(nodes[0]) : std::make_unique<BlockNode>(std::move(nodes));
    return whole;
}

Compiler::Result Compiler::block(const ast::Block& node) {
    const TypeState outer = state_;
    Result whole = statements(node.statements);
    state_.leave_scope(outer);
    return whole;
}

Compiler::Result Compiler::predicate(const ast::IfBranch& branch) {
    Result verdict = statements(branch.condition);
    if (!verdict) {
        return std::nullopt;
    }
    if (verdict->fallible) {
        Diagnostic diagnostic = unhandled_error(branch.condition_span);
        diagnostic.message = "fallible predicate";
        error(std::move(diagnostic));
        return std::nullopt;
    }
    if (verdict->type.kinds() != kinds::boolean) {
        error(Diagnostic::error(102, "non-boolean predicate")
                  .primary(branch.condition_span, "this predicate must resolve to a boolean")
                  .context(branch.condition_span,
                           "instead it resolves to " + verdict->type.describe())
                  .hint("coerce the value to the required type using a coercion function")
                  .see("if expressions", "https://vrl.dev/expressions/#if"));
        return std::nullopt;
    }
    return verdict;
}

Compiler::Result Compiler::if_expression(const ast::If& node, Span) {
    const TypeState outer = state_;
    Compiled whole;
    std::vector<IfNode::Branch> branches;
    std::optional<TypeState> after;
    NodePtr otherwise;
    const auto finish = [&](Compiled& compiled) {
        whole.type = whole.type.unite(compiled.type.defined());
        whole.fallible = whole.fallible || compiled.fallible;
        std::ranges::move(compiled.unhandled, std::back_inserter(whole.unhandled));
        if (after) {
            after->unite(state_);
        } else {
            after = state_;
        }
    };
    for (const ast::IfBranch& branch : node.branches) {
        Result verdict = predicate(branch);
        if (!verdict) {
            return std::nullopt;
        }
        const TypeState before = state_;
        Result body = expression(*branch.block);
        if (!body) {
            return std::nullopt;
        }
        finish(*body);
        state_ = before;
        branches.push_back({std::move(verdict->node), std::move(body->node)});
    }
    if (node.otherwise) {
        Result body = expression(*node.otherwise);
        if (!body) {
            return std::nullopt;
        }
        finish(*body);
        otherwise = std::move(body->node);
    } else {
        Compiled nothing;
        nothing.type = Type(kinds::null);
        finish(nothing);
    }
    state_ = std::move(*after);
    state_.leave_scope(outer);
    whole.node = std::make_unique<IfNode>(std::move(branches), std::move(otherwise));
    return whole;
}

Compiler::Result Compiler::abort(const ast::Abort& node) {
    program_.may_abort_ = true;
    Compiled whole;
    NodePtr message;
    if (node.message) {
        Result text = expression(*node.message);
        if (!text) {
            return std::nullopt;
        }
        const Span span = node.message->span;
        if (text->fallible) {
            error(
                Diagnostic::error(631, "unhandled fallible expression")
                    .primary(span, "abort only accepts an infallible expression argument")
                    .primary(span, "handle errors before using the expression as an abort message")
                    .see("error handling", error_handling));
            return std::nullopt;
        }
        if (text->type.kinds() != kinds::bytes) {
            error(Diagnostic::error(113, "non-string abort message")
                      .primary(span,
                               "abort only accepts an expression argument resolving to a string")
                      .context(span, "this expression resolves to " + text->type.describe())
                      .hint("coerce the value to the required type using a coercion function")
                      .see("type coercion", "https://functions.vrl.dev/#coerce-functions"));
            return std::nullopt;
        }
        message = std::move(text->node);
    }
    whole.node = std::make_unique<AbortNode>(std::move(message));
    return whole;
}

Compiler::Result Compiler::leave(const ast::Return& node, Span span) {
    Result value = expression(*node.value);
    if (!value) {
        return std::nullopt;
    }
    if (value->fallible) {
        const Span keyword{span.begin, span.begin + 6};
        error(Diagnostic::error(631, "unhandled fallible expression")
                  .primary(keyword, "return only accepts an infallible expression argument")
                  .context(keyword, "handle errors before using the expression as a return value")
                  .see("error handling", error_handling));
        return std::nullopt;
    }
    Compiled whole;
    whole.node = std::make_unique<ReturnNode>(std::move(value->node));
    return whole;
}

}  // namespace engine::vrl
