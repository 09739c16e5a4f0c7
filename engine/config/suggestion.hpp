#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine::config {

/// The candidate that `word` most likely stands for: by edit distance (transpositions count one),
/// case and `-`/`_` ignored, at most a third of its length (rounded up) away. Empty when none is
/// close.
[[nodiscard]] std::string closest(std::string_view word,
                                  const std::vector<std::string>& candidates);

/// "did you mean `x`?", or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& candidates);

/// "`a`", "`a` or `b`", "one of `a`, `b`, `c`".
[[nodiscard]] std::string one_of(const std::vector<std::string>& names);

}  // namespace engine::config
