// Works on the text, not on the parsed document: also a file that does not parse is shown. It knows
// `key = value` and `key: value` as TOML, YAML and JSON write them, and rather hides too much.
#include "engine/config/redaction.hpp"

#include <algorithm>
#include <cctype>

namespace engine::config {

namespace {

constexpr std::string_view secret_words[] = {
    "password",   "passwd",      "passphrase",  "key_pass",         "token",      "secret",
    "api_key",    "private_key", "access_key",  "authorization",    "credential", "license_key",
    "shared_key", "sas_key",     "account_key", "cookie",           "apikey",     "api-key",
    "auth_key",   "signing_key", "encrypt_key", "connection_string"};

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool in_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

void hide(std::string& text, std::size_t begin, std::size_t end) {
    for (std::size_t at = begin; at < std::min(end, text.size()); ++at)
        if (text[at] != '\n' && text[at] != '\r')
            text[at] = '*';
}

/// The name that ends before `at`, where an `=` or `:` stands; quotes around it are left out.
std::string_view name_before(std::string_view text, std::size_t at) {
    while (at > 0 && is_blank(text[at - 1]))
        --at;
    if (at > 0 && (text[at - 1] == '"' || text[at - 1] == '\''))
        --at;
    std::size_t begin = at;
    while (begin > 0 && in_name(text[begin - 1]))
        --begin;
    return text.substr(begin, at - begin);
}

/// End of a quoted value whose first quote stands at `at`, without the closing quotes.
std::size_t end_of_quoted(std::string_view text, std::size_t at, std::string_view quotes) {
    for (; at < text.size(); ++at) {
        if (text[at] == '\\' && quotes[0] == '"')
            ++at;
        else if (text.substr(at).starts_with(quotes) || (quotes.size() == 1 && text[at] == '\n'))
            return at;
    }
    return text.size();
}

void hide_value(std::string& text, std::size_t at) {
    const std::string_view view = text;
    while (at < text.size() && is_blank(text[at]))
        ++at;
    if (at == text.size() || text[at] == '\n')
        return;
    const char first = text[at];
    if (first == '"' || first == '\'') {
        const bool triple = view.substr(at, 3) == std::string(3, first);
        const std::string quotes(triple ? 3 : 1, first);
        const std::size_t begin = at + quotes.size();
        const std::string_view value = view.substr(begin);
        if (!value.starts_with("SECRET[") && !value.starts_with("${"))
            hide(text, begin, end_of_quoted(view, begin, quotes));
    } else if (first != '{' && first != '[' && first != '|' && first != '>' &&
               !view.substr(at).starts_with("SECRET[") && !view.substr(at).starts_with("${")) {
        hide(text, at, view.find_first_of(",}] \t\r\n", at));
    }
}

/// `user:password@host` behind a scheme.
void hide_password_of_address(std::string& text, std::size_t authority) {
    const std::size_t end = std::min(text.find_first_of("/ \t\r\n\"'", authority), text.size());
    const std::size_t at = text.substr(authority, end - authority).rfind('@');
    if (at == std::string::npos)
        return;
    const std::size_t colon = text.find(':', authority);
    if (colon < authority + at)
        hide(text, colon + 1, authority + at);
}

void hide_private_keys(std::string& text) {
    std::size_t at = 0;
    while ((at = text.find("-----BEGIN ", at)) != std::string::npos) {
        const std::size_t body = text.find("-----", at + 11);
        const std::size_t end = std::min(text.find("-----END ", at), text.size());
        if (body != std::string::npos && body < end &&
            text.substr(at, body - at).find("PRIVATE KEY") != std::string::npos)
            hide(text, body + 5, end);
        at = end;
    }
}

}  // namespace

bool is_secret_option(std::string_view name) {
    if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos)
        name.remove_prefix(dot + 1);
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::ranges::any_of(secret_words, [&lower](std::string_view word) {
        return lower.find(word) != std::string::npos;
    });
}

std::string redact_secrets(std::string_view text) {
    std::string out(text);
    for (std::size_t at = 0; at < out.size(); ++at) {
        if (std::string_view(out).substr(at).starts_with("://"))
            hide_password_of_address(out, at + 3);
        else if ((out[at] == '=' || out[at] == ':') && is_secret_option(name_before(out, at)))
            hide_value(out, at + 1);
    }
    hide_private_keys(out);
    return out;
}

}  // namespace engine::config
