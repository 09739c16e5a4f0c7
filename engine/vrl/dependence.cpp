#include "engine/vrl/dependence.hpp"

#include <algorithm>

namespace engine::vrl {

namespace {

/// Visits each kind of expression that can be decided; all others end in `false`.
class Dependence {
public:
    explicit Dependence(std::string_view name) : name_(name) {}

    bool operator()(const ast::NullLiteral&) const { return true; }
    bool operator()(const ast::BooleanLiteral&) const { return true; }
    bool operator()(const ast::IntegerLiteral&) const { return true; }
    bool operator()(const ast::FloatLiteral&) const { return true; }
    bool operator()(const ast::StringLiteral&) const { return true; }
    bool operator()(const ast::ArrayLiteral& array) const {
        return std::ranges::all_of(array.elements,
                                   [this](const ast::Expression& each) { return decided(each); });
    }
    bool operator()(const ast::Variable& variable) const { return variable.name.text == name_; }
    bool operator()(const ast::Group& group) const { return decided(*group.inner); }
    bool operator()(const ast::Not& negation) const { return decided(*negation.operand); }
    bool operator()(const ast::Binary& binary) const {
        return decided(*binary.left) && decided(*binary.right);
    }
    bool operator()(const ast::FunctionCall& call) const {
        const bool pure = call.name.text == "includes" || call.name.text == "mod";
        return pure && std::ranges::all_of(call.arguments, [this](const ast::Argument& argument) {
                   return decided(*argument.value);
               });
    }
    template <typename Other>
    bool operator()(const Other&) const {
        return false;
    }

    [[nodiscard]] bool decided(const ast::Expression& expression) const {
        return std::visit(*this, expression.node);
    }

private:
    std::string_view name_;
};

}  // namespace

bool depends_only_on(const ast::Program& program, std::string_view name) {
    const Dependence dependence(name);
    return std::ranges::all_of(program.statements, [&](const ast::Expression& statement) {
        return dependence.decided(statement);
    });
}

}  // namespace engine::vrl
