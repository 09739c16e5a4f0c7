#include "engine/vrl/url/url.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "engine/vrl/url/host.hpp"
#include "engine/vrl/url/percent.hpp"

namespace engine::vrl {

namespace {

constexpr std::string_view fragment_escapes = " \"<>`";
constexpr std::string_view path_escapes = " \"#<>?`{}";
constexpr std::string_view userinfo_escapes = " \"#<>?`{}/:;=@[\\]^|";

bool is_special(std::string_view scheme) {
    return scheme == "file" || default_port(scheme).has_value();
}

/// Without control characters and spaces around it, and without line breaks and tabs.
std::string cleaned(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') {
        text.remove_suffix(1);
    }
    std::string result(text);
    std::erase_if(result, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
    return result;
}

class UrlParser {
public:
    explicit UrlParser(std::string_view text) : rest_(text) {}

    [[nodiscard]] std::expected<Url, std::string_view> parse() {
        if (!scheme()) {
            return std::unexpected("relative URL without a base");
        }
        take_fragment_and_query();
        const bool special = is_special(url_.scheme);
        std::string_view error;
        if (special) {
            error = after_special_scheme();
        } else if (rest_.starts_with("//")) {
            rest_.remove_prefix(2);
            error = authority();
            path("/");
        } else if (rest_.starts_with('/')) {
            path("/");
        } else {
            url_.path = percent_encode(rest_, "");
        }
        if (!error.empty()) {
            return std::unexpected(error);
        }
        return std::move(url_);
    }

private:
    bool scheme() {
        const std::size_t colon = rest_.find(':');
        if (colon == std::string_view::npos || colon == 0 ||
            std::isalpha(static_cast<unsigned char>(rest_[0])) == 0) {
            return false;
        }
        for (const char c : rest_.substr(0, colon)) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte > 127 || (std::isalnum(byte) == 0 && c != '+' && c != '-' && c != '.')) {
                return false;
            }
            url_.scheme += static_cast<char>(std::tolower(byte));
        }
        rest_.remove_prefix(colon + 1);
        return true;
    }

    void take_fragment_and_query() {
        if (const std::size_t hash = rest_.find('#'); hash != std::string_view::npos) {
            url_.fragment = percent_encode(rest_.substr(hash + 1), fragment_escapes);
            rest_ = rest_.substr(0, hash);
        }
        if (const std::size_t mark = rest_.find('?'); mark != std::string_view::npos) {
            url_.query = rest_.substr(mark + 1);
            rest_ = rest_.substr(0, mark);
        }
    }

    std::string_view after_special_scheme() {
        if (url_.scheme == "file") {
            return file();
        }
        const std::size_t slashes = std::min(rest_.find_first_not_of("/\\"), rest_.size());
        rest_.remove_prefix(slashes);
        const std::string_view error = authority();
        path("/\\");
        return error;
    }

    /// A file's host is optional; `localhost` is none.
    std::string_view file() {
        const auto is_slash = [&](std::size_t i) {
            return i < rest_.size() && (rest_[i] == '/' || rest_[i] == '\\');
        };
        if (is_slash(0) && is_slash(1)) {
            rest_.remove_prefix(2);
            const std::string_view name = rest_.substr(0, rest_.find_first_of("/\\"));
            rest_.remove_prefix(name.size());
            if (!name.empty()) {
                auto host = normalize_host(name);
                if (!host) {
                    return host.error();
                }
                if (*host != "localhost") {
                    url_.host = *host;
                }
            }
        }
        path("/\\");
        return {};
    }

    std::string_view authority() {
        const bool special = is_special(url_.scheme);
        std::string_view text = rest_.substr(0, rest_.find_first_of(special ? "/\\" : "/"));
        rest_.remove_prefix(text.size());
        if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
            const std::string_view user = text.substr(0, at);
            const std::size_t colon = std::min(user.find(':'), user.size());
            url_.username = percent_encode(user.substr(0, colon), userinfo_escapes);
            url_.password =
                percent_encode(user.substr(std::min(colon + 1, user.size())), userinfo_escapes);
            text.remove_prefix(at + 1);
        }
        const std::size_t bracket =
            text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0;
        const std::size_t colon = text.find(':', bracket);
        const std::string_view name = text.substr(0, colon);
        if (name.empty() && (special || text != "")) {
            return "empty host";
        }
        auto host = special ? normalize_host(name) : normalize_opaque_host(name);
        if (!host) {
            return host.error();
        }
        if (!host->empty()) {
            url_.host = std::move(*host);
        }
        return colon == std::string_view::npos ? std::string_view() : port(text.substr(colon + 1));
    }

    std::string_view port(std::string_view digits) {
        if (digits.empty()) {
            return {};
        }
        std::uint16_t number = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc() || end != digits.data() + digits.size()) {
            return "invalid port number";
        }
        if (default_port(url_.scheme) != number) {
            url_.port = number;
        }
        return {};
    }

    /// Resolves `.` and `..`.
    void path(std::string_view separators) {
        std::vector<std::string> segments;
        bool ends_open = true;  // with a slash
        while (!rest_.empty()) {
            const bool has_slash = separators.find(rest_.front()) != std::string_view::npos;
            rest_.remove_prefix(has_slash ? 1 : 0);
            const std::string_view text = rest_.substr(0, rest_.find_first_of(separators));
            rest_.remove_prefix(text.size());
            const int dots = dots_of(text);
            ends_open = dots > 0;
            if (dots == 2 && !segments.empty()) {
                segments.pop_back();
            } else if (dots == 0) {
                segments.push_back(percent_encode(text, path_escapes));
            }
        }
        for (const std::string& segment : segments) {
            url_.path += '/';
            url_.path += segment;
        }
        const bool needs_slash =
            segments.empty() ? is_special(url_.scheme) || ends_open : ends_open;
        url_.path += needs_slash && (url_.path.empty() || ends_open) ? "/" : "";
    }

    /// 1 for `.`, 2 for `..`, escaped ones too; 0 for others.
    static int dots_of(std::string_view text) {
        int dots = 0;
        while (!text.empty()) {
            const bool is_escape =
                text.size() >= 3 && text.starts_with("%2") && (text[2] == 'e' || text[2] == 'E');
            if (!is_escape && text[0] != '.') {
                return 0;
            }
            text.remove_prefix(is_escape ? 3 : 1);
            ++dots;
        }
        return dots <= 2 ? dots : 0;
    }

    std::string_view rest_;
    Url url_;
};

}  // namespace

std::optional<std::uint16_t> default_port(std::string_view scheme) {
    if (scheme == "http" || scheme == "ws") {
        return 80;
    }
    if (scheme == "https" || scheme == "wss") {
        return 443;
    }
    return scheme == "ftp" ? std::optional<std::uint16_t>(21) : std::nullopt;
}

std::expected<Url, std::string_view> parse_absolute_url(std::string_view text) {
    const std::string clean = cleaned(text);
    return UrlParser(clean).parse();
}

}  // namespace engine::vrl
