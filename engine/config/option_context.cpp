#include "engine/config/option_context.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/config/problems.hpp"
#include "engine/config/redaction.hpp"
#include "engine/config/suggestion.hpp"

namespace engine::config {

namespace {

/// The value as messages quote it; that of a secret option is not told.
std::string shown(const Node& node, std::string_view path) {
    return is_secret_option(path) ? "what is given" : node.describe();
}

}  // namespace

void OptionContext::error(const Location& location, std::string message, std::string hint) {
    ++errors_;
    problems_->error(location, path_.empty() ? std::move(message) : path_ + ": " + message,
                     std::move(hint));
}

void OptionContext::warning(const Location& location, std::string message, std::string hint) {
    problems_->warning(location, path_.empty() ? std::move(message) : path_ + ": " + message,
                       std::move(hint));
}

void OptionContext::add(const SourceText* file, Diagnostic diagnostic) {
    if (diagnostic.severity == Severity::Error)
        ++errors_;
    diagnostic.message = path_ + ": " + diagnostic.message;
    problems_->add({file, std::move(diagnostic)});
}

bool OptionContext::wrong_type(const Node& node, std::string_view expected) {
    error(node.location(),
          fmt::format("invalid type: {}, expected {}", shown(node, path_), expected),
          fmt::format("expected {}", expected));
    return false;
}

bool OptionContext::wrong_value(const Node& node, std::string_view expected) {
    error(node.location(),
          fmt::format("invalid value: {}, expected {}", shown(node, path_), expected),
          fmt::format("expected {}", expected));
    return false;
}

bool OptionContext::unknown_variant(const Node& node, const std::vector<std::string>& names) {
    const std::string word = node.is(Node::Kind::String) ? node.as_string() : node.describe();
    error(node.location(), fmt::format("unknown variant `{}`, expected {}", word, one_of(names)),
          did_you_mean(word, names));
    return false;
}

OptionPath::OptionPath(OptionContext& context, std::string_view key)
    : context_(context), length_(context.path_.size()) {
    if (!context_.path_.empty())
        context_.path_ += '.';
    context_.path_ += key;
}

OptionPath::OptionPath(OptionContext& context, std::size_t index)
    : context_(context), length_(context.path_.size()) {
    context_.path_ += fmt::format("[{}]", index);
}

bool KnownKeys::contains(std::string_view name) const {
    return std::ranges::find(names_, name) != names_.end() ||
           std::ranges::find(hidden_, name) != hidden_.end();
}

bool KnownKeys::report_unknown(const Node& table, OptionContext& context, Unknown policy) const {
    bool good = true;
    for (const Node::Entry& entry : table.entries()) {
        if (contains(entry.key))
            continue;
        std::string hint = did_you_mean(entry.key, names_);
        if (policy == Unknown::Warning) {
            context.warning(entry.key_location,
                            fmt::format("unknown field `{}` is ignored", entry.key),
                            std::move(hint));
            continue;
        }
        good = false;
        const std::string expected =
            names_.empty() ? "there are no fields" : "expected " + one_of(names_);
        context.error(entry.key_location,
                      fmt::format("unknown field `{}`, {}", entry.key, expected), std::move(hint));
    }
    return good;
}

}  // namespace engine::config
