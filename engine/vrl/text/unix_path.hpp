#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace engine::vrl {

/// The components of a path: `/` for the root, names, `..`, and a leading `.`; repeated slashes and
/// other dots are none. Views into `path`.
[[nodiscard]] inline std::vector<std::string_view> path_components(std::string_view path) {
    std::vector<std::string_view> components;
    if (path.starts_with('/')) {
        components.push_back(path.substr(0, 1));
    }
    for (std::size_t begin = 0; begin < path.size();) {
        const std::size_t slash = path.find('/', begin);
        const std::size_t end = slash == std::string_view::npos ? path.size() : slash;
        const std::string_view name = path.substr(begin, end - begin);
        if (!name.empty() && (name != "." || begin == 0)) {
            components.push_back(name);
        }
        begin = end + 1;
    }
    return components;
}

}  // namespace engine::vrl
