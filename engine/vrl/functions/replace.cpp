#include <algorithm>
#include <cctype>
#include <charconv>
#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {
namespace {

constexpr std::string_view too_large = "string with replacements is too large";

/// `$1`, `$name`, `${name}` and `$$` of the replacement.
void expand(std::string_view with, const regex::Regex& pattern,
            std::span<const std::string_view> groups, std::string& out) {
    for (std::size_t i = 0; i < with.size();) {
        const std::size_t dollar = std::min(with.find('$', i), with.size());
        out += with.substr(i, dollar - i);
        i = dollar;
        if (i == with.size()) {
            break;
        }
        if (i + 1 == with.size()) {
            out += with[i++];
            continue;
        }
        if (with[i + 1] == '$') {
            out += '$';
            i += 2;
            continue;
        }
        const bool braced = with[i + 1] == '{';
        const std::size_t begin = i + (braced ? 2 : 1);
        std::size_t end = begin;
        while (end < with.size() &&
               (braced ? with[end] != '}'
                       : std::isalnum(static_cast<unsigned char>(with[end])) != 0 ||
                             with[end] == '_')) {
            ++end;
        }
        if (end == begin || (braced && end == with.size())) {
            out += with[i++];
            continue;
        }
        const std::string_view name = with.substr(begin, end - begin);
        std::size_t number = 0;
        const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (error != std::errc{} || stop != name.data() + name.size()) {
            const auto& names = pattern.group_names();
            number = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
        }
        if (number < groups.size()) {
            out += groups[number];
        }
        i = end + (braced ? 1 : 0);
    }
}

Value replace_regex(Call& call, std::int64_t count) {
    const std::string_view text = call.bytes(0);
    const regex::Regex& pattern = call[1].as_regex();
    std::vector<std::string_view> groups(pattern.group_count());
    std::string out;
    std::size_t begin = 0;
    std::size_t from = 0;
    while (count != 0 && pattern.find(text, from, groups)) {
        const auto at = static_cast<std::size_t>(groups[0].data() - text.data());
        out += text.substr(begin, at - begin);
        expand(call.bytes(2), pattern, groups, out);
        if (out.size() > call.room()) {
            return call.fail(too_large);
        }
        begin = at + groups[0].size();
        from = groups[0].empty() ? begin + 1 : begin;
        --count;
    }
    if (begin == 0 && out.empty()) {
        return call[0];
    }
    out += text.substr(begin);
    return call.text(out);
}

Value replace_text(Call& call, std::int64_t count) {
    const std::string_view text = call.bytes(0);
    const std::string_view what = call.bytes(1);
    std::string out;
    std::size_t begin = 0;
    for (std::size_t at = text.find(what); count != 0 && at != std::string_view::npos;
         at = text.find(what, what.empty() ? at + 1 : begin), --count) {
        out += text.substr(begin, at - begin);
        out += call.bytes(2);
        if (out.size() > call.room()) {
            return call.fail(too_large);
        }
        begin = at + what.size();
    }
    if (begin == 0 && out.empty()) {
        return call[0];
    }
    out += text.substr(begin);
    return call.text(out);
}

Value run(Call& call) {
    return call[1].is_bytes() ? replace_text(call, call.integer(3))
                              : replace_regex(call, call.integer(3));
}

const Function replace_function{
    .name = "replace",
    .category = "String",
    .summary = "Replaces what matches the pattern.",
    .parameters =
        {required("value", kinds::bytes, "The text to change."),
         required("pattern", kinds::bytes | kinds::regex, "What to replace."),
         required("with", kinds::bytes,
                  "The replacement; after a regular expression `$1` and `$name` stand for groups."),
         optional("count", kinds::integer, "How many to replace; -1 for all.", Value::integer(-1))},
    .returns = kinds::bytes,
    .examples = {{"A text", R"(replace("Apples and Bananas", "and", "not"))",
                  R"("Apples not Bananas")"},
                 {"A group", R"(replace("foo123bar", r'foo(?P<num>\d+)bar', "$num"))", R"("123")"},
                 {"The first", R"(replace("aaa", "a", "b", count: 1))", R"("baa")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(replace_function);
}  // namespace engine::vrl
