#include "engine/topology/ticket_ring.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

namespace engine::topology {
namespace {

using Ring = TicketRing<int>;

std::optional<int> release(Ring& ring) {
    const std::optional<int> result = ring.begin_release();
    if (result) {
        ring.end_release();
    }
    return result;
}

TEST(TicketRing, ReleasesInTheOrderOfTicketsHoweverTheyComplete) {
    Ring ring(3);
    const auto first = ring.admit();
    const auto second = ring.admit();
    const auto third = ring.admit();
    ring.complete(third, 3);
    EXPECT_FALSE(release(ring));
    ring.complete(first, 1);
    EXPECT_EQ(release(ring), 1);
    EXPECT_FALSE(release(ring));
    ring.complete(second, 2);
    EXPECT_EQ(release(ring), 2);
    EXPECT_EQ(release(ring), 3);
    EXPECT_TRUE(ring.idle());
}

TEST(TicketRing, AdmitsNoMoreThanItHasSlotsUntilAReleaseHasEnded) {
    Ring ring(2);
    const auto first = ring.admit();
    (void)ring.admit();
    EXPECT_TRUE(ring.full());
    ring.complete(first, 1);
    EXPECT_TRUE(ring.full());
    EXPECT_EQ(ring.begin_release(), 1);
    EXPECT_TRUE(ring.full()) << "a result that waits for its sink still has its slot";
    ring.end_release();
    EXPECT_FALSE(ring.full());
    EXPECT_FALSE(ring.idle());
}

TEST(TicketRing, HasOneReleaseAtATime) {
    Ring ring(2);
    ring.complete(ring.admit(), 1);
    ring.complete(ring.admit(), 2);
    EXPECT_EQ(ring.begin_release(), 1);
    EXPECT_FALSE(ring.begin_release());
    ring.end_release();
    EXPECT_EQ(ring.begin_release(), 2);
}

TEST(TicketRing, LetsGoOfWhatItReleased) {
    TicketRing<std::shared_ptr<int>> ring(1);
    const auto value = std::make_shared<int>(1);
    ring.complete(ring.admit(), value);
    EXPECT_EQ(value.use_count(), 2);
    (void)ring.begin_release();
    EXPECT_EQ(value.use_count(), 1);
}

TEST(TicketRing, KeepsOrderUnderRandomCompletions) {
    std::mt19937 random(7);
    for (const std::size_t slots : {1U, 2U, 3U, 8U}) {
        Ring ring(slots);
        std::vector<std::pair<Ring::Ticket, int>> out;
        int admitted = 0;
        int released = 0;
        while (released < 2000) {
            if (!ring.full() && random() % 2 == 0) {
                out.emplace_back(ring.admit(), admitted++);
            }
            if (!out.empty() && random() % 2 == 0) {
                const std::size_t at = random() % out.size();
                ring.complete(out[at].first, out[at].second);
                out.erase(out.begin() + static_cast<std::ptrdiff_t>(at));
            }
            while (const auto result = release(ring)) {
                ASSERT_EQ(*result, released++);
            }
        }
    }
}

}  // namespace
}  // namespace engine::topology
