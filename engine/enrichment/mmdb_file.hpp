#pragma once

#include <maxminddb.h>

#include <memory>
#include <string>
#include <string_view>

#include "engine/diagnostic/error.hpp"
#include "engine/event/value.hpp"

namespace engine::enrichment {

/// An open MaxMind database, mapped into memory. Immutable; any thread.
class MmdbFile {
public:
    [[nodiscard]] static Result<std::shared_ptr<const MmdbFile>> open(const std::string& path);
    ~MmdbFile();
    MmdbFile(const MmdbFile&) = delete;
    MmdbFile& operator=(const MmdbFile&) = delete;

    /// Such as `GeoLite2-City`.
    [[nodiscard]] std::string_view type() const { return database_.metadata.database_type; }
    /// What the database holds for the address, copied into `arena`; null when that is nothing. The
    /// error says that it is no address, or that the file is damaged.
    [[nodiscard]] Result<Value> find(std::string_view address, Arena& arena) const;

private:
    MmdbFile() = default;
    MMDB_s database_{};
};

}  // namespace engine::enrichment
