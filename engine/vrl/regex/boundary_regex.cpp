#include "engine/vrl/regex/boundary_regex.hpp"

#include <oniguruma.h>

#include <mutex>
#include <string>

namespace engine::regex {
namespace {

constexpr unsigned long most_retries = 1'000'000;

const OnigUChar* bytes_of(std::string_view text) {
    return reinterpret_cast<const OnigUChar*>(text.data());
}

/// What the two write differently: `(?P<name>` is `(?<name>`, and a `$` that is not for lines
/// stands for the very end.
std::string in_oniguruma_syntax(std::string_view pattern) {
    constexpr char backslash = 0x5c;
    const bool has_lines = pattern.find("(?m") != std::string_view::npos ||
                           pattern.find("m)") != std::string_view::npos ||
                           pattern.find("m:") != std::string_view::npos;
    std::string result;
    bool is_in_class = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == backslash && i + 1 < pattern.size()) {
            result += c;
            result += pattern[++i];
            continue;
        }
        is_in_class = is_in_class ? c != ']' : c == '[';
        if (!is_in_class && pattern.substr(i).starts_with("(?P<")) {
            result += "(?<";
            i += 3;
        } else if (!is_in_class && c == '$' && !has_lines) {
            result += "\\z";
        } else {
            result += c;
        }
    }
    return result;
}

struct RegionDeleter {
    void operator()(OnigRegion* region) const { onig_region_free(region, 1); }
};
struct ParametersDeleter {
    void operator()(OnigMatchParam* parameters) const { onig_free_match_param(parameters); }
};

/// Perl's, where groups without a name count beside those with one.
OnigSyntaxType syntax() {
    OnigSyntaxType result;
    onig_copy_syntax(&result, ONIG_SYNTAX_PERL_NG);
    onig_set_syntax_behavior(&result,
                             onig_get_syntax_behavior(&result) &
                                 ~static_cast<unsigned>(ONIG_SYN_CAPTURE_ONLY_NAMED_GROUP));
    return result;
}

}  // namespace

struct BoundaryRegex::Machine {
    ~Machine() { onig_free(regex); }
    regex_t* regex = nullptr;
};

BoundaryRegex::BoundaryRegex() : machine_(std::make_unique<Machine>()) {}
BoundaryRegex::~BoundaryRegex() = default;

std::unique_ptr<BoundaryRegex> BoundaryRegex::compile(std::string_view pattern) {
    static std::once_flag once;
    std::call_once(once, [] {
        OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
        onig_initialize(encodings, 1);
    });
    const std::string text = in_oniguruma_syntax(pattern);
    static OnigSyntaxType perl = syntax();
    std::unique_ptr<BoundaryRegex> result(new BoundaryRegex);
    OnigErrorInfo info;
    const int code =
        onig_new(&result->machine_->regex, bytes_of(text), bytes_of(text) + text.size(),
                 ONIG_OPTION_NONE, ONIG_ENCODING_UTF8, &perl, &info);
    return code == ONIG_NORMAL ? std::move(result) : nullptr;
}

bool BoundaryRegex::find(std::string_view text, std::size_t from,
                         std::span<std::string_view> groups) const {
    const std::unique_ptr<OnigRegion, RegionDeleter> region(onig_region_new());
    const std::unique_ptr<OnigMatchParam, ParametersDeleter> parameters(onig_new_match_param());
    onig_initialize_match_param(parameters.get());
    onig_set_retry_limit_in_match_of_match_param(parameters.get(), most_retries);
    onig_set_retry_limit_in_search_of_match_param(parameters.get(), most_retries);
    const OnigUChar* begin = bytes_of(text);
    const OnigUChar* end = begin + text.size();
    if (onig_search_with_param(machine_->regex, begin, end, begin + from, end, region.get(),
                               ONIG_OPTION_NONE, parameters.get()) < 0) {
        return false;
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const bool took_part =
            i < static_cast<std::size_t>(region->num_regs) && region->beg[i] != ONIG_REGION_NOTPOS;
        groups[i] = took_part
                        ? text.substr(static_cast<std::size_t>(region->beg[i]),
                                      static_cast<std::size_t>(region->end[i] - region->beg[i]))
                        : std::string_view();
    }
    return true;
}

}  // namespace engine::regex
