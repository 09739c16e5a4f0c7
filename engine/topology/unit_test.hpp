#pragma once

#include <string>
#include <vector>

#include "engine/config/configuration.hpp"
#include "engine/config/unit_test.hpp"
#include "engine/topology/graph.hpp"

// Tests of a configuration: the transforms between the inputs and the outputs of a test are built
// for it, and run on its events on the calling thread, without sources, sinks and buffers.
namespace engine::topology {

/// How one test went: what is wrong, a paragraph each, with the events that came out; empty when
/// it passed.
struct UnitTestResult {
    std::string name;
    std::vector<std::string> failures;

    [[nodiscard]] bool passed() const { return failures.empty(); }
};

/// Runs them in order. When one of them cannot be built (`problems` then says why), none is run.
[[nodiscard]] std::vector<UnitTestResult> run_unit_tests(const std::vector<config::UnitTest>& tests,
                                                         const config::Configuration& configuration,
                                                         const Graph& graph,
                                                         config::Problems& problems);

}  // namespace engine::topology
