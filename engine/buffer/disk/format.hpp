#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The bytes of the disk buffer's files; FORMAT.md is the authority. Pure functions, any thread.
namespace engine::buffer::disk {

inline constexpr std::uint32_t format_version = 1;
inline constexpr std::size_t segment_header_size = 64;
inline constexpr std::size_t record_header_size = 64;
inline constexpr std::size_t page_size = 4096;
/// Largest payload: lengths are 32 bits, and half of that is beyond reason already.
inline constexpr std::uint64_t max_payload = std::uint64_t{1} << 31;

/// Identity of a segment; rises with time, never used twice in a buffer.
enum class SegmentId : std::uint64_t {};

[[nodiscard]] constexpr std::uint64_t value_of(SegmentId id) {
    return static_cast<std::uint64_t>(id);
}
[[nodiscard]] constexpr SegmentId after(SegmentId id) {
    return SegmentId{value_of(id) + 1};
}

/// A place in the log: where a record begins, or where the last one ended.
struct Position {
    SegmentId segment{};
    std::uint64_t offset = 0;
    auto operator<=>(const Position&) const = default;
};

/// First bytes of a segment file.
struct SegmentHeader {
    std::uint32_t version = format_version;
    std::uint32_t salt = 0;
    SegmentId id{};
    std::uint64_t first_number = 0;
    std::uint64_t first_sequence = 0;
};

enum RecordFlags : std::uint32_t { compressed = 1, end_of_segment = 2 };

/// First bytes of a record.
struct RecordHeader {
    std::uint32_t flags = 0;
    SegmentId segment{};
    std::uint64_t number = 0;
    std::uint64_t sequence = 0;
    std::uint32_t events = 0;
    std::uint32_t length = 0;
    std::uint32_t raw_length = 0;
    std::uint32_t salt = 0;
    std::uint64_t payload_checksum = 0;
};

using SegmentHeaderBytes = std::span<char, segment_header_size>;
using RecordHeaderBytes = std::span<char, record_header_size>;

void encode(const SegmentHeader& header, SegmentHeaderBytes out);
void encode(const RecordHeader& header, RecordHeaderBytes out);
/// None when magic or checksum are wrong; the version is the caller's to judge.
[[nodiscard]] std::optional<SegmentHeader> decode_segment_header(std::string_view bytes);
[[nodiscard]] std::optional<RecordHeader> decode_record_header(std::string_view bytes);
/// Cheap test before decoding: does a record header of this segment begin here? Needs 16 bytes.
[[nodiscard]] bool looks_like_record(const char* bytes, SegmentId segment);

[[nodiscard]] std::uint64_t checksum(std::string_view bytes);

/// Bytes that a payload of `length` takes in a segment: header, payload, padding.
[[nodiscard]] constexpr std::uint64_t record_size(std::uint64_t length) {
    return record_header_size + ((length + 7) & ~std::uint64_t{7});
}

/// What a file in the folder is, by its name.
enum class FileKind { Segment, Spare, Ledger, LedgerNew, Lock, Foreign, Other };
struct FileName {
    FileKind kind = FileKind::Other;
    SegmentId id{};
};
[[nodiscard]] FileName parse_file_name(std::string_view name);
[[nodiscard]] std::string segment_name(SegmentId id);
[[nodiscard]] std::string spare_name(SegmentId id);

/// Little-endian fields at `bytes`; no alignment needed.
template <typename T>
[[nodiscard]] T load(const char* bytes);
template <typename T>
void store(char* bytes, T value);

extern template std::uint32_t load<std::uint32_t>(const char*);
extern template std::uint64_t load<std::uint64_t>(const char*);
extern template void store<std::uint32_t>(char*, std::uint32_t);
extern template void store<std::uint64_t>(char*, std::uint64_t);

}  // namespace engine::buffer::disk
