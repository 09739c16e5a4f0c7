#pragma once

#include <expected>
#include <string>
#include <utility>

namespace engine {

/// An error that a caller can act on: one sentence, without a trailing period where it will be
/// joined to others. Problems in the user's configuration are `Diagnostic`s instead.
struct Error {
    std::string message;
};

/// Value or Error; errors are passed on with ENGINE_TRY (functions) or ENGINE_CO_TRY (coroutines).
template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> failure(std::string message) {
    return std::unexpected(Error{std::move(message)});
}

}  // namespace engine

/// Value of a Result, or return its error from the enclosing function. Not in coroutines: g++ 12
/// crashes on co_return inside a statement expression.
#define ENGINE_TRY(expression)                             \
    __extension__({                                        \
        auto engine_result = (expression);                 \
        if (!engine_result)                                \
            return std::unexpected(engine_result.error()); \
        std::move(engine_result).value();                  \
    })

#define ENGINE_CONCAT_INNER(a, b) a##b
#define ENGINE_CONCAT(a, b) ENGINE_CONCAT_INNER(a, b)

/// ENGINE_CO_TRY(auto x, co_await f()); declares x from the Result, or co_returns its error.
#define ENGINE_CO_TRY(declaration, ...)                                             \
    auto ENGINE_CONCAT(engine_result_, __LINE__) = (__VA_ARGS__);                   \
    if (!ENGINE_CONCAT(engine_result_, __LINE__))                                   \
        co_return std::unexpected(ENGINE_CONCAT(engine_result_, __LINE__).error()); \
    declaration = std::move(*ENGINE_CONCAT(engine_result_, __LINE__))
