#include <algorithm>

#include "engine/vrl/assigned_variables.hpp"
#include "engine/vrl/call_node.hpp"
#include "engine/vrl/compiler.hpp"
#include "engine/vrl/expressions.hpp"
#include "engine/vrl/print.hpp"

namespace engine::vrl {

/// Compiles one call: matches arguments to parameters, checks their types, compiles the closure,
/// lets the function look at its constants.
class CallCompiler {
public:
    CallCompiler(Compiler& compiler, const ast::FunctionCall& node, Span span)
        : compiler_(compiler), node_(node), span_(span) {}

    Compiler::Result run();

private:
    bool find_function();
    bool match_arguments();
    bool compile_arguments();
    bool check_argument(std::size_t position, const ast::Argument& argument, Compiled& value);
    Diagnostic wrong_type(const ast::Argument& argument, const Parameter& parameter,
                          const Type& type) const;
    bool compile_closure();
    bool check_closure_input();
    bool prepare();
    Diagnostic compile_error(const CompileError& error) const;
    bool place_query(std::size_t position, const ast::Expression& expression);
    void fallibility(Compiled& whole);
    [[nodiscard]] bool is_foldable() const;
    [[nodiscard]] Value fold();

    Compiler& compiler_;
    const ast::FunctionCall& node_;
    Span span_;
    const Function* function_ = nullptr;
    /// By parameter position; null when not given.
    std::vector<const ast::Argument*> given_;
    std::vector<NodePtr> nodes_;
    std::vector<Kinds> checks_;
    std::vector<ArgumentType> types_;
    /// Values of the arguments, as far as they are known now.
    std::vector<std::optional<Value>> known_;
    CallTypes call_types_;
    std::unique_ptr<CallSite> site_ = std::make_unique<CallSite>();
    std::vector<std::string> unverified_;
    std::optional<Diagnostic> first_wrong_type_;
};

namespace {

/// Of names equally near, the reference proposes those of its host first and those of its
/// cryptography last.
int rank(const Function& function) {
    constexpr std::array first = std::to_array<std::string_view>(
        {"aggregate_vector_metrics", "find_enrichment_table_records", "find_vector_metrics",
         "get_enrichment_table_record", "get_secret", "get_vector_metric", "parse_dnstap",
         "remove_secret", "set_secret", "set_semantic_meaning"});
    if (std::ranges::binary_search(first, function.name)) {
        return 0;
    }
    return function.category == "Cryptography" ? 2 : 1;
}

std::vector<std::string_view> names_by_rank() {
    std::vector<std::string_view> names;
    for (int wanted = 0; wanted <= 2; ++wanted) {
        for (const Function* function : FunctionRegistry::all()) {
            if (rank(*function) == wanted) {
                names.push_back(function->name);
            }
        }
    }
    return names;
}

}  // namespace

bool CallCompiler::find_function() {
    function_ = FunctionRegistry::find(node_.name.text);
    if (function_ != nullptr) {
        return true;
    }
    const std::vector<std::string_view> names = names_by_rank();
    compiler_.error(Diagnostic::error(105, "call to undefined function")
                        .primary(node_.name.span, "undefined function")
                        .context(node_.name.span, fmt::format("did you mean \"{}\"?",
                                                              nearest(node_.name.text, names))));
    return false;
}

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

Diagnostic CallCompiler::compile_error(const CompileError& error) const {
    Diagnostic diagnostic = Diagnostic::error(
        610, fmt::format("function compilation error: error[E{}] {}", error.code, error.message));
    // Of labels on one span the renderer shows the first, then the others from the last on.
    std::vector<std::string> labels = error.labels;
    std::ranges::reverse(labels.begin() + (labels.empty() ? 0 : 1), labels.end());
    for (const std::string& label : labels) {
        diagnostic.labels.push_back(
            {diagnostic.labels.empty() ? LabelStyle::Primary : LabelStyle::Context, span_, label});
    }
    if (!error.labels.empty() && error.is_documented) {
        diagnostic.notes.push_back(fmt::format(
            "learn more about error code {0} at https://errors.vrl.dev/{0}", error.code));
    }
    return diagnostic;
}

bool CallCompiler::check_closure_input() {
    const auto& parameter = function_->parameters.front();
    if (types_[0].type.defined().is(parameter.accepts)) {
        return true;
    }
    compiler_.error(
        Diagnostic::error(121, "type mismatch in closure parameter")
            .primary(span_,
                     "the closure tied to this function call expects a different input value")
            .context(span_, fmt::format("expression has an inferred type of {} where an array or "
                                        "object was expected",
                                        types_[0].type.describe())));
    return false;
}

bool CallCompiler::compile_closure() {
    if (!function_->closure) {
        if (!node_.closure) {
            return true;
        }
        compiler_.error(Diagnostic::error(109, "unexpected closure")
                            .primary(node_.closure->span, "unexpected closure")
                            .context(span_, "this function does not accept a closure"));
        return false;
    }
    const ClosureRule& rule = *function_->closure;
    if (!node_.closure) {
        compiler_.error(Diagnostic::error(111, "missing closure")
                            .primary(span_, "this function expects a closure")
                            .note(fmt::format("example: {}", rule.example)));
        return false;
    }
    if (!check_closure_input()) {
        return false;
    }
    const std::vector<Type> types = rule.parameters(call_types_);
    const auto& names = node_.closure->parameters;
    if (names.size() != types.size()) {
        const Span supplied = names.empty() ? span_ : cover(names.front().span, names.back().span);
        compiler_.error(
            Diagnostic::error(120, "invalid closure arity")
                .primary(node_.name.span,
                         fmt::format("this function requires a closure with {} argument(s)",
                                     types.size()))
                .context(supplied, fmt::format("but {} argument(s) are supplied", names.size())));
        return false;
    }
    const TypeState before = compiler_.state_;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].text == "_") {
            site_->closure_slots.push_back(ClosureCall::ignored);
            continue;
        }
        site_->closure_slots.push_back(compiler_.new_slot());
        compiler_.state_.variables.insert_or_assign(
            names[i].text, Variable{site_->closure_slots.back(), types[i], std::nullopt});
    }
    for (const std::string& name : assigned_variables(*node_.closure->block)) {
        if (const auto known = compiler_.state_.variables.find(name);
            known != compiler_.state_.variables.end()) {
            known->second.constant.reset();
        }
    }
    Compiler::Result block = compiler_.expression(*node_.closure->block);
    // It may run or not; its parameters hide outer variables only inside.
    for (const ast::Name& name : names) {
        compiler_.state_.variables.erase(name.text);
        if (const auto outer = before.variables.find(name.text); outer != before.variables.end()) {
            compiler_.state_.variables.insert(*outer);
        }
    }
    compiler_.state_.unite(before);
    if (!block) {
        return false;
    }
    std::ranges::move(block->unhandled, std::back_inserter(compiler_.errors_));
    const Kinds wanted = rule.result == ClosureResult::Boolean ? kinds::boolean
                         : rule.result == ClosureResult::Bytes ? kinds::bytes
                                                               : kinds::any;
    if (!block->type.defined().is(wanted)) {
        const Span span = node_.closure->block->span;
        compiler_.error(Diagnostic::error(122, "type mismatch in closure return type")
                            .primary(span, "block returns invalid value type")
                            .context(span, "expected: " + describe(wanted))
                            .context(span, "received: " + block->type.describe()));
        return false;
    }
    call_types_.closure = block->type.defined();
    site_->closure = std::move(block->node);
    return true;
}

bool CallCompiler::prepare() {
    if (function_->prepare == nullptr) {
        return true;
    }
    Preparation preparation(call_types_, compiler_.program_.constants_, compiler_.options_);
    Prepared prepared = function_->prepare(preparation);
    if (!prepared) {
        compiler_.error(compile_error(prepared.error()));
        return false;
    }
    site_->state = std::move(*prepared);
    return true;
}

// Whether the call can be made now: equal arguments give equal results, and all of them are known.
bool CallCompiler::is_foldable() const {
    const bool has_query =
        std::ranges::any_of(site_->queries, [](const auto& query) { return query != nullptr; });
    return function_->pure && function_->deterministic && function_->effect == nullptr &&
           !has_query && !node_.closure && unverified_.empty() &&
           std::ranges::all_of(known_, [](const auto& value) { return value.has_value(); });
}

Value CallCompiler::fold() {
    std::vector<Value> values;
    for (const std::optional<Value>& value : known_) {
        values.push_back(*value);
    }
    Context context(compiler_.program_.constants_);
    context.set_timezone(compiler_.options_.timezone);
    Target target;
    context.set_target(target);
    Call call(context, *site_, values.data());
    return function_->run(call);
}

void CallCompiler::fallibility(Compiled& whole) {
    bool may_fail =
        function_->may_fail != nullptr ? function_->may_fail(call_types_) : function_->fallible;
    // With numbers that are known NaN is foreseen, in this call and in what is computed with it.
    if (function_->returns.is(kinds::number) && function_->returns.may_be(kinds::floating) &&
        is_foldable()) {
        if (const Value value = fold(); value.is_failure()) {
            may_fail = true;
        } else {
            whole.folded = value;
        }
    }
    whole.fallible = may_fail || !unverified_.empty();
    if (node_.aborts_on_error) {
        if (!whole.fallible) {
            const std::uint32_t bang = node_.name.span.end;
            compiler_.warning(Diagnostic::warning(620, "can't abort infallible function")
                                  .primary(node_.name.span, "this function can't fail")
                                  .context({bang, bang + 1}, "remove this abort (!) instruction")
                                  .see("error handling", error_handling));
        }
        compiler_.program_.may_fail_ = compiler_.program_.may_fail_ || whole.fallible;
        whole.fallible = false;
    }
    if (whole.fallible) {
        whole.unhandled.push_back(first_wrong_type_ ? *first_wrong_type_
                                                    : Compiler::unhandled_error(span_));
        whole.unverified = unverified_;
        whole.with_bang =
            fmt::format("{}!({})", node_.name.text, print_arguments(node_, PrintForm::Written));
    }
}

Compiler::Result CallCompiler::run() {
    if (!find_function() || !match_arguments() || !compile_arguments() || !compile_closure() ||
        !prepare()) {
        return std::nullopt;
    }
    if (!function_->deprecated.empty()) {
        compiler_.warning(Diagnostic::warning(801, "usage of deprecated item")
                              .primary(node_.name.span, "this function is deprecated")
                              .note(std::string(function_->deprecated)));
    }
    Compiled whole;
    fallibility(whole);
    whole.type = function_->type != nullptr ? function_->type(call_types_) : function_->returns;
    if (whole.type.kinds() == kinds::any) {
        whole.type = Type::any();
    }
    if (function_->effect != nullptr) {
        function_->effect(call_types_, compiler_.state_);
        compiler_.program_.writes_ = true;
    }
    std::vector<CallNode::Argument> arguments;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const bool is_place = site_->queries[i] != nullptr;
        arguments.push_back({is_place ? nullptr : std::move(nodes_[i]), checks_[i],
                             function_->parameters[i].fallback.value_or(Value::failure())});
    }
    whole.node =
        std::make_unique<CallNode>(*function_, span_, std::move(arguments), std::move(*site_));
    return whole;
}

Compiler::Result Compiler::call(const ast::FunctionCall& node, Span span) {
    return CallCompiler(*this, node, span).run();
}

}  // namespace engine::vrl
