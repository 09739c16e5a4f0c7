#include "engine/cli/graph.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/cli/load.hpp"
#include "engine/topology/drawing.hpp"

namespace engine::cli {

ExitCode graph(const Arguments& arguments, const std::string& format) {
    telemetry::LogOptions silent;
    silent.filter = "error";
    telemetry::configure_log(silent);
    const auto loaded = load_configuration(arguments);
    if (loaded->problems.has_errors()) {
        fmt::print(stderr, "{}", loaded->problems.render());
        return ExitCode::Configuration;
    }
    fmt::print("{}", format == "mermaid"
                         ? topology::draw_mermaid(loaded->configuration, loaded->graph)
                         : topology::draw_dot(loaded->configuration, loaded->graph));
    return ExitCode::Ok;
}

}  // namespace engine::cli
