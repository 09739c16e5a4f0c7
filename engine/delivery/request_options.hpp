#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "engine/config/options.hpp"
#include "engine/config/problems.hpp"
#include "engine/delivery/batcher.hpp"
#include "engine/delivery/request_sender.hpp"

/// Options that every sink has which sends requests.
namespace engine::delivery {

/// The `request` table.
struct RequestOptions {
    AdaptiveConcurrencyOptions adaptive_concurrency;
    std::optional<std::size_t> concurrency;  // unset: adaptive
    std::uint64_t rate_limit_num = std::numeric_limits<std::int64_t>::max();
    std::chrono::seconds rate_limit_duration{1};
    std::uint64_t retry_attempts = std::numeric_limits<std::int64_t>::max();
    std::chrono::seconds retry_initial_backoff{1};
    Jitter retry_jitter_mode = Jitter::Full;
    std::chrono::seconds retry_max_duration{30};
    std::chrono::seconds timeout{60};
    /// Templates by header name, uncompiled.
    std::map<std::string, config::Located<std::string>> headers;
};

/// `request`, `retry_strategy`, `retries`, `backoff` and `on_exhausted`.
struct DeliveryOptions {
    RequestOptions request;
    RetryStrategy retry_strategy;
    std::optional<std::uint64_t> retries;
    std::optional<BackoffOptions> backoff;
    std::optional<OnExhausted> on_exhausted;
};

/// To be used with `flattened`: the options stand directly in the sink's table.
[[nodiscard]] config::OptionTable<DeliveryOptions> delivery_options();

/// What the sender needs, from the options; `durable`: the buffer in front is on disk.
enum class BufferKind : std::uint8_t { Memory, Disk };
[[nodiscard]] SendingOptions sending_options(const DeliveryOptions& options, BufferKind buffer);

/// The `batch` table.
[[nodiscard]] config::OptionTable<BatchLimits> batch_options();

/// A type whose problems somebody else has reported already: options that the configuration reads
/// for every sink, and that this one needs too.
template <typename T>
[[nodiscard]] config::Type<T> reported_elsewhere(config::Type<T> type) {
    type.read = [read = std::move(type.read)](const config::Node& node, T& value,
                                              config::OptionContext&) {
        config::Problems ignored;
        config::OptionContext context("", ignored);
        (void)read(node, value, context);
        return true;
    };
    return type;
}

}  // namespace engine::delivery
