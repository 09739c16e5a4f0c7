#pragma once

#include "engine/config/options.hpp"

namespace engine::component {

/// The option of that name, which transforms have: this build measures no processor time, and says
/// so rather than ignore it.
template <typename Options>
[[nodiscard]] config::Option<Options> measure_cpu_usage(bool Options::* member) {
    return config::optional("measure_cpu_usage", member,
                            "Whether the time spent in this transform is measured.")
        .check([](const config::Node& node, config::OptionContext& context) {
            if (node.is(config::Node::Kind::Boolean) && node.as_boolean()) {
                context.error(node.location(), "measure_cpu_usage is not in this build");
                return false;
            }
            return true;
        });
}

}  // namespace engine::component
