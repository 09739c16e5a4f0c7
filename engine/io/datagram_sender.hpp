#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/diagnostic/error.hpp"
#include "engine/io/runtime.hpp"
#include "engine/io/task.hpp"

namespace engine::io {

/// Sends datagrams to one destination, many with one system call. Belongs to one worker.
class DatagramSender {
public:
    /// Looks the name up where there is one; UDP has no connection, so that success says little.
    [[nodiscard]] static Task<Result<std::unique_ptr<DatagramSender>>> open_udp(
        Worker& worker, std::string host, std::uint16_t port,
        std::optional<std::uint64_t> send_buffer_bytes);
    [[nodiscard]] static Result<std::unique_ptr<DatagramSender>> open_unix(Worker& worker,
                                                                           const std::string& path);

    /// What became of the datagrams of one call: `sent` of them are on their way; the next one
    /// failed with `error`, an errno, or the system takes no more for now (0).
    struct Outcome {
        std::size_t sent = 0;
        int error = 0;
    };
    [[nodiscard]] Outcome send(std::span<const std::string_view> datagrams);
    /// Completes when the system takes datagrams again.
    [[nodiscard]] Task<> writable();

private:
    DatagramSender(Worker& worker, int descriptor) : socket_(worker.context(), descriptor) {}
    boost::asio::posix::stream_descriptor socket_;
};

}  // namespace engine::io
