#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/event/path.hpp"
#include "engine/vrl/context.hpp"

namespace engine::vrl {

/// One compiled expression. Immutable after compilation, shared by all threads; owned by its parent
/// node or its Program.
class Node {
public:
    Node() = default;
    virtual ~Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// The expression's value, or `Value::failure()` with the reason in the context.
    [[nodiscard]] virtual Value resolve(Context& context) const = 0;
};

using NodePtr = std::unique_ptr<Node>;

/// A place: event, metadata, variable or value of an expression, and a path from there.
class Query {
public:
    enum class Origin : std::uint8_t { Event, Metadata, Request, Variable, Expression };

    Query(Origin origin, std::vector<PathSegment> path) : origin_(origin), path_(std::move(path)) {}
    Query(std::uint32_t slot, std::vector<PathSegment> path)
        : origin_(Origin::Variable), slot_(slot), path_(std::move(path)) {}
    Query(NodePtr expression, std::vector<PathSegment> path)
        : origin_(Origin::Expression), expression_(std::move(expression)), path_(std::move(path)) {}

    [[nodiscard]] Origin origin() const { return origin_; }
    [[nodiscard]] const std::vector<PathSegment>& path() const { return path_; }

    /// The value there, frozen; null where there is none.
    [[nodiscard]] Value get(Context& context) const;
    /// The value that the path starts from, frozen.
    [[nodiscard]] Value get_root(Context& context) const;
    /// Whether there is a value; `null` counts as one.
    [[nodiscard]] bool exists(Context& context) const;
    /// Puts the value there. It may have other parents. Not for Expression.
    void set(Context& context, Value value) const;
    /// Takes the value out; nullopt where there is none. Removing a root empties it.
    std::optional<Value> remove(Context& context, bool prune) const;

private:
    /// The root's slot, for changing.
    [[nodiscard]] Value& root(Context& context) const;
    [[nodiscard]] const Value* look_up(Context& context, Value& scratch) const;

    Origin origin_;
    std::uint32_t slot_ = 0;
    NodePtr expression_;
    std::vector<PathSegment> path_;
};

}  // namespace engine::vrl
