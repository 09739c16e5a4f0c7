#include "engine/buffer/disk/format.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <charconv>
#include <cstring>

namespace engine::buffer::disk {
namespace {

constexpr std::string_view segment_magic = "ENGSEGMT";
constexpr std::string_view record_magic = "REC1";
constexpr std::string_view segment_prefix = "segment-";
constexpr std::string_view spare_prefix = "spare-";
constexpr std::size_t checksum_offset = 56;

std::optional<SegmentId> parse_id(std::string_view digits) {
    std::uint64_t id = 0;
    if (digits.size() != 16)
        return std::nullopt;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + 16, id, 16);
    if (error != std::errc{} || end != digits.data() + 16)
        return std::nullopt;
    return SegmentId{id};
}

}  // namespace

template <typename T>
T load(const char* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    if constexpr (std::endian::native == std::endian::big)
        value = std::byteswap(value);
    return value;
}

template <typename T>
void store(char* bytes, T value) {
    if constexpr (std::endian::native == std::endian::big)
        value = std::byteswap(value);
    std::memcpy(bytes, &value, sizeof value);
}

template std::uint32_t load<std::uint32_t>(const char*);
template std::uint64_t load<std::uint64_t>(const char*);
template void store<std::uint32_t>(char*, std::uint32_t);
template void store<std::uint64_t>(char*, std::uint64_t);

std::uint64_t checksum(std::string_view bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

void encode(const SegmentHeader& header, SegmentHeaderBytes out) {
    char* p = out.data();
    std::memset(p, 0, out.size());
    std::memcpy(p, segment_magic.data(), segment_magic.size());
    store<std::uint32_t>(p + 8, header.version);
    store<std::uint32_t>(p + 12, header.salt);
    store<std::uint64_t>(p + 16, value_of(header.id));
    store<std::uint64_t>(p + 24, header.first_number);
    store<std::uint64_t>(p + 32, header.first_sequence);
    store<std::uint64_t>(p + checksum_offset, checksum({p, checksum_offset}));
}

std::optional<SegmentHeader> decode_segment_header(std::string_view bytes) {
    if (bytes.size() < segment_header_size || !bytes.starts_with(segment_magic)) {
        return std::nullopt;
    }
    const char* p = bytes.data();
    if (load<std::uint64_t>(p + checksum_offset) != checksum({p, checksum_offset})) {
        return std::nullopt;
    }
    return SegmentHeader{.version = load<std::uint32_t>(p + 8),
                         .salt = load<std::uint32_t>(p + 12),
                         .id = SegmentId{load<std::uint64_t>(p + 16)},
                         .first_number = load<std::uint64_t>(p + 24),
                         .first_sequence = load<std::uint64_t>(p + 32)};
}

void encode(const RecordHeader& header, RecordHeaderBytes out) {
    char* p = out.data();
    std::memcpy(p, record_magic.data(), record_magic.size());
    store<std::uint32_t>(p + 4, header.flags);
    store<std::uint64_t>(p + 8, value_of(header.segment));
    store<std::uint64_t>(p + 16, header.number);
    store<std::uint64_t>(p + 24, header.sequence);
    store<std::uint32_t>(p + 32, header.events);
    store<std::uint32_t>(p + 36, header.length);
    store<std::uint32_t>(p + 40, header.raw_length);
    store<std::uint32_t>(p + 44, header.salt);
    store<std::uint64_t>(p + 48, header.payload_checksum);
    store<std::uint64_t>(p + checksum_offset, checksum({p, checksum_offset}));
}

std::optional<RecordHeader> decode_record_header(std::string_view bytes) {
    if (bytes.size() < record_header_size || !bytes.starts_with(record_magic)) {
        return std::nullopt;
    }
    const char* p = bytes.data();
    if (load<std::uint64_t>(p + checksum_offset) != checksum({p, checksum_offset})) {
        return std::nullopt;
    }
    return RecordHeader{.flags = load<std::uint32_t>(p + 4),
                        .segment = SegmentId{load<std::uint64_t>(p + 8)},
                        .number = load<std::uint64_t>(p + 16),
                        .sequence = load<std::uint64_t>(p + 24),
                        .events = load<std::uint32_t>(p + 32),
                        .length = load<std::uint32_t>(p + 36),
                        .raw_length = load<std::uint32_t>(p + 40),
                        .salt = load<std::uint32_t>(p + 44),
                        .payload_checksum = load<std::uint64_t>(p + 48)};
}

bool looks_like_record(const char* bytes, SegmentId segment) {
    return std::memcmp(bytes, record_magic.data(), record_magic.size()) == 0 &&
           load<std::uint64_t>(bytes + 8) == value_of(segment);
}

FileName parse_file_name(std::string_view name) {
    if (name == "ledger")
        return {FileKind::Ledger};
    if (name == "ledger.new")
        return {FileKind::LedgerNew};
    if (name == "lock")
        return {FileKind::Lock};
    if (name == "buffer.db" || name.starts_with("buffer-data-"))
        return {FileKind::Foreign};
    if (name.starts_with(segment_prefix)) {
        if (const auto id = parse_id(name.substr(segment_prefix.size()))) {
            return {FileKind::Segment, *id};
        }
    }
    if (name.starts_with(spare_prefix)) {
        if (const auto id = parse_id(name.substr(spare_prefix.size()))) {
            return {FileKind::Spare, *id};
        }
    }
    return {FileKind::Other};
}

std::string segment_name(SegmentId id) {
    return fmt::format("{}{:016x}", segment_prefix, value_of(id));
}
std::string spare_name(SegmentId id) {
    return fmt::format("{}{:016x}", spare_prefix, value_of(id));
}

}  // namespace engine::buffer::disk
