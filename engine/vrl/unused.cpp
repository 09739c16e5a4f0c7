#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/vrl/compiler.hpp"
#include "engine/vrl/print.hpp"

// What a program computes and then lets fall: the walk knows for each expression whether somebody
// uses its value, and counts the reads of each variable.
namespace engine::vrl {

namespace {

class UnusedWalk {
public:
    std::vector<Diagnostic> run(const ast::Program& program) {
        statements(program.statements, Use::Used);
        for (const auto& [name, assigned] : assigned_) {
            if (!read_.contains(name) && !name.starts_with('_')) {
                report(assigned, fmt::format("unused variable `{}`", name));
            }
        }
        return std::move(found_);
    }

private:
    enum class Use { Used, Unused };

    void report(Span span, std::string message) {
        found_.push_back(Diagnostic::warning(900, std::move(message))
                             .primary(span, "help: use the result of this expression or remove it")
                             .note("this expression has no side-effects"));
    }

    /// The last statement's value is that of all.
    void statements(const std::vector<ast::Expression>& list, Use use) {
        for (std::size_t i = 0; i < list.size(); ++i) {
            visit(list[i], i + 1 == list.size() ? use : Use::Unused);
        }
    }

    void visit(const ast::Expression& expression, Use use) {
        std::visit([&](const auto& node) { this->node(node, expression, use); }, expression.node);
    }

    template <typename Literal>
    void node(const Literal&, const ast::Expression& expression, Use use) {
        if (use == Use::Unused) {
            report(expression.span, fmt::format("unused literal `{}`", literal(expression)));
        }
    }
    static std::string literal(const ast::Expression& expression) {
        const bool regex = expression.is<ast::RegexLiteral>();
        return regex ? "r'" + print(expression, PrintForm::Written) + "'"
                     : print(expression, PrintForm::Written);
    }
    void node(const ast::TemplateString& n, const ast::Expression& expression, Use use) {
        if (use == Use::Unused) {
            report(expression.span, fmt::format("unused literal `{}`", literal(expression)));
        }
        for (const auto& segment : n.segments) {
            if (const auto* name = std::get_if<ast::Name>(&segment)) {
                read_[name->text] = true;
            }
        }
    }
    void node(const ast::ArrayLiteral& n, const ast::Expression&, Use use) {
        for (const ast::Expression& element : n.elements) {
            visit(element, use);
        }
    }
    void node(const ast::ObjectLiteral& n, const ast::Expression& expression, Use use) {
        if (use == Use::Unused) {
            report(expression.span,
                   fmt::format("unused object `{}`", print(expression, PrintForm::Written)));
        }
        for (const ast::ObjectEntry& entry : n.entries) {
            visit(entry.value, Use::Used);
        }
    }
    void node(const ast::RootQuery&, const ast::Expression&, Use) {}
    void node(const ast::Variable& n, const ast::Expression&, Use) { read_[n.name.text] = true; }
    void node(const ast::VariableQuery& n, const ast::Expression&, Use) {
        read_[n.variable.text] = true;
    }
    void node(const ast::ValueQuery& n, const ast::Expression&, Use) {
        visit(*n.target, Use::Used);
    }
    void node(const ast::FunctionCall& n, const ast::Expression& expression, Use use) {
        for (const ast::Argument& argument : n.arguments) {
            visit(*argument.value, Use::Used);
        }
        if (n.closure) {
            ++closures_;
            visit(*n.closure->block, Use::Used);
            --closures_;
        }
        const Function* function = FunctionRegistry::find(n.name.text);
        if (use == Use::Unused && function != nullptr && function->pure && !n.closure) {
            report(expression.span, fmt::format("unused result for function call `{}`",
                                                print(expression, PrintForm::Written)));
        }
    }
    void node(const ast::Group& n, const ast::Expression&, Use use) { visit(*n.inner, use); }
    void node(const ast::Block& n, const ast::Expression&, Use use) {
        statements(n.statements, use);
    }
    void node(const ast::Not& n, const ast::Expression&, Use use) { visit(*n.operand, use); }
    void node(const ast::Binary& n, const ast::Expression&, Use use) {
        visit(*n.left, use);
        visit(*n.right, Use::Used);
    }
    void node(const ast::Assignment& n, const ast::Expression&, Use) {
        visit(*n.value, Use::Used);
        assigned(n.target);
        if (n.error_target) {
            assigned(*n.error_target);
        }
    }
    /// Variables of a closure are not followed.
    void assigned(const ast::AssignmentTarget& target) {
        if (closures_ > 0) {
            return;
        }
        if (const auto* variable = std::get_if<ast::Variable>(&target.place)) {
            assigned_.try_emplace(variable->name.text, target.span);
        } else if (const auto* query = std::get_if<ast::VariableQuery>(&target.place)) {
            assigned_.try_emplace(query->variable.text, target.span);
        }
    }
    /// The value of a branch counts as used, even where that of the whole is not.
    void node(const ast::If& n, const ast::Expression&, Use) {
        for (const ast::IfBranch& branch : n.branches) {
            statements(branch.condition, Use::Used);
            visit(*branch.block, Use::Used);
        }
        if (n.otherwise) {
            visit(*n.otherwise, Use::Used);
        }
    }
    void node(const ast::Abort& n, const ast::Expression&, Use) {
        if (n.message) {
            visit(*n.message, Use::Used);
        }
    }
    void node(const ast::Return& n, const ast::Expression&, Use) { visit(*n.value, Use::Used); }

    std::map<std::string, Span, std::less<>> assigned_;
    std::map<std::string, bool, std::less<>> read_;
    std::vector<Diagnostic> found_;
    std::size_t closures_ = 0;
};

}  // namespace

std::vector<Diagnostic> unused_expressions(const ast::Program& program) {
    return UnusedWalk().run(program);
}

}  // namespace engine::vrl
