#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <utility>

#include "engine/io/task.hpp"

namespace engine::io {

/// Continues a suspended coroutine on the worker that it runs on. Called exactly once, from any
/// thread; destroyed without a call, it destroys the coroutine.
using Resume = std::move_only_function<void()>;

/// Suspends the calling coroutine, then gives `registration` its Resume. The registration runs on
/// the coroutine's worker and may call the Resume at once.
template <typename Registration>
[[nodiscard]] Task<> suspend(Registration registration) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        [](auto handler, Registration registered) {
            auto executor = boost::asio::get_associated_executor(handler);
            registered(Resume([executor, handler = std::move(handler)]() mutable {
                boost::asio::post(executor, std::move(handler));
            }));
        },
        boost::asio::use_awaitable, std::move(registration));
}

}  // namespace engine::io
