#include "engine/vrl/grok/grok.hpp"

#include <fmt/format.h>
#include <oniguruma.h>

#include <charconv>
#include <mutex>

#include "engine/vrl/grok/grok_patterns.hpp"

namespace engine::vrl {

namespace {

constexpr unsigned long most_retries = 1'000'000;
constexpr std::size_t longest_regex = 1 << 20;
constexpr std::string_view alias_prefix = "_n_";

struct Expansion {
    std::string regex;
    std::vector<std::string> aliases;
};

/// Replaces `%{NAME}` and `%{NAME:alias}` until none is left.
std::expected<Expansion, std::string> expand(std::string_view pattern) {
    Expansion result{std::string(pattern), {}};
    std::size_t begin = 0;
    while ((begin = result.regex.find("%{", begin)) != std::string::npos) {
        const std::size_t end = result.regex.find('}', begin);
        const std::string inside = end == std::string::npos
                                       ? std::string()
                                       : result.regex.substr(begin + 2, end - begin - 2);
        const std::string name = inside.substr(0, inside.find(':'));
        const bool is_name = !name.empty() && name.find_first_not_of(
                                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                                                  "uvwxyz0123456789_") == std::string::npos;
        if (!is_name) {
            begin += 2;
            continue;
        }
        const std::string_view known = grok_pattern(name);
        if (known.data() == nullptr) {
            return std::unexpected(
                fmt::format("The given pattern definition name \"{}\" could not be found in the "
                            "definition map",
                            name));
        }
        std::string group = "(?:";
        if (name.size() < inside.size()) {
            const std::string alias = inside.substr(name.size() + 1);
            group = fmt::format("(?<{}{}>", alias_prefix, result.aliases.size());
            result.aliases.push_back(alias.substr(0, alias.find(':')));
        }
        result.regex.replace(begin, end - begin + 1, fmt::format("{}{})", group, known));
        if (result.regex.size() > longest_regex) {
            return std::unexpected("the pattern is longer than 1 MiB");
        }
    }
    if (result.regex.empty()) {
        return std::unexpected(fmt::format(
            "The given pattern \"{}\" ended up compiling into an empty regex", pattern));
    }
    return result;
}

const OnigUChar* onig_text(std::string_view text) {
    return reinterpret_cast<const OnigUChar*>(text.data());
}

/// Oniguruma wants to be told its encodings once.
void initialize() {
    static std::once_flag once;
    std::call_once(once, [] {
        OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
        onig_initialize(encodings, 1);
    });
}

struct RegionDeleter {
    void operator()(OnigRegion* region) const { onig_region_free(region, 1); }
};
struct ParametersDeleter {
    void operator()(OnigMatchParam* parameters) const { onig_free_match_param(parameters); }
};

}  // namespace

struct Grok::Machine {
    ~Machine() { onig_free(regex); }
    regex_t* regex = nullptr;
};

Grok::Grok() = default;
Grok::~Grok() = default;

std::expected<std::shared_ptr<const Grok>, std::string> Grok::compile(std::string_view pattern) {
    auto expansion = expand(pattern);
    if (!expansion) {
        return std::unexpected(expansion.error());
    }
    std::shared_ptr<Grok> grok(new Grok);
    if (auto built = grok->build(expansion->regex, std::move(expansion->aliases)); !built) {
        return std::unexpected(built.error());
    }
    return grok;
}

std::expected<void, std::string> Grok::build(const std::string& regex,
                                             std::vector<std::string> aliases) {
    initialize();
    machine_ = std::make_unique<Machine>();
    OnigErrorInfo info;
    const int code = onig_new(&machine_->regex, onig_text(regex), onig_text(regex) + regex.size(),
                              ONIG_OPTION_NONE, ONIG_ENCODING_UTF8, ONIG_SYNTAX_DEFAULT, &info);
    if (code != ONIG_NORMAL) {
        OnigUChar text[ONIG_MAX_ERROR_MESSAGE_LEN];
        const int size = onig_error_code_to_str(text, code, &info);
        return std::unexpected(fmt::format(
            "The given regex \"Regex compilation failed: Error(OnigError({}), {}):\n{}\" failed "
            "compilation in the underlying engine",
            code,
            std::string_view(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)),
            regex));
    }
    struct Names {
        std::vector<Name>& names;
        const std::vector<std::string>& aliases;
    } names{names_, aliases};
    onig_foreach_name(
        machine_->regex,
        [](const OnigUChar* begin, const OnigUChar* end, int count, int* groups, regex_t*,
           void* argument) {
            auto& [all, known] = *static_cast<Names*>(argument);
            std::string name(begin, end);
            std::size_t number = 0;
            if (name.starts_with(alias_prefix)) {
                const char* digits = name.data() + alias_prefix.size();
                const auto parsed = std::from_chars(digits, name.data() + name.size(), number);
                if (parsed.ec == std::errc() && number < known.size()) {
                    name = known[number];
                }
            }
            all.push_back({std::move(name), groups[count - 1]});
            return 0;
        },
        &names);
    return {};
}

std::optional<Value> Grok::match(std::string_view text, Arena& arena) const {
    const std::unique_ptr<OnigRegion, RegionDeleter> region(onig_region_new());
    const std::unique_ptr<OnigMatchParam, ParametersDeleter> parameters(onig_new_match_param());
    onig_initialize_match_param(parameters.get());
    onig_set_retry_limit_in_match_of_match_param(parameters.get(), most_retries);
    onig_set_retry_limit_in_search_of_match_param(parameters.get(), most_retries);
    const OnigUChar* begin = onig_text(text);
    const OnigUChar* end = begin + text.size();
    const int at = onig_search_with_param(machine_->regex, begin, end, begin, end, region.get(),
                                          ONIG_OPTION_NONE, parameters.get());
    if (at < 0) {
        return std::nullopt;
    }
    std::vector<Member> members;
    for (const Name& name : names_) {
        const int from = region->beg[name.group];
        if (from != ONIG_REGION_NOTPOS) {
            const auto size = static_cast<std::size_t>(region->end[name.group] - from);
            members.push_back(
                {name.text, Value::bytes(text.substr(static_cast<std::size_t>(from), size))});
        }
    }
    return object_of(members, arena);
}

}  // namespace engine::vrl
