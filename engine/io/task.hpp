#pragma once

#include <boost/asio/awaitable.hpp>

namespace engine::io {

/// A coroutine that runs on the worker that started it. Arguments are taken by value, or outlive
/// the task by the caller's promise.
///
/// g++ 12 miscompiles some uses of co_await: keep each in a statement of its own (`auto x =
/// co_await f();`), inside braces, never within a condition, `?:` or `&&`.
template <typename T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace engine::io
