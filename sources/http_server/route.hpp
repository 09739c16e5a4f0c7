#pragma once

#include <string>
#include <string_view>

#include "sources/http_server/options.hpp"

namespace engine::sources::http_server {

/// Whether a request's method and path are the configured ones. Immutable; any thread.
class Route {
public:
    explicit Route(const Options& options);

    enum class Match {
        Accepted,
        OtherMethodOrPath,  // 405, as the reference answers both
        LongerPath,         // 404: below the path, which is strict
    };
    [[nodiscard]] Match match(std::string_view method, std::string_view path) const;

private:
    std::string method_;  // empty: any
    std::string path_;    // without a slash at its end
    bool strict_;
};

}  // namespace engine::sources::http_server
