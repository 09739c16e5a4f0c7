#include "engine/topology/partition_coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace engine::topology {

namespace {

/// The partition that a named output carries; nothing for the default one (all) and `_missing`.
std::optional<std::uint32_t> partition_of(const config::OutputPort& port) {
    std::uint32_t number = 0;
    const char* end = port.name.data() + port.name.size();
    const auto [rest, error] = std::from_chars(port.name.data(), end, number);
    return !port.name.empty() && error == std::errc() && rest == end ? std::optional(number)
                                                                     : std::nullopt;
}

class Coverage {
public:
    Coverage(const Graph& graph, std::uint32_t partitions, const PartitionConsumers& consumers)
        : graph_(graph), consumers_(consumers), covered_(partitions, false) {}

    std::vector<std::uint32_t> uncovered(std::size_t vertex) {
        for (const Edge& edge : graph_.outgoing(vertex)) {
            const config::OutputPort& port = graph_.vertices()[vertex].outputs[edge.output];
            const auto number = partition_of(port);
            if (number) {
                cover(edge.to, *number, *number + 1);
            } else if (port.name.empty()) {
                cover(edge.to, 0, static_cast<std::uint32_t>(covered_.size()));
            }
        }
        std::vector<std::uint32_t> missing;
        for (std::uint32_t partition = 0; sinks_ > 0 && partition < covered_.size(); ++partition) {
            if (!covered_[partition]) {
                missing.push_back(partition);
            }
        }
        return missing;
    }

private:
    /// Events of partitions [first, end) arrive at `vertex`: marks those that a sink there takes.
    void cover(std::size_t vertex, std::uint32_t first, std::uint32_t end) {
        std::vector<std::size_t> reached = graph_.downstream(vertex);
        reached.push_back(vertex);
        for (const std::size_t each : reached) {
            const bool sink = graph_.vertices()[each].kind == config::ComponentKind::Sink;
            if (!sink && !consumers_.renumbers(each)) {
                continue;
            }
            ++sinks_;
            const vrl::Condition* condition = sink ? consumers_.condition(each) : nullptr;
            for (std::uint32_t partition = first; partition < end; ++partition) {
                covered_[partition] = covered_[partition] || condition == nullptr ||
                                      condition->holds_for_partition(partition).value_or(true);
            }
        }
    }

    const Graph& graph_;
    const PartitionConsumers& consumers_;
    std::vector<bool> covered_;
    std::size_t sinks_ = 0;
};

}  // namespace

std::vector<std::uint32_t> uncovered_partitions(const Graph& graph, std::size_t vertex,
                                                std::uint32_t partitions,
                                                const PartitionConsumers& consumers) {
    return Coverage(graph, partitions, consumers).uncovered(vertex);
}

std::string list_of(const std::vector<std::uint32_t>& partitions) {
    constexpr std::size_t shown = 5;
    if (partitions.size() > shown) {
        return fmt::format("{} and {} more",
                           fmt::join(partitions.begin(), partitions.begin() + shown, ", "),
                           partitions.size() - shown);
    }
    if (partitions.size() < 2) {
        return fmt::format("{}", fmt::join(partitions, ""));
    }
    return fmt::format("{} and {}", fmt::join(partitions.begin(), partitions.end() - 1, ", "),
                       partitions.back());
}

}  // namespace engine::topology
