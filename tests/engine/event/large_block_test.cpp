#include "engine/event/large_block.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

#include "engine/codec/byte_buffer.hpp"
#include "engine/event/slab.hpp"

namespace engine {
namespace {

class LargeBlock : public ::testing::Test {
protected:
    void SetUp() override { large_block::release_idle(); }
    void TearDown() override { large_block::release_idle(); }
};

TEST_F(LargeBlock, WastesAnEighthAtMost) {
    for (std::size_t size = large_block::least; size < (std::size_t{1} << 24); size += 77'777) {
        EXPECT_GE(large_block::rounded(size), size);
        EXPECT_LE(large_block::rounded(size), size + size / 8);
        EXPECT_EQ(large_block::rounded(large_block::rounded(size)), large_block::rounded(size));
    }
}

TEST_F(LargeBlock, IsUsedAgainForLikeSizes) {
    void* const first = large_block::take(1'000'000);
    std::memset(first, 1, 1'000'000);
    large_block::give_back(first, 1'000'000);
    EXPECT_EQ(large_block::take(1'000'100), first);
    large_block::give_back(first, 1'000'100);
}

TEST_F(LargeBlock, KeepsNoMoreThanItsBound) {
    const std::size_t size = large_block::rounded(std::size_t{8} << 20);
    std::vector<void*> blocks;
    for (int i = 0; i < 20; ++i) {
        blocks.push_back(large_block::take(size));
    }
    for (void* const block : blocks) {
        large_block::give_back(block, size);
    }
    EXPECT_LE(large_block::idle_bytes(), large_block::most_idle);
    EXPECT_GT(large_block::idle_bytes(), large_block::most_idle / 2);
    large_block::release_idle();
    EXPECT_EQ(large_block::idle_bytes(), 0U);
}

TEST_F(LargeBlock, SlabsAndBuffersReturnTheirs) {
    const std::string text(3'000'000, 'x');
    {
        const SlabRef slab = SlabRef::copy_of(text);
        EXPECT_EQ(slab.view(), text);
        ByteBuffer buffer;
        for (std::size_t i = 0; i < text.size(); i += 1000) {
            buffer.append(std::string_view(text).substr(i, 1000));
        }
        EXPECT_EQ(buffer.view(), text);
    }
    EXPECT_GT(large_block::idle_bytes(), 6'000'000U);
}

TEST_F(LargeBlock, ComesFromAnyThread) {
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([] {
            for (std::size_t i = 0; i < 500; ++i) {
                const std::size_t size = large_block::least + i % 7 * 100'000;
                void* const block = large_block::take(size);
                std::memset(block, static_cast<int>(i), 64);
                large_block::give_back(block, size);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_LE(large_block::idle_bytes(), large_block::most_idle);
}

}  // namespace
}  // namespace engine
