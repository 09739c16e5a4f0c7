#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "engine/cli/arguments.hpp"

namespace engine::cli {

/// Looks whether configuration files have changed (`--watch-config`): size, time, and which file a
/// name leads to, so that a replaced link or a file that was moved into place counts. Of the
/// control thread.
class ConfigWatch {
public:
    /// Remembers the files as they are.
    ConfigWatch(const Arguments& arguments, std::vector<std::string> names);

    /// How often to look; nothing when nobody asked for it.
    [[nodiscard]] std::optional<std::chrono::seconds> interval() const { return interval_; }
    /// Whether they differ from what they were, and have been left alone since the last look, so
    /// that half a file is not read.
    [[nodiscard]] bool changed();

private:
    std::optional<std::chrono::seconds> interval_;
    std::vector<std::string> names_;
    std::string known_;
    std::string seen_;
};

}  // namespace engine::cli
