#include <algorithm>

#include "engine/vrl/compiler.hpp"
#include "engine/vrl/expressions.hpp"
#include "engine/vrl/print.hpp"
#include "engine/vrl/regex/dynamic_regex.hpp"

namespace engine::vrl {

namespace {

bool is_discard(const ast::AssignmentTarget& target) {
    return std::holds_alternative<ast::Discard>(target.place);
}

/// In this one place the reference shows metadata with an ampersand.
std::string print_with_ampersand(const ast::AssignmentTarget& target) {
    std::string text = print(target);
    if (text.starts_with('%')) {
        text[0] = '&';
    }
    return text;
}

/// What the target of a failed assignment gets.
Value fallback_of(const Type& type, Arena& constants) {
    const Kinds kinds = type.kinds();
    if (kinds == kinds::bytes) {
        return Value::bytes({});
    }
    if (kinds == kinds::integer) {
        return Value::integer(0);
    }
    if (kinds == kinds::floating) {
        return Value::floating(0);
    }
    if (kinds == kinds::boolean) {
        return Value::boolean(false);
    }
    if (kinds == kinds::timestamp) {
        return Value::timestamp({});
    }
    if (kinds == kinds::regex) {
        const auto empty = regex::dynamic_regex("");
        return empty ? Value::regex(*empty) : Value::null();
    }
    Value value;
    if (kinds == kinds::array) {
        value = Value::array(new_array(0, constants));
        value.array_node()->owner = nullptr;
    } else if (kinds == kinds::object) {
        value = Value::object(new_object(Shape::empty(), constants));
        value.object_node()->owner = nullptr;
    }
    return value;
}

}  // namespace

Compiler::Result Compiler::assignment(const ast::Assignment& node, Span span) {
    Result value = expression(*node.value);
    if (!value) {
        mark_broken(node.target);
        if (node.error_target) {
            mark_broken(*node.error_target);
        }
        return std::nullopt;
    }
    const bool useless =
        is_discard(node.target) && (!node.error_target || is_discard(*node.error_target));
    if (useless) {
        const Span targets{node.target.span.begin, node.error_target ? node.error_target->span.end
                                                                     : node.operator_span.end};
        error(Diagnostic::error(640, "unnecessary no-op assignment")
                  .primary(node.value->span, "this no-op assignment has no effect")
                  .context(targets, "or remove the assignment")
                  .context(targets, "either assign to a path or variable here"));
        return std::nullopt;
    }
    if (node.op == ast::AssignmentOperator::Merge) {
        return merge_assignment(node, std::move(*value), span);
    }
    return node.error_target ? error_assignment(node, std::move(*value))
                             : plain_assignment(node, std::move(*value));
}

void Compiler::report_fallible(const ast::Assignment& node, const Compiled& value) {
    const Span target = cover(node.target.span, node.operator_span);
    Diagnostic diagnostic =
        Diagnostic::error(103, "unhandled fallible assignment")
            .primary(node.value->span,
                     "this expression is fallible because at least one argument's type cannot be "
                     "verified to be valid");
    // Shown in the opposite order.
    for (const std::string& argument : value.unverified) {
        std::move(diagnostic).primary(node.value->span, argument);
    }
    if (!value.unverified.empty()) {
        std::move(diagnostic)
            .primary(node.value->span, "update the expression to be infallible by adding a `!`: `" +
                                           value.with_bang + "`");
    }
    error(std::move(diagnostic)
              .context(target, "or change this to an infallible assignment:")
              .context(target, fmt::format("{}, err = {}", print_with_ampersand(node.target),
                                           print(*node.value, PrintForm::Compiled)))
              .see("error handling", error_handling)
              .note("see functions characteristics documentation at "
                    "https://vrl.dev/expressions/#function-call-characteristics"));
}

Compiler::Result Compiler::plain_assignment(const ast::Assignment& node, Compiled value) {
    if (value.fallible) {
        report_fallible(node, value);
        return std::nullopt;
    }
    if (!check_place(node.target, node)) {
        return std::nullopt;
    }
    Compiled whole;
    whole.type = value.type;
    whole.node = std::make_unique<AssignmentNode>(place(node.target, value.type, value.constant),
                                                  std::move(value.node));
    whole.constant = value.constant;
    return whole;
}

Compiler::Result Compiler::error_assignment(const ast::Assignment& node, Compiled value) {
    if (!value.fallible) {
        error(Diagnostic::error(104, "unnecessary error assignment")
                  .primary(node.error_target->span, "this error assignment is unnecessary")
                  .context(node.value->span, "because this expression can't fail")
                  .context(node.target.span, fmt::format("use: {} = {}", print(node.target),
                                                         print(*node.value, PrintForm::Compiled)))
                  .see("error handling", error_handling));
        return std::nullopt;
    }
    if (!check_place(node.target, node) || !check_place(*node.error_target, node)) {
        return std::nullopt;
    }
    const Value fallback = fallback_of(value.type, program_.constants_);
    const Type type = fallback.is_null() ? value.type.defined().unite(Type(kinds::null))
                                         : value.type.unite(Type::of(fallback));
    auto ok = place(node.target, type, std::nullopt);
    auto failed = place(*node.error_target, Type(kinds::bytes | kinds::null), std::nullopt);
    Compiled whole;
    whole.type = type.unite(Type(kinds::bytes));
    whole.node = std::make_unique<ErrorAssignmentNode>(std::move(ok), std::move(failed),
                                                       std::move(value.node), fallback);
    return whole;
}

Compiler::Result Compiler::merge_assignment(const ast::Assignment& node, Compiled value, Span) {
    Compiled left;
    if (const auto* query = std::get_if<ast::RootQuery>(&node.target.place)) {
        left = *root_query(*query);
    } else if (!is_discard(node.target)) {
        const auto* variable_query = std::get_if<ast::VariableQuery>(&node.target.place);
        const ast::Name& name = variable_query != nullptr
                                    ? variable_query->variable
                                    : std::get<ast::Variable>(node.target.place).name;
        if (!state_.variables.contains(name.text)) {
            // The reference points at the value.
            static_cast<void>(find_variable({name.text, node.value->span}));
            return std::nullopt;
        }
        Result found =
            variable(name, variable_query != nullptr ? variable_query->path : ast::Path{});
        if (!found) {
            return std::nullopt;
        }
        left = std::move(*found);
    }
    if (left.type.kinds() != kinds::object || value.type.kinds() != kinds::object) {
        Diagnostic diagnostic = Diagnostic::error(652, "only objects can be merged");
        if (left.type.kinds() != kinds::object) {
            std::move(diagnostic)
                .primary(node.target.span, "this expression must resolve to an object");
        }
        if (value.type.kinds() != kinds::object) {
            std::move(diagnostic)
                .primary(node.value->span, "this expression must resolve to an object");
        }
        error(std::move(diagnostic));
        return std::nullopt;
    }
    if (value.fallible) {
        report_fallible(node, value);
        return std::nullopt;
    }
    if (!check_place(node.target, node)) {
        return std::nullopt;
    }
    Compiled whole;
    whole.type = left.type.merge(value.type);
    whole.node = std::make_unique<AssignmentNode>(
        place(node.target, whole.type, std::nullopt),
        std::make_unique<BinaryNode>(ast::BinaryOperator::Merge, std::move(left.node),
                                     std::move(value.node)));
    return whole;
}

bool Compiler::check_parents(const ast::AssignmentTarget& target, const Type& root,
                             const ast::Path& path, const ast::Assignment& node) {
    const auto steps = steps_of(path);
    if (steps.empty()) {
        return true;
    }
    const Type parent_type = root.at(std::span(steps).first(steps.size() - 1));
    if (parent_type.may_be(std::holds_alternative<std::string>(steps.back()) ? kinds::object
                                                                             : kinds::array)) {
        return true;
    }
    const ast::PathSegment& last = path.back();
    const bool is_field = std::holds_alternative<std::string>(last.value);
    const bool below_root =
        path.size() == 1 && std::holds_alternative<ast::RootQuery>(target.place);
    const Span parent{target.span.begin, last.span.begin - (is_field && !below_root ? 1 : 0)};
    ast::AssignmentTarget shorter = target;
    std::visit(
        [](auto& place) {
            if constexpr (requires { place.path; }) {
                place.path.pop_back();
            }
        },
        shorter.place);
    const std::string_view kind = is_field ? "object" : "array";
    // The reference forgets the dot after a variable when more than one step follows.
    const auto text_of = [&](const ast::AssignmentTarget& printed) {
        std::string text = print(printed);
        const auto* query = std::get_if<ast::VariableQuery>(&target.place);
        if (query != nullptr && path.size() > 1) {
            text.erase(query->variable.text.size(), 1);
        }
        return text;
    };
    error(Diagnostic::error(642, "parent path segment rejects this mutation")
              .primary(last.span, is_field ? "querying a field of a non-object type is unsupported"
                                           : "indexing into a non-array type is unsupported")
              .context(parent, "this path resolves to a value of type " + parent_type.describe())
              .note(fmt::format("try: change parent value to {}, before assignment", kind))
              .note("")
              .note(fmt::format("    {} = {}", text_of(shorter), is_field ? "{}" : "[]"))
              .note(fmt::format("    {} = {}", text_of(target),
                                print(*node.value, PrintForm::Compiled)))
              .note("")
              .see("error handling", error_handling));
    return false;
}

void Compiler::mark_broken(const ast::AssignmentTarget& target) {
    if (const auto* variable = std::get_if<ast::Variable>(&target.place)) {
        broken_.insert(variable->name.text);
    } else if (const auto* query = std::get_if<ast::VariableQuery>(&target.place)) {
        broken_.insert(query->variable.text);
    }
}

bool Compiler::is_read_only(const ast::RootQuery& query) const {
    const auto written = segments_of(query.path);
    return std::ranges::any_of(options_.read_only, [&](const ReadOnlyPath& protected_path) {
        const auto& segments = protected_path.path.segments;
        const bool same_root =
            (protected_path.path.target == PathTarget::Event) == (query.root == ast::Root::Event);
        const std::size_t common = std::min(segments.size(), written.size());
        const bool touches =
            std::equal(segments.begin(), segments.begin() + static_cast<std::ptrdiff_t>(common),
                       written.begin());
        const bool inside = written.size() > segments.size();
        return same_root && touches && (!inside || protected_path.recursive);
    });
}

bool Compiler::check_read_only(const ast::AssignmentTarget& target) {
    const auto* query = std::get_if<ast::RootQuery>(&target.place);
    if (query == nullptr || !is_read_only(*query)) {
        return true;
    }
    error(Diagnostic::error(315, "mutation of read-only value")
              .primary(target.span, "mutation of read-only value")
              .see("error handling", error_handling));
    return false;
}

bool Compiler::check_place(const ast::AssignmentTarget& target, const ast::Assignment& node) {
    if (!check_read_only(target)) {
        return false;
    }
    if (const auto* query = std::get_if<ast::RootQuery>(&target.place)) {
        return query->root == ast::Root::Metadata ||
               check_parents(target, state_.event, query->path, node);
    }
    if (const auto* query = std::get_if<ast::VariableQuery>(&target.place)) {
        const Variable* found = state_.variables.find(query->variable.text);
        return found == nullptr || check_parents(target, found->type, query->path, node);
    }
    return true;
}

std::unique_ptr<Query> Compiler::place(const ast::AssignmentTarget& target, const Type& type,
                                       std::optional<Value> constant) {
    if (const auto* root = std::get_if<ast::RootQuery>(&target.place)) {
        program_.writes_ = true;
        Type& state = root->root == ast::Root::Event ? state_.event : state_.metadata;
        state = std::move(state).insert(steps_of(root->path), type);
        return query(*root);
    }
    const auto* with_path = std::get_if<ast::VariableQuery>(&target.place);
    const auto* plain = std::get_if<ast::Variable>(&target.place);
    if (with_path == nullptr && plain == nullptr) {
        return nullptr;
    }
    const std::string& name = with_path != nullptr ? with_path->variable.text : plain->name.text;
    std::optional<Variable> known = state_.variables.take(name);
    Variable variable =
        known ? std::move(*known) : Variable{new_slot(), Type(kinds::undefined), {}};
    const ast::Path path = with_path != nullptr ? with_path->path : ast::Path{};
    variable.type = std::move(variable.type).insert(steps_of(path), type);
    variable.constant = path.empty() ? std::move(constant) : std::nullopt;
    const std::uint32_t slot = variable.slot;
    state_.variables.set(name, std::move(variable));
    return query(slot, path);
}

}  // namespace engine::vrl
