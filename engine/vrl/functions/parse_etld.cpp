#include <libpsl.h>

#include <algorithm>
#include <fstream>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// Rules of suffixes have fewer labels; what stands before them does not decide.
constexpr std::size_t most_labels = 16;
/// Longest name that DNS knows, with room for Unicode.
constexpr std::size_t longest_suffix = 1024;

/// A list from a file.
struct SuffixList {
    explicit SuffixList(psl_ctx_t* loaded) : rules(loaded) {}
    ~SuffixList() { psl_free(rules); }
    SuffixList(const SuffixList&) = delete;
    SuffixList& operator=(const SuffixList&) = delete;
    psl_ctx_t* rules;
};

Prepared prepare(Preparation& call) {
    if (!call.given(2)) {
        return nullptr;
    }
    const std::string path(call.constant(2)->as_bytes());
    std::ifstream file(path);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto invalid = [&](std::string_view why) {
        return std::unexpected(CompileError::invalid_argument("psl", why, *call.constant(2)));
    };
    if (!file) {
        return invalid("Unable to read psl file");
    }
    // Like the reference, demand that the list names its sections.
    psl_ctx_t* rules = text.find("===BEGIN ICANN DOMAINS===") == std::string::npos &&
                               text.find("===BEGIN PRIVATE DOMAINS===") == std::string::npos
                           ? nullptr
                           : psl_load_file(path.c_str());
    if (rules == nullptr) {
        return invalid("Unable to parse psl file");
    }
    return std::make_shared<SuffixList>(rules);
}

/// The last `count` labels; all where there are fewer.
std::string_view last_labels(std::string_view name, std::size_t count) {
    std::size_t begin = name.size();
    for (std::size_t i = 0; i < count; ++i) {
        begin = begin == 0 ? std::string_view::npos : name.rfind('.', begin - 1);
        if (begin == std::string_view::npos) {
            return name;
        }
    }
    return name.substr(begin + 1);
}

/// The longest public suffix; the last label where no rule matches.
std::string_view suffix_of(const psl_ctx_t* rules, std::string_view name, bool& is_known) {
    for (std::size_t count = most_labels; count > 0; --count) {
        const std::string_view labels = last_labels(name, count);
        if (labels.size() <= longest_suffix && !labels.starts_with('.') &&
            psl_is_public_suffix2(rules, std::string(labels).c_str(),
                                  PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0) {
            is_known = true;
            return labels;
        }
    }
    is_known = false;
    return last_labels(name, 1);
}

Value run(Call& call) {
    std::string buffer;
    const std::string_view text = call.arena().copy(utf8_lossy(call.bytes(0), buffer));
    const bool has_dot = text.ends_with('.');
    const std::string_view name = text.substr(0, text.size() - (has_dot ? 1U : 0U));
    if (name.empty() || name.find('\0') != std::string_view::npos) {
        return call.fail("unable to determine eTLD for {}", text);
    }
    const auto* list = call.state<SuffixList>();
    bool is_known = false;
    std::string_view suffix =
        suffix_of(list == nullptr ? psl_builtin() : list->rules, name, is_known);
    const auto labels = static_cast<std::size_t>(std::ranges::count(suffix, '.')) + 1;
    const std::int64_t plus =
        std::clamp<std::int64_t>(call.integer(1), 0, static_cast<std::int64_t>(name.size()));
    const std::string_view extended = last_labels(name, labels + static_cast<std::size_t>(plus));
    const auto with_dot = [&](std::string_view part) {
        return Value::bytes({part.data(), part.size() + (has_dot ? 1U : 0U)});
    };
    Member members[] = {{"etld", with_dot(suffix)},
                        {"etld_plus", with_dot(extended)},
                        {"known_suffix", Value::boolean(is_known)}};
    return object_of(members, call.arena());
}

const Function parse_etld_function{
    .name = "parse_etld",
    .category = "Parse",
    .summary = "The public suffix of a domain name, such as `co.uk`, by the public suffix list.",
    .parameters = {required("value", kinds::bytes, "The domain name, in lower case."),
                   optional("plus_parts", kinds::integer,
                            "How many labels before the suffix belong to `etld_plus`.",
                            Value::integer(0)),
                   optional("psl", kinds::bytes,
                            "File of a list to use instead of the one that libpsl carries.")
                       .literal()},
    .returns = kinds::object,
    .fallible = true,
    .examples = {{"A registered name", R"(parse_etld!("a.b.co.uk", plus_parts: 1))",
                  R"({ "etld": "co.uk", "etld_plus": "b.co.uk", "known_suffix": true })"},
                 {"Not in the list", R"(parse_etld!("host.internalzz"))",
                  R"({ "etld": "internalzz", "etld_plus": "internalzz", "known_suffix": false })"},
                 {"Nothing", R"(parse_etld("") ?? "none")", R"("none")"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_etld_function);
}  // namespace engine::vrl
