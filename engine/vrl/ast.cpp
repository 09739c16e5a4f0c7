#include "engine/vrl/ast.hpp"

namespace engine::vrl::ast {

std::string_view symbol(BinaryOperator op) {
    switch (op) {
        case BinaryOperator::Multiply:
            return "*";
        case BinaryOperator::Divide:
            return "/";
        case BinaryOperator::Add:
            return "+";
        case BinaryOperator::Subtract:
            return "-";
        case BinaryOperator::Greater:
            return ">";
        case BinaryOperator::GreaterOrEqual:
            return ">=";
        case BinaryOperator::Less:
            return "<";
        case BinaryOperator::LessOrEqual:
            return "<=";
        case BinaryOperator::Equal:
            return "==";
        case BinaryOperator::NotEqual:
            return "!=";
        case BinaryOperator::And:
            return "&&";
        case BinaryOperator::Or:
            return "||";
        case BinaryOperator::Coalesce:
            return "??";
        case BinaryOperator::Merge:
            return "|";
    }
    return "";
}

}  // namespace engine::vrl::ast
