#include "engine/vrl/regex/dynamic_regex.hpp"

#include <map>
#include <mutex>

namespace engine::regex {

namespace {

constexpr std::size_t most_patterns = 4096;

/// Never destroyed: values may refer to its regexes until the process ends.
struct Kept {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<const Regex>, std::less<>> regexes;

    static Kept& instance() {
        static Kept& kept = *new Kept;
        return kept;
    }
};

}  // namespace

std::expected<const Regex*, std::string> dynamic_regex(std::string_view pattern) {
    Kept& kept = Kept::instance();
    const std::scoped_lock lock(kept.mutex);
    if (const auto found = kept.regexes.find(pattern); found != kept.regexes.end()) {
        return found->second.get();
    }
    if (kept.regexes.size() >= most_patterns) {
        return std::unexpected(
            "more than 4096 different patterns were made into regular expressions");
    }
    auto compiled = Regex::compile(pattern);
    if (!compiled) {
        return std::unexpected(compiled.error());
    }
    return kept.regexes.emplace(std::string(pattern), *compiled).first->second.get();
}

}  // namespace engine::regex
