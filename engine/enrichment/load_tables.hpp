#pragma once

#include <cstdint>
#include <memory>

#include "engine/config/configuration.hpp"
#include "engine/enrichment/table.hpp"

namespace engine::enrichment {

/// Whether the tables' files are read. Tables whose files are left alone have every column, and
/// look-ups in them fail: enough to compile programs.
enum class TableFiles : std::uint8_t { Read, Leave };

/// The tables of a configuration; what is wrong with them or their files is reported.
[[nodiscard]] std::shared_ptr<const Tables> load_tables(const config::Configuration& configuration,
                                                        TableFiles files,
                                                        config::Problems& problems);

}  // namespace engine::enrichment
