#include "engine/vrl/network/dnstap_frame.hpp"

#include <cstring>

namespace engine::vrl {

namespace {

/// Fields of a protobuf message, one after the other.
class FieldReader {
public:
    explicit FieldReader(std::string_view bytes) : rest_(bytes) {}

    /// False at the end, and where the message is malformed.
    bool next() {
        if (rest_.empty() || malformed_) {
            return false;
        }
        const std::uint64_t tag = varint();
        number_ = tag >> 3U;
        switch (tag & 7U) {
            case 0:
                value_ = varint();
                break;
            case 1:
                value_ = fixed(8);
                break;
            case 2:
                bytes_ = take(varint());
                break;
            case 5:
                value_ = fixed(4);
                break;
            default:
                malformed_ = true;
        }
        return !malformed_;
    }
    [[nodiscard]] bool malformed() const { return malformed_; }
    [[nodiscard]] std::uint64_t number() const { return number_; }
    [[nodiscard]] std::uint64_t value() const { return value_; }
    [[nodiscard]] std::string_view bytes() const { return bytes_; }

private:
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
            const auto byte = static_cast<std::uint8_t>(rest_.front());
            rest_.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
            if (byte < 0x80) {
                return value;
            }
        }
        malformed_ = true;
        return 0;
    }
    std::string_view take(std::uint64_t size) {
        if (malformed_ || size > rest_.size()) {
            malformed_ = true;
            return {};
        }
        const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
        rest_.remove_prefix(taken.size());
        return taken;
    }
    std::uint64_t fixed(std::size_t size) {
        const std::string_view taken = take(size);
        std::uint64_t value = 0;
        if (!taken.empty()) {
            std::memcpy(&value, taken.data(), taken.size());
        }
        return value;
    }

    std::string_view rest_;
    bool malformed_ = false;
    std::uint64_t number_ = 0;
    std::uint64_t value_ = 0;
    std::string_view bytes_;
};

bool read_message(std::string_view bytes, DnstapFrame& frame) {
    FieldReader field(bytes);
    while (field.next()) {
        switch (field.number()) {
            case 1:
                frame.message_type = field.value();
                break;
            case 2:
                frame.socket_family = field.value();
                break;
            case 3:
                frame.socket_protocol = field.value();
                break;
            case 4:
                frame.query_address = field.bytes();
                break;
            case 5:
                frame.response_address = field.bytes();
                break;
            case 6:
                frame.query_port = field.value();
                break;
            case 7:
                frame.response_port = field.value();
                break;
            case 8:
                frame.query_time.seconds = field.value();
                break;
            case 9:
                frame.query_time.nanoseconds = static_cast<std::uint32_t>(field.value());
                break;
            case 10:
                frame.query_message = field.bytes();
                break;
            case 11:
                frame.query_zone = field.bytes();
                break;
            case 12:
                frame.response_time.seconds = field.value();
                break;
            case 13:
                frame.response_time.nanoseconds = static_cast<std::uint32_t>(field.value());
                break;
            case 14:
                frame.response_message = field.bytes();
                break;
            default:
                break;
        }
    }
    return !field.malformed();
}

}  // namespace

std::expected<DnstapFrame, std::string> read_dnstap_frame(std::string_view bytes) {
    DnstapFrame frame;
    FieldReader field(bytes);
    std::optional<std::string_view> message;
    while (field.next()) {
        switch (field.number()) {
            case 1:
                frame.identity = field.bytes();
                break;
            case 2:
                frame.version = field.bytes();
                break;
            case 3:
                frame.extra = field.bytes();
                break;
            case 14:
                message = field.bytes();
                break;
            case 15:
                frame.data_type = field.value();
                break;
            default:
                break;
        }
    }
    if (field.malformed()) {
        return std::unexpected("failed to decode the dnstap frame");
    }
    if (frame.data_type != 1) {
        return std::unexpected("unknown dnstap data type: " + std::to_string(frame.data_type));
    }
    if (!message) {
        return std::unexpected("the dnstap frame has no message");
    }
    if (!read_message(*message, frame)) {
        return std::unexpected("failed to decode the message of the dnstap frame");
    }
    return frame;
}

}  // namespace engine::vrl
