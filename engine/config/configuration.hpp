#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config/component_catalog.hpp"
#include "engine/config/document.hpp"
#include "engine/config/enrichment_tables.hpp"
#include "engine/config/global_options.hpp"
#include "engine/config/problems.hpp"
#include "engine/config/shared_options.hpp"

namespace engine::config {

/// One source, transform or sink as configured. Owned by the Configuration; immutable.
struct Component {
    ComponentKind kind = ComponentKind::Source;
    Located<std::string> id;
    Located<std::string> type;
    std::vector<Located<std::string>> inputs;  // as written; sources have none
    Location inputs_location;
    /// The whole table, common keys included.
    Node options;
    /// Outputs, accepted events and claimed resources; of a known type.
    ComponentShape shape;
    /// Whether `type` is one that the catalog has.
    bool available = false;

    // Sinks
    BufferOptions buffer;
    HealthcheckOptions healthcheck;
    std::optional<ConditionSource> condition;
    // Sources and sinks; unset follows the global one
    std::optional<ProxyOptions> proxy;
    GraphOptions graph;

    /// "sinks.out"
    [[nodiscard]] std::string path() const;
    /// `Sink "out"`
    [[nodiscard]] std::string title() const;
};

/// A configuration read from files: global options and components in the order of the files. Owns
/// the document, to which all locations point. Movable; immutable once read.
struct Configuration {
    Document document;
    GlobalOptions globals;
    std::vector<Component> components;
    std::vector<EnrichmentTable> enrichment_tables;
    /// The unit tests, unread; null when there are none.
    Node tests;

    [[nodiscard]] const Component* find(std::string_view id) const;
};

/// Keys that every component of a kind has beside its own options.
[[nodiscard]] KnownKeys common_keys(ComponentKind kind);
/// Their descriptions, for the reference.
[[nodiscard]] std::vector<OptionDescription> common_options(ComponentKind kind);

/// Sections beside components whose entries are tables of their own: `enrichment_tables`, `secret`.
[[nodiscard]] std::vector<OptionDescription> section_options();

/// Whether a configuration may do without sources and sinks.
enum class EmptyConfiguration { Refused, Allowed };

/// Checks all that does not need the graph: sections, ids, types, common options, the components'
/// own options, claimed resources. Every problem is reported; the result holds what could be read.
/// Follow it with `topology::resolve_graph`.
[[nodiscard]] Configuration read_configuration(
    Document document, const ComponentCatalog& catalog, Problems& problems,
    EmptyConfiguration empty = EmptyConfiguration::Refused);

}  // namespace engine::config
