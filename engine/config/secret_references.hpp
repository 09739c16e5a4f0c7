#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config/interpolation.hpp"

namespace engine::config {

/// `SECRET[backend.key]` in a configuration file.
struct SecretReference {
    std::string backend;
    std::string key;
    /// In the file as written.
    Location location;
};

/// Values of secrets by backend and key. Held only while files are read.
using SecretValues = std::map<std::pair<std::string, std::string>, std::string>;

/// Each reference outside comments. Backends are words; keys may also have `.`, `-` and `/`.
[[nodiscard]] std::vector<SecretReference> find_secret_references(const SourceText& file,
                                                                  const InterpolatedText& text,
                                                                  Syntax syntax);

/// Replaces those references that have a value; others stay. What is replaced is text like any
/// other: whoever writes the file puts it in quotes that the value does not end.
[[nodiscard]] InterpolatedText replace_secrets(InterpolatedText text, Syntax syntax,
                                               const SecretValues& values);

}  // namespace engine::config
