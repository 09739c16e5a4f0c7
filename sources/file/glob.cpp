#include "sources/file/glob.hpp"

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

namespace engine::sources::file {

namespace {

constexpr std::size_t deepest_folder = 128;

/// Walks one pattern component by component. Lives for one expansion.
class Walk {
public:
    explicit Walk(std::vector<std::string>& found) : found_(found) {}

    void run(const std::string& pattern) {
        std::size_t begin = pattern.find_first_not_of('/');
        const std::string base = begin == 0 ? "" : "/";
        while (begin != std::string::npos) {
            const std::size_t end = pattern.find('/', begin);
            components_.push_back(pattern.substr(begin, end - begin));
            begin = end == std::string::npos ? end : pattern.find_first_not_of('/', end);
        }
        if (!components_.empty()) {
            descend(base, 0, 0);
        }
    }

private:
    /// `base` is empty or ends with a slash.
    void descend(const std::string& base, std::size_t component, std::size_t depth) {
        const std::string& text = components_[component];
        if (text == "**") {
            any_folders(base, component, depth);
        } else if (text.find_first_of("*?[") == std::string::npos) {
            step(base + text, component, depth);
        } else {
            for (const std::string& name : names_in(base)) {
                if (::fnmatch(text.c_str(), name.c_str(), FNM_NOESCAPE) == 0) {
                    step(base + name, component, depth);
                }
            }
        }
    }

    void any_folders(const std::string& base, std::size_t component, std::size_t depth) {
        const bool last = component + 1 == components_.size();
        if (!last) {
            descend(base, component + 1, depth);
        }
        if (depth == deepest_folder) {
            return;
        }
        for (const std::string& name : names_in(base)) {
            struct stat status{};
            const std::string path = base + name;
            if (::lstat(path.c_str(), &status) != 0) {
                continue;
            }
            if (last) {
                found_.push_back(path);
            }
            if (S_ISDIR(status.st_mode)) {
                any_folders(path + '/', component, depth + 1);
            }
        }
    }

    /// `path` matches the components so far.
    void step(const std::string& path, std::size_t component, std::size_t depth) {
        struct stat status{};
        if (::stat(path.c_str(), &status) != 0) {
            return;
        }
        if (component + 1 == components_.size()) {
            found_.push_back(path);
        } else if (S_ISDIR(status.st_mode)) {
            descend(path + '/', component + 1, depth);
        }
    }

    static std::vector<std::string> names_in(const std::string& base) {
        std::vector<std::string> names;
        const std::unique_ptr<DIR, int (*)(DIR*)> folder(
            ::opendir(base.empty() ? "." : base.c_str()), ::closedir);
        if (folder == nullptr) {
            return names;
        }
        while (const dirent* entry = ::readdir(folder.get())) {
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") {
                names.emplace_back(name);
            }
        }
        return names;
    }

    std::vector<std::string>& found_;
    std::vector<std::string> components_;
};

}  // namespace

std::vector<std::string> paths_matching(const std::vector<std::string>& patterns) {
    std::vector<std::string> found;
    for (const std::string& pattern : patterns) {
        Walk(found).run(pattern);
    }
    std::ranges::sort(found);
    const auto [first, last] = std::ranges::unique(found);
    found.erase(first, last);
    return found;
}

bool path_matches(const std::string& path, const std::string& pattern) {
    if (::fnmatch(pattern.c_str(), path.c_str(), FNM_NOESCAPE) == 0) {
        return true;
    }
    // `a/**/b` also stands for `a/b`.
    const std::size_t folders = pattern.find("**/");
    return folders != std::string::npos &&
           path_matches(path, pattern.substr(0, folders) + pattern.substr(folders + 3));
}

}  // namespace engine::sources::file
