#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/diagnostic/span.hpp"
#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/ast.hpp"
#include "engine/vrl/node.hpp"

/// The compiled form of each construct of the language. What a node needs at run time was decided
/// by the compiler; `resolve` only does it.
namespace engine::vrl {

class ConstantNode final : public Node {
public:
    explicit ConstantNode(Value value) : value_(value) {}
    Value resolve(Context&) const override { return value_; }

private:
    Value value_;
};

class VariableNode final : public Node {
public:
    explicit VariableNode(std::uint32_t slot) : slot_(slot) {}
    Value resolve(Context& context) const override {
        const Value& value = context.variable(slot_);
        freeze(value, context.arena());
        return value;
    }

private:
    std::uint32_t slot_;
};

class QueryNode final : public Node {
public:
    explicit QueryNode(std::unique_ptr<Query> query) : query_(std::move(query)) {}
    Value resolve(Context& context) const override { return query_->get(context); }

private:
    std::unique_ptr<Query> query_;
};

/// A place that holds a text; what is missing or something else reads as the empty one.
class TextQueryNode final : public Node {
public:
    explicit TextQueryNode(std::unique_ptr<Query> query) : query_(std::move(query)) {}
    Value resolve(Context& context) const override {
        const Value value = query_->get(context);
        return value.is_bytes() ? value : Value::bytes({});
    }

private:
    std::unique_ptr<Query> query_;
};

class ArrayNodeExpression final : public Node {
public:
    explicit ArrayNodeExpression(std::vector<NodePtr> items) : items_(std::move(items)) {}
    Value resolve(Context& context) const override;

private:
    std::vector<NodePtr> items_;
};

/// Keys sorted and distinct; the values in the same order.
class ObjectNodeExpression final : public Node {
public:
    ObjectNodeExpression(const Shape* shape, std::vector<std::pair<std::uint32_t, NodePtr>> values)
        : shape_(shape), values_(std::move(values)) {}
    Value resolve(Context& context) const override;

private:
    const Shape* shape_;
    /// In source order, with the position in the shape.
    std::vector<std::pair<std::uint32_t, NodePtr>> values_;
};

class BinaryNode final : public Node {
public:
    BinaryNode(ast::BinaryOperator op, NodePtr left, NodePtr right)
        : op_(op), left_(std::move(left)), right_(std::move(right)) {}
    Value resolve(Context& context) const override;

private:
    ast::BinaryOperator op_;
    NodePtr left_;
    NodePtr right_;
};

/// `&&`, `||`, `??`: the right side may stay unevaluated.
class ShortCircuitNode final : public Node {
public:
    ShortCircuitNode(ast::BinaryOperator op, NodePtr left, NodePtr right)
        : op_(op), left_(std::move(left)), right_(std::move(right)) {}
    Value resolve(Context& context) const override;

private:
    ast::BinaryOperator op_;
    NodePtr left_;
    NodePtr right_;
};

class NotNode final : public Node {
public:
    explicit NotNode(NodePtr operand) : operand_(std::move(operand)) {}
    Value resolve(Context& context) const override;

private:
    NodePtr operand_;
};

class BlockNode final : public Node {
public:
    explicit BlockNode(std::vector<NodePtr> statements) : statements_(std::move(statements)) {}
    Value resolve(Context& context) const override;

private:
    std::vector<NodePtr> statements_;
};

class IfNode final : public Node {
public:
    struct Branch {
        NodePtr predicate;
        NodePtr block;
    };
    IfNode(std::vector<Branch> branches, NodePtr otherwise)
        : branches_(std::move(branches)), otherwise_(std::move(otherwise)) {}
    Value resolve(Context& context) const override;

private:
    std::vector<Branch> branches_;
    NodePtr otherwise_;
};

class AbortNode final : public Node {
public:
    explicit AbortNode(NodePtr message) : message_(std::move(message)) {}
    Value resolve(Context& context) const override;

private:
    NodePtr message_;
};

class ReturnNode final : public Node {
public:
    explicit ReturnNode(NodePtr value) : value_(std::move(value)) {}
    Value resolve(Context& context) const override;

private:
    NodePtr value_;
};

/// `place = value`; a null place discards the value.
class AssignmentNode final : public Node {
public:
    AssignmentNode(std::unique_ptr<Query> place, NodePtr value)
        : place_(std::move(place)), value_(std::move(value)) {}
    Value resolve(Context& context) const override;

private:
    std::unique_ptr<Query> place_;
    NodePtr value_;
};

/// `place, error = value`
class ErrorAssignmentNode final : public Node {
public:
    ErrorAssignmentNode(std::unique_ptr<Query> place, std::unique_ptr<Query> error, NodePtr value,
                        Value fallback)
        : place_(std::move(place)),
          error_(std::move(error)),
          value_(std::move(value)),
          fallback_(fallback) {}
    Value resolve(Context& context) const override;

private:
    std::unique_ptr<Query> place_;
    std::unique_ptr<Query> error_;
    NodePtr value_;
    Value fallback_;
};

}  // namespace engine::vrl
