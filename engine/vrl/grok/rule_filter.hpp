#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "engine/event/container.hpp"
#include "engine/vrl/grok/rule_syntax.hpp"

namespace engine::vrl {

/// What is done with the text that a rule's element has found. Immutable.
class RuleFilter {
public:
    /// The error is the reference's text.
    [[nodiscard]] static std::expected<std::shared_ptr<const RuleFilter>, std::string> make(
        const RuleFunction& function);
    virtual ~RuleFilter() = default;
    RuleFilter(const RuleFilter&) = delete;
    RuleFilter& operator=(const RuleFilter&) = delete;

    /// The value instead of `value`, whose bytes are in the arena; none where it does not fit.
    [[nodiscard]] virtual std::optional<Value> apply(const Value& value, Arena& arena) const = 0;

protected:
    RuleFilter() = default;
};

/// The filter that makes milliseconds of a date; `function` has its format and may have a zone.
/// `regex` becomes what such dates look like.
[[nodiscard]] std::expected<std::shared_ptr<const RuleFilter>, std::string> make_date_filter(
    const RuleFunction& function, std::string& regex);

}  // namespace engine::vrl
