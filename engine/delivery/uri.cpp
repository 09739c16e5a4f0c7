#include "engine/delivery/uri.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace engine::delivery {

namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// What may stand in a URI, bytes of UTF-8 left out: those are written in percent form.
bool is_uri_character(char c) {
    constexpr std::string_view others = "-._~:/?#[]@!$&'()*+,;=%";
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos ||
           // Tolerated in paths and queries, as the reference does.
           c == '"' || c == '{' || c == '}' || c == '|' || c == '`' || c == '^' || c == '\\';
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

Result<void> parse_scheme(std::string_view& rest, Uri& uri) {
    const std::size_t end = rest.find("://");
    if (end == std::string_view::npos) {
        return {};
    }
    std::string scheme(rest.substr(0, end));
    std::ranges::transform(scheme, scheme.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (scheme != "http" && scheme != "https") {
        return failure("invalid scheme: http or https is expected");
    }
    uri.endpoint.scheme = scheme == "https" ? io::Scheme::Https : io::Scheme::Http;
    rest.remove_prefix(end + 3);
    return {};
}

Result<void> parse_credentials(std::string_view& authority, Uri& uri) {
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view credentials = authority.substr(0, at);
    const std::size_t colon = credentials.find(':');
    uri.user = percent_decoded(credentials.substr(0, colon));
    if (colon != std::string_view::npos) {
        uri.password = percent_decoded(credentials.substr(colon + 1));
    }
    uri.has_credentials = true;
    authority.remove_prefix(at + 1);
    return {};
}

Result<void> parse_port(std::string_view text, Uri& uri) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return failure("invalid port value");
    }
    uri.endpoint.port = port;
    return {};
}

Result<void> parse_host(std::string_view authority, Uri& uri) {
    std::string_view host = authority;
    std::string_view port;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) {
            return failure("invalid authority");
        }
        host = authority.substr(1, end - 1);
        port = authority.substr(end + 1);
    } else if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
        host = authority.substr(0, colon);
        port = authority.substr(colon);
    }
    const bool valid = std::ranges::all_of(host, [](char c) {
        return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == ':' || c == '~';
    });
    if (host.empty() || !valid || (!port.empty() && port[0] != ':')) {
        return failure("invalid authority");
    }
    uri.endpoint.host = std::string(host);
    uri.endpoint.port = uri.endpoint.scheme == io::Scheme::Https ? 443 : 80;
    return port.size() > 1 ? parse_port(port.substr(1), uri) : Result<void>{};
}

}  // namespace

Result<Uri> Uri::parse(std::string_view text) {
    if (text.empty()) {
        return failure("empty string");
    }
    if (!std::ranges::all_of(text, is_uri_character)) {
        return failure("invalid uri character");
    }
    Uri uri;
    std::string_view rest = text.substr(0, text.find('#'));
    ENGINE_TRY(parse_scheme(rest, uri));
    std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    rest.remove_prefix(authority.size());
    ENGINE_TRY(parse_credentials(authority, uri));
    ENGINE_TRY(parse_host(authority, uri));
    const std::size_t question = rest.find('?');
    if (const std::string_view path = rest.substr(0, question); !path.empty()) {
        uri.path = std::string(path);
    }
    if (question != std::string_view::npos) {
        uri.query = std::string(rest.substr(question + 1));
    }
    return uri;
}

bool has_parent_segment(std::string_view path) {
    const std::string decoded = percent_decoded(path);
    std::string_view rest = decoded;
    while (true) {
        const std::size_t end = rest.find_first_of("/\\");
        if (rest.substr(0, end) == "..") {
            return true;
        }
        if (end == std::string_view::npos) {
            return false;
        }
        rest.remove_prefix(end + 1);
    }
}

std::string encode_base64(std::string_view bytes) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string encoded;
    encoded.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            encoded += j <= count ? alphabet[group >> (18 - 6 * j) & 0x3f] : '=';
        }
    }
    return encoded;
}

bool is_header_name(std::string_view text) {
    static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
    });
}

bool is_header_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

}  // namespace engine::delivery
