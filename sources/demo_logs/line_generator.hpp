#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "engine/event/value.hpp"

namespace engine::sources::demo_logs {

enum class Format { Shuffle, ApacheCommon, ApacheError, Syslog, BsdSyslog, Json };

/// Makes up log lines. Owned and used by one source task; the seed decides what it says.
class LineGenerator {
public:
    /// `lines` are those of Format::Shuffle, never empty then; with `sequence` each is numbered.
    LineGenerator(Format format, std::vector<std::string> lines, bool sequence, std::uint64_t seed);

    /// The next line, as of `now`, without a line break.
    [[nodiscard]] std::string next(Timestamp now);

private:
    [[nodiscard]] std::string shuffled();
    [[nodiscard]] std::string apache_common(Timestamp now);
    [[nodiscard]] std::string apache_error(Timestamp now);
    [[nodiscard]] std::string syslog(Timestamp now);
    [[nodiscard]] std::string bsd_syslog(Timestamp now);
    [[nodiscard]] std::string json(Timestamp now);

    [[nodiscard]] unsigned number(unsigned minimum, unsigned maximum);
    [[nodiscard]] std::string address();
    template <typename Words>
    [[nodiscard]] std::string_view pick(const Words& words);

    Format format_;
    std::vector<std::string> lines_;
    bool sequence_;
    std::uint64_t count_ = 0;
    std::mt19937_64 random_;
};

}  // namespace engine::sources::demo_logs
