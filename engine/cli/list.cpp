#include "engine/cli/list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/component/registry.hpp"

namespace engine::cli {

ExitCode list(const std::string& format) {
    using config::ComponentKind;
    const config::ComponentCatalog& catalog = component::registered_components();
    const std::pair<const char*, ComponentKind> kinds[] = {{"Sources", ComponentKind::Source},
                                                           {"Transforms", ComponentKind::Transform},
                                                           {"Sinks", ComponentKind::Sink}};
    if (format == "json") {
        std::string separator = "{";
        for (const auto& [heading, kind] : kinds) {
            const auto types = catalog.types(kind);
            fmt::print("{}\"{}\":[{}{}{}]", separator, config::section_of(kind),
                       types.empty() ? "" : "\"", fmt::join(types, "\",\""),
                       types.empty() ? "" : "\"");
            separator = ",";
        }
        fmt::print("}}\n");
        return ExitCode::Ok;
    }
    for (const auto& [heading, kind] : kinds) {
        fmt::print("{}:\n", heading);
        for (const std::string& type : catalog.types(kind)) {
            fmt::print("- {}\n", type);
        }
        fmt::print("\n");
    }
    return ExitCode::Ok;
}

}  // namespace engine::cli
