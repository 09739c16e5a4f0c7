#include <openssl/types.h>

#include "engine/vrl/cryptography/digest.hpp"
#include "engine/vrl/encoding/base16.hpp"
#include "engine/vrl/encoding/base64.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/literal_array.hpp"
#include "engine/vrl/regex/replace_matches.hpp"

namespace engine::vrl {
namespace {

/// What to redact: matches of a regular expression, or a text.
struct Filter {
    std::shared_ptr<const regex::Regex> owned = nullptr;
    const regex::Regex* pattern = nullptr;
    /// Without a pattern, what to redact; with one, a match that stays.
    std::string text = {};
};

enum class Encoding { Base16, Base64 };

/// What takes the place of redacted text: a hash of it, or `replacement`.
struct Redactor {
    const DigestVariant* hash = nullptr;
    Encoding encoding = Encoding::Base64;
    std::string replacement = "[REDACTED]";
};

struct Redaction {
    std::vector<Filter> filters;
    Redactor redactor;
};

/// Area, group and serial number as the Social Security Administration gives them out: no part is
/// all zeros, and the area is neither 666 nor from 900.
constexpr std::string_view social_security_number =
    "(?:00[1-9]|0[1-9][0-9]|[1-578][0-9]{2}|6[0-57-9][0-9]|66[0-57-9])-"
    "(?:0[1-9]|[1-9][0-9])-(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})";
/// Printed on sample cards, and no one's number since.
constexpr std::string_view sample_number = "078-05-1120";

std::string_view text_of(const Value* value) {
    return value != nullptr && value->is_bytes() ? value->as_bytes() : std::string_view{};
}

std::optional<Filter> named_filter(std::string_view name) {
    if (name != "us_social_security_number") {
        return std::nullopt;
    }
    auto pattern = regex::Regex::compile(social_security_number);
    if (!pattern) {
        return std::nullopt;
    }
    Filter filter{.owned = *pattern, .text = std::string(sample_number)};
    filter.pattern = filter.owned.get();
    return filter;
}

/// Adds the filters of one item; otherwise says why not.
std::string_view add_filters(const Value& item, std::vector<Filter>& filters) {
    if (item.is_regex()) {
        filters.push_back({.pattern = &item.as_regex()});
        return {};
    }
    if (!item.is_bytes() && !item.is_object()) {
        return "unknown literal for filter, must be a regex, filter name, or object";
    }
    const Value* const type = item.is_object() ? item.as_object().find("type") : &item;
    if (type == nullptr) {
        return "filters specified as objects must have type parameter";
    }
    if (!item.is_object() || text_of(type) != "pattern") {
        auto filter = named_filter(text_of(type));
        if (!filter) {
            return "unknown filter name";
        }
        filters.push_back(std::move(*filter));
        return {};
    }
    const Value* const patterns = item.as_object().find("patterns");
    if (patterns == nullptr || !patterns->is_array()) {
        return "pattern filter must have `patterns` specified";
    }
    for (const Value& pattern : patterns->as_array().view()) {
        if (pattern.is_regex()) {
            filters.push_back({.pattern = &pattern.as_regex()});
        } else if (pattern.is_bytes()) {
            filters.push_back({.text = std::string(pattern.as_bytes())});
        } else {
            return "`patterns` must be regular expressions";
        }
    }
    return {};
}

std::string_view set_hash(std::string_view type, const ObjectNode* options, Redactor& redactor) {
    const bool is_sha2 = type == "sha2";
    const auto variants = is_sha2 ? sha2_variants() : sha3_variants();
    const Value* const variant = options != nullptr ? options->find("variant") : nullptr;
    redactor.hash = find_variant(variants, variant != nullptr ? text_of(variant)
                                           : is_sha2          ? "SHA-512/256"
                                                              : "SHA3-512");
    if (redactor.hash == nullptr) {
        return is_sha2 ? "invalid sha2 variant" : "invalid sha3 variant";
    }
    const Value* const encoding = options != nullptr ? options->find("encoding") : nullptr;
    redactor.encoding =
        encoding == nullptr || text_of(encoding) == "base64" ? Encoding::Base64 : Encoding::Base16;
    return {};
}

/// Sets the redactor; otherwise says why not.
std::string_view set_redactor(const Value& value, Redactor& redactor) {
    if (value.is_bytes()) {
        const std::string_view name = value.as_bytes();
        if (name == "sha2" || name == "sha3") {
            return set_hash(name, nullptr, redactor);
        }
        return name == "full" ? std::string_view{} : "unknown name of redactor";
    }
    if (!value.is_object()) {
        return "unknown literal for redactor, must be redactor name or object";
    }
    const ObjectNode& options = value.as_object();
    const Value* const type = options.find("type");
    if (type == nullptr) {
        return "redactor specified as objects must have type\n        parameter";
    }
    if (text_of(type) == "sha2" || text_of(type) == "sha3") {
        return set_hash(text_of(type), &options, redactor);
    }
    if (text_of(type) == "text") {
        const Value* const replacement = options.find("replacement");
        if (replacement == nullptr || !replacement->is_bytes()) {
            return "text redactor must have\n                `replacement` specified";
        }
        redactor.replacement = replacement->as_bytes();
        return {};
    }
    return text_of(type) == "full" ? std::string_view{} : "unknown `type` for `redactor`";
}

Prepared prepare(Preparation& call) {
    auto redaction = std::make_shared<Redaction>();
    const auto items = literal_array(call, 1, "filters");
    if (!items) {
        return std::unexpected(items.error());
    }
    for (const Value& item : *items) {
        if (const std::string_view why = add_filters(item, redaction->filters); !why.empty()) {
            return std::unexpected(CompileError::invalid_argument("filters", why, item));
        }
    }
    if (call.given(2) && call.constant(2)) {
        const Value& redactor = *call.constant(2);
        if (const std::string_view why = set_redactor(redactor, redaction->redactor);
            !why.empty()) {
            return std::unexpected(CompileError::invalid_argument("redactor", why, redactor));
        }
    }
    return redaction;
}

std::string_view replacement_of(std::string_view text, const Redactor& redactor, Arena& arena) {
    if (redactor.hash == nullptr) {
        return redactor.replacement;
    }
    const std::string_view hash = digest(redactor.hash->algorithm(), text, arena);
    return redactor.encoding == Encoding::Base16
               ? base16(hash, arena)
               : base64(hash, Base64Alphabet::Standard, Base64Padding::With, arena);
}

/// Cut off where the run is out of memory: replacements may be many times as long as matches.
std::string redact_text(std::string_view text, const Filter& filter, const Redactor& redactor,
                        Call& call) {
    std::string out;
    if (filter.pattern != nullptr) {
        std::string_view found;
        regex::replace_matches(
            text, *filter.pattern, {&found, 1}, -1, out, [&](std::string& target) {
                target +=
                    found == filter.text ? found : replacement_of(found, redactor, call.arena());
                return target.size() <= call.room();
            });
        return out;
    }
    const std::string_view what = filter.text;
    std::size_t copied = 0;
    for (std::size_t at = text.find(what); !what.empty() && at != std::string_view::npos;
         at = text.find(what, copied)) {
        if (out.size() > call.room()) {
            return out;
        }
        out += text.substr(copied, at - copied);
        out += replacement_of(what, redactor, call.arena());
        copied = at + what.size();
    }
    out += text.substr(copied);
    return out;
}

Value redact(const Value& value, const Redaction& redaction, Call& call) {
    if (value.is_bytes()) {
        std::string clean;
        std::string text(utf8_lossy(value.as_bytes(), clean));
        for (const Filter& filter : redaction.filters) {
            text = redact_text(text, filter, redaction.redactor, call);
            if (text.size() > call.room()) {
                return call.fail_for_memory();
            }
        }
        return text == value.as_bytes() ? value : call.text(text);
    }
    if (!value.is_array() && !value.is_object()) {
        return value;
    }
    Value result = call.share(value);
    const bool is_array = value.is_array();
    const std::uint32_t count = is_array ? value.as_array().size : value.as_object().size();
    for (std::uint32_t i = 0; i < count; ++i) {
        const Value& item = is_array ? value.as_array().items[i] : value.as_object().values[i];
        const Value redacted = redact(item, redaction, call);
        if (redacted.is_failure()) {
            return redacted;
        }
        if (!redacted.identical(item)) {
            Value* const items = is_array ? writable_array(result, call.arena()).items
                                          : writable_object(result, call.arena()).values;
            items[i] = redacted;
        }
    }
    return result;
}

Value run(Call& call) {
    return redact(call[0], *call.state<Redaction>(), call);
}

const Function redact_function{
    .name = "redact",
    .category = "String",
    .summary = "Replaces sensitive parts of a text, or of all texts in an array or object.",
    .parameters =
        {required("value", kinds::bytes | kinds::container, "What to redact.").unchecked(),
         required("filters", kinds::array,
                  "What is sensitive: regular expressions, `us_social_security_number`, or an "
                  "object with `type` (`pattern` takes `patterns`)."),
         optional("redactor", kinds::bytes | kinds::object,
                  "What to put there: `full` (`[REDACTED]`), `sha2`, `sha3`, or an object with "
                  "`type` (`text` takes `replacement`, hashes take `variant` and `encoding`).")
             .literal()},
    .returns = kinds::bytes | kinds::container,
    .type = [](const CallTypes& types) { return types[0]; },
    .examples =
        {{"Numbers", R"(redact("my id is 123456", filters: [r'\d+']))", R"("my id is [REDACTED]")"},
         {"All texts of an object",
          R"(redact({"name": "Jane, 123-45-6789"}, filters: ["us_social_security_number"]))",
          R"({ "name": "Jane, [REDACTED]" })"},
         {"Another text",
          R"(redact("a1b", filters: [r'\d'], redactor: {"type": "text", "replacement": "*"}))",
          R"("a*b")"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(redact_function);
}  // namespace engine::vrl
