#include "engine/config/interpolation.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <fmt/format.h>

namespace engine::config {

Environment process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (value == nullptr)
            return std::nullopt;
        return value;
    };
}

std::uint32_t OffsetMap::translate(std::uint32_t offset, bool end) const {
    const Piece* last = nullptr;
    for (const Piece& piece : pieces_) {
        if (piece.interpolated.begin > offset ||
            (end && piece.interpolated.begin == offset && offset != 0))
            break;
        last = &piece;
    }
    if (last == nullptr)
        return offset;
    const std::uint32_t until = last->interpolated.end;
    const bool inside = end ? offset <= until && offset > last->interpolated.begin : offset < until;
    if (inside)
        return end ? last->written.end : last->written.begin;
    return last->written.end + (offset - until);
}

Span OffsetMap::written(Span interpolated) const {
    const Span span{translate(interpolated.begin, false), translate(interpolated.end, true)};
    const Span ordered{span.begin, std::max(span.begin, span.end)};
    return earlier_ == nullptr ? ordered : earlier_->written(ordered);
}

namespace {

bool name_start(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool name_part(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// `$NAME` or `${NAME…}` at some offset of a text; `operation` is one of "", "-", ":-", "?", ":?".
struct Reference {
    std::string name;
    std::string operation;
    std::string word;
    std::size_t end = 0;
    bool braces = false;
};

std::optional<Reference> parse_reference(std::string_view text, std::size_t begin) {
    Reference reference;
    std::size_t at = begin + 1;
    reference.braces = at < text.size() && text[at] == '{';
    if (reference.braces)
        ++at;
    const std::size_t name = at;
    if (at >= text.size() || !name_start(text[at]))
        return std::nullopt;
    while (at < text.size() && (name_part(text[at]) || (reference.braces && text[at] == '.')))
        ++at;
    reference.name = text.substr(name, at - name);
    reference.end = at;
    if (!reference.braces)
        return reference;
    const std::size_t close = text.find_first_of("}\n", at);
    if (close == std::string_view::npos || text[close] != '}')
        return std::nullopt;
    std::string_view rest = text.substr(at, close - at);
    reference.end = close + 1;
    for (const std::string_view operation : {":-", ":?", "-", "?"}) {
        if (!rest.starts_with(operation))
            continue;
        reference.operation = operation;
        reference.word = rest.substr(operation.size());
        return reference;
    }
    if (!rest.empty())
        return std::nullopt;
    return reference;
}

class Interpolator {
public:
    Interpolator(const SourceText& file, Syntax syntax, const Environment& environment,
                 Problems& problems)
        : file_(file),
          text_(file.text()),
          comments_(find_comments(text_, syntax)),
          environment_(environment),
          problems_(problems) {}

    InterpolatedText run() {
        auto comment = comments_.begin();
        while (at_ < text_.size()) {
            while (comment != comments_.end() && comment->end <= at_)
                ++comment;
            if (comment != comments_.end() && comment->begin <= at_) {
                copy(comment->end);
                continue;
            }
            const std::size_t limit = comment == comments_.end() ? text_.size() : comment->begin;
            const std::size_t dollar = text_.find('$', at_);
            if (dollar >= limit) {
                copy(limit);
                continue;
            }
            copy(dollar);
            replace();
        }
        return std::move(result_);
    }

private:
    void copy(std::size_t end) {
        result_.text.append(text_.substr(at_, end - at_));
        at_ = end;
    }

    void substitute(std::size_t end, std::string_view value) {
        const auto offset = [](std::size_t size) { return static_cast<std::uint32_t>(size); };
        const Span written{offset(at_), offset(end)};
        const std::size_t begin = result_.text.size();
        result_.text += value;
        result_.offsets.add(written, {offset(begin), offset(result_.text.size())});
        at_ = end;
    }

    void replace() {
        if (text_.substr(at_).starts_with("$$"))
            return substitute(at_ + 2, "$");
        const auto reference = parse_reference(text_, at_);
        if (!reference)
            return copy(at_ + 1);
        const auto value = value_of(*reference);
        if (!value)
            return copy(reference->end);
        substitute(reference->end, *value);
    }

    /// Nothing where the text is to stay as it is.
    std::optional<std::string> value_of(const Reference& reference) {
        const Location location{
            &file_, {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(reference.end)}};
        const auto value = environment_(reference.name);
        const bool colon = reference.operation.starts_with(':');
        const bool absent = !value || (colon && value->empty());
        if (!absent && value->find_first_of("\r\n") != std::string::npos) {
            problems_.error(location,
                            fmt::format("Environment variable contains newline character. name = "
                                        "\"{}\"",
                                        reference.name),
                            "a value may not have more than one line");
            return std::nullopt;
        }
        if (!absent)
            return value;
        if (reference.operation.ends_with('-'))
            return reference.word;
        if (reference.operation.ends_with('?')) {
            problems_.error(
                location,
                fmt::format("{} environment variable required in config. name = "
                            "\"{}\", error = \"{}\"",
                            colon ? "Non-empty" : "Missing", reference.name, reference.word),
                reference.word);
            return std::nullopt;
        }
        report_missing(reference, location);
        return std::nullopt;
    }

    void report_missing(const Reference& reference, const Location& location) {
        std::string message =
            fmt::format("Missing environment variable in config. name = \"{}\"", reference.name);
        if (reference.braces)
            problems_.error(
                location, std::move(message),
                fmt::format("not set; `${{{}:-default}}` gives a default", reference.name));
        else
            problems_.warning(location, std::move(message),
                              "not set: stays as it is; `$$` is a plain dollar");
    }

    const SourceText& file_;
    std::string_view text_;
    std::vector<Span> comments_;
    const Environment& environment_;
    Problems& problems_;
    std::size_t at_ = 0;
    InterpolatedText result_;
};

}  // namespace

InterpolatedText interpolate(const SourceText& file, Syntax syntax, const Environment& environment,
                             Problems& problems) {
    return Interpolator(file, syntax, environment, problems).run();
}

}  // namespace engine::config
