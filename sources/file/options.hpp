#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/config/options.hpp"
#include "engine/config/shared_options.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::sources::file {

using Pattern = std::shared_ptr<const regex::Regex>;

enum class FingerprintStrategy : std::uint8_t { Checksum, DeviceAndInode };

/// How a file is recognised again when its name has changed.
struct FingerprintOptions {
    FingerprintStrategy strategy = FingerprintStrategy::Checksum;
    std::uint64_t ignored_header_bytes = 0;
    std::uint64_t lines = 1;
    std::optional<std::uint64_t> bytes;
};

enum class ReadFrom : std::uint8_t { Beginning, End };

enum class GroupingMode : std::uint8_t { ContinueThrough, ContinuePast, HaltBefore, HaltWith };

/// Which lines make one event together.
struct MultilineOptions {
    Pattern start_pattern;
    Pattern condition_pattern;
    GroupingMode mode = GroupingMode::ContinueThrough;
    std::chrono::milliseconds timeout{1000};
};

struct EncodingOptions {
    std::string charset;
};

struct InternalMetricsOptions {
    bool include_file_tag = false;
};

/// Options of the source, as the user wrote them. Plain values.
struct Options {
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    std::string file_key = "file";
    std::optional<bool> start_at_beginning;
    std::optional<bool> ignore_checkpoints;
    std::optional<ReadFrom> read_from;
    std::optional<std::chrono::seconds> ignore_older;
    std::uint64_t max_line_bytes = 102400;
    std::optional<std::string> host_key;
    std::optional<std::string> data_dir;
    std::optional<std::string> offset_key;
    std::chrono::milliseconds glob_minimum_cooldown{1000};
    FingerprintOptions fingerprint;
    bool ignore_not_found = false;
    std::optional<Pattern> message_start_indicator;
    std::chrono::milliseconds multi_line_timeout{1000};
    std::optional<MultilineOptions> multiline;
    std::uint64_t max_read_bytes = 2048;
    bool oldest_first = false;
    std::optional<std::chrono::seconds> remove_after;
    std::string line_delimiter = "\n";
    std::optional<EncodingOptions> encoding;
    config::AcknowledgementsOptions acknowledgements;
    std::optional<bool> log_namespace;
    InternalMetricsOptions internal_metrics;
    std::optional<std::chrono::seconds> rotate_wait;

    /// `read_from` and `ignore_checkpoints`, where `start_at_beginning` stands for both.
    [[nodiscard]] ReadFrom first_position() const {
        return read_from.value_or(ReadFrom::Beginning);
    }
    [[nodiscard]] bool forgets_checkpoints() const {
        return ignore_checkpoints.value_or(start_at_beginning.value_or(false));
    }
    /// `multiline`, or what `message_start_indicator` stands for.
    [[nodiscard]] std::optional<MultilineOptions> grouping() const;
};

[[nodiscard]] config::OptionTable<Options> options();

}  // namespace engine::sources::file
