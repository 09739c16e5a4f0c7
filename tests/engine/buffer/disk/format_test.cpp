#include "engine/buffer/disk/format.hpp"

#include <gtest/gtest.h>

#include "engine/buffer/disk/delivery_window.hpp"
#include "engine/buffer/disk/ledger.hpp"
#include "engine/buffer/disk/segment_store.hpp"

namespace engine::buffer::disk {
namespace {

std::string hex(std::string_view bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i > 0 && i % 16 == 0)
            text += '\n';
        text += fmt::format("{:02x}", static_cast<unsigned char>(bytes[i]));
    }
    return text;
}

TEST(DiskFormat, RecordIsTheWorkedExampleOfFormatMd) {
    std::array<char, record_header_size> bytes;
    encode(RecordHeader{.segment = SegmentId{3},
                        .number = 7,
                        .sequence = 20,
                        .events = 2,
                        .length = 5,
                        .raw_length = 5,
                        .salt = 0x11223344,
                        .payload_checksum = checksum("hello")},
           bytes);
    EXPECT_EQ(hex({bytes.data(), bytes.size()}),
              "52454331000000000300000000000000\n"
              "07000000000000001400000000000000\n"
              "02000000050000000500000044332211\n"
              "fddc625c55e85595ef27da09e8d01fa2");
    const auto header = decode_record_header({bytes.data(), bytes.size()});
    ASSERT_TRUE(header.has_value());
    EXPECT_EQ(header->number, 7u);
    EXPECT_EQ(header->sequence, 20u);
    EXPECT_EQ(header->length, 5u);
    EXPECT_TRUE(looks_like_record(bytes.data(), SegmentId{3}));
    EXPECT_FALSE(looks_like_record(bytes.data(), SegmentId{4}));
}

TEST(DiskFormat, EveryFlippedBitOfAHeaderIsNoticed) {
    std::array<char, record_header_size> record;
    encode(RecordHeader{.segment = SegmentId{1}, .number = 1, .events = 1}, record);
    std::array<char, segment_header_size> segment;
    encode(SegmentHeader{.salt = 5, .id = SegmentId{1}}, segment);
    for (std::size_t bit = 0; bit < record_header_size * 8; ++bit) {
        record[bit / 8] = static_cast<char>(record[bit / 8] ^ (1 << (bit % 8)));
        segment[bit / 8] = static_cast<char>(segment[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(decode_record_header({record.data(), record.size()}).has_value()) << bit;
        EXPECT_FALSE(decode_segment_header({segment.data(), segment.size()}).has_value()) << bit;
        record[bit / 8] = static_cast<char>(record[bit / 8] ^ (1 << (bit % 8)));
        segment[bit / 8] = static_cast<char>(segment[bit / 8] ^ (1 << (bit % 8)));
    }
}

TEST(DiskFormat, FileNamesAreExact) {
    EXPECT_EQ(segment_name(SegmentId{0xab}), "segment-00000000000000ab");
    EXPECT_EQ(parse_file_name("segment-00000000000000ab").id, SegmentId{0xab});
    EXPECT_EQ(parse_file_name("spare-00000000000000ab").kind, FileKind::Spare);
    EXPECT_EQ(parse_file_name("segment-ab").kind, FileKind::Other);
    EXPECT_EQ(parse_file_name("segment-00000000000000ag").kind, FileKind::Other);
    EXPECT_EQ(parse_file_name("lost+found").kind, FileKind::Other);
    EXPECT_EQ(parse_file_name("buffer.db").kind, FileKind::Foreign);
}

TEST(DiskLedger, SlotSurvivesARoundTripAndNoFlippedBit) {
    const LedgerState state{.position = {SegmentId{4}, 640},
                            .number = 70,
                            .sequence = 200,
                            .next_number = 90,
                            .next_sequence = 300,
                            .finished_events = 3,
                            .words = {5, 6, 7}};
    std::string slot = encode_slot(state, 12);
    const auto decoded = decode_slot(slot);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->generation, 12u);
    EXPECT_EQ(decoded->state.position, state.position);
    EXPECT_EQ(decoded->state.words, state.words);
    EXPECT_EQ(decoded->state.next_sequence, 300u);
    for (std::size_t bit = 0; bit < slot.size() * 8; ++bit) {
        slot[bit / 8] = static_cast<char>(slot[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(decode_slot(slot).has_value()) << bit;
        slot[bit / 8] = static_cast<char>(slot[bit / 8] ^ (1 << (bit % 8)));
    }
}

InFlight record(std::uint64_t number) {
    return {.number = number,
            .sequence = number * 10,
            .events = 10,
            .bytes = 100,
            .start = {SegmentId{1}, number * 100}};
}

TEST(DeliveryWindow, PositionIsTheOldestUnfinishedRecord) {
    DeliveryWindow window;
    for (std::uint64_t n = 1; n <= 5; ++n)
        EXPECT_TRUE(window.admit(record(n)));
    EXPECT_EQ(window.finish(3), 10u);
    EXPECT_EQ(window.finish(3), std::nullopt);
    EXPECT_EQ(window.finish(1), 10u);
    LedgerState state;
    window.describe(state);
    EXPECT_EQ(state.number, 2u);
    EXPECT_EQ(state.position.offset, 200u);
    EXPECT_EQ(state.words, (std::vector<std::uint64_t>{1 << 3}));
    EXPECT_EQ(state.finished_events, 10u);
}

TEST(DeliveryWindow, RestoredMarksCountWhenTheirRecordIsMet) {
    DeliveryWindow window;
    window.restore({.number = 100, .finished_events = 20, .words = {std::uint64_t{3} << 40}});
    for (std::uint64_t n = 100; n < 110; ++n) {
        EXPECT_EQ(window.admit(record(n)), n != 104 && n != 105) << n;
    }
}

TEST(DeliveryWindow, MarksOfLostRecordsDoNotHitLaterOnes) {
    DeliveryWindow window;
    window.restore({.number = 64, .finished_events = 10, .words = {2}});  // 65 is marked
    EXPECT_TRUE(window.admit(record(64)));
    EXPECT_TRUE(window.admit(record(66)));  // 65 is damaged
    window.finish(64);
    window.finish(66);
    const std::uint64_t same_bit = 65 + max_ledger_words * 64;
    for (std::uint64_t n = 67; n <= same_bit; ++n) {
        ASSERT_TRUE(window.admit(record(n))) << n;
        window.finish(n);
    }
    EXPECT_TRUE(window.empty());
}

TEST(DeliveryWindow, IsFullByRecordsBytesAndReach) {
    DeliveryWindow window;
    for (std::uint64_t n = 1; n <= window_records; ++n) {
        EXPECT_FALSE(window.full());
        EXPECT_TRUE(window.admit(record(n)));
    }
    EXPECT_TRUE(window.full());
    EXPECT_FALSE(window.reaches(window_records + 1));
    window.finish(1);
    EXPECT_FALSE(window.full());
    EXPECT_TRUE(window.reaches(window_records + 1));
    DeliveryWindow large;
    InFlight big = record(1);
    big.bytes = window_bytes;
    EXPECT_TRUE(large.admit(big));
    EXPECT_TRUE(large.full());
}

TEST(SegmentCapacity, FollowsMaxSizeRoomAndRecord) {
    EXPECT_EQ(segment_size_for(std::uint64_t{10} << 30), std::uint64_t{64} << 20);
    EXPECT_EQ(segment_size_for(1 << 20), 128u << 10);
    EXPECT_EQ(new_capacity(4096, 100'000, 100), 4096u);
    EXPECT_EQ(new_capacity(4096, 100'000, 10'000), 10'128u);
    EXPECT_EQ(new_capacity(4096, 2000, 100), 2000u);
    EXPECT_EQ(new_capacity(4096, 900, 100), std::nullopt);
    EXPECT_EQ(new_capacity(4096, 100'000, 100'000), std::nullopt);
}

}  // namespace
}  // namespace engine::buffer::disk
