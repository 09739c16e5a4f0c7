#include "engine/vrl/text/word_case.hpp"

#include <unicode/uchar.h>

#include "engine/vrl/display.hpp"
#include "engine/vrl/letter_case.hpp"

namespace engine::vrl {

namespace {

constexpr std::uint16_t set_of(std::initializer_list<WordBoundary> boundaries) {
    std::uint16_t bits = 0;
    for (const WordBoundary boundary : boundaries) {
        bits = static_cast<std::uint16_t>(bits | static_cast<std::uint16_t>(boundary));
    }
    return bits;
}

constexpr std::uint16_t by_letters =
    set_of({WordBoundary::LowerUpper, WordBoundary::Acronym, WordBoundary::LowerDigit,
            WordBoundary::UpperDigit, WordBoundary::DigitLower, WordBoundary::DigitUpper});
constexpr std::uint16_t by_separators =
    set_of({WordBoundary::Underscore, WordBoundary::Hyphen, WordBoundary::Space});

struct Letter {
    std::uint32_t begin;
    UChar32 code;

    [[nodiscard]] bool is_upper() const { return u_isUUppercase(code) != 0; }
    [[nodiscard]] bool is_lower() const { return u_isULowercase(code) != 0; }
    [[nodiscard]] bool is_digit() const { return code >= '0' && code <= '9'; }
};

/// The text must be well-formed.
std::vector<Letter> letters_of(std::string_view text) {
    std::vector<Letter> letters;
    letters.reserve(text.size());
    std::size_t begin = 0;
    while (begin < text.size()) {
        const auto lead = static_cast<unsigned char>(text[begin]);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        UChar32 code = size == 1 ? lead : lead & (0x7f >> size);
        for (std::size_t i = 1; i < size; ++i) {
            code = code << 6 | (static_cast<unsigned char>(text[begin + i]) & 0x3f);
        }
        letters.push_back({static_cast<std::uint32_t>(begin), code});
        begin += size;
    }
    return letters;
}

bool is_separator(const Letter& letter, WordBoundaries boundaries) {
    return (letter.code == '_' && boundaries.has(WordBoundary::Underscore)) ||
           (letter.code == '-' && boundaries.has(WordBoundary::Hyphen)) ||
           (letter.code == ' ' && boundaries.has(WordBoundary::Space));
}

/// Whether a word ends between the letters `i - 1` and `i`.
bool splits(const std::vector<Letter>& letters, std::size_t i, WordBoundaries boundaries) {
    const Letter& left = letters[i - 1];
    const Letter& right = letters[i];
    if (right.is_digit()) {
        return (left.is_lower() && boundaries.has(WordBoundary::LowerDigit)) ||
               (left.is_upper() && boundaries.has(WordBoundary::UpperDigit));
    }
    if (left.is_digit()) {
        return (right.is_lower() && boundaries.has(WordBoundary::DigitLower)) ||
               (right.is_upper() && boundaries.has(WordBoundary::DigitUpper));
    }
    if (!right.is_upper()) {
        return false;
    }
    return (left.is_lower() && boundaries.has(WordBoundary::LowerUpper)) ||
           (left.is_upper() && boundaries.has(WordBoundary::Acronym) && i + 1 < letters.size() &&
            letters[i + 1].is_lower());
}

std::vector<std::string_view> words_of(std::string_view text, WordBoundaries boundaries) {
    const std::vector<Letter> letters = letters_of(text);
    std::vector<std::string_view> words;
    std::size_t begin = 0;
    const auto end_word = [&](std::size_t end) {
        if (end > begin) {
            words.push_back(text.substr(begin, end - begin));
        }
        begin = end;
    };
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (is_separator(letters[i], boundaries)) {
            end_word(letters[i].begin);
            ++begin;
        } else if (i > 0 && splits(letters, i, boundaries)) {
            end_word(letters[i].begin);
        }
    }
    end_word(text.size());
    return words;
}

void append_capitalized(std::string_view word, std::string& out, Arena& arena) {
    std::size_t first = 1;
    while (first < word.size() && (static_cast<unsigned char>(word[first]) & 0xc0) == 0x80) {
        ++first;
    }
    const Value head = to_upper(word.substr(0, first), arena);
    const Value tail = to_lower(word.substr(first), arena);
    out += head.as_bytes();
    out += tail.as_bytes();
}

}  // namespace

Value to_word_case(std::string_view text, WordCase word_case, WordBoundaries boundaries,
                   Arena& arena) {
    std::string clean;
    std::string out;
    bool is_first = true;
    for (const std::string_view word : words_of(utf8_lossy(text, clean), boundaries)) {
        if (word_case == WordCase::Pascal || (word_case == WordCase::Camel && !is_first)) {
            append_capitalized(word, out, arena);
        } else {
            if (!is_first && word_case != WordCase::Camel) {
                out += word_case == WordCase::Kebab ? '-' : '_';
            }
            const Value written = word_case == WordCase::ScreamingSnake ? to_upper(word, arena)
                                                                        : to_lower(word, arena);
            out += written.as_bytes();
        }
        is_first = false;
    }
    return Value::copy_of(out, arena);
}

Parameter original_case_parameter() {
    return optional("original_case", kinds::bytes,
                    "The case the text is in; without it, all boundaries count.")
        .literal()
        .one_of({"camelCase", "PascalCase", "SCREAMING_SNAKE", "snake_case", "kebab-case"});
}

WordBoundaries word_boundaries(const Preparation& call) {
    if (!call.given(1) || !call.constant(1)) {
        return {static_cast<std::uint16_t>(by_letters | by_separators)};
    }
    const std::string_view name = call.constant(1)->as_bytes();
    if (name == "kebab-case") {
        return {set_of({WordBoundary::Hyphen})};
    }
    if (name == "snake_case" || name == "SCREAMING_SNAKE") {
        return {set_of({WordBoundary::Underscore})};
    }
    return {by_letters};
}

Prepared prepare_word_boundaries(Preparation& call) {
    return std::make_shared<const WordBoundaries>(word_boundaries(call));
}

}  // namespace engine::vrl
