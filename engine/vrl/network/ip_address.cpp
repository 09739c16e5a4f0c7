#include "engine/vrl/network/ip_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace engine::vrl {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const IpAddress& address) {
    return !address.is_v4() &&
           std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin());
}

std::optional<IpAddress> parse(std::string_view text, IpAddress::Family family) {
    char terminated[INET6_ADDRSTRLEN];
    if (text.size() >= sizeof terminated || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    std::memcpy(terminated, text.data(), text.size());
    terminated[text.size()] = '\0';
    IpAddress address{.family = family};
    const int system_family = family == IpAddress::Family::V4 ? AF_INET : AF_INET6;
    return inet_pton(system_family, terminated, address.bytes.data()) == 1 ? std::optional(address)
                                                                           : std::nullopt;
}

std::string v6_text(const std::array<std::uint8_t, 16>& bytes) {
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i) {
        groups[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
    std::size_t zeros_begin = 8;
    std::size_t zeros = 1;  // a single zero is written
    for (std::size_t i = 0; i < 8;) {
        std::size_t end = i;
        while (end < 8 && groups[end] == 0) {
            ++end;
        }
        if (end - i > zeros) {
            zeros_begin = i;
            zeros = end - i;
        }
        i = end + 1;
    }
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == zeros_begin) {
            text += "::";
            i += zeros - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':') {
            text += ':';
        }
        text += fmt::format("{:x}", groups[i]);
    }
    return text;
}

}  // namespace

std::optional<IpAddress> IpAddress::of_bytes(std::string_view bytes) {
    if (bytes.size() != 4 && bytes.size() != 16) {
        return std::nullopt;
    }
    IpAddress address{.family = bytes.size() == 4 ? Family::V4 : Family::V6};
    std::memcpy(address.bytes.data(), bytes.data(), bytes.size());
    return address;
}

IpAddress IpAddress::as_v6() const {
    if (!is_v4()) {
        return *this;
    }
    IpAddress mapped{.family = Family::V6};
    std::ranges::copy(mapped_prefix, mapped.bytes.begin());
    std::copy_n(bytes.begin(), 4, mapped.bytes.begin() + 12);
    return mapped;
}

IpAddress IpAddress::unmapped() const {
    return is_mapped(*this) ? *of_bytes(view().substr(12)) : *this;
}

std::string IpAddress::to_string() const {
    if (is_v4()) {
        return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
    }
    return is_mapped(*this) ? "::ffff:" + unmapped().to_string() : v6_text(bytes);
}

std::optional<IpAddress> parse_ipv4(std::string_view text) {
    return parse(text, IpAddress::Family::V4);
}

std::optional<IpAddress> parse_ipv6(std::string_view text) {
    return parse(text, IpAddress::Family::V6);
}

std::optional<IpAddress> parse_ip(std::string_view text) {
    return text.find(':') == std::string_view::npos ? parse_ipv4(text) : parse_ipv6(text);
}

IpAddress masked(IpAddress address, unsigned prefix) {
    for (unsigned i = 0; i < address.size(); ++i) {
        const unsigned kept = prefix > 8 * i ? std::min(prefix - 8 * i, 8U) : 0;
        address.bytes[i] = static_cast<std::uint8_t>(address.bytes[i] & (0xff00 >> kept));
    }
    return address;
}

bool IpNetwork::contains(const IpAddress& other) const {
    return other.family == address.family && masked(other, prefix) == address;
}

std::expected<IpNetwork, std::string> parse_ip_network(std::string_view text) {
    const std::size_t slash = text.rfind('/');
    const auto address = parse_ip(text.substr(0, slash));
    if (!address) {
        return std::unexpected(
            fmt::format("couldn't parse address in network: {}", ip_syntax_error));
    }
    if (slash == std::string_view::npos) {
        return IpNetwork{*address, address->bits()};
    }
    const std::string_view digits = text.substr(slash + 1);
    unsigned prefix = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (digits.empty() || stop != digits.data() + digits.size() ||
        error == std::errc::invalid_argument) {
        return std::unexpected(fmt::format("couldn't parse length in network: {}",
                                           digits.empty() ? "cannot parse integer from empty string"
                                                          : "invalid digit found in string"));
    }
    if (error == std::errc::result_out_of_range || prefix > 255) {
        return std::unexpected(std::string(
            "couldn't parse length in network: number too large to fit in target type"));
    }
    if (prefix > address->bits()) {
        return std::unexpected(
            fmt::format("invalid length for network: Network length {} is too long for {} "
                        "(maximum: {})",
                        prefix, address->is_v4() ? "Ipv4" : "Ipv6", address->bits()));
    }
    if (masked(*address, prefix) != *address) {
        return std::unexpected(std::string("host part of address was not zero"));
    }
    return IpNetwork{*address, prefix};
}

}  // namespace engine::vrl
