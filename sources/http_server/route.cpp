#include "sources/http_server/route.hpp"

namespace engine::sources::http_server {

namespace {

std::string_view without_last_slash(std::string_view path) {
    return path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

}  // namespace

Route::Route(const Options& options)
    : method_(options.method == any_method ? "" : options.method), strict_(options.strict_path) {
    std::string_view path = options.path;
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    path_ = path.empty() || path.starts_with('/') ? std::string(path) : '/' + std::string(path);
}

Route::Match Route::match(std::string_view method, std::string_view path) const {
    if (!method_.empty() && method != method_) {
        return Match::OtherMethodOrPath;
    }
    if (!path.starts_with(path_)) {
        return Match::OtherMethodOrPath;
    }
    const std::string_view rest = path.substr(path_.size());
    if (!rest.empty() && !path_.empty() && rest.front() != '/') {
        return Match::OtherMethodOrPath;
    }
    return strict_ && !without_last_slash(rest).empty() ? Match::LongerPath : Match::Accepted;
}

}  // namespace engine::sources::http_server
