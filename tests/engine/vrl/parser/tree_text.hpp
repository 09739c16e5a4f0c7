#pragma once

#include <string>

#include <fmt/format.h>

#include "engine/vrl/ast.hpp"

namespace engine::vrl::tests {

/// A tree as one line of prefix notation, for text goldens: `(= x (+ 1 (* 2 y)))`.
class TreeText {
public:
    static std::string of(const ast::Expression& expression) {
        return std::visit([](const auto& node) { return text(node); }, expression.node);
    }

private:
    static std::string quoted(const std::string& value) {
        std::string out = "\"";
        for (const char c : value) {
            if (c == '\n')
                out += "\\n";
            else if (c == '"' || c == '\\')
                out += {'\\', c};
            else if (static_cast<unsigned char>(c) < 0x20)
                out += fmt::format("\\x{:02x}", c);
            else
                out += c;
        }
        return out + '"';
    }

    static std::string text(const ast::NullLiteral&) { return "null"; }
    static std::string text(const ast::BooleanLiteral& node) {
        return node.value ? "true" : "false";
    }
    static std::string text(const ast::IntegerLiteral& node) {
        return fmt::format("{}", node.value);
    }
    static std::string text(const ast::FloatLiteral& node) {
        return fmt::format("{}f", node.value);
    }
    static std::string text(const ast::StringLiteral& node) {
        return (node.is_raw ? "s" : "") + quoted(node.value);
    }
    static std::string text(const ast::TemplateString& node) {
        std::string out = "(template";
        for (const auto& segment : node.segments) {
            if (const auto* name = std::get_if<ast::Name>(&segment))
                out += " <" + name->text + ">";
            else
                out += " " + quoted(std::get<ast::TemplateString::Text>(segment).value);
        }
        return out + ")";
    }
    static std::string text(const ast::RegexLiteral& node) { return "r" + quoted(node.pattern); }
    static std::string text(const ast::TimestampLiteral& node) { return "t" + quoted(node.text); }
    static std::string text(const ast::ArrayLiteral& node) {
        return "(array" + list(node.elements) + ")";
    }
    static std::string text(const ast::ObjectLiteral& node) {
        std::string out = "(object";
        for (const auto& entry : node.entries)
            out += " " + quoted(entry.key.text) + ": " + of(entry.value);
        return out + ")";
    }
    static std::string text(const ast::RootQuery& node) {
        return (node.root == ast::Root::Event ? "@event" : "@metadata") + path(node.path);
    }
    static std::string text(const ast::Variable& node) { return node.name.text; }
    static std::string text(const ast::VariableQuery& node) {
        return node.variable.text + path(node.path);
    }
    static std::string text(const ast::ValueQuery& node) {
        return "(path " + of(*node.target) + " " + path(node.path) + ")";
    }
    static std::string text(const ast::FunctionCall& node) {
        std::string out = "(call " + node.name.text + (node.aborts_on_error ? "!" : "");
        for (const auto& argument : node.arguments) {
            out += " ";
            if (argument.keyword)
                out += argument.keyword->text + ": ";
            out += of(*argument.value);
        }
        if (node.closure) {
            out += " -> |";
            for (const auto& name : node.closure->parameters)
                out += name.text + "|";
            out += " " + of(*node.closure->block);
        }
        return out + ")";
    }
    static std::string text(const ast::Group& node) { return "(group " + of(*node.inner) + ")"; }
    static std::string text(const ast::Block& node) {
        return "(block" + list(node.statements) + ")";
    }
    static std::string text(const ast::Not& node) { return "(! " + of(*node.operand) + ")"; }
    static std::string text(const ast::Binary& node) {
        return fmt::format("({} {} {})", symbol(node.op), of(*node.left), of(*node.right));
    }
    static std::string text(const ast::Assignment& node) {
        std::string out = node.op == ast::AssignmentOperator::Assign ? "(= " : "(|= ";
        out += text(node.target);
        if (node.error_target)
            out += ", " + text(*node.error_target);
        return out + " " + of(*node.value) + ")";
    }
    static std::string text(const ast::AssignmentTarget& target) {
        return std::visit([](const auto& place) { return text(place); }, target.place);
    }
    static std::string text(const ast::Discard&) { return "_"; }
    static std::string text(const ast::If& node) {
        std::string out = "(if";
        for (const auto& branch : node.branches)
            out += " [" + list(branch.condition).substr(1) + "] " + of(*branch.block);
        if (node.otherwise)
            out += " else " + of(*node.otherwise);
        return out + ")";
    }
    static std::string text(const ast::Abort& node) {
        return node.message ? "(abort " + of(*node.message) + ")" : "(abort)";
    }
    static std::string text(const ast::Return& node) { return "(return " + of(*node.value) + ")"; }

    static std::string list(const std::vector<ast::Expression>& expressions) {
        std::string out;
        for (const auto& expression : expressions)
            out += " " + of(expression);
        return out;
    }
    static std::string path(const ast::Path& segments) {
        std::string out;
        for (const auto& segment : segments) {
            if (const auto* index = std::get_if<std::int64_t>(&segment.value))
                out += fmt::format("[{}]", *index);
            else
                out += "." + quoted(std::get<std::string>(segment.value));
        }
        return out;
    }
};

}  // namespace engine::vrl::tests
