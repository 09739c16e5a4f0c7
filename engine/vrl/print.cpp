#include "engine/vrl/print.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/event/value.hpp"
#include "engine/vrl/display.hpp"

namespace engine::vrl {

namespace {

bool is_bare(const std::string& field) {
    return !field.empty() && std::ranges::all_of(field, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '@';
    });
}

std::string quoted(std::string_view text) {
    return display(Value::bytes(text));
}

template <typename Range, typename Print>
std::string join(const Range& range, Print one) {
    std::string text;
    for (const auto& item : range) {
        text += text.empty() ? "" : ", ";
        text += one(item);
    }
    return text;
}

std::string with_dot(const ast::Path& path, std::string_view root) {
    std::string text = print(path);
    const bool indexed = text.starts_with('[');
    if (!text.empty() && !indexed) {
        text.erase(0, 1);
    }
    return std::string(root) + text;
}

struct Printer {
    std::string operator()(const ast::NullLiteral&) const { return "null"; }
    std::string operator()(const ast::BooleanLiteral& node) const {
        return node.value ? "true" : "false";
    }
    std::string operator()(const ast::IntegerLiteral& node) const {
        return std::to_string(node.value);
    }
    std::string operator()(const ast::FloatLiteral& node) const {
        return display(Value::floating(node.value));
    }
    std::string operator()(const ast::StringLiteral& node) const {
        return node.is_raw ? "s'" + node.value + "'" : quoted(node.value);
    }
    std::string operator()(const ast::TemplateString& node) const {
        std::string text = "\"";
        for (const auto& segment : node.segments) {
            if (const auto* literal = std::get_if<ast::TemplateString::Text>(&segment)) {
                const std::string inner = quoted(literal->value);
                text += inner.substr(1, inner.size() - 2);
            } else {
                text += "{{ " + std::get<ast::Name>(segment).text + " }}";
            }
        }
        return text + "\"";
    }
    std::string operator()(const ast::RegexLiteral& node) const { return node.pattern; }
    std::string operator()(const ast::TimestampLiteral& node) const {
        return "t'" + node.text + "'";
    }
    std::string operator()(const ast::ArrayLiteral& node) const {
        return "[" + join(node.elements, [](const auto& e) { return print(e); }) + "]";
    }
    std::string operator()(const ast::ObjectLiteral& node) const {
        return "{ " +
               join(node.entries,
                    [](const ast::ObjectEntry& e) {
                        return "\"" + e.key.text + "\": " + print(e.value);
                    }) +
               " }";
    }
    std::string operator()(const ast::RootQuery& node) const {
        return with_dot(node.path, node.root == ast::Root::Event ? "." : "%");
    }
    std::string operator()(const ast::Variable& node) const { return node.name.text; }
    std::string operator()(const ast::VariableQuery& node) const {
        return node.variable.text + print(node.path);
    }
    std::string operator()(const ast::ValueQuery& node) const {
        return print(*node.target) + print(node.path);
    }
    std::string operator()(const ast::FunctionCall& node) const {
        return node.name.text + "(" + print_arguments(node) + ")";
    }
    std::string operator()(const ast::Group& node) const { return "(" + print(*node.inner) + ")"; }
    std::string operator()(const ast::Block& node) const {
        std::string text = "{\n";
        for (const ast::Expression& statement : node.statements) {
            text += "\t" + print(statement) + "\n";
        }
        return text + "}";
    }
    std::string operator()(const ast::Not& node) const { return "!" + print(*node.operand); }
    std::string operator()(const ast::Binary& node) const {
        return fmt::format("{} {} {}", print(*node.left), ast::symbol(node.op), print(*node.right));
    }
    std::string operator()(const ast::Assignment& node) const {
        return fmt::format(
            "{}{} {} {}", print(node.target),
            node.error_target ? ", " + print(*node.error_target) : "",
            node.op == ast::AssignmentOperator::Assign ? "=" : "|=", print(*node.value));
    }
    std::string operator()(const ast::If& node) const {
        std::string text;
        for (const ast::IfBranch& branch : node.branches) {
            text += fmt::format("{}if {} {}", text.empty() ? "" : " else ",
                                join(branch.condition, [](const auto& e) { return print(e); }),
                                print(*branch.block));
        }
        return node.otherwise ? text + " else " + print(*node.otherwise) : text;
    }
    std::string operator()(const ast::Abort& node) const {
        return node.message ? "abort " + print(*node.message) : "abort";
    }
    std::string operator()(const ast::Return& node) const { return "return " + print(*node.value); }
};

}  // namespace

std::string print(const ast::Expression& expression) {
    return std::visit(Printer{}, expression.node);
}

std::string print(const ast::AssignmentTarget& target) {
    return std::visit(
        [](const auto& place) -> std::string {
            if constexpr (std::is_same_v<std::decay_t<decltype(place)>, ast::Discard>) {
                return "_";
            } else {
                return Printer{}(place);
            }
        },
        target.place);
}

std::string print(const ast::Path& path) {
    std::string text;
    for (const ast::PathSegment& segment : path) {
        if (const auto* field = std::get_if<std::string>(&segment.value)) {
            text += "." + (is_bare(*field) ? *field : quoted(*field));
        } else {
            text += fmt::format("[{}]", std::get<std::int64_t>(segment.value));
        }
    }
    return text;
}

std::string print_arguments(const ast::FunctionCall& call) {
    return join(call.arguments, [](const ast::Argument& a) { return print(*a.value); });
}

}  // namespace engine::vrl
