#include "engine/config/secret_references.hpp"

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>

namespace engine::config {

namespace {

constexpr std::string_view opening = "SECRET[";

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// A reference in some text, by byte offsets.
struct Found {
    std::string_view backend;
    std::string_view key;
    Span span;
};

std::optional<Found> reference_at(std::string_view text, std::size_t begin) {
    const std::size_t inside = begin + opening.size();
    const std::size_t close = text.find(']', inside);
    if (close == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view name = text.substr(inside, close - inside);
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) {
        return std::nullopt;
    }
    const Found found{name.substr(0, dot),
                      name.substr(dot + 1),
                      {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(close + 1)}};
    const bool good =
        std::ranges::all_of(found.backend, is_word) && std::ranges::all_of(found.key, [](char c) {
            return is_word(c) || c == '.' || c == '-' || c == '/';
        });
    return good ? std::optional(found) : std::nullopt;
}

std::vector<Found> find_all(std::string_view text, Syntax syntax) {
    std::vector<Found> all;
    std::size_t at = text.find(opening);
    if (at == std::string_view::npos) {
        return all;
    }
    const std::vector<Span> comments = find_comments(text, syntax);
    for (; at != std::string_view::npos; at = text.find(opening, at + 1)) {
        const bool in_comment = std::ranges::any_of(comments, [at](const Span& comment) {
            return comment.begin <= at && at < comment.end;
        });
        const auto found = in_comment ? std::nullopt : reference_at(text, at);
        if (found) {
            all.push_back(*found);
        }
    }
    return all;
}

}  // namespace

std::vector<SecretReference> find_secret_references(const SourceText& file,
                                                    const InterpolatedText& text, Syntax syntax) {
    std::vector<SecretReference> references;
    for (const Found& found : find_all(text.text, syntax)) {
        references.push_back({std::string(found.backend),
                              std::string(found.key),
                              {&file, text.offsets.written(found.span)}});
    }
    return references;
}

InterpolatedText replace_secrets(InterpolatedText text, Syntax syntax, const SecretValues& values) {
    InterpolatedText result;
    std::size_t at = 0;
    for (const Found& found : find_all(text.text, syntax)) {
        const auto value = values.find({std::string(found.backend), std::string(found.key)});
        if (value == values.end()) {
            continue;
        }
        result.text.append(text.text, at, found.span.begin - at);
        const auto begin = static_cast<std::uint32_t>(result.text.size());
        result.text += value->second;
        result.offsets.add(found.span, {begin, static_cast<std::uint32_t>(result.text.size())});
        at = found.span.end;
    }
    if (at == 0) {
        return text;
    }
    result.text.append(text.text, at);
    result.offsets.set_earlier(std::make_shared<const OffsetMap>(std::move(text.offsets)));
    return result;
}

}  // namespace engine::config
