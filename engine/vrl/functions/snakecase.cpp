#include "engine/vrl/function.hpp"
#include "engine/vrl/literal_array.hpp"
#include "engine/vrl/text/word_case.hpp"

namespace engine::vrl {
namespace {

struct Named {
    std::string_view name;
    WordBoundary boundary;
};

constexpr Named boundaries[] = {
    {"lower_upper", WordBoundary::LowerUpper}, {"upper_lower", WordBoundary::UpperLower},
    {"acronym", WordBoundary::Acronym},        {"lower_digit", WordBoundary::LowerDigit},
    {"upper_digit", WordBoundary::UpperDigit}, {"digit_lower", WordBoundary::DigitLower},
    {"digit_upper", WordBoundary::DigitUpper},
};

Prepared prepare(Preparation& call) {
    WordBoundaries result = word_boundaries(call);
    const auto excluded = literal_array(call, 2, "excluded_boundaries");
    if (!excluded) {
        return std::unexpected(excluded.error());
    }
    for (const Value& item : *excluded) {
        const Named* const named =
            item.is_bytes() ? std::ranges::find(boundaries, item.as_bytes(), &Named::name)
                            : std::end(boundaries);
        if (named == std::end(boundaries)) {
            return std::unexpected(CompileError::plain(
                0,
                "boundary must match one of: lower_upper, upper_lower, acronym, lower_digit, "
                "upper_digit, digit_lower, digit_upper"));
        }
        result.bits =
            static_cast<std::uint16_t>(result.bits & ~static_cast<std::uint16_t>(named->boundary));
    }
    return std::make_shared<const WordBoundaries>(result);
}

Value run(Call& call) {
    return to_word_case(call.bytes(0), WordCase::Snake, *call.state<WordBoundaries>(),
                        call.arena());
}

const Function snakecase{
    .name = "snakecase",
    .category = "String",
    .summary = "Writes the words of the text in snake_case.",
    .parameters = {required("value", kinds::bytes, "The text to convert."),
                   original_case_parameter(),
                   optional("excluded_boundaries", kinds::array,
                            "Where words do not end: `lower_upper`, `upper_lower`, `acronym`, "
                            "`lower_digit`, `upper_digit`, `digit_lower`, `digit_upper`.")},
    .returns = kinds::bytes,
    .examples = {{"From another case", R"(snakecase("fooBar"))", R"("foo_bar")"},
                 {"Digits are words", R"(snakecase("version1Beta2"))", R"("version_1_beta_2")"},
                 {"Digits are not words",
                  R"(snakecase("s3Bucket", excluded_boundaries: ["digit_upper", "lower_digit"]))",
                  R"("s3bucket")"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(snakecase);
}  // namespace engine::vrl
