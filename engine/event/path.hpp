#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/diagnostic/error.hpp"
#include "engine/event/shape.hpp"
#include "engine/event/value.hpp"

namespace engine {

/// One step into a value: a member of an object, or an item of an array (negative counts from the
/// end).
struct PathSegment {
    std::variant<std::string, std::int64_t> step;
    KeyPosition position;  // remembers where the key was

    PathSegment(std::string field)
        : step(std::move(field)) {}                   // NOLINT: a path literal reads better
    PathSegment(std::int64_t index) : step(index) {}  // NOLINT
    [[nodiscard]] const std::string* field() const { return std::get_if<std::string>(&step); }
    [[nodiscard]] std::int64_t index() const { return std::get<std::int64_t>(step); }
    friend bool operator==(const PathSegment& a, const PathSegment& b) { return a.step == b.step; }
};

enum class PathTarget : std::uint8_t { Event, Metadata };

/// A place in an event (`.a.b[0]`, `"quoted"`) or in its metadata (`%a`). Immutable after parsing;
/// may be used by all threads at once.
class Path {
public:
    PathTarget target = PathTarget::Event;
    std::vector<PathSegment> segments;

    /// `a.b`, `.a.b`, `."q.r"[0]`, `%meta.a`, `.`; the error says what is wrong and where.
    [[nodiscard]] static Result<Path> parse(std::string_view text);
    /// As the reference prints it: `.a.b[0]."q r"`; target prefix included.
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] bool is_root() const { return segments.empty(); }
    friend bool operator==(const Path& a, const Path& b) {
        return a.target == b.target && a.segments == b.segments;
    }
};

/// The value at the path below `root`, or null when there is none.
[[nodiscard]] const Value* get(const Value& root, const std::vector<PathSegment>& segments);

/// Puts `value` at the path, making objects and arrays on the way; what stands in the way is
/// replaced; indexes out of range pad with nulls (negative ones at the front). The caller freezes
/// `value` when it has another parent.
void insert(Value& root, const std::vector<PathSegment>& segments, Value value, Arena& arena);

/// Takes the value at the path out; nullopt when there is none. With `prune`, containers that
/// become empty on the way are removed too. Removing the root empties it.
std::optional<Value> remove(Value& root, const std::vector<PathSegment>& segments, bool prune,
                            Arena& arena);

}  // namespace engine
