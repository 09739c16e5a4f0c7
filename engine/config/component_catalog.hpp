#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config/node.hpp"
#include "engine/config/option_context.hpp"

namespace engine::config {

enum class ComponentKind : std::uint8_t { Source, Transform, Sink };

/// "source", and "sources" as the section is called.
[[nodiscard]] std::string_view name_of(ComponentKind kind);
[[nodiscard]] std::string_view section_of(ComponentKind kind);

/// Kinds of events, as bits.
enum class EventTypes : std::uint8_t { None = 0, Log = 1, Metric = 2, Trace = 4, All = 7 };
[[nodiscard]] constexpr EventTypes operator&(EventTypes a, EventTypes b) {
    return static_cast<EventTypes>(static_cast<unsigned>(a) & static_cast<unsigned>(b));
}
[[nodiscard]] constexpr EventTypes operator|(EventTypes a, EventTypes b) {
    return static_cast<EventTypes>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

/// One output of a component: `id` for the default one, `id.name` for the others.
struct OutputPort {
    std::string name;  // empty: the default output
    EventTypes types = EventTypes::All;
    /// Meant to be left unconnected at will: no warning, and `*` in inputs does not match it.
    bool optional = false;
    /// Holds what other outputs hold too: no warning while one of them is consumed.
    bool repeats_others = false;
    /// Connected by an option (`fallback`), never by `inputs`.
    bool internal = false;
};

/// Something that only one component can have: a listening address ("tcp", "0.0.0.0:8080"), a file
/// descriptor ("file descriptor:", "0").
struct ClaimedResource {
    std::string kind;
    std::string name;
    Location location;
};

/// What a component's options say about its place in the graph.
struct ComponentShape {
    std::vector<OutputPort> outputs;  // of a sink: named ones at most
    std::vector<ClaimedResource> resources;
    EventTypes accepts = EventTypes::All;  // sources: unused
    /// The sink that takes over from a sink; its internal output leads there.
    std::optional<Located<std::string>> fallback{};
};

/// The component types of this build, as far as checking a configuration needs them. Implemented by
/// the component registry; read-only and usable from any thread.
class ComponentCatalog {
public:
    virtual ~ComponentCatalog() = default;

    [[nodiscard]] virtual std::vector<std::string> types(ComponentKind kind) const = 0;
    /// What can be told from the options; those that do not read count as their defaults. Called
    /// only with types that `types` has.
    [[nodiscard]] virtual ComponentShape shape(ComponentKind kind, const std::string& type,
                                               const Node& options) const = 0;
    /// Reports every problem of the component's own options. `common` knows the keys that all
    /// components of the kind have (`type`, `inputs`, `buffer` …).
    virtual void check_options(ComponentKind kind, const std::string& type, const Node& options,
                               KnownKeys& common, OptionContext& context) const = 0;
};

}  // namespace engine::config
