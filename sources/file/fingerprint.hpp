#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "sources/file/content.hpp"
#include "sources/file/options.hpp"

namespace engine::sources::file {

/// What a file is recognised by. A value.
struct Fingerprint {
    FingerprintStrategy strategy = FingerprintStrategy::Checksum;
    std::uint64_t first = 0;   // the checksum, or the device
    std::uint64_t second = 0;  // the inode
    friend auto operator<=>(const Fingerprint&, const Fingerprint&) = default;
};

/// CRC-64/ECMA-182, as in Vector's checkpoints, which therefore stay valid.
[[nodiscard]] std::uint64_t crc64(std::string_view bytes, std::uint64_t initial = 0);

/// The fingerprint of a file; nothing while it has too few whole lines. The checksum is of its
/// first lines, line feeds included, behind the ignored header; or of the first `max_line_bytes`
/// bytes, when those hold fewer lines.
[[nodiscard]] Result<std::optional<Fingerprint>> fingerprint_of(Content& content,
                                                                const FingerprintOptions& options,
                                                                std::uint64_t max_line_bytes);

}  // namespace engine::sources::file
