#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace engine::vrl {

/// An IP address as bytes in network order; IPv4 uses the first four. A plain value.
struct IpAddress {
    enum class Family : std::uint8_t { V4, V6 };

    Family family = Family::V4;
    std::array<std::uint8_t, 16> bytes{};

    [[nodiscard]] bool is_v4() const { return family == Family::V4; }
    [[nodiscard]] std::size_t size() const { return is_v4() ? 4 : 16; }
    [[nodiscard]] unsigned bits() const { return is_v4() ? 32 : 128; }
    [[nodiscard]] std::string_view view() const {
        return {reinterpret_cast<const char*>(bytes.data()), size()};
    }
    /// Four or sixteen bytes; nothing for other lengths.
    [[nodiscard]] static std::optional<IpAddress> of_bytes(std::string_view bytes);
    /// `::ffff:a.b.c.d`; IPv6 as it is.
    [[nodiscard]] IpAddress as_v6() const;
    /// The address within `::ffff:a.b.c.d`, otherwise the same.
    [[nodiscard]] IpAddress unmapped() const;
    /// RFC 5952.
    [[nodiscard]] std::string to_string() const;
    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// Error text of an address that is neither IPv4 nor IPv6.
inline constexpr std::string_view ip_syntax_error = "invalid IP address syntax";

/// Dotted decimals without leading zeros.
[[nodiscard]] std::optional<IpAddress> parse_ipv4(std::string_view text);
/// RFC 4291, without zones.
[[nodiscard]] std::optional<IpAddress> parse_ipv6(std::string_view text);
[[nodiscard]] std::optional<IpAddress> parse_ip(std::string_view text);

/// The first `prefix` bits; the others are zero.
[[nodiscard]] IpAddress masked(IpAddress address, unsigned prefix);

/// A network in CIDR notation.
struct IpNetwork {
    IpAddress address;
    unsigned prefix = 0;

    [[nodiscard]] bool contains(const IpAddress& other) const;
};
/// The error is why not, as the reference puts it. An address alone is a network of one.
[[nodiscard]] std::expected<IpNetwork, std::string> parse_ip_network(std::string_view text);

}  // namespace engine::vrl
