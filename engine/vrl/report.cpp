#include "engine/vrl/report.hpp"

#include "engine/diagnostic/render.hpp"

namespace engine::vrl {

void report(const std::vector<Diagnostic>& diagnostics, std::string_view program,
            const config::Location& location, config::OptionContext& context) {
    const bool verbatim =
        location.file != nullptr &&
        location.file->text(location.span).find(program) != std::string_view::npos;
    for (Diagnostic diagnostic : diagnostics) {
        if (!verbatim) {
            const SourceText source("", std::string(program));
            diagnostic.notes.push_back(render(diagnostic, source, RenderStyle::Program));
            diagnostic.labels.clear();
            if (location.file != nullptr) {
                diagnostic.labels.push_back({LabelStyle::Primary, location.span, ""});
            }
        } else {
            for (Label& label : diagnostic.labels) {
                label.span =
                    config::location_within(location, program, label.span.begin, label.span.end)
                        .span;
            }
        }
        context.add(location.file, std::move(diagnostic));
    }
}

}  // namespace engine::vrl
