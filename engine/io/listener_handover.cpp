#include "engine/io/listener_handover.hpp"

#include <unistd.h>

namespace engine::io {

ListenerHandover& ListenerHandover::instance() {
    static ListenerHandover handover;
    return handover;
}

void ListenerHandover::begin() {
    const std::scoped_lock lock(mutex_);
    active_ = true;
}

void ListenerHandover::end() {
    const std::scoped_lock lock(mutex_);
    active_ = false;
    close_all();
}

bool ListenerHandover::active() const {
    const std::scoped_lock lock(mutex_);
    return active_;
}

void ListenerHandover::leave(const std::string& address, int descriptor) {
    const std::scoped_lock lock(mutex_);
    if (descriptor < 0) {
        return;
    }
    if (!active_ || !listeners_.emplace(address, descriptor).second) {
        ::close(descriptor);
    }
}

int ListenerHandover::take(const std::string& address) {
    const std::scoped_lock lock(mutex_);
    const auto found = listeners_.find(address);
    if (found == listeners_.end()) {
        return -1;
    }
    const int descriptor = found->second;
    listeners_.erase(found);
    return descriptor;
}

void ListenerHandover::close_all() {
    for (const auto& [address, descriptor] : listeners_) {
        ::close(descriptor);
    }
    listeners_.clear();
}

}  // namespace engine::io
