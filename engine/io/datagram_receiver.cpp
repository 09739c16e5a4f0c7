#include "engine/io/datagram_receiver.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/io/address.hpp"
#include "engine/io/unix_socket.hpp"

namespace engine::io {

namespace asio = boost::asio;

namespace {

constexpr std::size_t at_once = 64;
constexpr std::size_t longest_datagram = 65'536;

std::string last_error() {
    return std::generic_category().message(errno);
}

void describe_peer(const sockaddr_storage& address, socklen_t size, Datagrams::One& datagram) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        datagram.peer = ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
        datagram.peer_port = ntohs(v4.sin_port);
    } else if (address.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        datagram.peer = ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
        datagram.peer_port = ntohs(v6.sin6_port);
    } else if (address.ss_family == AF_UNIX && size > sizeof(sa_family_t)) {
        datagram.peer = reinterpret_cast<const sockaddr_un&>(address).sun_path;
    }
}

}  // namespace

/// Where the system puts datagrams, before they are copied together.
struct DatagramReceiver::Slots {
    explicit Slots(std::size_t each) : size(each), bytes(at_once * each) {
        for (std::size_t i = 0; i < at_once; ++i) {
            parts[i] = {bytes.data() + i * each, each};
        }
    }
    void prepare() {
        for (std::size_t i = 0; i < at_once; ++i) {
            messages[i] = {};
            messages[i].msg_hdr.msg_iov = &parts[i];
            messages[i].msg_hdr.msg_iovlen = 1;
            messages[i].msg_hdr.msg_name = &peers[i];
            messages[i].msg_hdr.msg_namelen = sizeof peers[i];
            peers[i].ss_family = AF_UNSPEC;
        }
    }

    const std::size_t size;
    std::vector<char> bytes;
    std::array<iovec, at_once> parts{};
    std::array<sockaddr_storage, at_once> peers{};
    std::array<mmsghdr, at_once> messages{};
};

DatagramReceiver::DatagramReceiver(Worker& worker, const DatagramReceiverOptions& options,
                                   int descriptor)
    : socket_(worker.context(), descriptor),
      path_(options.path),
      max_length_(std::min(options.max_length, longest_datagram)),
      slots_(std::make_unique<Slots>(max_length_ + 1)) {}

DatagramReceiver::~DatagramReceiver() {
    if (!path_.empty()) {
        ::unlink(path_.c_str());
    }
}

Result<std::unique_ptr<DatagramReceiver>> DatagramReceiver::open(
    Worker& worker, const DatagramReceiverOptions& options) {
    int family = AF_UNIX;
    ListenAddress on;
    if (!options.address.empty()) {
        on = ENGINE_TRY(ListenAddress::parse(options.address));
        family = on.address.ip.is_v6() ? AF_INET6 : AF_INET;
    }
    const int descriptor = on.passed
                               ? ENGINE_TRY(on.take_passed())
                               : ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        return failure("could not open a socket: " + last_error());
    }
    Result<void> bound;
    const SocketAddress& address = on.address;
    if (on.passed) {
        bound = {};
    } else if (family == AF_UNIX) {
        bound = bind_unix(descriptor, options.path, options.file_mode);
    } else {
        const asio::ip::udp::endpoint endpoint(address.ip, address.port);
        if (!options.multicast_groups.empty()) {
            // Several listeners may take in the same group.
            const int on = 1;
            (void)::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        }
        if (::bind(descriptor, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
            bound = failure("could not listen on " + address.to_string() + ": " + last_error());
        }
    }
    if (!bound) {
        ::close(descriptor);
        return std::unexpected(bound.error());
    }
    std::unique_ptr<DatagramReceiver> receiver(new DatagramReceiver(worker, options, descriptor));
    if (options.receive_buffer_bytes) {
        const int bytes =
            static_cast<int>(std::min<std::uint64_t>(*options.receive_buffer_bytes, INT32_MAX));
        (void)::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    ENGINE_TRY(receiver->join_groups(options));
    return receiver;
}

Result<void> DatagramReceiver::join_groups(const DatagramReceiverOptions& options) {
    for (const std::string& group : options.multicast_groups) {
        ip_mreqn membership{};
        if (::inet_pton(AF_INET, group.c_str(), &membership.imr_multiaddr) != 1) {
            return failure("`" + group + "` is no IPv4 multicast group");
        }
        const std::string& on = options.multicast_interface;
        if (!on.empty() && ::inet_pton(AF_INET, on.c_str(), &membership.imr_address) != 1) {
            membership.imr_ifindex = static_cast<int>(::if_nametoindex(on.c_str()));
            if (membership.imr_ifindex == 0) {
                return failure("there is no network interface `" + on + "`");
            }
        }
        if (::setsockopt(socket_.native_handle(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership,
                         sizeof membership) != 0) {
            return failure("could not join the multicast group " + group + ": " + last_error());
        }
    }
    return {};
}

std::optional<Result<Datagrams>> DatagramReceiver::receive_now() {
    Slots& slots = *slots_;
    slots.prepare();
    const int count =
        ::recvmmsg(socket_.native_handle(), slots.messages.data(), at_once, MSG_DONTWAIT, nullptr);
    if (count < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNREFUSED) {
            return std::nullopt;
        }
        return failure(last_error());
    }
    std::size_t total = 0;
    for (int i = 0; i < count; ++i) {
        total += slots.messages[static_cast<std::size_t>(i)].msg_len;
    }
    Datagrams received;
    received.slab = SlabRef::with_capacity(total);
    received.datagrams.resize(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < received.datagrams.size(); ++i) {
        const mmsghdr& message = slots.messages[i];
        Datagrams::One& datagram = received.datagrams[i];
        datagram.cut =
            message.msg_len > max_length_ || (message.msg_hdr.msg_flags & MSG_TRUNC) != 0;
        char* to = received.slab.spare().data();
        std::memcpy(to, slots.parts[i].iov_base, message.msg_len);
        received.slab.commit(message.msg_len);
        datagram.bytes = {to, message.msg_len};
        describe_peer(slots.peers[i], message.msg_hdr.msg_namelen, datagram);
    }
    return received;
}

Task<std::optional<Result<Datagrams>>> DatagramReceiver::receive() {
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    for (;;) {
        // The wait completes through the event loop, so that a flood leaves others their turn.
        if (!stopping_) {
            co_await socket_.async_wait(asio::posix::stream_descriptor::wait_read, token);
        }
        std::optional<Result<Datagrams>> received = receive_now();
        if (received || stopping_) {
            co_return received;
        }
    }
}

void DatagramReceiver::stop() {
    stopping_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

}  // namespace engine::io
