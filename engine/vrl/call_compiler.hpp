#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/vrl/call_node.hpp"
#include "engine/vrl/compiler.hpp"

namespace engine::vrl {

/// Compiles one call: matches arguments to parameters, checks their types, compiles the closure,
/// lets the function look at its constants. Lives on the stack of `Compiler::call`.
class CallCompiler {
public:
    CallCompiler(Compiler& compiler, const ast::FunctionCall& node, Span span)
        : compiler_(compiler), node_(node), span_(span) {}

    Compiler::Result run();

private:
    // compile_call.cpp
    bool find_function();
    // compile_arguments.cpp
    bool match_arguments();
    bool compile_arguments();
    bool check_argument(std::size_t position, const ast::Argument& argument, Compiled& value);
    Diagnostic wrong_type(const ast::Argument& argument, const Parameter& parameter,
                          const Type& type) const;
    // compile_closure.cpp
    bool compile_closure();
    bool check_closure_input();
    // compile_call.cpp
    bool prepare();
    Diagnostic compile_error(const CompileError& error) const;
    // compile_arguments.cpp
    bool place_query(std::size_t position, const ast::Expression& expression);
    // compile_call.cpp
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

}  // namespace engine::vrl
