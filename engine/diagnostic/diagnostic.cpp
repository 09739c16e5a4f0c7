#include "engine/diagnostic/diagnostic.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace engine {

Diagnostic Diagnostic::error(int code, std::string message) {
    return {.severity = Severity::Error,
            .code = code,
            .message = std::move(message),
            .labels = {},
            .notes = {}};
}

Diagnostic Diagnostic::warning(int code, std::string message) {
    return {.severity = Severity::Warning,
            .code = code,
            .message = std::move(message),
            .labels = {},
            .notes = {}};
}

Diagnostic&& Diagnostic::primary(Span span, std::string text) && {
    labels.push_back({LabelStyle::Primary, span, std::move(text)});
    return std::move(*this);
}

Diagnostic&& Diagnostic::context(Span span, std::string text) && {
    labels.push_back({LabelStyle::Context, span, std::move(text)});
    return std::move(*this);
}

Diagnostic&& Diagnostic::note(std::string text) && {
    notes.push_back(std::move(text));
    return std::move(*this);
}

Diagnostic&& Diagnostic::hint(std::string_view text) && {
    return std::move(*this).note(fmt::format("hint: {}", text));
}

Diagnostic&& Diagnostic::see(std::string_view subject, std::string_view address) && {
    return std::move(*this).note(fmt::format("see documentation about {} at {}", subject, address));
}

std::uint32_t Diagnostic::begin() const {
    const auto primary = std::ranges::find(labels, LabelStyle::Primary, &Label::style);
    if (primary != labels.end())
        return primary->span.begin;
    return labels.empty() ? 0 : labels.front().span.begin;
}

}  // namespace engine
