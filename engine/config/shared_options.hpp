#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/config/options.hpp"

/// Options that every component, or every one of a kind, shares.
namespace engine::config {

/// `acknowledgements = true` or `acknowledgements.enabled = true`; unset follows the global option.
struct AcknowledgementsOptions {
    std::optional<bool> enabled;
};
Type<AcknowledgementsOptions> acknowledgements();

/// `healthcheck = false` or a table.
struct HealthcheckOptions {
    bool enabled = true;
    std::optional<std::string> uri;
};
Type<HealthcheckOptions> healthcheck();

/// HTTP proxies of outgoing requests.
struct ProxyOptions {
    bool enabled = true;
    std::optional<std::string> http;
    std::optional<std::string> https;
    std::vector<std::string> no_proxy;
};
OptionTable<ProxyOptions> proxy_options();

/// What a full buffer does with the next event.
enum class WhenFull { Block, DropNewest, DropOldest, Reject, Overflow };
/// When what was written to disk counts as stored.
enum class DiskSync { Request, Interval };
/// What records on disk are compressed with.
enum class DiskCompression { None, Zstd };

/// A stage in memory: bounded by events, or by bytes when `max_size` is set.
struct MemoryBufferOptions {
    std::optional<std::uint64_t> max_events;  // 500 where neither is set
    std::optional<std::uint64_t> max_size;
    WhenFull when_full = WhenFull::Block;
    std::chrono::milliseconds block_timeout{30'000};
};

/// A stage on disk.
struct DiskBufferOptions {
    std::uint64_t max_size = 0;
    WhenFull when_full = WhenFull::Block;
    std::chrono::milliseconds block_timeout{30'000};
    DiskSync sync = DiskSync::Request;
    DiskCompression compression = DiskCompression::None;
};

using BufferStage = std::variant<MemoryBufferOptions, DiskBufferOptions>;

/// A sink's buffer: one stage or several, each overflowing into the next; never empty once read.
struct BufferOptions {
    std::vector<BufferStage> stages{MemoryBufferOptions{}};
    [[nodiscard]] bool durable() const;
};
Type<BufferOptions> buffer();

/// Attributes for `engine graph`; edges by the id of the input.
struct GraphOptions {
    std::map<std::string, std::string> node_attributes;
    std::map<std::string, std::map<std::string, std::string>> edge_attributes;
};
OptionTable<GraphOptions> graph_options();

/// "local" or a name of the time zone database; nothing else reads.
Type<std::string> time_zone();

}  // namespace engine::config
