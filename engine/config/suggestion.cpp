#include "engine/config/suggestion.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace engine::config {
namespace {

constexpr std::size_t max_word = 64;

std::string folded(std::string_view word) {
    std::string text(word.substr(0, max_word));
    for (char& c : text)
        c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

/// Optimal string alignment distance (Damerau–Levenshtein without repeated edits).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> rows(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        rows[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j)
        rows[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            std::size_t best =
                std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = std::min(best, rows[i - 2][j - 2] + 1);
            rows[i][j] = best;
        }
    return rows[a.size()][b.size()];
}

}  // namespace

std::string closest(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string wanted = folded(word);
    std::size_t best = std::max<std::size_t>(1, (wanted.size() + 1) / 3) + 1;
    std::string found;
    for (const std::string& candidate : candidates) {
        const std::size_t edits = distance(wanted, folded(candidate));
        if (edits < best && edits < candidate.size()) {
            best = edits;
            found = candidate;
        }
    }
    return found;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string found = closest(word, candidates);
    return found.empty() ? "" : fmt::format("did you mean `{}`?", found);
}

std::string one_of(const std::vector<std::string>& names) {
    if (names.empty())
        return "nothing";
    if (names.size() == 1)
        return fmt::format("`{}`", names[0]);
    if (names.size() == 2)
        return fmt::format("`{}` or `{}`", names[0], names[1]);
    std::string text = "one of ";
    for (std::size_t i = 0; i < names.size(); ++i)
        text += fmt::format("{}`{}`", i == 0 ? "" : ", ", names[i]);
    return text;
}

}  // namespace engine::config
