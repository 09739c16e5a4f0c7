#include "engine/io/event.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>

namespace engine::io {

namespace asio = boost::asio;

void Event::set() {
    std::vector<std::pair<WaiterId, Resume>> ready;
    {
        const std::lock_guard lock(mutex_);
        set_ = true;
        ready.swap(waiters_);
    }
    // Nothing below touches the event: the first waiter to continue may destroy it.
    for (auto& [id, resume] : ready)
        resume();
}

void Event::reset() {
    const std::lock_guard lock(mutex_);
    set_ = false;
}

bool Event::is_set() const {
    const std::lock_guard lock(mutex_);
    return set_;
}

Event::WaiterId Event::add_waiter(Resume resume) {
    const std::lock_guard lock(mutex_);
    const WaiterId id = next_id_++;
    if (set_)
        resume();
    else
        waiters_.emplace_back(id, std::move(resume));
    return id;
}

void Event::remove_waiter(WaiterId id) {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiters_, [id](const auto& waiter) { return waiter.first == id; });
}

Task<> Event::wait() {
    if (is_set())
        co_return;
    co_await suspend([this](Resume resume) { add_waiter(std::move(resume)); });
}

Task<bool> Event::wait_for(std::chrono::nanoseconds duration) {
    if (is_set())
        co_return true;
    const auto executor = co_await asio::this_coro::executor;
    // Shared, because the cancellation that `set` posts may arrive after this coroutine has ended.
    auto timer = std::make_shared<asio::steady_timer>(executor, duration);
    const WaiterId id =
        add_waiter([timer, executor] { asio::post(executor, [timer] { timer->cancel(); }); });
    co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    remove_waiter(id);
    co_return is_set();
}

}  // namespace engine::io
