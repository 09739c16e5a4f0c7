#pragma once

#include <string>
#include <string_view>

#include "engine/diagnostic/error.hpp"

namespace engine::file_sink {

/// Where rendered paths may lie. Immutable; any thread.
///
/// The folder that the operator wrote (`base_dir`, else the folders that stand literally at the
/// beginning of the template) can't be left by what events say: behind it no component of a path
/// may be `..`, so that not even a symbolic link inside makes it lead elsewhere.
class ConfinedPath {
public:
    enum class Absolute { Refused, Allowed };

    /// `base_dir` may be empty. `literal` is what stands in the template before the first field.
    /// `absolute` says whether a template that begins with a field may render to `/…`.
    ConfinedPath(std::string base_dir, std::string_view literal, Absolute absolute);

    /// Turns a rendered path into the one to open; an error when it lies outside.
    [[nodiscard]] Result<void> confine(std::string& rendered) const;

    [[nodiscard]] const std::string& base() const { return base_; }

private:
    std::string base_;  // empty, or ends with a slash
    bool joins_ = false;
    Absolute absolute_;
};

}  // namespace engine::file_sink
