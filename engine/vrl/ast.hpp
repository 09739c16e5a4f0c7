#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/diagnostic/span.hpp"

/// Syntax tree of a VRL program: what was written, and nothing that was inferred. The parser builds
/// it; the type checker and the compiler read it. Plain values: a node owns its children, copies
/// nothing of the source that is not part of a value, and is immutable once built, so any thread
/// may read it.
///
/// An Expression is a span and a `std::variant` over the node structs below, visited with
/// `std::visit` or `as<Node>()`. Passes may recurse freely: `Expression::height` never exceeds
/// `max_expression_height`.
namespace engine::vrl::ast {

/// Bound on the height of every tree, so that recursive passes cannot exhaust the stack.
inline constexpr std::uint32_t max_expression_height = 1024;
/// Bound on the indexes of a path together: what lies below an index is filled with nulls.
inline constexpr std::uint64_t max_array_reach = std::uint64_t{1} << 20;

struct Expression;

/// Owning pointer to a child expression; never null.
using ExpressionPtr = std::unique_ptr<Expression>;

/// A name with the place where it stands.
struct Name {
    std::string text;
    Span span;
};

struct NullLiteral {};
struct BooleanLiteral {
    bool value = false;
};
struct IntegerLiteral {
    std::int64_t value = 0;
};
struct FloatLiteral {
    double value = 0;
};
/// `"…"` without templates, decoded; or `s'…'`, whose text is taken as it is (`is_raw`).
struct StringLiteral {
    std::string value;
    bool is_raw = false;
};
/// `"text {{ variable }} text"`: literal texts and variables in order, at least one variable.
/// Sugar for joining the segments with `+` from left to right.
struct TemplateString {
    struct Text {
        std::string value;
        Span span;
    };
    /// Each Name is a variable. Adjacent variables have no Text between them.
    std::vector<std::variant<Text, Name>> segments;
};
/// `r'…'`: the pattern as written (`\'` keeps its backslash); compiled (E101) by the type checker.
struct RegexLiteral {
    std::string pattern;
};
/// `t'…'`: the text as written; parsed (E601) by the type checker.
struct TimestampLiteral {
    std::string text;
};

struct ArrayLiteral {
    std::vector<Expression> elements;
};

struct ObjectEntry;
/// Entries in source order; a later entry of the same key wins.
struct ObjectLiteral {
    std::vector<ObjectEntry> entries;
};

/// One step of a path: `.key`, `."quoted key"`, `[-1]`.
struct PathSegment {
    /// Field name (decoded when quoted), or index.
    std::variant<std::string, std::int64_t> value;
    /// Without the dot; with the brackets.
    Span span;
};
using Path = std::vector<PathSegment>;

/// `.…` or `%…`: the event or its metadata. An empty path is the root.
enum class Root { Event, Metadata };
struct RootQuery {
    Root root = Root::Event;
    Path path;
};
/// A variable alone; see VariableQuery for one with a path.
struct Variable {
    Name name;
};
/// `x.a[0]`
struct VariableQuery {
    Name variable;
    Path path;
};
/// `{"a": 1}.a`, `[1, 2][0]`, `parse_json!(.x).a`: a path into the value of an expression
/// (FunctionCall, ArrayLiteral, ObjectLiteral or Block). The path is not empty.
struct ValueQuery {
    ExpressionPtr target;
    Path path;
};

/// `f(value)` or `f(name: value)`.
struct Argument {
    std::optional<Name> keyword;
    /// Keyword included.
    Span span;
    ExpressionPtr value;
};
/// `-> |key, value| { … }`. Parameters named `_` are ignored ones.
struct Closure {
    std::vector<Name> parameters;
    ExpressionPtr block;
    /// From `->` to the closing brace.
    Span span;
};
/// `name(…)`, `name!(…)`, each with or without a closure.
struct FunctionCall {
    Name name;
    /// Called with `!`: an error ends the program.
    bool aborts_on_error = false;
    std::vector<Argument> arguments;
    /// From the opening to the closing parenthesis.
    Span arguments_span;
    std::optional<Closure> closure;
};

/// `( expression )`
struct Group {
    ExpressionPtr inner;
};
/// `{ statement; … }`: at least one statement.
struct Block {
    std::vector<Expression> statements;
};

/// `!value`
struct Not {
    Span operator_span;
    ExpressionPtr operand;
};

/// Their precedence is in grammar/README.md; the tree has it applied.
enum class BinaryOperator {
    Multiply,        // *
    Divide,          // /
    Add,             // +
    Subtract,        // -
    Greater,         // >
    GreaterOrEqual,  // >=
    Less,            // <
    LessOrEqual,     // <=
    Equal,           // ==
    NotEqual,        // !=
    And,             // &&
    Or,              // ||
    Coalesce,        // ??
    Merge,           // |
};
/// As it is written, such as `>=`.
[[nodiscard]] std::string_view symbol(BinaryOperator op);

struct Binary {
    BinaryOperator op = BinaryOperator::Add;
    Span operator_span;
    ExpressionPtr left;
    ExpressionPtr right;
};

/// What can be assigned to. `_` (Discard) takes any value and keeps nothing.
struct Discard {};
struct AssignmentTarget {
    /// Variable (with or without path), event or metadata path, or `_`.
    std::variant<Discard, Variable, VariableQuery, RootQuery> place;
    Span span;
};
enum class AssignmentOperator { Assign, Merge };  // = |=

/// `target = value`, `target |= value`, or `target, error = value` when `error_target` is set.
struct Assignment {
    AssignmentTarget target;
    std::optional<AssignmentTarget> error_target;
    AssignmentOperator op = AssignmentOperator::Assign;
    Span operator_span;
    ExpressionPtr value;
};

/// One `if`/`else if` with its condition. Several expressions occur only in parentheses
/// (`if (x = 1; x > 0) …`); the last one decides.
struct IfBranch {
    std::vector<Expression> condition;
    /// Of the condition, parentheses included.
    Span condition_span;
    ExpressionPtr block;
};
/// Branches in order, at least one.
struct If {
    std::vector<IfBranch> branches;
    /// A Block, or null.
    ExpressionPtr otherwise;
};

/// `abort`, `abort message`
struct Abort {
    /// Null when there is none.
    ExpressionPtr message;
};
/// `return value`
struct Return {
    ExpressionPtr value;
};

using Node = std::variant<NullLiteral, BooleanLiteral, IntegerLiteral, FloatLiteral, StringLiteral,
                          TemplateString, RegexLiteral, TimestampLiteral, ArrayLiteral,
                          ObjectLiteral, RootQuery, Variable, VariableQuery, ValueQuery,
                          FunctionCall, Group, Block, Not, Binary, Assignment, If, Abort, Return>;

/// Any expression: every construct of the language is one.
struct Expression {
    Span span;
    Node node;
    /// 1 for a leaf, else one more than the highest child's.
    std::uint32_t height = 1;

    template <typename T>
    [[nodiscard]] const T* as() const {
        return std::get_if<T>(&node);
    }
    template <typename T>
    [[nodiscard]] bool is() const {
        return std::holds_alternative<T>(node);
    }
};

/// `"key": value` of an object.
struct ObjectEntry {
    Name key;
    Expression value;
};

/// A program: its root expressions in order, without those that have syntax errors.
struct Program {
    std::vector<Expression> statements;
};

}  // namespace engine::vrl::ast
