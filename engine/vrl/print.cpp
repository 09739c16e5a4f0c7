#include "engine/vrl/print.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/event/value.hpp"
#include "engine/vrl/display.hpp"
#include "engine/vrl/timestamp_literal.hpp"

namespace engine::vrl {

namespace {

bool is_bare(const std::string& field) {
    return !field.empty() && std::isdigit(static_cast<unsigned char>(field[0])) == 0 &&
           std::ranges::all_of(
               field, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '@'; });
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
    PrintForm form;

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
        return node.is_raw ? "s'" + node.value + "'" : string(node.value);
    }
    std::string operator()(const ast::TemplateString& node) const {
        std::string text;
        const bool is_sum = form == PrintForm::Compiled;
        for (const auto& segment : node.segments) {
            text += is_sum && !text.empty() ? " + " : "";
            if (const auto* literal = std::get_if<ast::TemplateString::Text>(&segment)) {
                text += is_sum ? quoted(literal->value) : literal->value;
            } else {
                const std::string& name = std::get<ast::Name>(segment).text;
                text += is_sum ? name : "{{ " + name + " }}";
            }
        }
        return is_sum ? text : "\"" + text + "\"";
    }
    std::string operator()(const ast::RegexLiteral& node) const { return node.pattern; }
    std::string operator()(const ast::TimestampLiteral& node) const {
        const auto time = form == PrintForm::Compiled ? parse_timestamp_literal(node.text)
                                                      : std::unexpected(std::string());
        return time ? display(Value::timestamp(*time)) : "t'" + node.text + "'";
    }
    std::string operator()(const ast::ArrayLiteral& node) const {
        return "[" + join(node.elements, [this](const auto& e) { return this->print(e); }) + "]";
    }
    std::string operator()(const ast::ObjectLiteral& node) const {
        std::vector<const ast::ObjectEntry*> entries;
        for (const ast::ObjectEntry& entry : node.entries) {
            entries.push_back(&entry);
        }
        if (form == PrintForm::Compiled) {
            std::ranges::stable_sort(entries, {}, [](const auto* e) { return e->key.text; });
            const auto by_key = [](const auto* a, const auto* b) {
                return a->key.text == b->key.text;
            };
            // Of equal keys the last one counts.
            const auto rest = std::unique(entries.rbegin(), entries.rend(), by_key);
            entries.erase(entries.begin(), rest.base());
        }
        return "{ " +
               join(entries,
                    [this](const ast::ObjectEntry* e) {
                        return "\"" + e->key.text + "\": " + print(e->value);
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
        // The reference forgets the dot there.
        return print(*node.target) + with_dot(node.path, "");
    }
    std::string operator()(const ast::FunctionCall& node) const {
        return node.name.text + "(" + print_arguments(node, form) + ")";
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
            text += fmt::format(
                "{}if {} {}", text.empty() ? "" : " else ",
                join(branch.condition, [this](const auto& e) { return this->print(e); }),
                print(*branch.block));
        }
        return node.otherwise ? text + " else " + print(*node.otherwise) : text;
    }
    std::string operator()(const ast::Abort& node) const {
        return node.message ? "abort " + print(*node.message) : "abort";
    }
    std::string operator()(const ast::Return& node) const { return "return " + print(*node.value); }

private:
    [[nodiscard]] std::string print(const ast::Expression& expression) const {
        return vrl::print(expression, form);
    }
    static std::string print(const ast::AssignmentTarget& target) { return vrl::print(target); }
    static std::string print(const ast::Path& path) { return vrl::print(path); }
    [[nodiscard]] std::string string(const std::string& value) const {
        return form == PrintForm::Compiled ? quoted(value) : "\"" + value + "\"";
    }
};

}  // namespace

std::string print(const ast::Expression& expression, PrintForm form) {
    return std::visit(Printer{form}, expression.node);
}

std::string print(const ast::AssignmentTarget& target) {
    return std::visit(
        [](const auto& place) -> std::string {
            if constexpr (std::is_same_v<std::decay_t<decltype(place)>, ast::Discard>) {
                return "_";
            } else {
                return Printer{PrintForm::Written}(place);
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

std::string print_arguments(const ast::FunctionCall& call, PrintForm form) {
    return join(call.arguments, [&](const ast::Argument& a) { return print(*a.value, form); });
}

}  // namespace engine::vrl
