#pragma once

#include "engine/config/global_options.hpp"
#include "engine/config/unit_test.hpp"
#include "engine/event/batch.hpp"

namespace engine::topology {

/// The event of a test's input, alone in a batch; empty after reporting why it cannot be made.
[[nodiscard]] BatchRef unit_test_event(const config::UnitTestInput& input,
                                       const config::GlobalOptions& globals,
                                       config::OptionContext& problems);

}  // namespace engine::topology
