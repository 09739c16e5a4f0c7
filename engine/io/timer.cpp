#include "engine/io/timer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>

namespace engine::io {

namespace asio = boost::asio;

Task<SleepResult> sleep_for(std::chrono::nanoseconds duration, StopToken stop) {
    const auto executor = co_await asio::this_coro::executor;
    if (!stop.stop_possible()) {
        asio::steady_timer timer(executor, duration);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        co_return SleepResult::Elapsed;
    }
    // Shared, because the cancellation that a stop posts may arrive after this coroutine has ended.
    auto timer = std::make_shared<asio::steady_timer>(executor, duration);
    std::stop_callback wake(
        stop, [timer, executor] { asio::post(executor, [timer] { timer->cancel(); }); });
    // The posted cancellation runs on this thread, so after the wait below has begun.
    co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    co_return stop.stop_requested() ? SleepResult::Stopped : SleepResult::Elapsed;
}

}  // namespace engine::io
