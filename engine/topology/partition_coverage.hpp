#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/topology/graph.hpp"
#include "engine/vrl/condition.hpp"

namespace engine::topology {

/// What the search for partitions without a sink has to know of the vertices behind a `partition`
/// transform. Borrowed for one call.
struct PartitionConsumers {
    /// Of a sink; null when it takes every event.
    std::function<const vrl::Condition*(std::size_t vertex)> condition;
    /// Whether the vertex numbers events anew, so that nothing can be said of what is behind it.
    std::function<bool(std::size_t vertex)> renumbers;
};

/// Partitions whose events reach no sink, ascending. A sink whose condition asks for more than
/// `partition` counts as taking them. Empty when no sink at all is behind the transform.
[[nodiscard]] std::vector<std::uint32_t> uncovered_partitions(const Graph& graph,
                                                              std::size_t vertex,
                                                              std::uint32_t partitions,
                                                              const PartitionConsumers& consumers);

/// "2, 5 and 7"; of many the first five and how many more.
[[nodiscard]] std::string list_of(const std::vector<std::uint32_t>& partitions);

}  // namespace engine::topology
