#include <algorithm>

#include "engine/vrl/assigned_variables.hpp"
#include "engine/vrl/call_compiler.hpp"

namespace engine::vrl {

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
        compiler_.state_.variables.set(
            names[i].text, Variable{site_->closure_slots.back(), types[i], std::nullopt});
    }
    for (const std::string& name : assigned_variables(*node_.closure->block)) {
        if (auto known = compiler_.state_.variables.take(name)) {
            known->constant.reset();
            compiler_.state_.variables.set(name, std::move(*known));
        }
    }
    Compiler::Result block = compiler_.expression(*node_.closure->block);
    // It may run or not; its parameters hide outer variables only inside.
    for (const ast::Name& name : names) {
        compiler_.state_.variables.erase(name.text);
        if (const Variable* outer = before.variables.find(name.text); outer != nullptr) {
            compiler_.state_.variables.set(name.text, *outer);
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

}  // namespace engine::vrl
