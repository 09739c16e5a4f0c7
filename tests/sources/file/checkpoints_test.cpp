#include "sources/file/checkpoints.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "sources/file/progress.hpp"

namespace engine::sources::file {
namespace {

namespace fs = std::filesystem;

constexpr Fingerprint checksum{FingerprintStrategy::Checksum, 15263847979215390999U, 0};
constexpr Fingerprint place{FingerprintStrategy::DeviceAndInode, 5, 77};

class CheckpointsTest : public testing::Test {
protected:
    ~CheckpointsTest() override { fs::remove_all(folder_); }
    fs::path folder_ = fs::path(testing::TempDir()) / ("checkpoints-" + std::to_string(::getpid()));
};

TEST(Fingerprint, TheChecksumIsThatOfVector) {
    EXPECT_EQ(crc64("first line\n"), 15263847979215390999U);
}

TEST_F(CheckpointsTest, AreThereAfterARestart) {
    {
        Checkpoints checkpoints;
        ASSERT_TRUE(checkpoints.open(folder_, false));
        checkpoints.set(checksum, 18);
        checkpoints.set(place, 7);
        EXPECT_EQ(checkpoints.save().value(), 2U);
        EXPECT_FALSE(checkpoints.changed());
    }
    Checkpoints again;
    ASSERT_TRUE(again.open(folder_, false));
    EXPECT_EQ(again.position(checksum), 18U);
    EXPECT_EQ(again.position(place), 7U);
    Checkpoints anew;
    ASSERT_TRUE(anew.open(folder_, true));
    EXPECT_EQ(anew.position(checksum), std::nullopt);
}

TEST_F(CheckpointsTest, ThoseOfVectorAreRead) {
    fs::create_directories(folder_);
    std::ofstream(folder_ / "checkpoints.json")
        << R"({"version":"1","checkpoints":[{"fingerprint":{"first_lines_checksum":15263847979215390999},"position":18,"modified":"2999-01-02T03:04:05.678Z"},{"fingerprint":{"dev_inode":[5,77]},"position":9,"modified":"1999-01-02T03:04:05Z"}]})";
    Checkpoints checkpoints;
    ASSERT_TRUE(checkpoints.open(folder_, false));
    EXPECT_EQ(checkpoints.position(checksum), 18U);
    EXPECT_EQ(checkpoints.position(place), std::nullopt) << "too old";
}

TEST_F(CheckpointsTest, ADamagedFileCountsAsNone) {
    fs::create_directories(folder_);
    std::ofstream(folder_ / "checkpoints.json") << R"({"version":"1","checkpoints":[{"finger)";
    Checkpoints checkpoints;
    EXPECT_TRUE(checkpoints.open(folder_, false));
    EXPECT_EQ(checkpoints.position(checksum), std::nullopt);
}

TEST_F(CheckpointsTest, MoveOnlyPastWhatIsDelivered) {
    auto checkpoints = std::make_shared<Checkpoints>();
    ASSERT_TRUE(checkpoints->open(folder_, false));
    const auto progress = std::make_shared<Progress>(checkpoints, checksum);
    Acknowledgement first = progress->begin(10);
    Acknowledgement second = progress->begin(20);
    Acknowledgement third = progress->begin(30);
    second.finish(DeliveryStatus::Delivered);
    EXPECT_EQ(checkpoints->position(checksum), std::nullopt);
    first.finish(DeliveryStatus::Rejected);
    EXPECT_EQ(checkpoints->position(checksum), 20U);
    EXPECT_FALSE(progress->settled());
    third.finish(DeliveryStatus::Errored);
    Acknowledgement fourth = progress->begin(40);
    fourth.finish(DeliveryStatus::Delivered);
    EXPECT_EQ(checkpoints->position(checksum), 20U) << "the next start reads on from there";
}

TEST_F(CheckpointsTest, AreSavedByTheLastAcknowledgement) {
    Acknowledgement out;
    {
        auto checkpoints = std::make_shared<Checkpoints>();
        ASSERT_TRUE(checkpoints->open(folder_, false));
        out = std::make_shared<Progress>(checkpoints, checksum)->begin(10);
    }
    out.finish(DeliveryStatus::Delivered);
    Checkpoints again;
    ASSERT_TRUE(again.open(folder_, false));
    EXPECT_EQ(again.position(checksum), 10U);
}

}  // namespace
}  // namespace engine::sources::file
