#include <algorithm>

#include "engine/vrl/call_compiler.hpp"
#include "engine/vrl/expressions.hpp"
#include "engine/vrl/print.hpp"

namespace engine::vrl {

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
