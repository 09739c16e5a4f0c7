#include "engine/cli/config_watch.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

namespace engine::cli {

namespace {

std::string state_of(const std::vector<std::string>& names) {
    std::string state;
    for (const std::string& name : names) {
        struct stat file{};
        if (::stat(name.c_str(), &file) != 0) {
            state += "-;";
            continue;
        }
        state += fmt::format("{}:{}:{}:{}.{};", file.st_dev, file.st_ino, file.st_size,
                             file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
    }
    return state;
}

}  // namespace

ConfigWatch::ConfigWatch(const Arguments& arguments, std::vector<std::string> names)
    : names_(std::move(names)) {
    if (!arguments.watch_config) {
        return;
    }
    interval_ = arguments.watch_config_method == "poll"
                    ? std::chrono::seconds(arguments.watch_config_poll_interval_seconds)
                    : std::chrono::seconds(1);
    known_ = seen_ = state_of(names_);
}

bool ConfigWatch::changed() {
    const std::string state = state_of(names_);
    return std::exchange(seen_, state) == state && state != known_;
}

}  // namespace engine::cli
