#include "engine/vrl/assigned_variables.hpp"

namespace engine::vrl {

namespace {

/// Visits every expression inside; the parser bounds their nesting.
class Collector {
public:
    void visit(const ast::Expression& expression) {
        std::visit([this](const auto& node) { (*this)(node); }, expression.node);
    }
    void visit(const ast::ExpressionPtr& expression) {
        if (expression) {
            visit(*expression);
        }
    }
    void visit(const std::vector<ast::Expression>& expressions) {
        for (const ast::Expression& expression : expressions) {
            visit(expression);
        }
    }

    void operator()(const ast::ArrayLiteral& node) { visit(node.elements); }
    void operator()(const ast::ObjectLiteral& node) {
        for (const ast::ObjectEntry& entry : node.entries) {
            visit(entry.value);
        }
    }
    void operator()(const ast::ValueQuery& node) { visit(node.target); }
    void operator()(const ast::FunctionCall& node) {
        for (const ast::Argument& argument : node.arguments) {
            const auto* query = argument.value->as<ast::VariableQuery>();
            if (query != nullptr && node.name.text == "del") {
                names.insert(query->variable.text);
            }
            visit(argument.value);
        }
        if (node.closure) {
            visit(node.closure->block);
        }
    }
    void operator()(const ast::Group& node) { visit(node.inner); }
    void operator()(const ast::Block& node) { visit(node.statements); }
    void operator()(const ast::Not& node) { visit(node.operand); }
    void operator()(const ast::Binary& node) {
        visit(node.left);
        visit(node.right);
    }
    void operator()(const ast::Assignment& node) {
        add(node.target);
        if (node.error_target) {
            add(*node.error_target);
        }
        visit(node.value);
    }
    void operator()(const ast::If& node) {
        for (const ast::IfBranch& branch : node.branches) {
            visit(branch.condition);
            visit(branch.block);
        }
        visit(node.otherwise);
    }
    void operator()(const ast::Abort& node) { visit(node.message); }
    void operator()(const ast::Return& node) { visit(node.value); }
    template <typename Leaf>
    void operator()(const Leaf&) {}

    std::set<std::string> names;

private:
    void add(const ast::AssignmentTarget& target) {
        if (const auto* variable = std::get_if<ast::Variable>(&target.place)) {
            names.insert(variable->name.text);
        } else if (const auto* query = std::get_if<ast::VariableQuery>(&target.place)) {
            names.insert(query->variable.text);
        }
    }
};

}  // namespace

std::set<std::string> assigned_variables(const ast::Expression& expression) {
    Collector collector;
    collector.visit(expression);
    return std::move(collector.names);
}

}  // namespace engine::vrl
