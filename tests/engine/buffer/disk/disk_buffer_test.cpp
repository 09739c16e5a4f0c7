#include "engine/buffer/disk/disk_buffer.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <latch>
#include <map>
#include <system_error>
#include <thread>

#include "tests/engine/buffer/disk/disk_buffer_driver.hpp"

namespace engine::buffer::disk {
namespace {

using namespace testing;
namespace fs = std::filesystem;
using Append = DiskBuffer::Append;

constexpr std::uint64_t mebibyte = 1 << 20;

/// A buffer in a temporary folder on the real file system.
class DiskBufferOnDisk : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "disk_buffer_XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        root_ = pattern;
        options_ = {.folder = root_ / "engine" / "buffer" / "sink", .max_size = mebibyte};
    }
    void TearDown() override { fs::remove_all(root_); }

    std::unique_ptr<DiskBuffer> open() {
        auto buffer = DiskBuffer::open(options_);
        EXPECT_TRUE(buffer.has_value()) << buffer.error().message;
        return std::move(*buffer);
    }
    /// Names and sizes; the writer may rename and remove meanwhile.
    std::map<std::string, std::uint64_t> segments() const {
        std::map<std::string, std::uint64_t> sizes;
        for (const auto& entry : fs::directory_iterator(options_.folder)) {
            const std::string name = entry.path().filename().string();
            const FileKind kind = parse_file_name(name).kind;
            std::error_code gone;
            const std::uint64_t size = entry.file_size(gone);
            const bool counts = kind == FileKind::Segment || kind == FileKind::Spare;
            if (counts && !gone)
                sizes[name] = size;
        }
        return sizes;
    }
    std::uint64_t segment_bytes() const {
        auto sizes = segments();
        for (auto again = segments(); again != sizes; again = segments())
            sizes = again;
        std::uint64_t sum = 0;
        for (const auto& [name, size] : sizes)
            sum += size;
        return sum;
    }

    fs::path root_;
    Options options_;
    Answers answers_;
};

TEST_F(DiskBufferOnDisk, GivesBackRecordsInOrder) {
    const auto buffer = open();
    EXPECT_FALSE(buffer->next().has_value());
    for (std::uint64_t id = 0; id < 50; ++id)
        EXPECT_EQ(append(*buffer, answers_, id), Append::Queued);
    answers_.wait();
    EXPECT_EQ(buffer->stats().events, 50u);
    EXPECT_EQ(drain(*buffer), range(0, 50));
    EXPECT_EQ(buffer->stats().events, 0u);
}

TEST_F(DiskBufferOnDisk, KeepsUnfinishedRecordsAcrossReopening) {
    {
        const auto buffer = open();
        for (std::uint64_t id = 0; id < 10; ++id)
            EXPECT_TRUE(append_now(*buffer, answers_, id, 100, 3));
        for (int i = 0; i < 4; ++i)
            buffer->finish(buffer->next()->id);
    }
    const auto buffer = open();
    EXPECT_EQ(buffer->stats().events, 18u);
    EXPECT_EQ(drain(*buffer), range(4, 10));
    EXPECT_EQ(buffer->stats().events, 0u);
}

TEST_F(DiskBufferOnDisk, RemembersRecordsFinishedOutOfOrder) {
    {
        const auto buffer = open();
        for (std::uint64_t id = 0; id < 200; ++id)
            append(*buffer, answers_, id);
        answers_.wait();
        std::vector<RecordId> ids;
        while (const auto record = buffer->next())
            ids.push_back(record->id);
        ASSERT_EQ(ids.size(), 200u);
        for (std::size_t i = 1; i < 200; i += 2)
            buffer->finish(ids[i]);
        EXPECT_EQ(buffer->stats().events, 100u);
    }
    const auto buffer = open();
    EXPECT_EQ(buffer->stats().events, 100u);
    std::vector<std::uint64_t> even;
    for (std::uint64_t id = 0; id < 200; id += 2)
        even.push_back(id);
    EXPECT_EQ(drain(*buffer), even);
    EXPECT_EQ(buffer->stats().events, 0u);
}

TEST_F(DiskBufferOnDisk, TwoKindsOfReopeningKeepTheBitmap) {
    {
        const auto buffer = open();
        for (std::uint64_t id = 0; id < 100; ++id)
            append(*buffer, answers_, id);
        answers_.wait();
        std::vector<RecordId> ids;
        while (const auto record = buffer->next())
            ids.push_back(record->id);
        for (std::size_t i = 50; i < 100; ++i)
            buffer->finish(ids[i]);
    }
    {
        const auto buffer = open();
    }  // reads nothing, and must not forget
    const auto buffer = open();
    EXPECT_EQ(drain(*buffer), range(0, 50));
}

TEST_F(DiskBufferOnDisk, AnotherProcessIsKeptOut) {
    const auto buffer = open();
    const auto second = DiskBuffer::open(options_);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().message,
              "the disk buffer " + options_.folder.string() +
                  " is in use by another process: stop that process, or give this one another "
                  "data_dir");
}

TEST_F(DiskBufferOnDisk, FilesArePrivate) {
    const auto buffer = open();
    EXPECT_TRUE(append_now(*buffer, answers_, 1));
    struct stat status = {};
    ASSERT_EQ(::stat(options_.folder.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0700u);
    for (const auto& entry : fs::directory_iterator(options_.folder)) {
        ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777u, 0600u) << entry.path();
    }
}

TEST_F(DiskBufferOnDisk, RefusesWhenFullAndSaysWhenThereIsSpace) {
    const auto buffer = open();
    std::latch space(1);
    std::atomic<bool> told = false;
    buffer->on_space([&] {
        if (!told.exchange(true))
            space.count_down();
    });
    std::uint64_t id = 0;
    while (append(*buffer, answers_, id, 4000) == Append::Queued)
        ++id;
    answers_.wait();
    EXPECT_EQ(answers_.stored().size(), id);
    EXPECT_GT(id * 4000, mebibyte * 9 / 10);
    EXPECT_LE(segment_bytes(), mebibyte);
    EXPECT_EQ(append(*buffer, answers_, id, 4000), Append::Full);
    EXPECT_FALSE(told);
    EXPECT_EQ(drain(*buffer), range(0, id));
    space.wait();
    EXPECT_TRUE(append_now(*buffer, answers_, id, 4000));
    EXPECT_LE(segment_bytes(), mebibyte);
}

TEST_F(DiskBufferOnDisk, NeverExceedsMaxSizeOverManyRounds) {
    const auto buffer = open();
    std::uint64_t next = 0;
    std::uint64_t read = 0;
    for (int round = 0; round < 200; ++round) {
        while (append(*buffer, answers_, next, 100 + next * 7919 % 9000) == Append::Queued) {
            if (++next % 40 == 0)
                break;
        }
        answers_.wait();
        ASSERT_LE(segment_bytes(), mebibyte);
        if (round % 3 == 2) {
            for (const std::uint64_t id : drain(*buffer))
                ASSERT_EQ(id, read++);
        }
    }
    EXPECT_GT(read, 1000u);
}

TEST_F(DiskBufferOnDisk, RecordLargerThanASegmentGetsItsOwn) {
    const auto buffer = open();
    EXPECT_TRUE(append_now(*buffer, answers_, 0));
    EXPECT_TRUE(append_now(*buffer, answers_, 1, 700'000));
    EXPECT_TRUE(append_now(*buffer, answers_, 2));
    EXPECT_LE(segment_bytes(), mebibyte);
    EXPECT_EQ(append(*buffer, answers_, 3, mebibyte), Append::TooLarge);
    EXPECT_EQ(drain(*buffer), range(0, 3));
}

TEST_F(DiskBufferOnDisk, LargestRecordFitsOnceEverythingIsFinished) {
    const auto buffer = open();
    std::latch space(1);
    buffer->on_space([&] { space.count_down(); });
    EXPECT_TRUE(append_now(*buffer, answers_, 0));
    EXPECT_EQ(drain(*buffer), range(0, 1));
    const std::size_t largest = mebibyte - segment_header_size - 2 * record_header_size;
    if (append(*buffer, answers_, 1, largest) == Append::Full) {
        space.wait();
        EXPECT_EQ(append(*buffer, answers_, 1, largest), Append::Queued);
    }
    answers_.wait();
    EXPECT_EQ(segment_bytes(), mebibyte);
    EXPECT_EQ(drain(*buffer), range(1, 2));
}

TEST_F(DiskBufferOnDisk, ReservationHoldsSpaceAndGivesItBack) {
    const auto buffer = open();
    const std::size_t half = 500'000;
    auto first = buffer->reserve(half);
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(append(*buffer, answers_, 9, 600'000), Append::Full);
    EXPECT_EQ(buffer->append(std::move(*first), SlabRef::copy_of(payload_of(1, half)), 1,
                             answers_.expect(1)),
              Append::Queued);
    answers_.wait();
    std::latch space(1);
    buffer->on_space([&] { space.count_down(); });
    {
        const auto second = buffer->reserve(400'000);
        ASSERT_TRUE(second.has_value());
        EXPECT_EQ(append(*buffer, answers_, 2, 400'000), Append::Full);
    }
    space.wait();
    EXPECT_EQ(append(*buffer, answers_, 2, 400'000), Append::Queued);
    answers_.wait();
    EXPECT_EQ(drain(*buffer), range(1, 3));
}

TEST_F(DiskBufferOnDisk, ReadsFromDiskWhatMemoryDoesNotHold) {
    options_.max_size = 100 * mebibyte;
    const auto buffer = open();
    for (std::uint64_t id = 0; id < 60; ++id)
        append(*buffer, answers_, id, mebibyte);
    answers_.wait();
    EXPECT_EQ(drain(*buffer, Then::Finish), range(0, 60));
    for (std::uint64_t id = 60; id < 70; ++id)
        append(*buffer, answers_, id, 10);
    answers_.wait();
    EXPECT_EQ(drain(*buffer, Then::Finish), range(60, 70));
}

TEST_F(DiskBufferOnDisk, WindowStopsTheReaderUntilTheOldestIsFinished) {
    options_.max_size = 200 * mebibyte;
    const auto buffer = open();
    for (std::uint64_t id = 0; id < 100; ++id)
        append(*buffer, answers_, id, mebibyte);
    answers_.wait();
    std::latch readable(1);
    std::atomic<bool> told = false;
    buffer->on_readable([&] {
        if (!told.exchange(true))
            readable.count_down();
    });
    std::vector<RecordId> ids;
    while (const auto record = buffer->next())
        ids.push_back(record->id);
    EXPECT_EQ(ids.size(), 64u);
    EXPECT_TRUE(buffer->stats().window_full);
    for (std::size_t i = 1; i < ids.size(); ++i)
        buffer->finish(ids[i]);
    EXPECT_FALSE(buffer->next().has_value());
    buffer->finish(ids[0]);
    readable.wait();
    EXPECT_EQ(drain(*buffer), range(64, 100));
}

TEST_F(DiskBufferOnDisk, TellsWhenSomethingBecomesReadable) {
    const auto buffer = open();
    std::latch readable(1);
    buffer->on_readable([&] { readable.count_down(); });
    EXPECT_FALSE(buffer->next().has_value());
    append(*buffer, answers_, 0);
    readable.wait();
    EXPECT_EQ(drain(*buffer), range(0, 1));
}

TEST_F(DiskBufferOnDisk, CompressesWhenToldTo) {
    options_.compress = true;
    const std::string text(200'000, 'x');
    {
        const auto buffer = open();
        for (int i = 0; i < 20; ++i) {
            const auto expected = answers_.expect(static_cast<std::uint64_t>(i));
            std::latch stored(1);
            EXPECT_EQ(buffer->append(SlabRef::copy_of(text), 1,
                                     [&](const Result<void>&) { stored.count_down(); }),
                      Append::Queued);
            stored.wait();
            answers_.forget();
        }
    }
    EXPECT_LT(segment_bytes(), 100'000u);
    options_.compress = false;
    const auto buffer = open();
    for (int i = 0; i < 20; ++i) {
        const auto record = buffer->next();
        ASSERT_TRUE(record.has_value());
        EXPECT_EQ(record->payload.view(), text);
    }
}

TEST_F(DiskBufferOnDisk, SyncIntervalAnswersAtOnce) {
    options_.sync_interval = std::chrono::milliseconds(500);
    {
        const auto buffer = open();
        for (std::uint64_t id = 0; id < 300; ++id)
            EXPECT_TRUE(append_now(*buffer, answers_, id, 1000));
    }
    const auto buffer = open();
    EXPECT_EQ(drain(*buffer), range(0, 300));
}

TEST_F(DiskBufferOnDisk, ManyThreadsAppendWhileOneReads) {
    const auto buffer = open();
    constexpr std::uint64_t threads = 8;
    constexpr std::uint64_t each = 400;
    std::vector<std::thread> writers;
    for (std::uint64_t t = 0; t < threads; ++t) {
        writers.emplace_back([&, t] {
            for (std::uint64_t i = 0; i < each;) {
                if (append(*buffer, answers_, t * each + i, 300) == Append::Queued)
                    ++i;
            }
        });
    }
    std::vector<std::int64_t> last(threads, -1);
    std::uint64_t count = 0;
    while (count < threads * each) {
        for (const std::uint64_t id : drain(*buffer)) {
            const std::uint64_t t = id / each;
            ASSERT_LT(last.at(t), static_cast<std::int64_t>(id));
            last[t] = static_cast<std::int64_t>(id);
            ++count;
        }
        std::this_thread::yield();
    }
    for (std::thread& writer : writers)
        writer.join();
}

TEST_F(DiskBufferOnDisk, ClosedBufferRefuses) {
    const auto buffer = open();
    append(*buffer, answers_, 0);
    buffer->close();
    EXPECT_EQ(answers_.stored().size(), 1u);
    EXPECT_EQ(append(*buffer, answers_, 1), Append::Closed);
}

TEST_F(DiskBufferOnDisk, FinishedSegmentsBecomeAtMostTwoSpares) {
    const auto buffer = open();
    for (std::uint64_t id = 0; id < 2000; ++id) {
        if (append(*buffer, answers_, id, 1000) != Append::Queued)
            ADD_FAILURE() << id;
        if (id % 100 == 99) {
            answers_.wait();
            drain(*buffer);
        }
    }
    buffer->close();
    int spares = 0;
    for (const auto& entry : fs::directory_iterator(options_.folder)) {
        if (parse_file_name(entry.path().filename().string()).kind == FileKind::Spare)
            ++spares;
    }
    EXPECT_GE(spares, 1);
    EXPECT_LE(spares, 2);
}

TEST_F(DiskBufferOnDisk, DropsTheOldestSegmentWhenNothingOfItIsInFlight) {
    const auto buffer = open();
    std::uint64_t id = 0;
    while (append(*buffer, answers_, id, 4000) == Append::Queued)
        ++id;
    answers_.wait();
    std::latch space(1);
    std::atomic<bool> told = false;
    buffer->on_space([&] {
        if (!told.exchange(true))
            space.count_down();
    });
    EXPECT_EQ(append(*buffer, answers_, id, 4000), Append::Full);
    const auto dropped = buffer->drop_oldest_segment();
    ASSERT_TRUE(dropped.has_value());
    EXPECT_GT(*dropped, 10u);
    space.wait();
    EXPECT_TRUE(append_now(*buffer, answers_, id, 4000));
    EXPECT_EQ(drain(*buffer), range(*dropped, id + 1));
}

TEST_F(DiskBufferOnDisk, DropsTheNextSegmentWhileTheOldestIsInFlight) {
    std::uint64_t id = 0;
    std::uint64_t dropped = 0;
    {
        const auto buffer = open();
        while (append(*buffer, answers_, id, 4000) == Append::Queued)
            ++id;
        answers_.wait();
        const auto in_flight = buffer->next();
        const std::uint64_t before = buffer->stats().events;
        dropped = *buffer->drop_oldest_segment();
        EXPECT_GT(dropped, 10u);
        EXPECT_EQ(buffer->stats().events, before - dropped);
        EXPECT_TRUE(append_soon(*buffer, answers_, id));
        std::vector<std::uint64_t> rest = drain(*buffer, Then::Keep);
        EXPECT_EQ(rest.size(), id - dropped);  // without the one in flight, with the one appended
        EXPECT_TRUE(std::ranges::is_sorted(rest));
        EXPECT_EQ(rest.back(), id);
        buffer->finish(in_flight->id);
    }
    const auto buffer = open();
    EXPECT_EQ(drain(*buffer).size(), id - dropped);
    EXPECT_EQ(buffer->stats().events, 0u);
    EXPECT_EQ(buffer->stats().lost_events, 0u);
}

TEST_F(DiskBufferOnDisk, FolderOfAnotherBufferIsRefused) {
    fs::create_directories(options_.folder);
    std::ofstream(options_.folder / "buffer-data-0.dat") << "x";
    const auto buffer = DiskBuffer::open(options_);
    ASSERT_FALSE(buffer.has_value());
    EXPECT_NE(buffer.error().message.find("another program's buffer"), std::string::npos);
}

TEST_F(DiskBufferOnDisk, NewerFormatIsRefused) {
    {
        EXPECT_TRUE(append_now(*open(), answers_, 0));
    }
    for (const auto& entry : fs::directory_iterator(options_.folder)) {
        if (parse_file_name(entry.path().filename().string()).kind != FileKind::Segment)
            continue;
        std::array<char, segment_header_size> bytes;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.read(bytes.data(), bytes.size());
        SegmentHeader header = *decode_segment_header({bytes.data(), bytes.size()});
        header.version = 2;
        encode(header, bytes);
        file.seekp(0);
        file.write(bytes.data(), bytes.size());
    }
    const auto buffer = DiskBuffer::open(options_);
    ASSERT_FALSE(buffer.has_value());
    EXPECT_NE(
        buffer.error().message.find("was written in format 2, this version knows only format 1"),
        std::string::npos);
}

}  // namespace
}  // namespace engine::buffer::disk
