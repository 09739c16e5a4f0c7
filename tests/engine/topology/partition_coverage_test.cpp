#include "engine/topology/partition_coverage.hpp"

#include <gtest/gtest.h>

namespace engine::topology {
namespace {

using Numbers = std::vector<std::uint32_t>;

/// A transform with three partitions, and sinks without condition behind the given inputs.
Numbers uncovered(const std::vector<std::string>& inputs) {
    Vertex transform{"partition", config::ComponentKind::Transform, {}, {}, {}, false};
    for (const char* name : {"", "0", "1", "2"}) {
        transform.outputs.push_back({.name = name, .optional = true});
    }
    std::vector<Vertex> vertices{transform};
    for (const std::string& input : inputs) {
        vertices.push_back({"sink_" + std::to_string(vertices.size()),
                            config::ComponentKind::Sink,
                            {},
                            config::EventTypes::All,
                            {input},
                            false});
    }
    std::vector<GraphIssue> issues;
    const Graph graph =
        Graph::resolve(std::move(vertices), Graph::UnmatchedWildcard::Issue, issues);
    const PartitionConsumers consumers{
        .condition = [](std::size_t) { return nullptr; },
        .renumbers = [](std::size_t) { return false; },
    };
    return uncovered_partitions(graph, 0, 3, consumers);
}

TEST(PartitionCoverage, ASinkOfTheDefaultOutputTakesAll) {
    EXPECT_EQ(uncovered({"partition"}), Numbers{});
}

TEST(PartitionCoverage, NamedOutputsCarryOnePartitionEach) {
    EXPECT_EQ(uncovered({"partition.0", "partition.2"}), Numbers{1});
    EXPECT_EQ(uncovered({"partition.0", "partition.1", "partition.2"}), Numbers{});
}

TEST(PartitionCoverage, WithoutAnySinkNothingIsReported) {
    EXPECT_EQ(uncovered({}), Numbers{});
}

TEST(PartitionCoverage, ListsFewAndCountsMany) {
    EXPECT_EQ(list_of({2}), "2");
    EXPECT_EQ(list_of({0, 2}), "0 and 2");
    EXPECT_EQ(list_of({0, 1, 2, 3, 4, 5, 6}), "0, 1, 2, 3, 4 and 2 more");
}

}  // namespace
}  // namespace engine::topology
