#pragma once

#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diagnostic/error.hpp"
#include "engine/event/slab.hpp"
#include "engine/io/runtime.hpp"
#include "engine/io/task.hpp"

namespace engine::io {

struct DatagramReceiverOptions {
    /// "ip:port" or "systemd" (see ListenAddress); empty: `path` counts.
    std::string address;
    /// Of a Unix socket, whose file is removed at the end.
    std::string path;
    std::optional<std::uint32_t> file_mode;
    std::optional<std::uint64_t> receive_buffer_bytes;
    /// IPv4 groups to join, on the interface with this address or name (the system's choice when
    /// empty).
    std::vector<std::string> multicast_groups;
    std::string multicast_interface;
    /// Longer datagrams are cut off, and marked.
    std::size_t max_length = 65'535;
};

/// What one system call has received. The datagrams lie in one slab.
struct Datagrams {
    struct One {
        std::string_view bytes;
        std::string peer;  // text of the address or path; empty: none
        std::uint16_t peer_port = 0;
        bool cut = false;  // it was longer than the maximum
    };
    SlabRef slab;
    std::vector<One> datagrams;
};

/// Receives datagrams, as many as have arrived with one system call. Belongs to one worker.
class DatagramReceiver {
public:
    [[nodiscard]] static Result<std::unique_ptr<DatagramReceiver>> open(
        Worker& worker, const DatagramReceiverOptions& options);
    ~DatagramReceiver();
    DatagramReceiver(const DatagramReceiver&) = delete;
    DatagramReceiver& operator=(const DatagramReceiver&) = delete;

    /// What has arrived, at least one; an error's text when the socket is unusable; nullopt once
    /// stopped and drained.
    [[nodiscard]] Task<std::optional<Result<Datagrams>>> receive();
    /// `receive` returns what has arrived, then ends. On the worker.
    void stop();

private:
    DatagramReceiver(Worker& worker, const DatagramReceiverOptions& options, int descriptor);
    Result<void> join_groups(const DatagramReceiverOptions& options);
    [[nodiscard]] std::optional<Result<Datagrams>> receive_now();

    struct Slots;
    boost::asio::posix::stream_descriptor socket_;
    const std::string path_;
    const std::size_t max_length_;
    std::unique_ptr<Slots> slots_;
    bool stopping_ = false;
};

}  // namespace engine::io
