#include "engine/topology/ticketed_stream.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>

#include "engine/event/container.hpp"
#include "engine/io/event.hpp"
#include "engine/topology/flow.hpp"
#include "tests/engine/io/io_test_support.hpp"

namespace engine::topology {
namespace {

/// Takes what it has room for; `open` makes room for all.
class FakeBuffer : public buffer::SinkBuffer {
public:
    explicit FakeBuffer(std::size_t room) : room_(room) {}

    component::SinkItem prepare(Delivery delivery) const override {
        return {std::move(delivery), nullptr};
    }
    buffer::Offer offer(component::SinkItem& item, buffer::Patience) override {
        ++offers;
        const std::scoped_lock lock(mutex_);
        if (numbers_.size() >= room_) {
            return buffer::Offer::Full;
        }
        const Batch& batch = *item.delivery.batch;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            numbers_.push_back(batch.root(i).as_integer());
        }
        item = {};
        return buffer::Offer::Taken;
    }
    io::Task<void> take(component::SinkItem item, buffer::Patience patience) override {
        ++waiting;
        co_await opened_.wait();
        EXPECT_EQ(offer(item, patience), buffer::Offer::Taken);
    }
    void close() override {}
    void on_readable(std::function<void()>) override {}
    io::Task<std::optional<component::SinkItem>> receive() override { co_return std::nullopt; }
    std::optional<component::SinkItem> try_receive() override { return std::nullopt; }

    void open() {
        {
            const std::scoped_lock lock(mutex_);
            room_ = static_cast<std::size_t>(-1);
        }
        opened_.set();
    }
    [[nodiscard]] std::vector<std::int64_t> numbers() {
        const std::scoped_lock lock(mutex_);
        return numbers_;
    }
    std::atomic<int> waiting{0};
    std::atomic<int> offers{0};

private:
    std::mutex mutex_;
    std::size_t room_;
    std::vector<std::int64_t> numbers_;
    io::Event opened_;
};

/// Sets room aside; the first attempts find none.
class ReservingBuffer final : public FakeBuffer {
public:
    explicit ReservingBuffer(int failures)
        : FakeBuffer(static_cast<std::size_t>(-1)), failures_(failures) {}
    std::unique_ptr<buffer::Admittance> admit(component::SinkItem&, buffer::Patience) override {
        return std::make_unique<Entrance>(*this);
    }

private:
    class Entrance final : public buffer::Admittance {
    public:
        explicit Entrance(ReservingBuffer& buffer) : buffer_(buffer) {}
        buffer::Admission reserve() override {
            return buffer_.failures_-- > 0 ? buffer::Admission::Full : buffer::Admission::Admitted;
        }
        void release() override {}
        void store(Delivery delivery) override {
            component::SinkItem item = buffer_.prepare(std::move(delivery));
            buffer_.offer(item, buffer::Patience::Endless);
        }
        void note_too_large(const Delivery&) override {}
        io::Task<bool> wait_for_room() override { co_return true; }

    private:
        ReservingBuffer& buffer_;
    };
    int failures_;
};

/// A source's output with sinks behind it.
struct Flow {
    explicit Flow(std::vector<FakeBuffer*> buffers) {
        stage.sent_events = &metrics.sent_events;
        stage.sent_event_bytes = &metrics.sent_event_bytes;
        for (FakeBuffer* each : buffers) {
            sinks.push_back(std::make_unique<SinkStage>());
            sinks.back()->buffer = each;
            sinks.back()->metrics = &metrics;
            stage.consumers.emplace_back(sinks.back().get());
        }
    }
    telemetry::ComponentMetrics metrics{"source", "in", "test"};
    std::vector<std::unique_ptr<SinkStage>> sinks;
    OutputStage stage;
    SourceOutput output{stage, "in", "test", metrics, buffer::Patience::Endless};
};

class Finished final : public Finalizer {
public:
    std::atomic<int> count{0};

protected:
    void finished(DeliveryStatus) override { ++count; }
};

BatchRef numbers(std::int64_t begin, std::int64_t end) {
    BatchRef batch = Batch::make(EventKind::Log);
    for (std::int64_t number = begin; number < end; ++number) {
        batch->push(Value::integer(number));
    }
    return batch;
}

constexpr std::int64_t events_a_batch = 3;

/// Submits batches of consecutive numbers after random delays; every seventh makes nothing, every
/// fifth two batches. The numbers that are sent.
io::Task<std::vector<std::int64_t>> submit_numbers(component::OrderedStream& stream, int batches) {
    std::vector<std::int64_t> sent;
    for (int i = 0; i < batches; ++i) {
        const std::int64_t begin = i * events_a_batch;
        for (std::int64_t n = begin; i % 7 != 0 && n < begin + events_a_batch; ++n) {
            sent.push_back(n);
        }
        component::OrderedStream::Work work = [i, begin](component::TicketOutput& output) {
            thread_local std::mt19937 random(std::random_device{}());
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 200));
            if (i % 7 == 0) {
                return;
            }
            if (i % 5 == 0) {
                output.send({numbers(begin, begin + 1), {}});
                output.send({numbers(begin + 1, begin + events_a_batch), {}});
                return;
            }
            output.send({numbers(begin, begin + events_a_batch), {}});
        };
        co_await stream.submit(std::move(work));
    }
    co_await stream.drain();
    co_return sent;
}

TEST(Arrivals, OfADeliveryWaitForRoomInAllBuffersAndThoseBehindItWaitToo) {
    FakeBuffer memory(static_cast<std::size_t>(-1));
    ReservingBuffer disk(2);
    Flow flow({&memory, &disk});
    for (const auto& sink : flow.sinks) {
        sink->reserves = true;
    }
    Arrivals arrivals;
    flow.output.run_stages({numbers(0, 3), {}}, arrivals);
    flow.output.run_stages({numbers(3, 5), {}}, arrivals);
    offer(arrivals, buffer::Patience::Endless);
    EXPECT_EQ(arrivals.size(), 4U);
    EXPECT_TRUE(memory.numbers().empty());
    const auto take_all = [](Arrivals waiting) -> io::Task<bool> {
        co_await take(std::move(waiting), buffer::Patience::Endless);
        co_return true;
    };
    io::testing::StartedRuntime runtime(1);
    EXPECT_TRUE(io::testing::run_on(runtime.worker(0), take_all(std::move(arrivals))));
    runtime.stop();
    const std::vector<std::int64_t> all{0, 1, 2, 3, 4};
    EXPECT_EQ(memory.numbers(), all);
    EXPECT_EQ(disk.numbers(), all);
}

TEST(Arrivals, BehindOneThatMetAFullBufferStayBehindIt) {
    FakeBuffer sink(0);
    Flow flow({&sink});
    Arrivals arrivals;
    flow.output.run_stages({numbers(0, 3), {}}, arrivals);
    flow.output.run_stages({numbers(3, 4), {}}, arrivals);
    offer(arrivals, buffer::Patience::Endless);
    EXPECT_EQ(arrivals.size(), 2U);
    EXPECT_EQ(sink.offers, 1) << "the second could fit where the first did not";
}

TEST(TicketedStream, KeepsOrderToEachSinkUnderRandomDelaysAndDrops) {
    for (const std::size_t workers : {1U, 2U, 4U}) {
        FakeBuffer first(static_cast<std::size_t>(-1));
        FakeBuffer second(static_cast<std::size_t>(-1));
        Flow flow({&first, &second});
        io::testing::StartedRuntime runtime(workers);
        const auto stream = flow.output.open_stream(runtime);
        const auto sent = io::testing::run_on(runtime.worker(0), submit_numbers(*stream, 1000));
        EXPECT_EQ(first.numbers(), sent);
        EXPECT_EQ(second.numbers(), sent);
        runtime.stop();
    }
}

TEST(TicketedStream, WorksOnSeveralWorkersAtOnce) {
    FakeBuffer sink(static_cast<std::size_t>(-1));
    Flow flow({&sink});
    io::testing::StartedRuntime runtime(3);
    const auto stream = flow.output.open_stream(runtime);
    std::atomic<int> arrived{0};
    const auto submit_three = [](component::OrderedStream& to,
                                 std::atomic<int>& count) -> io::Task<bool> {
        for (int i = 0; i < 3; ++i) {
            // Each waits for the others.
            component::OrderedStream::Work work = [&count](component::TicketOutput&) {
                ++count;
                while (count < 3) {
                    std::this_thread::yield();
                }
            };
            co_await to.submit(std::move(work));
        }
        co_await to.drain();
        co_return true;
    };
    EXPECT_TRUE(io::testing::run_on(runtime.worker(0), submit_three(*stream, arrived)));
    runtime.stop();
}

TEST(TicketedStream, AFullSinkStopsTheStreamAfterItsTicketsAndNothingIsLost) {
    constexpr std::size_t workers = 2;
    FakeBuffer sink(0);
    Flow flow({&sink});
    io::testing::StartedRuntime runtime(workers);
    const auto stream = flow.output.open_stream(runtime);
    std::atomic<int> made{0};
    Finished finished;
    const auto submit_all = [](component::OrderedStream& to, std::atomic<int>& count,
                               Finalizer& finalizer) -> io::Task<bool> {
        for (int i = 0; i < 50; ++i) {
            Acknowledgement share(&finalizer);
            component::OrderedStream::Work work =
                [&count, i, held = std::move(share)](component::TicketOutput& output) mutable {
                    ++count;
                    output.send({numbers(i, i + 1), std::move(held)});
                };
            co_await to.submit(std::move(work));
        }
        co_await to.drain();
        co_return true;
    };
    auto done = boost::asio::co_spawn(runtime.worker(0).context(),
                                      submit_all(*stream, made, finished), boost::asio::use_future);
    while (made < static_cast<int>(2 * workers) || sink.waiting == 0) {
        std::this_thread::yield();
    }
    EXPECT_EQ(done.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
    EXPECT_EQ(made, static_cast<int>(2 * workers)) << "no more than are admitted";
    EXPECT_EQ(sink.waiting, 1) << "one result waits in the place of all";
    EXPECT_EQ(finished.count, 0);
    sink.open();
    ASSERT_EQ(done.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    std::vector<std::int64_t> expected(50);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(sink.numbers(), expected);
    runtime.stop();
}

}  // namespace
}  // namespace engine::topology
