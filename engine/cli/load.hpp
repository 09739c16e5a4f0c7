#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/cli/arguments.hpp"
#include "engine/config/configuration.hpp"
#include "engine/enrichment/load_tables.hpp"
#include "engine/topology/graph.hpp"
#include "engine/topology/topology.hpp"

namespace engine::cli {

/// A configuration as far as it could be read, and everything wrong with it.
struct LoadedConfiguration {
    std::vector<std::string> names;  // of the files, as given
    config::Configuration configuration;
    topology::Graph graph;
    config::Problems problems;
    bool missing_files = false;  // some of the files are not there

    /// Reads the enrichment tables and builds the components; null when there are problems, which
    /// are then in `problems`.
    [[nodiscard]] std::unique_ptr<topology::Topology> build(
        enrichment::TableFiles files = enrichment::TableFiles::Read);
};

/// Whether `SECRET[backend.key]` is replaced by what the backend says, or stays as it is.
enum class SecretPolicy { Retrieve, Leave };

/// Reads the files that the arguments name (patterns included; without any, the default file). On
/// the heap: problems point into it.
[[nodiscard]] std::unique_ptr<LoadedConfiguration> load_configuration(
    const Arguments& arguments, SecretPolicy secrets = SecretPolicy::Leave);

}  // namespace engine::cli
