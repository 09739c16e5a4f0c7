#include "engine/config/problems.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "engine/config/redaction.hpp"
#include "engine/diagnostic/render.hpp"

namespace engine::config {
namespace {

Problem make(Diagnostic diagnostic, const Location& location, std::string label, std::string note) {
    if (location.file != nullptr)
        diagnostic.labels.push_back({LabelStyle::Primary, location.span, std::move(label)});
    else if (!label.empty())
        diagnostic.notes.push_back(std::move(label));
    if (!note.empty())
        diagnostic.notes.push_back(std::move(note));
    return {location.file, std::move(diagnostic)};
}

std::string render_without_file(const Diagnostic& diagnostic) {
    std::string text = fmt::format(
        "{}: {}", diagnostic.severity == Severity::Error ? "error" : "warning", diagnostic.message);
    for (const std::string& note : diagnostic.notes)
        text += fmt::format("\n  = {}", note);
    return text;
}

/// Without the secrets that stand in the lines shown.
std::string render_problem(const Problem& problem) {
    if (problem.file == nullptr)
        return render_without_file(problem.diagnostic);
    const SourceText shown(problem.file->name(), redact_secrets(problem.file->text()));
    return engine::render(problem.diagnostic, shown, RenderStyle::Configuration);
}

auto order(const Problem& problem) {
    return std::tuple(problem.file == nullptr ? std::string() : problem.file->name(),
                      problem.file == nullptr ? 0U : problem.diagnostic.begin());
}

}  // namespace

void Problems::conceal(std::vector<Concealed> values) {
    concealed_ = std::move(values);
    std::ranges::sort(concealed_, std::greater<>(),
                      [](const Concealed& each) { return each.value.size(); });
}

void Problems::add(Problem problem) {
    const auto hide = [this](std::string& text) {
        for (const auto& [value, name] : concealed_) {
            for (std::size_t at = text.find(value); at != std::string::npos;
                 at = text.find(value, at + name.size())) {
                text.replace(at, value.size(), name);
            }
        }
    };
    hide(problem.diagnostic.message);
    for (Label& label : problem.diagnostic.labels) {
        hide(label.text);
    }
    for (std::string& note : problem.diagnostic.notes) {
        hide(note);
    }
    problems_.push_back(std::move(problem));
}

void Problems::error(const Location& location, std::string message, std::string label,
                     std::string note) {
    add(make(Diagnostic::error(0, std::move(message)), location, std::move(label),
             std::move(note)));
}

void Problems::warning(const Location& location, std::string message, std::string label,
                       std::string note) {
    add(make(Diagnostic::warning(0, std::move(message)), location, std::move(label),
             std::move(note)));
}

std::size_t Problems::error_count() const {
    return static_cast<std::size_t>(std::ranges::count_if(problems_, [](const Problem& problem) {
        return problem.diagnostic.severity == Severity::Error;
    }));
}

bool Problems::has_denied_warnings() const {
    return std::ranges::any_of(problems_, [](const Problem& problem) {
        return problem.diagnostic.severity == Severity::Warning && problem.diagnostic.code == 0;
    });
}

void Problems::sort() {
    std::ranges::stable_sort(
        problems_, [](const Problem& a, const Problem& b) { return order(a) < order(b); });
    std::vector<Problem> kept;
    std::set<std::tuple<std::string, std::uint32_t, std::string>> known;
    for (Problem& problem : problems_) {
        const auto [file, begin] = order(problem);
        if (known.emplace(file, begin, problem.diagnostic.message).second)
            kept.push_back(std::move(problem));
    }
    problems_ = std::move(kept);
}

std::string Problems::render() const {
    std::string text;
    for (const Problem& problem : problems_) {
        if (!text.empty())
            text += '\n';
        text += render_problem(problem);
        if (!text.ends_with('\n'))
            text += '\n';
    }
    return text;
}

std::string details(const Problem& problem) {
    const std::string text = render_problem(problem);
    // A message of several lines has its further lines in the header too.
    const auto lines = std::ranges::count(problem.diagnostic.message, '\n') + 1;
    std::size_t begin = 0;
    for (std::ptrdiff_t line = 0; line < lines && begin < text.size(); ++line)
        begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
    return begin == text.size() ? std::string() : text.substr(begin) + '\n';
}

std::string place(const Location& location) {
    if (location.file == nullptr)
        return {};
    const Position position = location.file->position(location.span.begin);
    return fmt::format("{}:{}:{}", location.file->name(), position.line, position.column);
}

}  // namespace engine::config
