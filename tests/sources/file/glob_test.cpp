#include "sources/file/glob.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace engine::sources::file {
namespace {

namespace fs = std::filesystem;

class GlobTest : public testing::Test {
protected:
    GlobTest() {
        fs::create_directories(folder_ / "a" / "b" / "c");
        for (const char* name : {"x.log", "y.txt", ".hidden.log", "a/1.log", "a/b/2.log",
                                 "a/b/c/3.log", "a/[odd].log"}) {
            std::ofstream(folder_ / name) << name;
        }
    }
    ~GlobTest() override { fs::remove_all(folder_); }

    std::vector<std::string> found(const std::vector<std::string>& patterns) {
        std::vector<std::string> absolute;
        for (const std::string& pattern : patterns) {
            absolute.push_back((folder_ / pattern).string());
        }
        std::vector<std::string> names;
        for (const std::string& path : paths_matching(absolute)) {
            names.push_back(fs::path(path).lexically_relative(folder_).string());
        }
        return names;
    }

    fs::path folder_ = fs::path(testing::TempDir()) / ("glob-" + std::to_string(::getpid()));
};

using Names = std::vector<std::string>;

TEST_F(GlobTest, StarsMatchWithinOneFolderAndLeadingDots) {
    EXPECT_EQ(found({"*.log"}), (Names{".hidden.log", "x.log"}));
    EXPECT_EQ(found({"?.*"}), (Names{"x.log", "y.txt"}));
    EXPECT_EQ(found({"a/*/2.log"}), (Names{"a/b/2.log"}));
}

TEST_F(GlobTest, TwoStarsStandForAnyFolders) {
    EXPECT_EQ(found({"**/[0-9].log"}), (Names{"a/1.log", "a/b/2.log", "a/b/c/3.log"}));
    EXPECT_EQ(found({"a/**/3.log"}), (Names{"a/b/c/3.log"}));
}

TEST_F(GlobTest, PathsOfSeveralPatternsComeOnce) {
    EXPECT_EQ(found({"x.log", "*.log", "x.*"}), (Names{".hidden.log", "x.log"}));
}

TEST_F(GlobTest, WhatIsNotThereOrMalformedMatchesNothing) {
    EXPECT_EQ(found({"none/*.log", "none.log", "[bad"}), Names{});
    EXPECT_EQ(found({"a/[[]odd].log"}), (Names{"a/[odd].log"}));
}

TEST(PathMatches, StarsMatchSlashesInExclusions) {
    EXPECT_TRUE(path_matches("/var/log/a/b.log", "/var/*.log"));
    EXPECT_TRUE(path_matches("/var/b.log", "/var/**/b.log"));
    EXPECT_FALSE(path_matches("/var/b.log", "/var/c*"));
}

}  // namespace
}  // namespace engine::sources::file
