#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace engine::vrl::golden {

/// One program with what is expected of it. See README.md for the format.
struct Case {
    std::string name;
    std::size_t line = 0;
    std::string program;
    /// Section name (`event`, `result` …) to its text.
    std::map<std::string, std::string> sections;
};

[[nodiscard]] std::vector<Case> read(const std::string& path);

/// Empty when all that the case says holds; otherwise what was expected and what came.
[[nodiscard]] std::string run(const Case& golden);

}  // namespace engine::vrl::golden
