#include "engine/delivery/circuit.hpp"

#include <gtest/gtest.h>

namespace engine::delivery {
namespace {

using namespace std::chrono_literals;

class CircuitTest : public ::testing::Test {
protected:
    static Attempt answered(unsigned status) { return {.status = status}; }
    static Attempt unreachable() { return {.kind = Attempt::Kind::Failed, .error = "refused"}; }

    Circuit::Change record(std::uint64_t request, const Attempt& attempt,
                           const std::string& key = {}) {
        return circuit.record(request, key, attempt, now, backoff);
    }
    void open() {
        for (std::uint64_t request = 1; request <= Circuit::threshold; ++request) {
            (void)record(request, unreachable());
        }
        ASSERT_EQ(circuit.state(), Circuit::State::Open);
    }

    Circuit circuit;
    TimePoint now{};
    BackoffOptions backoff;
};

TEST_F(CircuitTest, OpensAfterFailuresInARow) {
    for (unsigned i = 1; i < Circuit::threshold; ++i) {
        EXPECT_EQ(record(i, unreachable()), Circuit::Change::None);
    }
    EXPECT_TRUE(circuit.admits(now, 99));
    EXPECT_EQ(record(9, unreachable()), Circuit::Change::Opened);
    EXPECT_FALSE(circuit.admits(now, 99));
}

TEST_F(CircuitTest, AnAnswerBetweenStartsTheCountAnew) {
    for (unsigned round = 0; round < 3; ++round) {
        for (unsigned i = 1; i < Circuit::threshold; ++i) {
            EXPECT_EQ(record(i, answered(503)), Circuit::Change::None);
        }
        EXPECT_EQ(record(9, answered(500)), Circuit::Change::None) << "it is the request's fault";
    }
}

TEST_F(CircuitTest, AKeyThatIsStuckDoesNotOpenIt) {
    for (unsigned i = 0; i < 100; ++i) {
        EXPECT_EQ(record(1, answered(503), "stuck"), Circuit::Change::None);
    }
}

TEST_F(CircuitTest, WithoutAConnectionEveryFailureCounts) {
    for (unsigned i = 1; i < Circuit::threshold; ++i) {
        (void)record(1, unreachable(), "one key");
    }
    EXPECT_EQ(record(1, unreachable(), "one key"), Circuit::Change::Opened);
}

TEST_F(CircuitTest, OneProbeAtATimeAtGrowingDistances) {
    open();
    for (const auto distance : {1s, 2s, 3s, 5s, 8s, 10s, 10s}) {
        EXPECT_FALSE(circuit.admits(now + distance - 1ms, 97));
        now += distance;
        ASSERT_TRUE(circuit.admits(now, 97));
        circuit.begin(99);
        EXPECT_FALSE(circuit.admits(now, 98)) << "one at a time";
        (void)record(99, unreachable());
    }
}

TEST_F(CircuitTest, TheOneThatFailedLastGoesByItsOwnDelays) {
    open();
    EXPECT_TRUE(circuit.admits(now, Circuit::threshold));
    EXPECT_FALSE(circuit.admits(now, 1));
}

TEST_F(CircuitTest, RetryAfterPostponesTheProbe) {
    open();
    now = circuit.next_probe();
    circuit.begin(99);
    Attempt attempt = answered(503);
    attempt.retry_after = 60s;
    (void)record(99, attempt);
    EXPECT_FALSE(circuit.admits(now + 59s, 1));
    EXPECT_TRUE(circuit.admits(now + 60s, 1));
}

TEST_F(CircuitTest, AnyAnswerClosesIt) {
    open();
    now = circuit.next_probe();
    circuit.begin(99);
    EXPECT_EQ(record(99, answered(400)), Circuit::Change::Closed);
    EXPECT_TRUE(circuit.admits(now, 1));
    EXPECT_TRUE(circuit.pristine());
}

TEST_F(CircuitTest, AWithdrawnProbeLeavesThePlaceToAnother) {
    open();
    now = circuit.next_probe();
    circuit.begin(99);
    circuit.withdraw(99);
    EXPECT_TRUE(circuit.admits(now, 98));
}

TEST_F(CircuitTest, LateFailuresSayNothingNew) {
    open();
    const TimePoint probe = circuit.next_probe();
    now += 500ms;
    (void)record(2, unreachable());
    EXPECT_EQ(circuit.next_probe(), probe);
}

}  // namespace
}  // namespace engine::delivery
