#pragma once

#include <string>
#include <string_view>

namespace engine::io {

/// RFC 4648 base64, standard alphabet, padded.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace engine::io
