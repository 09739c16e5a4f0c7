#include <gtest/gtest.h>

#include "engine/codec/compression.hpp"

namespace engine {
namespace {

using Algorithm = CompressionAlgorithm;

constexpr Algorithm all[] = {Algorithm::None, Algorithm::Gzip,   Algorithm::Zlib,
                             Algorithm::Zstd, Algorithm::Snappy, Algorithm::SnappyFramed};

std::string text(std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; bytes.size() < size; ++i)
        bytes += "event " + std::to_string(i * i) + "\n";
    return bytes;
}

std::string compressed(Compression compression, std::string_view bytes) {
    ByteBuffer out;
    EXPECT_TRUE(compress(compression, bytes, out));
    return std::string(out.view());
}

TEST(Compression, RoundTrips) {
    for (const Algorithm algorithm : all) {
        for (const std::size_t size : {0UL, 1UL, 100UL, 70'000UL, 3'000'000UL}) {
            const std::string bytes = text(size);
            const std::string packed = compressed({algorithm}, bytes);
            const auto unpacked = decompress(algorithm, packed, bytes.size());
            ASSERT_TRUE(unpacked) << static_cast<int>(algorithm) << " " << size << " "
                                  << unpacked.error().message;
            EXPECT_EQ(unpacked->view(), bytes);
        }
    }
}

TEST(Compression, LevelsMatter) {
    const std::string bytes = text(100'000);
    for (const Algorithm algorithm : {Algorithm::Gzip, Algorithm::Zlib, Algorithm::Zstd}) {
        const std::string best = compressed({algorithm, 9}, bytes);
        EXPECT_NE(best.size(), compressed({algorithm, 1}, bytes).size());
        EXPECT_EQ(decompress(algorithm, best, bytes.size()).value().view(), bytes);
    }
}

TEST(Compression, AppendsToTheBuffer) {
    for (const Algorithm algorithm : all) {
        ByteBuffer out;
        out.append("before");
        ASSERT_TRUE(compress({algorithm}, "text", out));
        EXPECT_TRUE(out.view().starts_with("before"));
        EXPECT_EQ(decompress(algorithm, out.view().substr(6), 100).value().view(), "text");
    }
}

TEST(Compression, TheLimitHolds) {
    const std::string zeros(10'000'000, '\0');
    for (const Algorithm algorithm : all) {
        const std::string packed = compressed({algorithm}, zeros);
        for (const std::size_t limit : {std::size_t{0}, std::size_t{1000}, zeros.size() - 1}) {
            const auto unpacked = decompress(algorithm, packed, limit);
            ASSERT_FALSE(unpacked);
            EXPECT_EQ(unpacked.error().message, decompression_limit_error);
        }
        EXPECT_TRUE(decompress(algorithm, packed, zeros.size()));
    }
}

TEST(Compression, DamagedStreamsAreErrors) {
    const std::string bytes = text(10'000);
    for (const Algorithm algorithm : all) {
        if (algorithm == Algorithm::None)
            continue;
        const std::string packed = compressed({algorithm}, bytes);
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{1}, packed.size() / 2, packed.size() - 1})
            EXPECT_FALSE(decompress(algorithm, packed.substr(0, size), 1 << 20))
                << static_cast<int>(algorithm) << " " << size;
        EXPECT_FALSE(decompress(algorithm, packed + "x", 1 << 20));
        EXPECT_FALSE(decompress(algorithm, "not compressed at all", 1 << 20));
    }
}

TEST(Compression, GzipMembersAreJoined) {
    const std::string two = compressed({Algorithm::Gzip}, "a") + compressed({Algorithm::Gzip}, "b");
    EXPECT_EQ(decompress(Algorithm::Gzip, two, 10).value().view(), "ab");
}

TEST(Compression, ContentEncodings) {
    EXPECT_EQ(Compression{Algorithm::Zlib}.content_encoding(), "deflate");
    EXPECT_EQ(algorithm_of("deflate"), Algorithm::Zlib);
    EXPECT_EQ(algorithm_of("identity"), Algorithm::None);
    EXPECT_EQ(algorithm_of("br"), std::nullopt);
}

}  // namespace
}  // namespace engine
