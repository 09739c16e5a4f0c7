#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "engine/buffer/disk/buffer_repair.hpp"
#include "engine/buffer/disk/segment_writer.hpp"
#include "tests/engine/buffer/disk/disk_buffer_driver.hpp"

namespace engine::buffer::disk {
namespace {

using namespace testing;
namespace fs = std::filesystem;

constexpr std::uint64_t max_size = 256 * 1024;
constexpr std::uint64_t record_count = 150;
constexpr std::uint32_t events_each = 2;

/// A folder of the real file system that ends with the test.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "disk-buffer-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() { fs::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] fs::path buffer() const { return path_ / "buffer"; }

private:
    fs::path path_;
};

std::unique_ptr<DiskBuffer> open(const fs::path& folder) {
    auto buffer = DiskBuffer::open({.folder = folder, .max_size = max_size});
    EXPECT_TRUE(buffer) << buffer.error().message;
    return buffer ? std::move(*buffer) : nullptr;
}

void fill(const fs::path& folder) {
    Answers answers;
    const auto buffer = open(folder);
    for (std::uint64_t id = 0; id < record_count; ++id)
        ASSERT_TRUE(append_now(*buffer, answers, id, 300, events_each));
}

/// Where a record lies.
struct Place {
    std::string file;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t id = 0;
};

std::vector<Place> places(const fs::path& folder) {
    std::vector<Place> found;
    const auto visit = [&](const StoredRecord& record, RecordState) -> Result<void> {
        found.push_back({segment_name(record.header.segment), record.offset,
                         record.offset + record_header_size + record.header.length,
                         static_cast<std::uint64_t>(id_of(record.payload.view()))});
        return {};
    };
    EXPECT_TRUE(scan_buffer(real_file_system(), folder, visit));
    return found;
}

/// Flips bits, writes zeros over ranges; says which records that touched.
class Vandal {
public:
    Vandal(const fs::path& folder, std::uint64_t seed) : folder_(folder), random_(seed) {}

    std::set<std::uint64_t> damage() {
        const std::vector<Place> all = places(folder_);
        std::vector<std::string> files{"ledger"};
        for (const Place& place : all) {
            if (files.back() != place.file)
                files.push_back(place.file);
        }
        for (std::uint64_t count = 1 + random_() % 5; count > 0; --count) {
            const std::string& name = files[random_() % files.size()];
            const std::uint64_t size = fs::file_size(folder_ / name);
            const std::uint64_t at = random_() % size;
            const std::uint64_t length =
                random_() % 6 == 0 ? std::min<std::uint64_t>(size - at, random_() % 3000) : 0;
            spoil(name, at, length);
            touched_ledger_ |= name == "ledger";
            for (const Place& place : all) {
                if (place.file == name && at < place.end &&
                    place.begin < at + std::max<std::uint64_t>(length, 1))
                    touched_.insert(place.id);
            }
        }
        return touched_;
    }

    [[nodiscard]] bool touched_ledger() const { return touched_ledger_; }

private:
    void spoil(const std::string& name, std::uint64_t at, std::uint64_t length) {
        std::fstream file(folder_ / name, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(static_cast<std::streamoff>(at));
        const int byte = file.get();
        file.seekp(static_cast<std::streamoff>(at));
        if (length == 0)
            file.put(static_cast<char>(byte ^ (1 << random_() % 8)));
        else
            file << std::string(length, '\0');
    }

    fs::path folder_;
    std::mt19937_64 random_;
    std::set<std::uint64_t> touched_;
    bool touched_ledger_ = false;
};

/// What a reading buffer delivers; everything is finished.
std::set<std::uint64_t> delivered(DiskBuffer& buffer) {
    std::set<std::uint64_t> ids;
    std::int64_t last = -1;
    while (const auto record = buffer.next()) {
        const std::int64_t id = id_of(record->payload.view());
        EXPECT_LT(last, id) << "out of order or not intact";
        last = id;
        ids.insert(static_cast<std::uint64_t>(id));
        buffer.finish(record->id);
    }
    return ids;
}

std::set<std::uint64_t> missing_of(const std::set<std::uint64_t>& ids) {
    std::set<std::uint64_t> missing;
    for (std::uint64_t id = 0; id < record_count; ++id) {
        if (!ids.contains(id))
            missing.insert(id);
    }
    return missing;
}

TEST(DiskBufferDamage, ARealFolderStartsAfterAHundredDamagesAndLosesOnlyWhatTheyTouched) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        SCOPED_TRACE(seed);
        const TemporaryFolder folder;
        fill(folder.buffer());
        const std::set<std::uint64_t> touched = Vandal(folder.buffer(), seed).damage();
        const auto buffer = open(folder.buffer());
        ASSERT_NE(buffer, nullptr);
        const std::set<std::uint64_t> missing = missing_of(delivered(*buffer));
        EXPECT_TRUE(std::ranges::includes(touched, missing));
        EXPECT_EQ(buffer->stats().damaged_records, missing.size())
            << fmt::format("{} {}", missing, touched);
        EXPECT_EQ(buffer->stats().lost_events, missing.size() * events_each);
        EXPECT_EQ(buffer->stats().events, 0u);
        Answers answers;
        EXPECT_TRUE(append_soon(*buffer, answers, 1000));
        if (HasFailure())
            return;
    }
}

TEST(DiskBufferDamage, RepairLeavesABufferInOrderWithEverythingThatWasGood) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        SCOPED_TRACE(seed);
        const TemporaryFolder folder;
        fill(folder.buffer());
        std::set<std::uint64_t> finished;
        {
            // Some delivered in order and some out of order, so that the ledger matters.
            const auto buffer = open(folder.buffer());
            for (std::uint64_t id = 0; id < seed; ++id) {
                const auto record = buffer->next();
                if (id % 5 == 4)
                    continue;
                finished.insert(id);
                buffer->finish(record->id);
            }
        }
        Vandal vandal(folder.buffer(), seed);
        const std::set<std::uint64_t> touched = vandal.damage();
        const Result<Repair> repair = repair_buffer(real_file_system(), folder.buffer());
        ASSERT_TRUE(repair) << repair.error().message;
        const Result<BufferScan> after = scan_buffer(real_file_system(), folder.buffer());
        ASSERT_TRUE(after);
        EXPECT_FALSE(after->damaged());
        const auto buffer = open(folder.buffer());
        const std::set<std::uint64_t> ids = delivered(*buffer);
        for (std::uint64_t id = 0; id < record_count; ++id) {
            if (!finished.contains(id) && !touched.contains(id)) {
                EXPECT_TRUE(ids.contains(id)) << id;
            }
            if (finished.contains(id) && !vandal.touched_ledger()) {
                EXPECT_FALSE(ids.contains(id)) << id << " was delivered before";
            }
        }
        EXPECT_LE(buffer->stats().damaged_records, touched.size());
        if (HasFailure())
            return;
    }
}

TEST(DiskBufferDamage, ScanOfABufferInUseChangesNothingAndFindsNoDamage) {
    const TemporaryFolder folder;
    fill(folder.buffer());
    const auto buffer = open(folder.buffer());
    Answers answers;
    for (std::uint64_t id = record_count; id < record_count + 100; ++id) {
        append(*buffer, answers, id, 300, events_each);
        const Result<BufferScan> scan = scan_buffer(real_file_system(), folder.buffer());
        ASSERT_TRUE(scan) << scan.error().message;
        EXPECT_FALSE(scan->damaged()) << id;
    }
    answers.wait();
    const Result<BufferScan> scan = scan_buffer(real_file_system(), folder.buffer());
    ASSERT_TRUE(scan);
    EXPECT_EQ(scan->total(&SegmentScan::waiting_events), buffer->stats().events);
    EXPECT_FALSE(repair_buffer(real_file_system(), folder.buffer())) << "it is locked";
    EXPECT_FALSE(scan_buffer(real_file_system(), folder.buffer().parent_path()));
}

std::uint64_t largest_memory() {
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

TEST(DiskBufferDamage, TwentyGigabytesOfBacklogCostNeitherTimeNorMemoryAtStart) {
    constexpr std::uint64_t segment = std::uint64_t{64} << 20;
    constexpr std::uint64_t segments = 320;
    const TemporaryFolder folder;
    ASSERT_TRUE(real_file_system().create_folder(folder.buffer()));
    for (std::uint64_t number = 1; number <= segments; ++number) {
        const fs::path path = folder.buffer() / segment_name(SegmentId{number});
        auto file = real_file_system().open(path, OpenMode::Create);
        ASSERT_TRUE(file);
        const SegmentHeader header{.salt = 7,
                                   .id = SegmentId{number},
                                   .first_number = number * 1000,
                                   .first_sequence = number * 1000};
        std::array<char, segment_header_size> bytes;
        encode(header, bytes);
        const std::string_view piece(bytes.data(), bytes.size());
        ASSERT_TRUE(write_all(**file, 0, {&piece, 1}));
        if (number < segments) {
            ASSERT_TRUE((*file)->truncate(segment));  // sparse
            continue;
        }
        SegmentWriter writer(std::move(*file), header, segment, 0);
        const std::string payload = payload_of(1, 100);
        writer.stage({.number = number * 1000,
                      .sequence = number * 1000,
                      .events = 1,
                      .length = 100,
                      .raw_length = 100,
                      .payload_checksum = checksum(payload)},
                     payload);
        ASSERT_TRUE(writer.seal());
    }
    const std::uint64_t memory = largest_memory();
    const auto begin = std::chrono::steady_clock::now();
    const auto buffer = DiskBuffer::open({.folder = folder.buffer(), .max_size = 400 * segment});
    const auto taken = std::chrono::steady_clock::now() - begin;
    ASSERT_TRUE(buffer) << buffer.error().message;
    EXPECT_GT((*buffer)->stats().disk_bytes, (segments - 1) * segment);
    EXPECT_EQ((*buffer)->stats().events, (segments - 1) * 1000 + 1);
    EXPECT_LT(taken, std::chrono::seconds(5));
    EXPECT_LT(largest_memory() - memory, std::uint64_t{16} << 20);
}

}  // namespace
}  // namespace engine::buffer::disk
