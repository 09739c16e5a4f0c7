#include <algorithm>
#include <cctype>

#include "engine/config/interpolation.hpp"

namespace engine::config {
namespace {

Span span(std::size_t begin, std::size_t end) {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

std::size_t line_end(std::string_view text, std::size_t at) {
    return std::min(text.find('\n', at), text.size());
}

/// Offset behind the TOML string that begins at `at`.
std::size_t skip_toml_string(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const std::string three(3, quote);
    const bool multi_line = text.substr(at).starts_with(three);
    at += multi_line ? 3 : 1;
    while (at < text.size()) {
        if (quote == '"' && text[at] == '\\') {
            at += 2;
        } else if (multi_line && text.substr(at).starts_with(three)) {
            return at + 3;
        } else if (!multi_line && (text[at] == quote || text[at] == '\n')) {
            return at + 1;
        } else {
            ++at;
        }
    }
    return text.size();
}

std::vector<Span> toml_comments(std::string_view text) {
    std::vector<Span> comments;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '"' || text[at] == '\'') {
            at = skip_toml_string(text, at);
        } else if (text[at] == '#') {
            const std::size_t end = line_end(text, at);
            comments.push_back(span(at, end));
            at = end;
        } else {
            ++at;
        }
    }
    return comments;
}

/// Walks YAML line by line: quotes may span lines, and the lines of a block scalar (`|`, `>`) are
/// text whatever they hold.
class YamlComments {
public:
    explicit YamlComments(std::string_view text) : text_(text) {}

    std::vector<Span> run() {
        for (std::size_t begin = 0; begin < text_.size();) {
            const std::size_t end = line_end(text_, begin);
            line(begin, end);
            begin = end + 1;
        }
        return std::move(comments_);
    }

private:
    void line(std::size_t begin, std::size_t end) {
        const std::size_t first = std::min(text_.find_first_not_of(" ", begin), end);
        if (in_block_) {
            if (first == end || first - begin > block_indent_)
                return;
            in_block_ = false;
        }
        std::size_t content_end = end;
        for (std::size_t at = first; at < end; ++at) {
            const bool after_space = at == begin || text_[at - 1] == ' ' || text_[at - 1] == '\t';
            if (quote_ != 0) {
                at = in_quotes(at);
            } else if (text_[at] == '#' && after_space) {
                comments_.push_back(span(at, end));
                content_end = at;
                break;
            } else if ((text_[at] == '"' || text_[at] == '\'') && opens_quotes(at, begin)) {
                quote_ = text_[at];
            }
        }
        if (quote_ == 0)
            enter_block(begin, first, content_end);
    }

    std::size_t in_quotes(std::size_t at) {
        if (quote_ == '"' && text_[at] == '\\')
            return at + 1;
        if (text_[at] == quote_)
            quote_ = 0;
        return at;
    }

    [[nodiscard]] bool opens_quotes(std::size_t at, std::size_t begin) const {
        return at == begin || std::string_view(" \t[{,:").find(text_[at - 1]) != std::string::npos;
    }

    void enter_block(std::size_t begin, std::size_t first, std::size_t end) {
        std::string_view content = text_.substr(first, end - first);
        while (!content.empty() && (std::isspace(static_cast<unsigned char>(content.back())) != 0))
            content.remove_suffix(1);
        const std::size_t space = content.find_last_of(" \t");
        const std::string_view last =
            space == std::string_view::npos ? content : content.substr(space + 1);
        if (last.empty() || (last[0] != '|' && last[0] != '>') ||
            last.find_first_not_of("+-0123456789", 1) != std::string_view::npos)
            return;
        in_block_ = true;
        block_indent_ = first - begin;
        while (content.starts_with("- ") &&
               content.substr(2).find_first_not_of(' ') != content.size() - last.size() - 2) {
            const std::size_t next = content.find_first_not_of(' ', 2);
            block_indent_ += next;
            content.remove_prefix(next);
        }
    }

    std::string_view text_;
    std::vector<Span> comments_;
    char quote_ = 0;
    bool in_block_ = false;
    std::size_t block_indent_ = 0;
};

}  // namespace

std::vector<Span> find_comments(std::string_view text, Syntax syntax) {
    switch (syntax) {
        case Syntax::Toml:
            return toml_comments(text);
        case Syntax::Yaml:
            return YamlComments(text).run();
        case Syntax::Json:
            return {};
    }
    return {};
}

}  // namespace engine::config
