#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/vrl/ast.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/program.hpp"

namespace engine::vrl {

/// What is known about one variable at one point of a program.
struct Variable {
    std::uint32_t slot = 0;
    Type type;
    /// Its value, where the program text says it.
    std::optional<Value> constant;
};

/// Variables are not counted.
struct VariableSize {
    static std::size_t of(const Variable&) { return 1; }
};

/// What is known at one point of a program: it changes from statement to statement and is joined
/// where branches meet.
struct TypeState {
    PersistentMap<Variable, VariableSize> variables;
    Type event;
    Type metadata;

    /// Either this or that happened; variables that only one of them has are out of scope.
    void unite(const TypeState& other);
    /// Variables that `outer` does not have are out of scope.
    void leave_scope(const TypeState& outer);
};

/// A compiled expression with what the checker found out about it.
struct Compiled {
    NodePtr node;
    Type type;
    bool fallible = false;
    /// Known when compiling: literals, and variables that hold one.
    std::optional<Value> constant;
    /// The value that an operation or call of constants gives; what depends on it may be found to
    /// fail although the types do not say so.
    std::optional<Value> folded;
    [[nodiscard]] const std::optional<Value>& known() const { return constant ? constant : folded; }
    /// Errors about failures inside that nobody handles; whoever handles them drops these.
    std::vector<Diagnostic> unhandled;
    /// Arguments of the call whose kinds could not be verified, for E103.
    std::vector<std::string> unverified;
    /// The call could be made infallible with `!`.
    std::string with_bang;
};

/// Type checker and code generator in one pass over the tree: what a node is compiled to depends on
/// the types, and types flow in execution order. One object per program; files compile_*.cpp hold
/// its parts. Every method that returns nullopt has reported why.
class Compiler {
public:
    Compiler(const CompileOptions& options, Program& program);

    /// Goes on where other programs ended: their variables have the first slots.
    void resume(TypeState state, std::size_t variable_count);
    void run(const ast::Program& tree);
    /// Collects the warnings of a program without errors.
    void finish(const ast::Program& tree);
    [[nodiscard]] std::vector<Diagnostic>& errors() { return errors_; }
    /// What is known at the end of the program.
    [[nodiscard]] const TypeState& state() const { return state_; }

private:
    using Result = std::optional<Compiled>;
    struct Visitor;

    // compile_expression.cpp
    Result expression(const ast::Expression& expression);
    Result constant(Value value);
    Result constant(Value value, Type type);
    Result text(const ast::StringLiteral& node);
    Result template_string(const ast::TemplateString& node, Span span);
    Result regex(const ast::RegexLiteral& node, Span span);
    Result timestamp(const ast::TimestampLiteral& node, Span span);
    Result array(const ast::ArrayLiteral& node);
    Result object(const ast::ObjectLiteral& node);
    Result root_query(const ast::RootQuery& node);
    Result variable(const ast::Name& name, const ast::Path& path);
    Result bound(const BoundName& name, const ast::Path& path);
    Result value_query(const ast::ValueQuery& node);
    // compile_operators.cpp
    Result negation(const ast::Not& node, Span span);
    Result binary(const ast::Binary& node, Span span);
    Result coalesce(const ast::Binary& node, Span span);
    Result sum(Compiled left, Compiled right);
    const Variable* find_variable(const ast::Name& name);

    // compile_control.cpp
    Result block(const ast::Block& node);
    Result statements(const std::vector<ast::Expression>& list);
    Result if_expression(const ast::If& node, Span span);
    Result predicate(const ast::IfBranch& branch);
    Result abort(const ast::Abort& node);
    Result leave(const ast::Return& node, Span span);

    // compile_assignment.cpp
    Result assignment(const ast::Assignment& node, Span span);
    Result plain_assignment(const ast::Assignment& node, Compiled value);
    Result merge_assignment(const ast::Assignment& node, Compiled value, Span span);
    Result error_assignment(const ast::Assignment& node, Compiled value);
    bool check_place(const ast::AssignmentTarget& target, const ast::Assignment& node);
    bool check_parents(const ast::AssignmentTarget& target, const Type& root, const ast::Path& path,
                       const ast::Assignment& node);
    void mark_broken(const ast::AssignmentTarget& target);
    bool check_read_only(const ast::AssignmentTarget& target);
    [[nodiscard]] bool is_read_only(const ast::RootQuery& query) const;
    std::unique_ptr<Query> place(const ast::AssignmentTarget& target, const Type& type,
                                 std::optional<Value> constant);
    void report_fallible(const ast::Assignment& node, const Compiled& value);

    // compile_call.cpp
    Result call(const ast::FunctionCall& node, Span span);
    friend class CallCompiler;

    std::unique_ptr<Query> query(const ast::RootQuery& node);
    std::unique_ptr<Query> query(std::uint32_t slot, const ast::Path& path);
    std::uint32_t new_slot() { return program_.variable_count_++; }
    void error(Diagnostic diagnostic) { errors_.push_back(std::move(diagnostic)); }
    void warning(Diagnostic diagnostic) { warnings_.push_back(std::move(diagnostic)); }
    static Diagnostic unhandled_error(Span span);

    const CompileOptions& options_;
    Program& program_;
    TypeState state_;
    /// Variables whose value did not compile: reading them is no further error.
    std::set<std::string, std::less<>> broken_;
    std::vector<Diagnostic> errors_;
    std::vector<Diagnostic> warnings_;
};

/// A program that sees the variables of those before it: `state` is what is known where it begins,
/// then (when it compiles) where it ends; `variable_count` slots are taken.
[[nodiscard]] std::expected<std::shared_ptr<const Program>, std::vector<Diagnostic>> compile_after(
    const SourceText& source, const CompileOptions& options, TypeState& state,
    std::size_t variable_count);

/// `.a[0]` as steps of a type, and as segments of a run-time path.
[[nodiscard]] std::vector<Type::Step> steps_of(const ast::Path& path);
[[nodiscard]] std::vector<PathSegment> segments_of(const ast::Path& path);

/// The nearest of `candidates` by edit distance, the first of equals.
[[nodiscard]] std::string_view nearest(std::string_view name,
                                       const std::vector<std::string_view>& candidates);

/// Literals, calls and variables whose results nobody uses (E900).
[[nodiscard]] std::vector<Diagnostic> unused_expressions(const ast::Program& program);

inline constexpr std::string_view error_handling = "https://errors.vrl.dev/#handling";

}  // namespace engine::vrl
