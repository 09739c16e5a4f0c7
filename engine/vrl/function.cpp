#include "engine/vrl/function.hpp"

#include <algorithm>

#include "engine/diagnostic/assert.hpp"
#include "engine/vrl/program.hpp"

namespace engine::vrl {

namespace {

/// Filled before main by the registrars, read-only afterwards.
std::vector<const Function*>& functions() {
    static std::vector<const Function*> list;
    return list;
}

}  // namespace

bool FunctionRegistry::add(const Function& function) {
    auto& list = functions();
    const auto place = std::ranges::lower_bound(list, function.name, {}, &Function::name);
    ENGINE_ASSERT(place == list.end() || (*place)->name != function.name,
                  "each function has one file, named after it");
    list.insert(place, &function);
    return true;
}

const Function* FunctionRegistry::find(std::string_view name) {
    const auto& list = functions();
    const auto place = std::ranges::lower_bound(list, name, {}, &Function::name);
    return place != list.end() && (*place)->name == name ? *place : nullptr;
}

std::span<const Function* const> FunctionRegistry::all() {
    return functions();
}

Preparation::Preparation(const CallTypes& types, Arena& constants, const CompileOptions& options)
    : types_(types),
      constants_(constants),
      timezone_(options.timezone),
      has_metrics_(options.has_metrics),
      tables_(options.tables.get()) {}

CompileError CompileError::invalid_argument(std::string_view parameter, std::string_view error,
                                            const Value& received) {
    return invalid_argument(parameter, error, display(received));
}

CompileError CompileError::invalid_argument(std::string_view parameter, std::string_view error,
                                            std::string_view received) {
    return {403,
            "invalid argument",
            {fmt::format("invalid argument \"{}\"", parameter), fmt::format("error: {}", error),
             fmt::format("received: {}", received)}};
}

CompileError CompileError::enum_variant(std::string_view parameter,
                                        std::span<const std::string_view> variants,
                                        const Value& received) {
    std::string list;
    for (const std::string_view variant : variants) {
        list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", variant);
    }
    // The stray quote is the reference's.
    return {
        401,
        "invalid enum variant\"",
        {fmt::format("invalid enum variant for argument \"{}\"", parameter),
         fmt::format("expected one of: {}", list), fmt::format("received: {}", display(received))}};
}

CompileError CompileError::unexpected_expression(std::string_view parameter,
                                                 std::string_view expected,
                                                 std::string_view received) {
    return {400,
            "unexpected expression type",
            {fmt::format("unexpected expression for argument \"{}\"", parameter),
             fmt::format("expected: {}", expected), fmt::format("received: {}", received)}};
}

CompileError CompileError::unexpected_type(Kinds expected, const Value& received) {
    return {
        300,
        fmt::format("expected {}, got {}", vrl::describe(expected), Type::of(received).describe()),
        {}};
}

CompileError CompileError::plain(int code, std::string message) {
    return {code, std::move(message), {}};
}

std::string_view form_name(const ast::Expression& expression) {
    struct Visitor {
        std::string_view operator()(const ast::RootQuery&) const { return "query"; }
        std::string_view operator()(const ast::VariableQuery&) const { return "query"; }
        std::string_view operator()(const ast::ValueQuery&) const { return "query"; }
        std::string_view operator()(const ast::Variable&) const { return "variable call"; }
        std::string_view operator()(const ast::FunctionCall&) const { return "function call"; }
        std::string_view operator()(const ast::ArrayLiteral&) const { return "array"; }
        std::string_view operator()(const ast::ObjectLiteral&) const { return "object"; }
        std::string_view operator()(const ast::Group&) const { return "group"; }
        std::string_view operator()(const ast::Block&) const { return "block"; }
        std::string_view operator()(const ast::Not&) const { return "unary operation"; }
        std::string_view operator()(const ast::Binary&) const { return "operation"; }
        std::string_view operator()(const ast::Assignment&) const { return "assignment"; }
        std::string_view operator()(const ast::If&) const { return "if-statement"; }
        std::string_view operator()(const ast::Abort&) const { return "abort operation"; }
        std::string_view operator()(const ast::Return&) const { return "return"; }
    };
    return std::visit(
        [](const auto& node) -> std::string_view {
            if constexpr (std::is_invocable_v<Visitor, decltype(node)>) {
                return Visitor{}(node);
            } else {
                return "literal";
            }
        },
        expression.node);
}

namespace {

Type container_values(const Type& type) {
    Type result;
    if (type.may_be(kinds::object)) {
        result = result.unite(type.any_field());
    }
    if (type.may_be(kinds::array)) {
        result = result.unite(type.any_item());
    }
    // What is iterated over exists.
    return result.defined().without(kinds::undefined);
}

Type container_keys(const Type& type) {
    Kinds keys;
    if (type.may_be(kinds::object)) {
        keys = keys | kinds::bytes;
    }
    if (type.may_be(kinds::array)) {
        keys = keys | kinds::integer;
    }
    return Type(keys);
}

}  // namespace

std::vector<Type> key_and_value(const CallTypes& types) {
    return {container_keys(types[0]), container_values(types[0])};
}

std::vector<Type> value_only(const CallTypes& types) {
    return {container_values(types[0])};
}

std::vector<Type> key_only(const CallTypes&) {
    return {Type(kinds::bytes)};
}

Type closed_over(const Type& container) {
    Type result;
    if (container.may_be(kinds::object)) {
        Type::Fields fields;
        if (container.fields() != nullptr) {
            for (const auto& [name, type] : *container.fields()) {
                fields.emplace(name, type.unite(Type(kinds::undefined)));
            }
        }
        result = result.unite(Type::object(std::move(fields), container.rest_of_object()));
    }
    if (container.may_be(kinds::array)) {
        result = result.unite(Type::array_of(container.any_item()));
    }
    return result;
}

Type appended(const Type& array, const Type& items) {
    if (array.items() == nullptr || items.items() == nullptr || !array.rest_of_array().is_never()) {
        return Type::array_of(array.any_item().unite(items.any_item()));
    }
    constexpr std::size_t most_known = 1024;
    if (array.items()->size() + items.items()->size() > most_known) {
        return Type::array_of(array.any_item().unite(items.any_item()));
    }
    Type::Items all = *array.items();
    const std::int64_t length = all.empty() ? 0 : all.rbegin()->first + 1;
    for (const auto& [index, type] : *items.items()) {
        all.insert_or_assign(length + index, type);
    }
    const Type rest = items.rest_of_array();
    return Type::array(std::move(all), rest.is_never() ? std::nullopt : std::optional(rest));
}

Value ClosureCall::run(Value first, Value second) {
    const Value parameters[] = {first, second};
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (slots_[i] != ignored) {
            context_.variable(slots_[i]) = parameters[i];
        }
    }
    const Value result = block_.resolve(context_);
    if (result.is_failure() && context_.failure() == FailureKind::Return) {
        return context_.fail(FailureKind::ClosureReturn, "return cannot be used inside closures");
    }
    return context_.out_of_memory() ? context_.fail_for_memory() : result;
}

}  // namespace engine::vrl
