#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <latch>

#include "engine/buffer/disk/disk_buffer.hpp"
#include "tests/engine/buffer/disk/disk_buffer_driver.hpp"
#include "tests/engine/buffer/disk/fault_file_system.hpp"

namespace engine::buffer::disk {
namespace {

using namespace testing;
using Append = DiskBuffer::Append;

constexpr std::uint64_t kibibyte = 1024;
const std::filesystem::path folder = "/buffer";

std::unique_ptr<DiskBuffer> open(FaultFileSystem& files, std::uint64_t max_size = 256 * kibibyte,
                                 bool compress = false,
                                 std::chrono::milliseconds sync_interval = {}) {
    auto buffer = DiskBuffer::open({.folder = folder,
                                    .max_size = max_size,
                                    .sync_interval = sync_interval,
                                    .compress = compress},
                                   files);
    return buffer ? std::move(*buffer) : nullptr;
}

/// What a run did, for judging the run after it.
struct History {
    Answers answers;
    std::set<std::uint64_t> finished;
    std::uint64_t next_id = 0;
};

/// After an outage: everything stored and not finished is there, in order, intact.
void expect_nothing_lost(FaultFileSystem& files, History& history, const std::string& what) {
    const auto buffer = open(files);
    ASSERT_NE(buffer, nullptr) << what;
    std::set<std::uint64_t> seen;
    std::int64_t last = -1;
    while (const auto record = buffer->next()) {
        const std::int64_t id = id_of(record->payload.view());
        ASSERT_LT(last, id) << what << ": out of order or not intact";
        ASSERT_LT(static_cast<std::uint64_t>(id), history.next_id) << what;
        last = id;
        seen.insert(static_cast<std::uint64_t>(id));
        buffer->finish(record->id);
    }
    for (const std::uint64_t id : history.answers.stored()) {
        ASSERT_TRUE(seen.contains(id) || history.finished.contains(id))
            << what << ": record " << id << " was stored and is lost";
    }
}

/// A fixed run with segment changes, spares, out-of-order finishing and a reopening.
void fixed_run(FaultFileSystem& files, History& history) {
    for (int session = 0; session < 2; ++session) {
        const auto buffer = open(files);
        if (!buffer)
            return;
        std::vector<RecordId> held;
        for (int i = 0; i < 60; ++i) {
            const std::uint64_t id = history.next_id++;
            append_now(*buffer, history.answers, id, 500 + 97 * (id % 40));
            if (i % 3 != 2)
                continue;
            for (int n = 0; n < 3; ++n) {
                if (const auto record = buffer->next()) {
                    const auto read = static_cast<std::uint64_t>(id_of(record->payload.view()));
                    if (read % 7 == 0) {
                        held.push_back(record->id);
                        continue;
                    }
                    history.finished.insert(read);
                    buffer->finish(record->id);
                }
            }
        }
    }
}

class CrashAtEveryPoint : public ::testing::TestWithParam<Outage> {};

TEST_P(CrashAtEveryPoint, LosesNothingStored) {
    std::uint64_t calls = 0;
    {
        FaultFileSystem files;
        History history;
        fixed_run(files, history);
        calls = files.calls();
        expect_nothing_lost(files, history, "without a crash");
    }
    ASSERT_GT(calls, 200u);
    for (std::uint64_t point = 0; point < calls; ++point) {
        FaultFileSystem files(point);
        History history;
        files.plan([point](Call call, std::uint64_t index) {
            return call != Call::Read && index == point ? Fault::Crash : Fault::None;
        });
        fixed_run(files, history);
        files.restart(GetParam());
        expect_nothing_lost(files, history, "crash at call " + std::to_string(point));
        if (HasFatalFailure())
            return;
    }
}

INSTANTIATE_TEST_SUITE_P(Outages, CrashAtEveryPoint,
                         ::testing::Values(Outage::Kill, Outage::PowerCut), [](const auto& info) {
                             return info.param == Outage::Kill ? "Kill" : "PowerCut";
                         });

TEST(DiskBufferFaults, SurvivesAnErrorAtEveryPoint) {
    for (std::uint64_t point = 0; point < 300; ++point) {
        FaultFileSystem files(point);
        History history;
        files.plan([point](Call call, std::uint64_t index) {
            return call != Call::Read && index == point ? Fault::Error : Fault::None;
        });
        fixed_run(files, history);
        // At most the records of one commit are refused: the next segment takes over.
        EXPECT_LE(history.answers.refused().size(), 1u) << point;
        files.restart(Outage::PowerCut);
        expect_nothing_lost(files, history, "error at call " + std::to_string(point));
        if (HasFatalFailure())
            return;
    }
}

TEST(DiskBufferFaults, FullDiskRefusesAndRecoversWithoutRestart) {
    FaultFileSystem files;
    files.disk_capacity(100 * kibibyte);
    const auto buffer = open(files, 1024 * kibibyte);
    ASSERT_NE(buffer, nullptr);
    Answers answers;
    std::uint64_t id = 0;
    while (append_now(*buffer, answers, id, 3000))
        ++id;
    EXPECT_GT(id, 15u);
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(append_now(*buffer, answers, id, 3000));
    EXPECT_LT(files.paths().size(), 8u) << "failed attempts leave no files behind";
    EXPECT_NE(buffer->stats().last_error.find("No space left"), std::string::npos);
    const std::vector<std::uint64_t> drained = drain(*buffer);
    EXPECT_EQ(drained, range(0, id));
    // The ledger frees the segments asynchronously; a retry is what clients do.
    bool stored = false;
    for (int attempt = 0; attempt < 1000 && !stored; ++attempt) {
        stored = append_now(*buffer, answers, 1000, 3000);
    }
    EXPECT_TRUE(stored);
    EXPECT_EQ(drain(*buffer), range(1000, 1001));
}

TEST(DiskBufferFaults, FailedSyncIsNotTrustedLater) {
    FaultFileSystem files;
    Answers answers;
    {
        const auto buffer = open(files);
        EXPECT_TRUE(append_now(*buffer, answers, 0));
        std::atomic<int> syncs = 0;
        files.plan([&](Call call, std::uint64_t) {
            return call == Call::Sync && syncs++ == 0 ? Fault::Error : Fault::None;
        });
        EXPECT_FALSE(append_now(*buffer, answers, 1));
        EXPECT_TRUE(append_now(*buffer, answers, 2));
        EXPECT_EQ(buffer->stats().write_errors, 1u);
        EXPECT_EQ(drain(*buffer, Then::Keep), (std::vector<std::uint64_t>{0, 2}));
        files.plan([&](Call, std::uint64_t) { return Fault::Crash; });
    }
    files.restart(Outage::PowerCut);
    const auto buffer = open(files);
    const std::vector<std::uint64_t> ids = drain(*buffer);
    EXPECT_EQ(ids.front(), 0u);
    EXPECT_EQ(ids.back(), 2u);
}

TEST(DiskBufferFaults, ReadErrorIsRetriedBeforeAnythingIsGivenUp) {
    FaultFileSystem files;
    Answers answers;
    {
        const auto buffer = open(files);
        for (std::uint64_t id = 0; id < 20; ++id)
            append_now(*buffer, answers, id);
    }
    const auto buffer = open(files);
    std::atomic<int> failures = 2;
    files.plan([&](Call call, std::uint64_t) {
        return call == Call::Read && failures-- > 0 ? Fault::Error : Fault::None;
    });
    std::latch readable(2);
    buffer->on_readable([&] { readable.count_down(); });
    std::vector<std::uint64_t> ids = drain(*buffer);
    EXPECT_TRUE(ids.empty());
    while (ids.empty())
        ids = drain(*buffer);
    EXPECT_EQ(ids, range(0, 20));
    EXPECT_EQ(buffer->stats().damaged_records, 0u);
}

/// Fills a buffer with records 0 … count-1, and closes it.
void fill(FaultFileSystem& files, std::uint64_t count) {
    Answers answers;
    const auto buffer = open(files);
    for (std::uint64_t id = 0; id < count; ++id)
        append_now(*buffer, answers, id, 300, 2);
}

TEST(DiskBufferFaults, FlippedBitCostsOneRecordAndIsCounted) {
    FaultFileSystem files;
    fill(files, 10);
    const std::string path = "/buffer/segment-0000000000000001";
    const std::size_t size = record_size(300);
    for (const std::size_t inside : {0u, 20u, 60u, 100u}) {  // header fields, then the payload
        std::string& bytes = files.bytes(path);
        const std::size_t at = segment_header_size + 4 * size + inside;
        bytes[at] = static_cast<char>(bytes[at] ^ 4);
        {
            const auto buffer = open(files);
            ASSERT_NE(buffer, nullptr);
            EXPECT_EQ(drain(*buffer, Then::Keep),
                      (std::vector<std::uint64_t>{0, 1, 2, 3, 5, 6, 7, 8, 9}));
            EXPECT_EQ(buffer->stats().damaged_records, 1u);
            EXPECT_EQ(buffer->stats().lost_events, 2u);
            EXPECT_EQ(buffer->stats().events, 18u);
        }
        files.bytes(path)[at] = static_cast<char>(files.bytes(path)[at] ^ 4);
    }
}

TEST(DiskBufferFaults, DamagedHeadersAndLedgerCostNothing) {
    FaultFileSystem files;
    fill(files, 200);
    for (const std::string& path : files.paths())
        files.bytes(path)[5] ^= 1;
    files.bytes("/buffer/ledger")[ledger_slot_stride + 20] ^= 1;
    const auto buffer = open(files);
    ASSERT_NE(buffer, nullptr);
    EXPECT_EQ(drain(*buffer), range(0, 200));
}

TEST(DiskBufferFaults, StartReadsHeadersAndTheLastSegmentOnly) {
    FaultFileSystem files;
    Answers answers;
    {
        const auto buffer = open(files, 8192 * kibibyte);  // segments of 1 MiB, read by 256 KiB
        for (std::uint64_t id = 0; id < 70; ++id)
            append_now(*buffer, answers, id, 100 * kibibyte);
    }
    std::atomic<int> reads = 0;
    files.plan([&](Call call, std::uint64_t) {
        if (call == Call::Read)
            ++reads;
        return Fault::None;
    });
    const auto buffer = open(files, 8192 * kibibyte);
    EXPECT_EQ(buffer->stats().events, 70u);
    // Ledger slots, seven headers and the last segment's again, at most ten records in it.
    EXPECT_LE(reads, 2 + 7 + 1 + 2 * 10 + 2);
    EXPECT_EQ(drain(*buffer), range(0, 70));
}

TEST(DiskBufferFaults, ForgedRecordInsideAPayloadIsNotTakenForOne) {
    FaultFileSystem files;
    std::array<char, record_header_size> forged;
    encode(
        RecordHeader{
            .segment = SegmentId{1}, .number = 9, .events = 1, .payload_checksum = checksum("")},
        forged);
    std::string payload(400, 'x');
    for (std::size_t at = 0; at + 64 <= payload.size(); at += 64) {
        payload.replace(at, 64, forged.data(), 64);
    }
    {
        const auto buffer = open(files);
        std::latch stored(1);
        buffer->append(SlabRef::copy_of(payload), 1,
                       [&](const Result<void>&) { stored.count_down(); });
        stored.wait();
        Answers answers;
        append_now(*buffer, answers, 7);
    }
    files.bytes("/buffer/segment-0000000000000001")[segment_header_size + 40] ^= 1;
    const auto buffer = open(files);
    EXPECT_EQ(drain(*buffer), range(7, 8));
}

TEST(DiskBufferFaults, DropsAroundARecordInFlightAreCountedOnce) {
    FaultFileSystem files;
    Answers answers;
    const auto buffer = open(files);
    std::uint64_t id = 0;
    while (id < 30)
        ASSERT_TRUE(append_now(*buffer, answers, id++, 4000));
    const auto first = buffer->next();
    ASSERT_TRUE(first);
    std::uint64_t dropped = *buffer->drop_oldest_segment();  // the one behind the reader's
    buffer->finish(first->id);
    dropped += *buffer->drop_oldest_segment();  // the rest of the reader's
    EXPECT_EQ(buffer->stats().events, 30 - 1 - dropped);
    EXPECT_EQ(drain(*buffer), range(1 + dropped, 30));
}

/// A power cut leaves an empty segment behind, and it cannot be removed: it stands between segments
/// with records, and does not say at which event it begins.
TEST(DiskBufferFaults, DroppingCountsEveryEventAlsoNextToAnEmptySegment) {
    FaultFileSystem files;
    Answers answers;
    std::uint64_t id = 0;
    {
        const auto buffer = open(files);
        while (id < 12)
            ASSERT_TRUE(append_now(*buffer, answers, id++, 4000));
    }
    SegmentId last{};
    for (const std::string& path : files.paths()) {
        const FileName name = parse_file_name(std::filesystem::path(path).filename().string());
        if (name.kind == FileKind::Segment)
            last = std::max(last, name.id);
    }
    ASSERT_TRUE(files.open(folder / segment_name(after(last)), OpenMode::Create));
    files.plan(
        [](Call call, std::uint64_t) { return call == Call::Remove ? Fault::Error : Fault::None; });
    const auto buffer = open(files);
    ASSERT_NE(buffer, nullptr);
    while (id < 24)
        ASSERT_TRUE(append_now(*buffer, answers, id++, 4000));
    std::uint64_t dropped = 0;
    while (const auto events = buffer->drop_oldest_segment())
        dropped += *events;
    EXPECT_EQ(buffer->stats().events, id - dropped);
    EXPECT_EQ(drain(*buffer), range(dropped, id));
    EXPECT_GT(dropped, 12u);
    EXPECT_EQ(buffer->stats().events, 0u);
    EXPECT_EQ(buffer->stats().lost_events, 0u);
}

TEST(DiskBufferFaults, RandomDamageNeverStopsTheBuffer) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        FaultFileSystem files(seed);
        std::mt19937_64 random(seed);
        fill(files, 150);
        for (const std::string& path : files.paths()) {
            std::string& bytes = files.bytes(path);
            if (bytes.empty() || random() % 3 == 0)
                continue;
            for (std::uint64_t n = random() % 4; n > 0; --n) {
                const std::size_t at = random() % bytes.size();
                bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
            }
            if (random() % 8 == 0)
                bytes.resize(random() % bytes.size());
            if (random() % 8 == 0) {
                const std::size_t at = random() % bytes.size();
                std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                            std::min<std::size_t>(bytes.size() - at, random() % 9000), '\0');
            }
        }
        const auto buffer = open(files);
        ASSERT_NE(buffer, nullptr) << seed;
        std::int64_t last = -1;
        std::uint64_t count = 0;
        while (const auto record = buffer->next()) {
            const std::int64_t id = id_of(record->payload.view());
            ASSERT_LT(last, id) << seed;
            last = id;
            ++count;
            buffer->finish(record->id);
        }
        const Stats stats = buffer->stats();
        EXPECT_GT(count, 40u) << seed;
        Answers answers;
        EXPECT_TRUE(append_soon(*buffer, answers, 1000)) << seed;
        EXPECT_EQ(drain(*buffer), range(1000, 1001)) << seed;
    }
}

}  // namespace
}  // namespace engine::buffer::disk
