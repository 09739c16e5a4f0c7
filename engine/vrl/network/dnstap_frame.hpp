#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace engine::vrl {

/// Seconds and nanoseconds since 1970.
struct DnstapTime {
    std::optional<std::uint64_t> seconds;
    std::uint32_t nanoseconds = 0;
};

/// The fields of a frame that are there; views into it.
struct DnstapFrame {
    std::optional<std::string_view> identity;
    std::optional<std::string_view> version;
    std::optional<std::string_view> extra;
    std::uint64_t data_type = 0;

    std::uint64_t message_type = 0;
    std::optional<std::uint64_t> socket_family;
    std::optional<std::uint64_t> socket_protocol;
    std::optional<std::string_view> query_address;
    std::optional<std::string_view> response_address;
    std::optional<std::uint64_t> query_port;
    std::optional<std::uint64_t> response_port;
    DnstapTime query_time;
    DnstapTime response_time;
    std::optional<std::string_view> query_message;
    std::optional<std::string_view> response_message;
    std::optional<std::string_view> query_zone;
};

/// Decodes the protobuf message `Dnstap`; the error says what is malformed.
[[nodiscard]] std::expected<DnstapFrame, std::string> read_dnstap_frame(std::string_view bytes);

}  // namespace engine::vrl
