#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine::regex {

/// A compiled regular expression in Rust-regex syntax. Immutable; any thread may match with it.
class Regex {
public:
    /// The error is the reference's text: several lines that show the pattern and mark a place.
    [[nodiscard]] static std::expected<std::shared_ptr<const Regex>, std::string> compile(
        std::string_view pattern);
    ~Regex();
    Regex(const Regex&) = delete;
    Regex& operator=(const Regex&) = delete;

    /// As written.
    [[nodiscard]] const std::string& pattern() const { return pattern_; }
    /// Number of groups, the whole match (0) included.
    [[nodiscard]] std::size_t group_count() const { return names_.size(); }
    /// Name of each group, empty where it has none.
    [[nodiscard]] const std::vector<std::string>& group_names() const { return names_; }

    [[nodiscard]] bool matches(std::string_view text) const;
    /// Leftmost match at or after `from`. `groups` (at most group_count of them) are filled with
    /// views into `text`; a group that took no part gets null data.
    [[nodiscard]] bool find(std::string_view text, std::size_t from,
                            std::span<std::string_view> groups) const;

private:
    struct Machine;
    Regex();
    [[nodiscard]] static std::expected<std::shared_ptr<const Regex>, std::string> compile_new(
        std::string_view pattern);
    std::string pattern_;
    std::vector<std::string> names_;
    std::unique_ptr<Machine> machine_;
};

/// The error of `compile` as diagnostics show it, such as `regex parse error: unclosed group:
/// (abc`.
[[nodiscard]] std::string one_line(std::string_view error);

}  // namespace engine::regex
