#pragma once

#include "engine/config/options.hpp"
#include "engine/io/tls.hpp"

namespace engine::component {

/// The `tls` table of sources and sinks.
[[nodiscard]] config::OptionTable<io::TlsOptions> tls_options();

}  // namespace engine::component
