#include "engine/io/unix_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace engine::io {

namespace {

std::string last_error() {
    return std::generic_category().message(errno);
}

/// Whether the file is a socket of which nobody takes what is sent.
bool is_left_over(const sockaddr_un& address, int type) {
    struct stat status{};
    if (::stat(address.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return false;
    }
    const int probe = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    const bool refused =
        ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno == ECONNREFUSED;
    ::close(probe);
    return refused;
}

}  // namespace

Result<sockaddr_un> unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return failure("the path of the socket `" + path + "` is too long");
    }
    path.copy(address.sun_path, path.size());
    return address;
}

Result<void> bind_unix(int descriptor, const std::string& path,
                       std::optional<std::uint32_t> file_mode) {
    const sockaddr_un address = ENGINE_TRY(unix_address(path));
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    int bound = ::bind(descriptor, generic, sizeof address);
    if (bound != 0 && errno == EADDRINUSE) {
        int type = SOCK_STREAM;
        socklen_t size = sizeof type;
        (void)::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size);
        if (is_left_over(address, type) && ::unlink(path.c_str()) == 0) {
            bound = ::bind(descriptor, generic, sizeof address);
        } else {
            errno = EADDRINUSE;
        }
    }
    if (bound != 0) {
        return failure("could not bind " + path + ": " + last_error());
    }
    if (file_mode && ::chmod(path.c_str(), *file_mode) != 0) {
        return failure("could not set the mode of " + path + ": " + last_error());
    }
    return {};
}

}  // namespace engine::io
