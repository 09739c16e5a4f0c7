#pragma once

#include <sys/un.h>

#include <cstdint>
#include <optional>
#include <string>

#include "engine/diagnostic/error.hpp"

namespace engine::io {

[[nodiscard]] Result<sockaddr_un> unix_address(const std::string& path);

/// Binds a Unix socket to a path. The file that a process which was killed has left there is
/// replaced; one that somebody listens on, or that is no socket, is not.
[[nodiscard]] Result<void> bind_unix(int descriptor, const std::string& path,
                                     std::optional<std::uint32_t> file_mode);

}  // namespace engine::io
