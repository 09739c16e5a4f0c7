#include "sources/file/fingerprint.hpp"

#include <algorithm>
#include <array>

namespace engine::sources::file {

namespace {

constexpr std::uint64_t polynomial = 0x42F0'E1EB'A9EA'3693;

constexpr std::array<std::uint64_t, 256> make_table() {
    std::array<std::uint64_t, 256> table{};
    for (std::uint64_t byte = 0; byte < table.size(); ++byte) {
        std::uint64_t value = byte << 56;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 63) != 0 ? (value << 1) ^ polynomial : value << 1;
        }
        table[byte] = value;
    }
    return table;
}
constexpr std::array<std::uint64_t, 256> table = make_table();

/// Length of the first `lines` lines of `text`; `lines` becomes how many it lacks.
std::size_t cut_lines(std::string_view text, std::uint64_t& lines) {
    std::size_t end = 0;
    while (lines > 0) {
        const std::size_t found = text.find('\n', end);
        if (found == std::string_view::npos) {
            return text.size();
        }
        end = found + 1;
        --lines;
    }
    return end;
}

}  // namespace

std::uint64_t crc64(std::string_view bytes, std::uint64_t initial) {
    std::uint64_t crc = initial;
    for (const char byte : bytes) {
        crc = table[(crc >> 56) ^ static_cast<unsigned char>(byte)] ^ (crc << 8);
    }
    return crc;
}

Result<std::optional<Fingerprint>> fingerprint_of(Content& content,
                                                  const FingerprintOptions& options,
                                                  std::uint64_t max_line_bytes) {
    if (options.strategy == FingerprintStrategy::DeviceAndInode) {
        const struct stat status = content.status();
        return Fingerprint{FingerprintStrategy::DeviceAndInode, status.st_dev, status.st_ino};
    }
    std::array<char, 4096> chunk{};
    std::uint64_t position = options.ignored_header_bytes;
    std::uint64_t room = max_line_bytes;
    std::uint64_t lines = options.lines;
    std::uint64_t crc = 0;
    while (lines > 0 && room > 0) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), room));
        const std::size_t count = ENGINE_TRY(content.read(position, {chunk.data(), wanted}));
        if (count == 0) {
            return std::optional<Fingerprint>();
        }
        const std::size_t used = cut_lines({chunk.data(), count}, lines);
        crc = crc64({chunk.data(), used}, crc);
        position += used;
        room -= used;
    }
    return Fingerprint{FingerprintStrategy::Checksum, crc, 0};
}

}  // namespace engine::sources::file
