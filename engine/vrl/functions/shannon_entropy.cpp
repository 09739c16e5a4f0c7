#include <unicode/brkiter.h>
#include <cmath>

#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/replace_matches.hpp"

namespace engine::vrl {
namespace {

double entropy(std::span<const std::size_t> counts, std::size_t total) {
    double sum = 0;
    for (const std::size_t count : counts) {
        const double part = static_cast<double>(count) / static_cast<double>(total);
        sum -= part * std::log2(part);
    }
    return sum;
}

double entropy_of_bytes(std::string_view text) {
    std::array<std::size_t, 256> histogram{};
    for (const char c : text) {
        ++histogram[static_cast<unsigned char>(c)];
    }
    std::vector<std::size_t> counts;
    std::ranges::copy_if(histogram, std::back_inserter(counts),
                         [](std::size_t count) { return count != 0; });
    return entropy(counts, text.size());
}

double entropy_of_parts(std::span<const std::string_view> parts) {
    std::map<std::string_view, std::size_t> histogram;
    for (const std::string_view part : parts) {
        ++histogram[part];
    }
    std::vector<std::size_t> counts;
    for (const auto& [part, count] : histogram) {
        counts.push_back(count);
    }
    return entropy(counts, parts.size());
}

std::vector<std::string_view> characters(std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = regex::next_character(text, begin);
        parts.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return parts;
}

/// What a reader takes for one character (Unicode Standard Annex 29); nothing when ICU has no
/// rules.
std::optional<std::vector<std::string_view>> graphemes(std::string_view text) {
    UErrorCode error = U_ZERO_ERROR;
    thread_local const std::unique_ptr<icu::BreakIterator> breaks(
        icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), error));
    UText* const source =
        utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &error);
    if (!breaks || U_FAILURE(error)) {
        return std::nullopt;
    }
    breaks->setText(source, error);
    std::vector<std::string_view> parts;
    std::int32_t begin = breaks->first();
    for (std::int32_t end = breaks->next(); end != icu::BreakIterator::DONE;
         begin = end, end = breaks->next()) {
        parts.push_back(
            text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
    }
    utext_close(source);
    return parts;
}

Value run(Call& call) {
    const std::string_view bytes = call.bytes(0);
    if (bytes.empty()) {
        return Value::floating(0);
    }
    if (call.bytes(1) == "byte") {
        return Value::floating(entropy_of_bytes(bytes));
    }
    std::string clean;
    const std::string_view text = utf8_lossy(bytes, clean);
    if (call.bytes(1) == "codepoint") {
        return Value::floating(entropy_of_parts(characters(text)));
    }
    const auto parts = graphemes(text);
    return parts ? Value::floating(entropy_of_parts(*parts))
                 : call.fail("the text can't be divided into graphemes");
}

const Function shannon_entropy{
    .name = "shannon_entropy",
    .category = "String",
    .summary = "Shannon's entropy of the text, in bits.",
    .parameters = {required("value", kinds::bytes, "The text to measure."),
                   optional("segmentation", kinds::bytes, "What counts as one symbol.",
                            Value::bytes("byte"))
                       .literal()
                       .one_of({"byte", "codepoint", "grapheme"})},
    .returns = kinds::floating,
    .examples = {{"Four bytes", R"(shannon_entropy("abcd"))", "2"},
                 {"Code points", R"(shannon_entropy("日本日本", segmentation: "codepoint"))", "1"},
                 {"One symbol", R"(shannon_entropy("aaaa", segmentation: "grapheme"))", "0"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(shannon_entropy);
}  // namespace engine::vrl
