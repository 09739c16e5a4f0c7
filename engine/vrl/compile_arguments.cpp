#include <algorithm>

#include "engine/vrl/call_compiler.hpp"
#include "engine/vrl/expressions.hpp"
#include "engine/vrl/print.hpp"

namespace engine::vrl {

bool CallCompiler::match_arguments() {
    const auto& parameters = function_->parameters;
    if (node_.arguments.size() > parameters.size()) {
        const Span span = cover(node_.arguments.front().span, node_.arguments.back().span);
        compiler_.error(
            Diagnostic::error(106, "wrong number of function arguments")
                .primary(span, "too many function arguments")
                .context(span, fmt::format("this function takes a maximum of {} "
                                           "argument{}",
                                           parameters.size(), parameters.size() == 1 ? "" : "s"))
                .see("function arguments", "https://vrl.dev/expressions/#arguments"));
        return false;
    }
    given_.assign(parameters.size(), nullptr);
    for (const ast::Argument& argument : node_.arguments) {
        if (!argument.keyword) {
            continue;
        }
        const auto found = std::ranges::find(parameters, argument.keyword->text, &Parameter::name);
        if (found == parameters.end()) {
            std::string keywords;
            for (const Parameter& parameter : parameters) {
                keywords += fmt::format("{}\"{}\"", keywords.empty() ? "" : ", ", parameter.name);
            }
            compiler_.error(
                Diagnostic::error(108, "unknown function argument keyword")
                    .primary(argument.keyword->span, "unknown keyword")
                    .context(node_.name.span,
                             "this function accepts the following keywords: " + keywords));
            return false;
        }
        given_[static_cast<std::size_t>(found - parameters.begin())] = &argument;
    }
    // Positions count what has no keyword; they win over keywords.
    std::size_t next = 0;
    for (const ast::Argument& argument : node_.arguments) {
        if (!argument.keyword) {
            given_[next++] = &argument;
        }
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (parameters[i].is_required && given_[i] == nullptr) {
            compiler_.error(Diagnostic::error(107, "missing function argument")
                                .primary(span_, fmt::format("required argument missing: \"{}\" "
                                                            "(position {})",
                                                            parameters[i].name, i)));
            return false;
        }
    }
    return true;
}

namespace {

/// `.a = string!(.a)`: what makes a value of the wanted kind, and what a default could be.
struct Coercion {
    std::string_view assertion;
    std::string_view conversion;
    std::string_view fallback;
};

std::optional<Coercion> coercion_to(Kinds kind) {
    if (kind == kinds::bytes)
        return Coercion{"string", "to_string", "\"default\""};
    if (kind == kinds::integer)
        return Coercion{"int", "to_int", "0"};
    if (kind == kinds::floating)
        return Coercion{"float", "to_float", "0"};
    if (kind == kinds::boolean)
        return Coercion{"bool", "to_bool", "false"};
    if (kind == kinds::timestamp)
        return Coercion{"timestamp", "to_unix_timestamp", "now()"};
    if (kind == kinds::array)
        return Coercion{"array", {}, {}};
    if (kind == kinds::object)
        return Coercion{"object", {}, {}};
    return std::nullopt;
}

std::string described(const Type& type) {
    const Kinds kinds = type.kinds();
    if (type.is_any() && type.may_be(kinds::undefined)) {
        return "any";
    }
    const bool single = (kinds.bits & (kinds.bits - 1)) == 0;
    return (single ? "the exact type " : "one of ") + type.describe();
}

}  // namespace

Diagnostic CallCompiler::wrong_type(const ast::Argument& argument, const Parameter& parameter,
                                    const Type& type) const {
    const std::string resolves = "this expression resolves to " + described(type);
    const std::string expects = fmt::format("but the parameter \"{}\" expects {}", parameter.name,
                                            described(Type(parameter.accepts)));
    Diagnostic diagnostic =
        Diagnostic::error(110, "invalid argument type").primary(argument.value->span, resolves);
    if (argument.keyword) {
        std::move(diagnostic).context(argument.span, expects);
    } else {
        std::move(diagnostic).context(argument.value->span, expects);
    }
    const std::optional<Coercion> coercion = coercion_to(parameter.accepts);
    if (!coercion) {
        return diagnostic;
    }
    const std::string target = print(*argument.value, PrintForm::Written);
    const std::string call =
        fmt::format("    {}{}({})", node_.name.text, node_.aborts_on_error ? "!" : "",
                    print_arguments(node_, PrintForm::Written));
    std::move(diagnostic)
        .note("try: ensuring an appropriate type at runtime")
        .note("")
        .note(fmt::format("    {} = {}!({})", target, coercion->assertion, target))
        .note(call)
        .note("");
    if (!coercion->conversion.empty()) {
        std::move(diagnostic)
            .note(
                "try: coercing to an appropriate type and specifying a default "
                "value as a fallback in case coercion fails")
            .note("")
            .note(fmt::format("    {} = {}({}) ?? {}", target, coercion->conversion, target,
                              coercion->fallback))
            .note(call)
            .note("");
    }
    return std::move(diagnostic).see("error handling", error_handling);
}

bool CallCompiler::check_argument(std::size_t position, const ast::Argument& argument,
                                  Compiled& value) {
    const Parameter& parameter = function_->parameters[position];
    if (value.fallible) {
        compiler_.error(Diagnostic::error(630, "fallible argument")
                            .primary(argument.value->span, "this expression can fail")
                            .primary(argument.value->span,
                                     "handle the error before passing it in as an argument")
                            .see("error handling", error_handling));
        return false;
    }
    const Type type = value.type.defined();
    if (type.is(parameter.accepts) ||
        (function_->closure && position == 0 && type.may_be(parameter.accepts))) {
        checks_[position] = type.is(parameter.accepts) ? kinds::any : parameter.accepts;
        return true;
    }
    Diagnostic diagnostic = wrong_type(argument, parameter, value.type);
    if (!type.may_be(parameter.accepts)) {
        compiler_.error(std::move(diagnostic));
        return false;
    }
    if (!first_wrong_type_) {
        first_wrong_type_ = std::move(diagnostic);
    }
    checks_[position] = parameter.is_checked ? parameter.accepts : kinds::any;
    unverified_.push_back(fmt::format(
        "`{}` argument type is `{}` and this function expected a parameter `{}` of type `{}`",
        print(*argument.value, PrintForm::Written), value.type.describe(), parameter.name,
        describe(parameter.accepts)));
    return true;
}

bool CallCompiler::place_query(std::size_t position, const ast::Expression& expression) {
    const auto& parameter = function_->parameters[position];
    std::unique_ptr<Query> query;
    if (const auto* root = expression.as<ast::RootQuery>()) {
        // Of the functions that take a path, those with an effect on types take away what is there.
        if (function_->effect != nullptr && compiler_.is_read_only(*root)) {
            const Path path{
                root->root == ast::Root::Event ? PathTarget::Event : PathTarget::Metadata,
                segments_of(root->path)};
            compiler_.error(compile_error(
                {315,
                 "mutation of read-only value",
                 {"mutation of read-only value",
                  fmt::format("{} is read-only, and cannot be deleted", path.to_string())}}));
            return false;
        }
        query = compiler_.query(*root);
    } else if (const auto* path = expression.as<ast::VariableQuery>()) {
        const Variable* variable = compiler_.find_variable(path->variable);
        if (variable == nullptr) {
            return false;
        }
        query = compiler_.query(variable->slot, path->path);
    } else if (const auto* value = expression.as<ast::ValueQuery>()) {
        auto target = compiler_.expression(*value->target);
        if (!target) {
            return false;
        }
        query = std::make_unique<Query>(std::move(target->node), segments_of(value->path));
    } else {
        compiler_.error(compile_error(
            CompileError::unexpected_expression(parameter.name, "query", form_name(expression))));
        return false;
    }
    site_->queries[position] = std::move(query);
    return true;
}

bool CallCompiler::compile_arguments() {
    const auto& parameters = function_->parameters;
    nodes_.resize(parameters.size());
    checks_.assign(parameters.size(), kinds::any);
    types_.resize(parameters.size());
    known_.resize(parameters.size());
    site_->queries.resize(parameters.size());
    // In the order in which they were written.
    for (const ast::Argument& argument : node_.arguments) {
        const auto position =
            static_cast<std::size_t>(std::ranges::find(given_, &argument) - given_.begin());
        if (position == given_.size()) {
            continue;
        }
        Compiler::Result value = compiler_.expression(*argument.value);
        if (!value || !check_argument(position, argument, *value)) {
            return false;
        }
        types_[position] = {value->type, value->constant, argument.value.get()};
        known_[position] = value->known();
        nodes_[position] = std::move(value->node);
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& parameter = parameters[i];
        if (given_[i] == nullptr) {
            known_[i] = parameter.fallback.value_or(Value::failure());
            if (parameter.fallback) {
                types_[i].constant = parameter.fallback;
                types_[i].type = Type::of(*parameter.fallback);
            }
            continue;
        }
        const ast::Expression& expression = *given_[i]->value;
        if (parameter.form == Form::Query && !place_query(i, expression)) {
            return false;
        }
        if (parameter.form != Form::Literal) {
            continue;
        }
        if (!types_[i].constant) {
            compiler_.error(compile_error(CompileError::unexpected_expression(
                parameter.name, "literal", form_name(expression))));
            return false;
        }
        const Value& constant = *types_[i].constant;
        if (!parameter.variants.empty() &&
            (!constant.is_bytes() || std::ranges::find(parameter.variants, constant.as_bytes()) ==
                                         parameter.variants.end())) {
            compiler_.error(compile_error(
                CompileError::enum_variant(parameter.name, parameter.variants, constant)));
            return false;
        }
    }
    call_types_.arguments = types_;
    return true;
}

}  // namespace engine::vrl
