#include "sinks/file/confined_path.hpp"

#include <fmt/format.h>

namespace engine::file_sink {

namespace {

bool goes_up(std::string_view path) {
    while (!path.empty()) {
        const std::size_t end = path.find('/');
        if (path.substr(0, end) == "..") {
            return true;
        }
        path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
    }
    return false;
}

}  // namespace

ConfinedPath::ConfinedPath(std::string base_dir, std::string_view literal, Absolute absolute)
    : base_(std::move(base_dir)), joins_(!base_.empty()), absolute_(absolute) {
    if (joins_) {
        while (base_.ends_with('/')) {
            base_.pop_back();
        }
        base_ += '/';
        return;
    }
    const std::size_t slash = literal.rfind('/');
    base_ = slash == std::string_view::npos ? "" : literal.substr(0, slash + 1);
}

Result<void> ConfinedPath::confine(std::string& rendered) const {
    const auto outside = [&] {
        return failure(fmt::format(
            "rendered path \"{}\" resolves outside the configured base directory \"{}\"", rendered,
            base_.empty() ? "." : base_));
    };
    if (rendered.find('\0') != std::string::npos) {
        return failure("rendered path contains a null byte");
    }
    if (rendered.starts_with('/') && base_.empty()) {
        return absolute_ == Absolute::Allowed && !goes_up(rendered) ? Result<void>() : outside();
    }
    if (joins_ && !rendered.starts_with('/')) {
        rendered.insert(0, base_);
    }
    if (!rendered.starts_with(base_) || goes_up(std::string_view(rendered).substr(base_.size()))) {
        return outside();
    }
    return {};
}

}  // namespace engine::file_sink
