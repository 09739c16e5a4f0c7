#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/config/configuration.hpp"
#include "engine/config/document.hpp"
#include "engine/topology/graph.hpp"
#include "tests/engine/config/test_catalog.hpp"

/// Any bytes as TOML, YAML and JSON (by the first byte) through interpolation, document, checks and
/// graph; whatever is reported must render.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace engine::config;
    static const test::TestCatalog catalog;
    if (size == 0)
        return 0;
    const auto syntax = static_cast<Syntax>(data[0] % 3);
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Environment environment = [](const std::string& name) -> std::optional<std::string> {
        if (name.size() % 2 == 0)
            return std::nullopt;
        return name;
    };
    Problems problems;
    Document document;
    if (document.add("fuzz", text, syntax, environment, problems)) {
        const Configuration configuration =
            read_configuration(std::move(document), catalog, problems);
        const auto graph = engine::topology::resolve_graph(configuration, problems);
        for (std::size_t vertex = 0; vertex < graph.vertices().size(); ++vertex)
            (void)graph.upstream(vertex);
        problems.sort();
        (void)problems.render();
        return 0;
    }
    (void)problems.render();
    return 0;
}
