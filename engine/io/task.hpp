#pragma once

#include <boost/asio/awaitable.hpp>

namespace engine::io {

/// A coroutine that runs on the worker that started it. Arguments are taken by value, or outlive
/// the task by the caller's promise.
template <typename T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace engine::io
