#include "engine/vrl/regex/regex.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "engine/codec/utf8.hpp"
#include "engine/vrl/regex/boundary_regex.hpp"
#include "engine/vrl/regex/translate.hpp"

namespace engine::regex {

struct Regex::Machine {
    explicit Machine(const std::string& pattern, const RE2::Options& options)
        : re2(pattern, options) {}
    /// For any text.
    RE2 re2;
    /// For texts of ASCII alone: classes such as `\w` are large in Unicode, and RE2 goes through
    /// them slowly (`(\S+ \S+) (\w+) …` takes 0.8 us instead of 1.9). Null where there is no such
    /// form.
    std::unique_ptr<RE2> ascii;
    /// For texts beyond ASCII, where the expression looks for boundaries of words.
    std::unique_ptr<BoundaryRegex> boundaries;
};

Regex::Regex() = default;
Regex::~Regex() = default;

namespace {

/// Compiled expressions that are in use, by pattern: two of one pattern are the same object, which
/// also makes comparing them cheap.
struct Pool {
    std::mutex mutex;
    std::map<std::string, std::weak_ptr<const Regex>, std::less<>> known;

    static Pool& instance() {
        static Pool pool;
        return pool;
    }
};

constexpr std::size_t longest_looked_through = 4'096;

bool is_ascii(std::string_view text) {
    // No early exit: that is what lets it run on many bytes at once.
    unsigned char all = 0;
    for (const char c : text) {
        all |= static_cast<unsigned char>(c);
    }
    return all < 0x80;
}

}  // namespace

std::expected<std::shared_ptr<const Regex>, std::string> Regex::compile(std::string_view pattern) {
    Pool& pool = Pool::instance();
    const std::scoped_lock lock(pool.mutex);
    if (const auto found = pool.known.find(pattern); found != pool.known.end()) {
        if (auto regex = found->second.lock()) {
            return regex;
        }
    }
    auto compiled = compile_new(pattern);
    if (compiled) {
        if (pool.known.size() > 4096) {
            std::erase_if(pool.known, [](const auto& entry) { return entry.second.expired(); });
        }
        pool.known.insert_or_assign(std::string(pattern), *compiled);
    }
    return compiled;
}

std::expected<std::shared_ptr<const Regex>, std::string> Regex::compile_new(
    std::string_view pattern) {
    auto translation = translate(pattern);
    if (!translation) {
        return std::unexpected(translation.error());
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(std::int64_t{32} << 20);
    options.set_encoding(RE2::Options::EncodingUTF8);
    auto machine = std::make_unique<Machine>(translation->pattern, options);
    if (!machine->re2.ok()) {
        // RE2 limits repetitions where the reference limits what they make of the pattern.
        const bool too_big = machine->re2.error_code() == RE2::ErrorPatternTooLarge ||
                             machine->re2.error_code() == RE2::ErrorRepeatSize;
        return std::unexpected(too_big ? std::string("Compiled regex exceeds size limit of "
                                                     "10485760 bytes.")
                                       : "regex parse error: " + machine->re2.error());
    }
    if (!translation->ascii_pattern.empty()) {
        options.set_encoding(RE2::Options::EncodingLatin1);
        auto ascii = std::make_unique<RE2>(translation->ascii_pattern, options);
        if (ascii->ok()) {
            machine->ascii = std::move(ascii);
        }
    }
    if (translation->has_word_boundary) {
        machine->boundaries = BoundaryRegex::compile(translation->pattern);
    }
    std::shared_ptr<Regex> regex(new Regex);
    regex->pattern_ = pattern;
    regex->names_ = std::move(translation->group_names);
    regex->machine_ = std::move(machine);
    return regex;
}

bool Regex::matches(std::string_view text) const {
    return find(text, 0, {});
}

bool Regex::find(std::string_view text, std::size_t from,
                 std::span<std::string_view> groups) const {
    const RE2* re2 = &machine_->re2;
    // Whoever looks for all matches comes here once for each: a long text is not looked through.
    if (machine_->boundaries || (machine_->ascii && text.size() <= longest_looked_through)) {
        if (is_ascii(text)) {
            re2 = machine_->ascii ? machine_->ascii.get() : re2;
        } else if (machine_->boundaries && is_utf8(text)) {
            return from <= text.size() && machine_->boundaries->find(text, from, groups);
        }
    }
    constexpr std::size_t most = 16;
    std::array<re2::StringPiece, most> few;
    std::vector<re2::StringPiece> many;
    re2::StringPiece* pieces = few.data();
    if (groups.size() > most) {
        many.resize(groups.size());
        pieces = many.data();
    }
    if (from > text.size() ||
        !re2->Match({text.data(), text.size()}, from, text.size(), RE2::UNANCHORED, pieces,
                    static_cast<int>(groups.size()))) {
        return false;
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
        groups[i] = {pieces[i].data(), pieces[i].size()};
    }
    return true;
}

std::string one_line(std::string_view error) {
    constexpr std::string_view head = "regex parse error:\n    ";
    const std::size_t why = error.rfind("\nerror: ");
    const std::size_t markers = error.substr(0, why).rfind("\n    ");
    if (!error.starts_with(head) || why == std::string_view::npos || markers < head.size()) {
        return std::string(error);
    }
    const std::string_view pattern = error.substr(head.size(), markers - head.size());
    std::string_view marks = error.substr(markers, why - markers);
    marks.remove_prefix(std::min(marks.find('^'), marks.size()));
    // One marker alone is not shown.
    return "regex parse error: " + std::string(error.substr(why + 8)) +
           (marks.size() < 2 ? std::string() : ": " + std::string(marks)) + ": " +
           std::string(pattern);
}

}  // namespace engine::regex
