#include "engine/codec/stream_compressor.hpp"

#include <gtest/gtest.h>

namespace engine {
namespace {

using Flush = StreamCompressor::Flush;

class StreamCompressorTest : public testing::TestWithParam<CompressionAlgorithm> {
protected:
    StreamCompressorTest() : stream_(*StreamCompressor::make({GetParam()})) {}
    void append(std::string_view bytes, Flush flush) {
        ASSERT_TRUE(stream_->append(bytes, flush, out_).has_value());
    }
    std::unique_ptr<StreamCompressor> stream_;
    ByteBuffer out_;
};

TEST_P(StreamCompressorTest, JoinsAppendsToOneStream) {
    append("one ", Flush::None);
    append("two ", Flush::Sync);
    append(std::string(1 << 20, 'x'), Flush::None);
    append("", Flush::Finish);
    const auto all = decompress(GetParam(), out_.view(), 2 << 20);
    ASSERT_TRUE(all.has_value()) << all.error().message;
    EXPECT_EQ(all->view(), "one two " + std::string(1 << 20, 'x'));
}

TEST_P(StreamCompressorTest, WritesNothingForAnEmptyStream) {
    append("", Flush::Sync);
    append("", Flush::Finish);
    EXPECT_TRUE(out_.empty());
}

TEST_P(StreamCompressorTest, BeginsAnotherStreamAfterTheEnd) {
    append("one", Flush::Finish);
    const std::size_t first = out_.size();
    append("two", Flush::Finish);
    const auto second = decompress(GetParam(), out_.view().substr(first), 100);
    ASSERT_TRUE(second.has_value()) << second.error().message;
    EXPECT_EQ(second->view(), "two");
}

INSTANTIATE_TEST_SUITE_P(Algorithms, StreamCompressorTest,
                         testing::Values(CompressionAlgorithm::Gzip, CompressionAlgorithm::Zlib,
                                         CompressionAlgorithm::Zstd));

TEST(StreamCompressor, KnowsWhatHasNoStreams) {
    EXPECT_EQ(*StreamCompressor::make({CompressionAlgorithm::None}), nullptr);
    EXPECT_FALSE(StreamCompressor::make({CompressionAlgorithm::Snappy}).has_value());
}

}  // namespace
}  // namespace engine
