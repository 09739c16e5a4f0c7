#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"
#include "engine/event/value.hpp"
#include "engine/vrl/ast.hpp"
#include "engine/vrl/context.hpp"
#include "engine/vrl/display.hpp"
#include "engine/vrl/node.hpp"
#include "engine/vrl/type.hpp"

/// The contract of VRL functions: all that the author of one needs. A function is one constant
/// `Function` in a file of its own, from which type checking, run time, documentation and tests
/// follow. See functions/README.md.
namespace engine::enrichment {
class Tables;
}

namespace engine::vrl {

struct CompileOptions;
struct TypeState;

// ---- Declaration ------------------------------------------------------------------------------

/// What must stand in an argument's place; anything but Any is checked when compiling (E400).
enum class Form : std::uint8_t {
    Any,
    /// Known at compile time: a literal, or an array or object of literals.
    Literal,
    /// A path, such as `.a.b`, `%c` or `variable.d`; the function gets the place, not the value.
    Query,
};

/// One parameter. `accepts` is what the type checker demands and what the call checks at run time
/// before `run`: a wrong kind is the error `expected string, got integer`.
struct Parameter {
    std::string_view name;
    Kinds accepts = kinds::any;
    std::string_view description;
    bool is_required = true;
    /// What `run` sees when the argument is not given; without it `Call::given` is false.
    std::optional<Value> fallback = std::nullopt;
    Form form = Form::Any;
    /// The texts that are allowed. With Form::Literal others are refused when compiling (E401);
    /// otherwise the list is documentation, and `run` decides.
    std::vector<std::string_view> variants = {};
    /// Whether the kind is checked before `run`; otherwise `run` must expect any kind.
    bool is_checked = true;

    /// For parameters that `run` checks itself, or may not look at.
    Parameter&& unchecked() && {
        is_checked = false;
        return std::move(*this);
    }
    Parameter&& literal() && {
        form = Form::Literal;
        return std::move(*this);
    }
    Parameter&& query() && {
        form = Form::Query;
        return std::move(*this);
    }
    Parameter&& one_of(std::vector<std::string_view> texts) && {
        variants = std::move(texts);
        return std::move(*this);
    }
};

[[nodiscard]] inline Parameter required(std::string_view name, Kinds accepts,
                                        std::string_view description) {
    return {.name = name, .accepts = accepts, .description = description};
}
[[nodiscard]] inline Parameter optional(std::string_view name, Kinds accepts,
                                        std::string_view description,
                                        std::optional<Value> fallback = std::nullopt) {
    return {.name = name,
            .accepts = accepts,
            .description = description,
            .is_required = false,
            .fallback = fallback};
}

/// A program and what it gives, as `display` shows it, or the error's text. Runs as a test.
struct Example {
    std::string_view title;
    std::string_view source;
    std::string_view result;
    /// The event it runs on, in VRL; the empty object when empty.
    std::string_view event = {};
    /// The file that it reads: its name, and its text (in Base64 when the name ends in `(base64)`,
    /// which is not part of it).
    std::string_view file = {};
    std::string_view file_text = {};
};

/// What the checker knows about one argument.
struct ArgumentType {
    Type type;
    /// Where the argument is known at compile time (literals, and variables that hold one).
    std::optional<Value> constant;
    /// Null when the argument is not given.
    const ast::Expression* expression = nullptr;
};

/// The types of one call, by parameter position. The `fallback` of an argument that is not given
/// counts as its constant.
struct CallTypes {
    std::span<const ArgumentType> arguments;
    /// Type of the closure's block.
    Type closure;

    [[nodiscard]] const Type& operator[](std::size_t index) const { return arguments[index].type; }
    [[nodiscard]] const std::optional<Value>& constant(std::size_t index) const {
        return arguments[index].constant;
    }
    [[nodiscard]] bool given(std::size_t index) const {
        return arguments[index].expression != nullptr;
    }
};

/// What a closure may return.
enum class ClosureResult : std::uint8_t { Any, Boolean, Bytes };

/// The closure that a function takes.
struct ClosureRule {
    /// Types of the closure's parameters.
    std::vector<Type> (*parameters)(const CallTypes& types);
    /// What it must return (E122).
    ClosureResult result = ClosureResult::Any;
    /// Shown where the closure is missing (E111).
    std::string_view example;
};

/// Closure parameters of functions that iterate: key (or index) and value, value alone, key alone.
[[nodiscard]] std::vector<Type> key_and_value(const CallTypes& types);
[[nodiscard]] std::vector<Type> value_only(const CallTypes& types);
[[nodiscard]] std::vector<Type> key_only(const CallTypes& types);
/// The container's type where any member or item may be missing: what filtering leaves.
[[nodiscard]] Type closed_over(const Type& container);
/// The array's type with the other's items after its own.
[[nodiscard]] Type appended(const Type& array, const Type& items);

// ---- Compile time -----------------------------------------------------------------------------

/// Why a call can't be compiled: shown as E610 with this code inside.
struct CompileError {
    int code = 403;
    /// After `error[E403] `.
    std::string message;
    /// One label line each, on the whole call; none: the error is shown without source.
    std::vector<std::string> labels = {};
    /// Whether the language's documentation knows the code, and the error says so.
    bool is_documented = true;

    [[nodiscard]] static CompileError invalid_argument(std::string_view parameter,
                                                       std::string_view error,
                                                       const Value& received);
    /// The reference's own debug text stands after `received:`.
    [[nodiscard]] static CompileError invalid_argument(std::string_view parameter,
                                                       std::string_view error,
                                                       std::string_view received);
    [[nodiscard]] static CompileError enum_variant(std::string_view parameter,
                                                   std::span<const std::string_view> variants,
                                                   const Value& received);
    /// `expected` is such as `array`, `literal`; `received` from `form_name`.
    [[nodiscard]] static CompileError unexpected_expression(std::string_view parameter,
                                                            std::string_view expected,
                                                            std::string_view received);
    /// E300 `expected regex, got integer`, without source.
    [[nodiscard]] static CompileError unexpected_type(Kinds expected, const Value& received);
    [[nodiscard]] static CompileError plain(int code, std::string message);
};

/// `literal`, `query`, `function call`, `array` …: as E400 names forms.
[[nodiscard]] std::string_view form_name(const ast::Expression& expression);

/// What `prepare` works with: the arguments as known at compile time.
class Preparation {
public:
    Preparation(const CallTypes& types, Arena& constants, const CompileOptions& options);

    [[nodiscard]] const CallTypes& types() const { return types_; }
    /// The argument's value where it is known now, or its fallback.
    [[nodiscard]] const std::optional<Value>& constant(std::size_t index) const {
        return types_.constant(index);
    }
    [[nodiscard]] bool given(std::size_t index) const { return types_.given(index); }
    [[nodiscard]] const ast::Expression* expression(std::size_t index) const {
        return types_.arguments[index].expression;
    }
    /// Memory that lives as long as the program.
    [[nodiscard]] Arena& constants() { return constants_; }
    [[nodiscard]] absl::TimeZone timezone() const { return timezone_; }
    /// Whether the program may look at the process's own metrics.
    [[nodiscard]] bool has_metrics() const { return has_metrics_; }
    /// Null where there are no tables to look things up in.
    [[nodiscard]] const enrichment::Tables* tables() const { return tables_; }

private:
    const CallTypes& types_;
    Arena& constants_;
    absl::TimeZone timezone_;
    bool has_metrics_;
    const enrichment::Tables* tables_;
};

/// What a call site keeps for `run`; may be null. Shared by all threads, so immutable.
using Prepared = std::expected<std::shared_ptr<const void>, CompileError>;

// ---- Run time ---------------------------------------------------------------------------------

/// The closure of one call, ready to run.
class ClosureCall {
public:
    ClosureCall(Context& context, const Node& block, std::span<const std::uint32_t> slots)
        : context_(context), block_(block), slots_(slots) {}

    /// Value of the block, or failure (return it). Parameters beyond those written are ignored.
    [[nodiscard]] Value operator()(Value first) { return run(first, Value::null()); }
    [[nodiscard]] Value operator()(Value first, Value second) { return run(first, second); }

    static constexpr std::uint32_t ignored = 0xffff'ffff;

private:
    Value run(Value first, Value second);
    Context& context_;
    const Node& block_;
    std::span<const std::uint32_t> slots_;
};

/// What belongs to a call in the source, prepared once.
struct CallSite {
    std::shared_ptr<const void> state;
    /// Where parameters of Form::Query point; null for others.
    std::vector<std::unique_ptr<Query>> queries;
    std::unique_ptr<Node> closure;
    std::vector<std::uint32_t> closure_slots;
};

/// One call while it runs: checked arguments by parameter position, and what `run` needs besides.
class Call {
public:
    Call(Context& context, const CallSite& site, const Value* arguments)
        : context_(context), site_(site), arguments_(arguments) {}

    /// The argument, its fallback, or (not given) failure.
    [[nodiscard]] const Value& operator[](std::size_t index) const { return arguments_[index]; }
    [[nodiscard]] bool given(std::size_t index) const { return !arguments_[index].is_failure(); }
    // The accessors below require that the parameter accepts this one kind only.
    [[nodiscard]] std::string_view bytes(std::size_t index) const {
        return arguments_[index].as_bytes();
    }
    [[nodiscard]] std::int64_t integer(std::size_t index) const {
        return arguments_[index].as_integer();
    }
    [[nodiscard]] bool boolean(std::size_t index) const { return arguments_[index].as_boolean(); }
    [[nodiscard]] Timestamp timestamp(std::size_t index) const {
        return arguments_[index].as_timestamp();
    }
    [[nodiscard]] std::span<const Value> items(std::size_t index) const {
        return arguments_[index].as_array().view();
    }
    [[nodiscard]] const ObjectNode& object(std::size_t index) const {
        return arguments_[index].as_object();
    }
    /// What `prepare` returned.
    template <typename State>
    [[nodiscard]] const State* state() const {
        return static_cast<const State*>(site_.state.get());
    }
    /// The place that an argument of Form::Query names.
    [[nodiscard]] const Query& query(std::size_t index) const { return *site_.queries[index]; }
    [[nodiscard]] ClosureCall closure() const {
        return {context_, *site_.closure, site_.closure_slots};
    }

    [[nodiscard]] Context& context() const { return context_; }
    [[nodiscard]] Arena& arena() const { return context_.arena(); }
    [[nodiscard]] const absl::TimeZone& timezone() const { return context_.timezone(); }

    /// How long a text the run may still make.
    [[nodiscard]] std::size_t room() const { return context_.room(); }
    /// `if (call.out_of_memory()) return call.fail_for_memory();` in loops whose results may be
    /// many times as large as the arguments.
    [[nodiscard]] bool out_of_memory() const { return context_.out_of_memory(); }
    [[nodiscard]] Value fail_for_memory() const { return context_.fail_for_memory(); }

    /// A string result, copied into the arena.
    [[nodiscard]] Value text(std::string_view bytes) const {
        return Value::copy_of(bytes, arena());
    }
    /// A child of an argument that the result will hold too: neither sees the other's changes.
    [[nodiscard]] Value share(const Value& value) const {
        freeze(value, arena());
        return value;
    }
    /// `return call.fail("why");` The error's text gets the call's name and place before it.
    [[nodiscard]] Value fail(std::string_view message) const {
        return context_.fail(arena().copy(message));
    }
    template <typename First, typename... Arguments>
    [[nodiscard]] Value fail(fmt::format_string<First, Arguments...> format, First&& first,
                             Arguments&&... arguments) const {
        return context_.failf(format, std::forward<First>(first),
                              std::forward<Arguments>(arguments)...);
    }
    /// `expected string, got integer`, for what the parameter's `accepts` can't say.
    [[nodiscard]] Value wrong_kind(Kinds expected, const Value& got) const {
        return context_.failf("expected {}, got {}", describe(expected), Type::of(got).describe());
    }

private:
    Context& context_;
    const CallSite& site_;
    const Value* arguments_;
};

// ---- The function -----------------------------------------------------------------------------

/// A function: the one declaration that checker, run time, documentation and tests share. Constant
/// data of process lifetime.
struct Function {
    std::string_view name;
    /// Where the documentation lists it: `String`, `Number`, `Parse` …
    std::string_view category;
    std::string_view summary;
    std::vector<Parameter> parameters = {};
    /// What it returns whatever the arguments; `type` refines it.
    Type returns = kinds::any;
    Type (*type)(const CallTypes& types) = nullptr;
    /// Whether it may fail with arguments of the right kinds; `may_fail` refines it.
    bool fallible = false;
    bool (*may_fail)(const CallTypes& types) = nullptr;
    /// Its result is all it does: unused, it is a warning (E900).
    bool pure = true;
    /// Same arguments, same result: a call with constant arguments is computed when compiling.
    bool deterministic = true;
    std::optional<ClosureRule> closure = std::nullopt;
    /// What the call changes in the types of event, metadata and variables, where it does.
    void (*effect)(const CallTypes& types, TypeState& state) = nullptr;
    /// Shown as a warning (E801) wherever it is called.
    std::string_view deprecated = {};
    std::vector<Example> examples = {};
    /// Checks constant arguments and prepares what `run` needs, once per call site.
    Prepared (*prepare)(Preparation& call) = nullptr;
    Value (*run)(Call& call) = nullptr;
};

/// All functions of this build, by name.
class FunctionRegistry {
public:
    [[nodiscard]] static const Function* find(std::string_view name);
    /// Sorted by name.
    [[nodiscard]] static std::span<const Function* const> all();
    static bool add(const Function& function);
};

}  // namespace engine::vrl

/// Last line of each file in functions/: the name of its `Function` constant.
#define ENGINE_REGISTER_FUNCTION(function)                        \
    [[maybe_unused]] static const bool function##_is_registered = \
        ::engine::vrl::FunctionRegistry::add(function)
