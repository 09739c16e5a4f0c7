#include "engine/vrl/regex/translate.hpp"

#include <fmt/format.h>
#include <unicode/uniset.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <optional>

#include "engine/vrl/regex/character_class.hpp"

namespace engine::regex {

namespace {

using Status = std::expected<void, std::string>;

constexpr UChar32 last_of_unicode = 0x10ffff;
constexpr UChar32 last_of_bytes = 0xff;
constexpr std::size_t longest_translation = std::size_t{8} << 20;
constexpr UChar32 last_of_ascii = 0x7f;

/// One pass over the expression, copying it for RE2.
class Translator {
public:
    explicit Translator(std::string_view pattern) : pattern_(pattern) {}

    std::expected<Translation, std::string> run() {
        result_.group_names.emplace_back();
        while (position_ < pattern_.size()) {
            if (Status status = element(); !status) {
                return std::unexpected(status.error());
            }
            // Classes of Unicode are long: RE2 would take seconds to find out that these are too
            // many.
            if (result_.pattern.size() > longest_translation) {
                return std::unexpected("Compiled regex exceeds size limit of 10485760 bytes.");
            }
        }
        if (!open_.empty()) {
            return std::unexpected(error("unclosed group", open_.back().begin, 1));
        }
        if (std::ranges::any_of(result_.pattern, [](char c) { return (c & 0x80) != 0; })) {
            result_.ascii_pattern.clear();
        }
        return std::move(result_);
    }

private:
    struct OpenGroup {
        std::size_t begin;
        ClassFlags outer;
    };

    [[nodiscard]] bool at(std::string_view text) const {
        return pattern_.substr(position_).starts_with(text);
    }
    [[nodiscard]] char peek(std::size_t offset = 0) const {
        return position_ + offset < pattern_.size() ? pattern_[position_ + offset] : '\0';
    }
    void emit(std::string_view text) {
        result_.pattern += text;
        result_.ascii_pattern += text;
    }
    void emit(const icu::UnicodeSet& set) {
        result_.pattern += class_text(set, last_of_unicode);
        icu::UnicodeSet ascii(0, last_of_ascii);
        ascii.retainAll(set);
        result_.ascii_pattern += class_text(ascii, last_of_bytes);
    }

    /// Markers stand below what is wrong.
    [[nodiscard]] std::string error(std::string_view why, std::size_t begin,
                                    std::size_t length) const {
        return error(why, begin, std::string(length, '^'));
    }
    [[nodiscard]] std::string error(std::string_view why, std::size_t begin,
                                    const std::string& markers) const {
        return fmt::format("regex parse error:\n    {}\n    {}{}\nerror: {}", pattern_,
                           std::string(begin, ' '), markers, why);
    }
    Status fail(std::string_view why, std::size_t begin, std::size_t length) const {
        return std::unexpected(error(why, begin, length));
    }

    Status element() {
        const char c = peek();
        switch (c) {
            case '(':
                return group();
            case ')':
                return close();
            case '[':
                return bracket();
            case '\\':
                return escape();
            case '*':
            case '+':
            case '?':
            case '{':
                return repetition();
            default:
                break;
        }
        if (flags_.extended && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
            ++position_;
            return {};
        }
        if (flags_.extended && c == '#') {
            position_ = std::min(pattern_.find('\n', position_), pattern_.size());
            return {};
        }
        can_repeat_ = c != '|';
        emit(std::string_view(&c, 1));
        ++position_;
        return {};
    }

    Status close() {
        if (open_.empty()) {
            return fail("unopened group", position_, 1);
        }
        flags_ = open_.back().outer;
        open_.pop_back();
        emit(")");
        ++position_;
        can_repeat_ = true;
        return {};
    }

    Status group() {
        const std::size_t begin = position_;
        const ClassFlags outer = flags_;
        constexpr std::string_view look =
            "look-around, including look-ahead and look-behind, is not supported";
        for (const std::string_view kind : {"(?=", "(?!", "(?<=", "(?<!"}) {
            if (at(kind)) {
                return fail(look, begin, kind.size());
            }
        }
        can_repeat_ = false;
        if (at("(?P<") || at("(?<")) {
            position_ += at("(?P<") ? 4 : 3;
            open_.push_back({begin, outer});
            return group_name();
        }
        if (at("(?")) {
            position_ += 2;
            return group_flags(begin, outer);
        }
        ++position_;
        open_.push_back({begin, outer});
        result_.group_names.emplace_back();
        emit("(");
        return {};
    }

    Status group_name() {
        const std::size_t end = pattern_.find('>', position_);
        if (end == std::string_view::npos) {
            return fail("unclosed capture group name", position_, 0);
        }
        const std::string_view name = pattern_.substr(position_, end - position_);
        if (name.empty()) {
            return fail("empty capture group name", position_, 1);
        }
        for (std::size_t i = 0; i < name.size(); ++i) {
            const auto c = static_cast<unsigned char>(name[i]);
            const bool letter = std::isalpha(c) != 0 || c == '_' || c >= 0x80;
            const bool later = std::isdigit(c) != 0 || c == '.' || c == '[' || c == ']';
            if (!letter && (i == 0 || !later)) {
                return fail("invalid capture group character", position_ + i, 1);
            }
        }
        const auto earlier = std::ranges::find(result_.group_names, name);
        if (earlier != result_.group_names.end()) {
            const std::size_t first =
                name_positions_[static_cast<std::size_t>(earlier - result_.group_names.begin())];
            return std::unexpected(error("duplicate capture group name", first,
                                         std::string(name.size(), '^') +
                                             std::string(position_ - first - name.size(), ' ') +
                                             std::string(name.size(), '^')));
        }
        name_positions_.resize(result_.group_names.size());
        name_positions_.push_back(position_);
        result_.group_names.emplace_back(name);
        // Names are kept apart: RE2 allows fewer characters in them.
        emit("(");
        position_ = end + 1;
        return {};
    }

    Status group_flags(std::size_t begin, ClassFlags outer) {
        std::string kept;
        bool negative = false;
        for (;; ++position_) {
            const char c = peek();
            if (c == '\0') {
                return fail("unclosed group", begin, 1);
            }
            if (c == ')' || c == ':') {
                break;
            }
            if (c == '-') {
                negative = true;
            } else if (c == 'x') {
                flags_.extended = !negative;
                continue;
            } else if (c == 'u') {
                flags_.unicode = !negative;
                continue;
            } else if (c == 'R') {
                continue;
            } else if (std::string_view("imsU").find(c) == std::string_view::npos) {
                return fail("unrecognized flag", position_, 1);
            }
            if (c == 'i') {
                flags_.case_insensitive = !negative;
            }
            kept += c;
        }
        if (kept == "-") {
            kept.clear();
        }
        if (kept.ends_with('-')) {
            kept.pop_back();
        }
        if (peek() == ':') {
            emit("(?" + kept + ":");
            open_.push_back({begin, outer});
        } else if (!kept.empty()) {
            emit("(?" + kept + ")");
        }
        ++position_;
        return {};
    }

    Status repetition() {
        const std::size_t begin = position_;
        if (!can_repeat_) {
            return fail("repetition operator missing expression", begin, 1);
        }
        if (peek() == '{') {
            if (Status status = counted(begin); !status) {
                return status;
            }
        } else {
            emit(pattern_.substr(position_++, 1));
        }
        if (peek() == '?') {
            emit("?");
            ++position_;
        }
        // RE2 refuses `a**`; Rust repeats the repetition.
        while (peek() == '*' || peek() == '+') {
            ++position_;
        }
        return {};
    }

    std::optional<unsigned> number() {
        std::optional<unsigned> value;
        while (peek() == ' ') {
            ++position_;
        }
        while (std::isdigit(static_cast<unsigned char>(peek())) != 0) {
            value = std::min(value.value_or(0) * 10 + static_cast<unsigned>(peek() - '0'), 100000U);
            ++position_;
        }
        while (peek() == ' ') {
            ++position_;
        }
        return value;
    }

    Status counted(std::size_t begin) {
        ++position_;
        const std::optional<unsigned> low = number();
        const bool range = peek() == ',';
        position_ += range ? 1 : 0;
        const std::optional<unsigned> high = range ? number() : low;
        if (peek() == '\0') {
            return fail("unclosed counted repetition", begin, position_ - begin);
        }
        if (peek() != '}' || (!low && !high)) {
            return fail("repetition quantifier expects a valid decimal", begin, 1);
        }
        ++position_;
        if (high && low.value_or(0) > *high) {
            return fail("invalid repetition count range, the start must be <= the end", begin,
                        position_ - begin);
        }
        emit(fmt::format("{{{}", low.value_or(0)));
        if (range) {
            emit(high ? fmt::format(",{}", *high) : ",");
        }
        emit("}");
        return {};
    }

    Status bracket() {
        ClassParser parser(pattern_, position_, flags_);
        auto set = parser.parse();
        if (!set) {
            return std::unexpected(error(set.error().why, set.error().begin, set.error().length));
        }
        position_ = parser.position();
        emit(*set);
        can_repeat_ = true;
        return {};
    }

    Status escape() {
        const std::size_t begin = position_;
        can_repeat_ = true;
        if (position_ + 1 >= pattern_.size()) {
            return fail("incomplete escape sequence, reached end of pattern prematurely", begin, 1);
        }
        const char c = peek(1);
        if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
            return fail("backreferences are not supported", begin, 2);
        }
        if (std::string_view("AzbB").find(c) != std::string_view::npos) {
            result_.has_word_boundary |= flags_.unicode && (c == 'b' || c == 'B');
            emit(pattern_.substr(position_, 2));
            position_ += 2;
            return {};
        }
        ClassParser parser(pattern_, position_, flags_);
        auto set = parser.escape();
        if (!set) {
            return std::unexpected(error(set.error().why, set.error().begin, set.error().length));
        }
        position_ = parser.position();
        emit(*set);
        return {};
    }

    std::string_view pattern_;
    std::size_t position_ = 0;
    ClassFlags flags_;
    bool can_repeat_ = false;
    std::vector<OpenGroup> open_;
    std::vector<std::size_t> name_positions_;
    Translation result_;
};

}  // namespace

std::expected<Translation, std::string> translate(std::string_view pattern) {
    return Translator(pattern).run();
}

}  // namespace engine::regex
