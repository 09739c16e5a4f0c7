#pragma once

#include <string>

#include "engine/config/configuration.hpp"
#include "engine/topology/graph.hpp"

/// A graph as text for drawing programs, in the reference's layout.
namespace engine::topology {

/// Graphviz, with the attributes that the components' `graph` options give.
[[nodiscard]] std::string draw_dot(const config::Configuration& configuration, const Graph& graph);
/// A Mermaid flowchart.
[[nodiscard]] std::string draw_mermaid(const config::Configuration& configuration,
                                       const Graph& graph);

}  // namespace engine::topology
