#pragma once

#include <string_view>
#include <vector>

#include "engine/config/option_context.hpp"
#include "engine/diagnostic/diagnostic.hpp"

namespace engine::vrl {

/// Reports what is wrong with a program that stands in a configuration: the diagnostics' spans
/// become places in the file, so that the caret points into the program where the user wrote it.
/// Where the file spells the program differently (escapes), the text of the program's line stands
/// in a note.
void report(const std::vector<Diagnostic>& diagnostics, std::string_view program,
            const config::Location& location, config::OptionContext& context);

}  // namespace engine::vrl
