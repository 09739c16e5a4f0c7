#include "engine/vrl/url/host.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <unicode/idna.h>

#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <vector>

#include "engine/vrl/url/percent.hpp"

namespace engine::vrl {

namespace {

using Host = std::expected<std::string, std::string_view>;

constexpr std::string_view invalid_ipv4 = "invalid IPv4 address";
constexpr std::string_view invalid_ipv6 = "invalid IPv6 address";
constexpr std::string_view invalid_name = "invalid international domain name";

Host ipv6(std::string_view text) {
    std::array<unsigned char, 16> bytes{};
    if (::inet_pton(AF_INET6, std::string(text).c_str(), bytes.data()) != 1) {
        return std::unexpected(invalid_ipv6);
    }
    std::array<unsigned, 8> pieces{};
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        pieces[i] = bytes[i * 2] * 256U + bytes[i * 2 + 1];
    }
    std::size_t zeros = 0;  // the longest run of zeros, if it has two or more, is left out
    std::size_t zeros_size = 1;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        std::size_t end = i;
        while (end < pieces.size() && pieces[end] == 0) {
            ++end;
        }
        if (end - i > zeros_size) {
            zeros = i;
            zeros_size = end - i;
        }
    }
    std::string result = "[";
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (zeros_size > 1 && i == zeros) {
            result += i == 0 ? "::" : ":";
            i += zeros_size - 1;
            continue;
        }
        result += fmt::format("{:x}", pieces[i]);
        result += i < 7 ? ":" : "";
    }
    return result + "]";
}

/// Decimal, `0x` hexadecimal or `0` octal.
std::optional<std::uint64_t> ipv4_number(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text.starts_with('0')) {
        base = 8;
        text.remove_prefix(1);
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    const bool is_valid =
        text.empty() ? base == 16 : error == std::errc() && end == text.data() + text.size();
    return is_valid ? std::optional(number) : std::nullopt;
}

/// Null where the name is no address.
std::optional<Host> ipv4(std::string_view name) {
    std::vector<std::string_view> parts;
    std::string_view rest = name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
    while (parts.size() < 128) {
        const std::size_t dot = rest.find('.');
        parts.push_back(rest.substr(0, dot));
        if (dot == std::string_view::npos) {
            break;
        }
        rest.remove_prefix(dot + 1);
    }
    const std::string_view last = parts.back();
    const bool is_digits =
        !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_digits && !ipv4_number(last)) {
        return std::nullopt;
    }
    if (parts.size() > 4) {
        return std::unexpected(invalid_ipv4);
    }
    std::uint64_t address = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto number = parts[i].empty() ? std::nullopt : ipv4_number(parts[i]);
        const bool is_last = i + 1 == parts.size();
        const std::uint64_t limit = is_last ? std::uint64_t{1} << (8 * (5 - parts.size())) : 256;
        if (!number || *number >= limit) {
            return std::unexpected(invalid_ipv4);
        }
        address += is_last ? *number : *number << (8 * (3 - i));
    }
    return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255,
                       address & 255);
}

}  // namespace

Host normalize_host(std::string_view host) {
    if (host.starts_with('[')) {
        return host.ends_with(']') ? ipv6(host.substr(1, host.size() - 2))
                                   : Host(std::unexpected(invalid_ipv6));
    }
    const std::string name = percent_decode(host);
    UErrorCode code = U_ZERO_ERROR;
    const std::unique_ptr<icu::IDNA> idna(icu::IDNA::createUTS46Instance(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, code));
    if (U_FAILURE(code)) {
        return std::unexpected(invalid_name);
    }
    std::string ascii;
    icu::StringByteSink<std::string> sink(&ascii);
    icu::IDNAInfo info;
    idna->nameToASCII_UTF8(name, sink, info, code);
    // The standard allows what only lengths and hyphens would forbid.
    constexpr std::uint32_t allowed =
        UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG |
        UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
    constexpr std::string_view forbidden = " #/:<>?@[\\]^|%\x7f";
    const bool is_valid = U_SUCCESS(code) && (info.getErrors() & ~allowed) == 0 &&
                          ascii.find_first_of(forbidden) == std::string::npos;
    if (!is_valid) {
        return std::unexpected(invalid_name);
    }
    if (ascii.empty()) {
        return std::unexpected("empty host");
    }
    if (auto address = ipv4(ascii)) {
        return *address;
    }
    return ascii;
}

Host normalize_opaque_host(std::string_view host) {
    if (host.starts_with('[')) {
        return normalize_host(host);
    }
    if (host.find_first_of(" #/:<>?@[\\]^|") != std::string_view::npos) {
        return std::unexpected("invalid domain character");
    }
    return percent_encode(host, "");
}

}  // namespace engine::vrl
