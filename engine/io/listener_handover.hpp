#pragma once

#include <map>
#include <mutex>
#include <string>

namespace engine::io {

/// Passes listening sockets from the servers of one configuration to those of the next, so that no
/// client is refused in between: connections wait in the socket's queue. Between `begin` and `end`
/// a server that stops leaves a duplicate of its socket under its address, and one that starts on
/// that address takes it. One per process; any thread.
class ListenerHandover {
public:
    [[nodiscard]] static ListenerHandover& instance();

    void begin();
    /// Closes what nobody took.
    void end();
    [[nodiscard]] bool active() const;
    /// Takes the descriptor over; closes it when no reload is under way.
    void leave(const std::string& address, int descriptor);
    /// The socket that listens on that address; -1 when there is none.
    [[nodiscard]] int take(const std::string& address);

private:
    void close_all();

    mutable std::mutex mutex_;
    bool active_ = false;
    std::map<std::string, int> listeners_;
};

}  // namespace engine::io
