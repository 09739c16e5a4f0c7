#include "sinks/file/file_set.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace engine::file_sink {
namespace {

using namespace std::chrono_literals;

class FileSetTest : public testing::Test {
protected:
    FileSetTest() {
        std::string name = testing::TempDir() + "file_set_XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    ~FileSetTest() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::string path(std::string_view name) const { return folder_ / name; }
    [[nodiscard]] std::string content(std::string_view name) const {
        std::ifstream file(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    [[nodiscard]] std::string expanded(std::string_view name,
                                       CompressionAlgorithm algorithm) const {
        const auto slab = decompress(algorithm, content(name), 1 << 20);
        return slab ? std::string(slab->view()) : "error: " + slab.error().message;
    }
    Write write(FileSet& files, const std::string& path, std::string_view bytes) {
        Write one;
        one.path = path;
        one.bytes = bytes;
        files.write(std::span(&one, 1), now_);
        return one;
    }
    void pass(FileSet& files, std::chrono::seconds time) {
        now_ += time;
        if (now_ >= files.next_deadline()) {
            files.expire(now_);
        }
    }

    std::filesystem::path folder_;
    telemetry::Gauge open_;
    FileSettings settings_;
    FileSet::Clock::time_point now_ = FileSet::Clock::now();
};

TEST_F(FileSetTest, CreatesFoldersAndAppends) {
    FileSet files(settings_, {}, open_);
    EXPECT_EQ(write(files, path("a/b/c.log"), "one\n").written, 4U);
    EXPECT_EQ(write(files, path("a/b/c.log"), "two\n").written, 4U);
    EXPECT_EQ(content("a/b/c.log"), "one\ntwo\n");
    EXPECT_EQ(open_.value(), 1);
    files.close_all();
    EXPECT_EQ(open_.value(), 0);
}

TEST_F(FileSetTest, ClosesIdleFilesAndFinishesTheirStreams) {
    settings_.compression.algorithm = CompressionAlgorithm::Gzip;
    FileSet files(settings_, {}, open_);
    write(files, path("a.gz"), "one\n");
    pass(files, 29s);
    EXPECT_EQ(open_.value(), 1);
    pass(files, 1s);
    EXPECT_EQ(open_.value(), 0);
    EXPECT_EQ(expanded("a.gz", CompressionAlgorithm::Gzip), "one\n");
    EXPECT_EQ(files.next_deadline(), FileSet::Clock::time_point::max());
    write(files, path("a.gz"), "two\n");
    files.close_all();
    EXPECT_EQ(expanded("a.gz", CompressionAlgorithm::Gzip), "one\ntwo\n");
}

TEST_F(FileSetTest, AppendsZstdFrames) {
    settings_.compression.algorithm = CompressionAlgorithm::Zstd;
    for (const std::string_view line : {"one\n", "two\n"}) {
        FileSet files(settings_, {}, open_);
        write(files, path("a.zst"), line);
        files.close_all();
    }
    EXPECT_EQ(expanded("a.zst", CompressionAlgorithm::Zstd), "one\ntwo\n");
}

TEST_F(FileSetTest, BringsEveryWriteIntoTheFileWhenAsked) {
    settings_.compression.algorithm = CompressionAlgorithm::Gzip;
    settings_.flush_writes = true;
    FileSet files(settings_, {}, open_);
    EXPECT_GT(write(files, path("a.gz"), "one\n").written, 10U);
    const std::string cut_off = content("a.gz");
    files.close_all();
    EXPECT_EQ(content("a.gz").substr(0, cut_off.size()), cut_off);
    EXPECT_EQ(expanded("a.gz", CompressionAlgorithm::Gzip), "one\n");
}

TEST_F(FileSetTest, EmptiesAfterTheFirstWriteWhateverTheState) {
    settings_.truncate_after = 10s;
    FileSet files(settings_, {}, open_);
    write(files, path("a"), "one\n");
    pass(files, 9s);
    write(files, path("a"), "two\n");
    EXPECT_EQ(content("a"), "one\ntwo\n");
    pass(files, 1s);
    EXPECT_EQ(content("a"), "");
    write(files, path("a"), "three\n");
    pass(files, 9s);
    EXPECT_EQ(content("a"), "three\n");
}

TEST_F(FileSetTest, EmptiesWhatWasNotModifiedOrIsClosed) {
    settings_.idle_timeout = 5s;
    settings_.truncate_after_modified = 20s;
    FileSet modified(settings_, {}, open_);
    write(modified, path("modified"), "one\n");
    settings_.truncate_after_modified.reset();
    settings_.truncate_after_close = 10s;
    FileSet closed(settings_, {}, open_);
    write(closed, path("closed"), "one\n");
    now_ += 5s;
    modified.expire(now_);
    closed.expire(now_);
    now_ += 9s;
    closed.expire(now_);
    EXPECT_EQ(content("closed"), "one\n");
    now_ += 1s;
    closed.expire(now_);
    EXPECT_EQ(content("closed"), "");
    modified.expire(now_);
    EXPECT_EQ(content("modified"), "one\n");
    now_ += 5s;
    modified.expire(now_);
    EXPECT_EQ(content("modified"), "");
}

TEST_F(FileSetTest, TellsErrorsThatMayPassFromOthers) {
    FileSet files(settings_, {}, open_);
    std::filesystem::create_directory(path("folder"));
    const Write folder = write(files, path("folder"), "one\n");
    ASSERT_TRUE(folder.error);
    EXPECT_EQ(folder.error->message(), "Is a directory (os error 21)");
    EXPECT_FALSE(folder.error->temporary());
    const Write full = write(files, "/dev/full", "one\n");
    ASSERT_TRUE(full.error);
    EXPECT_EQ(full.failed_at, Write::Step::Write);
    EXPECT_TRUE(full.error->temporary());
}

TEST_F(FileSetTest, TakesBackHalfALineThatAFullDiskLeft) {
    // A limit on the file's size stands in for the disk.
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    FileSet files(settings_, {}, open_);
    write(files, path("a"), "one\n");
    const rlimit small{6, limit.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    EXPECT_TRUE(write(files, path("a"), "two\n").error);
    setrlimit(RLIMIT_FSIZE, &limit);
    EXPECT_EQ(content("a"), "one\n");
    EXPECT_FALSE(write(files, path("a"), "three\n").error);
    EXPECT_EQ(content("a"), "one\nthree\n");
}

TEST_F(FileSetTest, ClosesTheLeastRecentFileWhenDescriptorsRunOut) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const rlimit small{40, limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &small);
    FileSet files(settings_, {}, open_);
    int failed = 0;
    for (int i = 0; i < 100; ++i) {
        now_ += 1ms;
        failed += write(files, path(std::to_string(i)), "x").error ? 1 : 0;
    }
    setrlimit(RLIMIT_NOFILE, &limit);
    EXPECT_EQ(failed, 0);
    EXPECT_LT(open_.value(), 40);
}

}  // namespace
}  // namespace engine::file_sink
