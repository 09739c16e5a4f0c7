#pragma once

#include <expected>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/captures.hpp"
#include "engine/vrl/time_pattern.hpp"

namespace engine::vrl {

/// A kind of log line: a regular expression whose named groups become fields. A group that took no
/// part is left out. Immutable; constants of process lifetime.
class LogFormat {
public:
    enum class FieldKind : std::uint8_t { Text, Integer, Float, Time };
    struct Field {
        std::string_view name;
        FieldKind kind;
    };

    /// Fills the groups of a line; false where it leaves that to the pattern.
    using Split = bool (*)(std::string_view line, std::span<std::string_view> groups);

    /// Fields that are not listed are text. `split` is quicker than the pattern, which remains the
    /// definition: it finds the same in lines that it takes.
    LogFormat(std::string_view pattern, std::vector<Field> fields, Split split = nullptr);

    /// The object of a line's fields; null where the line is not of this format; failure where a
    /// field can't be converted.
    [[nodiscard]] std::optional<Value> parse(Call& call, std::string_view line,
                                             const TimePattern& times) const;

    /// Type of the object: the named fields are in every line, others may be null.
    [[nodiscard]] Type type(std::initializer_list<std::string_view> always) const;

    [[nodiscard]] const regex::Regex& pattern() const { return *regex_; }
    [[nodiscard]] Split split() const { return split_; }

private:
    [[nodiscard]] Value object(Call& call, std::span<const std::string_view> groups,
                               const TimePattern& times) const;
    [[nodiscard]] Value convert(Call& call, std::size_t group, std::string_view text,
                                const TimePattern& times) const;

    std::shared_ptr<const regex::Regex> regex_;
    std::vector<FieldKind> kinds_;
    Split split_;
};

}  // namespace engine::vrl
