#include "engine/topology/graph.hpp"

#include <gtest/gtest.h>

namespace engine::topology {
namespace {

using config::ComponentKind;
using config::EventTypes;
using Kind = GraphIssue::Kind;

Vertex source(std::string id, EventTypes types = EventTypes::Log) {
    return {std::move(id), ComponentKind::Source, {{.name = "", .types = types}}, {}, {}, false};
}
Vertex transform(std::string id, std::vector<std::string> inputs,
                 std::vector<config::OutputPort> outputs = {{.name = ""}}) {
    return {std::move(id),   ComponentKind::Transform, std::move(outputs),
            EventTypes::All, std::move(inputs),        false};
}
Vertex sink(std::string id, std::vector<std::string> inputs, EventTypes accepts = EventTypes::All) {
    return {std::move(id), ComponentKind::Sink, {}, accepts, std::move(inputs), false};
}

struct Resolved {
    Graph graph;
    std::vector<GraphIssue> issues;
};
Resolved resolve(std::vector<Vertex> vertices,
                 Graph::UnmatchedWildcard unmatched = Graph::UnmatchedWildcard::Issue) {
    Resolved resolved;
    resolved.graph = Graph::resolve(std::move(vertices), unmatched, resolved.issues);
    return resolved;
}

std::vector<std::string> edges(const Graph& graph) {
    std::vector<std::string> text;
    for (const Edge& edge : graph.edges())
        text.push_back(graph.output_name(edge.from, edge.output) + ">" +
                       graph.vertices()[edge.to].id);
    return text;
}

using Edges = std::vector<std::string>;

TEST(Graph, ConnectsInputsByIdAndByOutput) {
    const auto [graph, issues] =
        resolve({source("in"), transform("r", {"in"}, {{.name = "a"}, {.name = "b"}}),
                 sink("x", {"r.a"}), sink("y", {"r.b", "in"})});
    EXPECT_EQ(edges(graph), (Edges{"in>r", "r.a>x", "r.b>y", "in>y"}));
    EXPECT_TRUE(issues.empty());
    EXPECT_EQ(graph.upstream(2), (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(graph.downstream(0), (std::vector<std::size_t>{1, 2, 3}));
    EXPECT_EQ(graph.order().size(), 4U);
    EXPECT_EQ(graph.outgoing(1).size(), 2U);
    EXPECT_EQ(graph.incoming(3).size(), 2U);
}

TEST(Graph, ExpandsPatternsButNotToItselfOrOptionalOutputs) {
    const auto [graph, issues] =
        resolve({source("in1"), source("in2"),
                 transform("i3", {"i*"}, {{.name = ""}, {.name = "0", .optional = true}}),
                 sink("out", {"i3*"}), sink("zero", {"i3.*"})});
    EXPECT_EQ(edges(graph), (Edges{"in1>i3", "in2>i3", "i3>out", "i3.0>zero"}));
    EXPECT_TRUE(issues.empty());
}

TEST(Graph, ReportsInputsThatMatchNothing) {
    const auto [graph, issues] = resolve({source("in"), sink("out", {"in", "nope", "z*"})});
    ASSERT_EQ(issues.size(), 2U);
    EXPECT_EQ(issues[0].kind, Kind::UnknownInput);
    EXPECT_EQ(issues[0].input, 1U);
    EXPECT_EQ(issues[1].input, 2U);
    EXPECT_TRUE(
        resolve({source("in"), sink("out", {"in", "z*"})}, Graph::UnmatchedWildcard::Allowed)
            .issues.empty());
}

TEST(Graph, CountsDuplicatesAfterExpansion) {
    const auto [graph, issues] = resolve({source("in"), sink("out", {"in", "i*", "in"})});
    ASSERT_EQ(issues.size(), 1U);
    EXPECT_EQ(issues[0].kind, Kind::DuplicateInput);
    EXPECT_EQ(issues[0].count, 3U);
    EXPECT_EQ(graph.edges().size(), 1U);
}

TEST(Graph, ShowsTheWholeCycle) {
    const auto [graph, issues] =
        resolve({source("in"), transform("a", {"in", "c"}), transform("b", {"a"}),
                 transform("c", {"b"}), sink("out", {"c"})});
    ASSERT_EQ(issues.size(), 1U);
    EXPECT_EQ(issues[0].kind, Kind::Cycle);
    EXPECT_EQ(issues[0].path, (std::vector<std::size_t>{1, 2, 3, 1}));
    EXPECT_LT(graph.order().size(), 5U);
}

TEST(Graph, ReportsTypeMismatchAndUnconsumedOutputs) {
    const auto [graph, issues] = resolve({source("metrics", EventTypes::Metric), source("unused"),
                                          sink("out", {"metrics"}, EventTypes::Log)});
    ASSERT_EQ(issues.size(), 2U);
    EXPECT_EQ(issues[0].kind, Kind::TypeMismatch);
    EXPECT_EQ(issues[1].kind, Kind::Unconsumed);
    EXPECT_EQ(issues[1].vertex, 1U);
}

TEST(Graph, AnOutputThatRepeatsOthersIsNotMissedBesideThem) {
    const std::vector<config::OutputPort> ports = {{.name = "", .repeats_others = true},
                                                   {.name = "0", .optional = true}};
    const auto named = resolve({source("in"), transform("p", {"in"}, ports), sink("out", {"p.0"})});
    EXPECT_TRUE(named.issues.empty());
    const auto none = resolve({source("in"), transform("p", {"in"}, ports), sink("out", {"in"})});
    ASSERT_EQ(none.issues.size(), 1U);
    EXPECT_EQ(none.issues[0].kind, Kind::Unconsumed);
}

TEST(Graph, OrdersLongChainsWithoutRecursion) {
    std::vector<Vertex> vertices{source("t0")};
    for (int i = 1; i < 5'000; ++i)
        vertices.push_back(transform("t" + std::to_string(i), {"t" + std::to_string(i - 1)}));
    const auto [graph, issues] = resolve(std::move(vertices));
    EXPECT_EQ(graph.order().size(), 5'000U);
    EXPECT_EQ(graph.downstream(0).size(), 4'999U);
}

TEST(Pattern, KnowsStarsQuestionMarksAndSets) {
    EXPECT_TRUE(matches_pattern("*", ""));
    EXPECT_TRUE(matches_pattern("in*", "in"));
    EXPECT_TRUE(matches_pattern("*_logs_*", "app_logs_eu"));
    EXPECT_TRUE(matches_pattern("a*b*c", "axxbyybzc"));
    EXPECT_FALSE(matches_pattern("a*b*c", "axxbyybz"));
    EXPECT_TRUE(matches_pattern("in?", "in1"));
    EXPECT_FALSE(matches_pattern("in?", "in"));
    EXPECT_TRUE(matches_pattern("in[0-3]", "in2"));
    EXPECT_FALSE(matches_pattern("in[!0-3]", "in2"));
    EXPECT_TRUE(matches_pattern("in[", "in["));
    EXPECT_FALSE(matches_pattern("", "a"));
}

}  // namespace
}  // namespace engine::topology
