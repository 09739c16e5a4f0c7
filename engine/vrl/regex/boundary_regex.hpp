#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace engine::regex {

/// An expression that looks for boundaries of words in any script, which RE2 does not know.
/// Oniguruma matches it, which tries alternatives one after the other; it gives up after a bounded
/// number of steps, and there is then no match. Immutable; any thread may match with it.
class BoundaryRegex {
public:
    /// Takes RE2's syntax; null where Oniguruma does not read it.
    [[nodiscard]] static std::unique_ptr<BoundaryRegex> compile(std::string_view pattern);
    ~BoundaryRegex();
    BoundaryRegex(const BoundaryRegex&) = delete;
    BoundaryRegex& operator=(const BoundaryRegex&) = delete;

    /// As `Regex::find`, in well-formed UTF-8.
    [[nodiscard]] bool find(std::string_view text, std::size_t from,
                            std::span<std::string_view> groups) const;

private:
    struct Machine;
    BoundaryRegex();
    std::unique_ptr<Machine> machine_;
};

}  // namespace engine::regex
