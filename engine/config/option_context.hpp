#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/config/node.hpp"
#include "engine/diagnostic/diagnostic.hpp"
#include "engine/diagnostic/error.hpp"

namespace engine::config {

class Problems;

/// Where the reading of options reports what is wrong: every problem is collected, none ends the
/// reading. Lives on the stack of one configuration check; one thread.
class OptionContext {
public:
    /// `path` names the component in messages ("sinks.out"); `problems` is borrowed.
    OptionContext(std::string path, Problems& problems)
        : path_(std::move(path)), problems_(&problems) {}

    void error(const Location& location, std::string message, std::string hint = {});
    void warning(const Location& location, std::string message, std::string hint = {});

    /// A diagnostic whose labels are places in `file` (null: of the whole configuration).
    void add(const SourceText* file, Diagnostic diagnostic);

    /// "invalid type: string \"x\", expected an integer"; returns false for `return`.
    bool wrong_type(const Node& node, std::string_view expected);
    /// "invalid value: integer `0`, expected …"; returns false for `return`.
    bool wrong_value(const Node& node, std::string_view expected);
    /// "unknown variant `x`, expected one of …" with "did you mean"; returns false.
    bool unknown_variant(const Node& node, const std::vector<std::string>& names);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool has_errors() const { return errors_ > 0; }
    [[nodiscard]] std::size_t errors() const { return errors_; }

private:
    friend class OptionPath;
    std::string path_;
    Problems* problems_;
    std::size_t errors_ = 0;
};

/// Appends ".key" (or "[index]") to the path of a context for as long as it lives.
class OptionPath {
public:
    OptionPath(OptionContext& context, std::string_view key);
    OptionPath(OptionContext& context, std::size_t index);
    ~OptionPath() { context_.path_.resize(length_); }
    OptionPath(const OptionPath&) = delete;
    OptionPath& operator=(const OptionPath&) = delete;

private:
    OptionContext& context_;
    std::size_t length_;
};

/// Keys that readers of one table know, in the order of declaration. What is left in the table is
/// an unknown field.
class KnownKeys {
public:
    /// A key to show in "expected one of".
    void add(std::string_view name) { names_.emplace_back(name); }
    /// A key accepted without being shown (aliases, deprecated names).
    void accept(std::string_view name) { hidden_.emplace_back(name); }
    [[nodiscard]] bool contains(std::string_view name) const;
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

    /// Reports each key of `table` that no reader knows.
    enum class Unknown { Error, Warning };
    bool report_unknown(const Node& table, OptionContext& context, Unknown policy) const;

private:
    std::vector<std::string> names_;
    std::vector<std::string> hidden_;
};

}  // namespace engine::config
