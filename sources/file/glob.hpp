#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine::sources::file {

/// The files and folders whose paths match, sorted, each once. A pattern's components know `*`, `?`
/// and `[…]` (`[!…]`), which match leading dots too; the component `**` stands for any number of
/// folders, links to folders not followed. Blocks on the file system.
[[nodiscard]] std::vector<std::string> paths_matching(const std::vector<std::string>& patterns);

/// Whether the whole path matches; here `*` matches slashes too.
[[nodiscard]] bool path_matches(const std::string& path, const std::string& pattern);

}  // namespace engine::sources::file
