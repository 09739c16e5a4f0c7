#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/engine/buffer/disk/buffer_model.hpp"

namespace engine::buffer::disk {
namespace {

using namespace testing;

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
    const char* text = std::getenv(variable);
    return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

bool fails(const Trace& trace) {
    return BufferModel(trace).run().has_value();
}

/// The failure of a trace as a message that can be replayed.
std::string shrunk(const Trace& trace, const std::string& broken) {
    const Trace smallest = TraceShrinker(fails, 3000).shrink(trace);
    const std::string now = BufferModel(smallest).run().value_or(broken);
    return fmt::format(
        "{}\nENGINE_MODEL_SEED={}; the smallest trace that still fails, to be replayed with "
        "ENGINE_MODEL_TRACE=<file>:\n# {}\n{}",
        broken, trace.seed, now, to_text(smallest));
}

/// ENGINE_MODEL_SEED: the first seed, alone unless ENGINE_MODEL_SEEDS says how many;
/// ENGINE_MODEL_TRACE: a file with a trace to replay instead.
TEST(DiskBufferModel, RandomOperationsWithFaultsKeepEveryPromise) {
    if (const char* file = std::getenv("ENGINE_MODEL_TRACE")) {
        std::ifstream stream(file);
        const std::string text(std::istreambuf_iterator<char>(stream), {});
        const std::optional<Trace> trace = trace_from(text);
        ASSERT_TRUE(trace) << "not a trace: " << file;
        EXPECT_EQ(BufferModel(*trace).run().value_or("kept"), "kept");
        return;
    }
    const bool single = std::getenv("ENGINE_MODEL_SEED") != nullptr;
    const std::uint64_t first = number_from("ENGINE_MODEL_SEED", 0);
    const std::uint64_t seeds = number_from("ENGINE_MODEL_SEEDS", single ? 1 : 500);
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        const Trace trace = TraceGenerator(seed).draw();
        const std::optional<std::string> broken = BufferModel(trace).run();
        ASSERT_FALSE(broken) << shrunk(trace, *broken);
    }
}

TEST(DiskBufferModel, TracesSurviveBeingWrittenDown) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const std::string text = to_text(TraceGenerator(seed).draw());
        const std::optional<Trace> read = trace_from(text);
        ASSERT_TRUE(read);
        EXPECT_EQ(to_text(*read), text);
    }
    EXPECT_FALSE(trace_from("session 0\nfault 3 sunshine\n"));
}

TEST(DiskBufferModel, ShrinkingLeavesWhatTheFailureNeeds) {
    // The failure: an append of more than 600 bytes somewhere before a drop.
    const auto failing = [](const Trace& trace) {
        bool large = false;
        for (const TraceSession& session : trace.sessions) {
            for (const Operation& step : session.operations) {
                large |= step.kind == Operation::Kind::Append && step.value > 600;
                if (large && step.kind == Operation::Kind::Drop)
                    return true;
            }
        }
        return false;
    };
    Trace trace;
    for (std::uint64_t seed = 0; !failing(trace); ++seed)
        trace = TraceGenerator(seed).draw();
    const Trace smallest = TraceShrinker(failing, 20'000).shrink(trace);
    std::size_t operations = 0;
    std::size_t faults = 0;
    for (const TraceSession& session : smallest.sessions) {
        operations += session.operations.size();
        faults += session.faults.size();
    }
    EXPECT_EQ(operations, 2u) << to_text(smallest);
    EXPECT_EQ(faults, 0u);
}

/// Cuts the power before every call that changes something, and looks at what the machine would
/// come back with: everything stored and not finished is there, in order, intact.
class PowerCutAtEveryWrite {
public:
    static constexpr std::uint64_t max_size = 64 * 1024;

    void run(std::uint64_t operations) {
        std::mt19937_64 random(7);
        files_.before_each_call([this] { look(); });
        const auto buffer = open(files_);
        ASSERT_NE(buffer, nullptr);
        std::vector<std::pair<std::uint64_t, RecordId>> held;
        for (std::uint64_t i = 0; i < operations && !::testing::Test::HasFailure(); ++i) {
            const std::uint64_t choice = random() % 100;
            if (choice < 34) {
                put(*buffer, random() % 1200, random() % 8 != 0);
            } else if (choice < 70) {
                if (const auto record = buffer->next())
                    held.emplace_back(static_cast<std::uint64_t>(id_of(record->payload.view())),
                                      record->id);
            } else if (!held.empty()) {
                const std::size_t index = random() % 4 == 0 ? random() % held.size() : 0;
                finish(*buffer, held[index]);
                held.erase(held.begin() + static_cast<std::ptrdiff_t>(index));
            }
        }
        buffer->wait_until_idle();
        files_.before_each_call(nullptr);
    }
    [[nodiscard]] std::uint64_t looks() const { return looks_; }

private:
    static std::unique_ptr<DiskBuffer> open(FaultFileSystem& files) {
        auto buffer = DiskBuffer::open({.folder = "/buffer", .max_size = max_size}, files);
        return buffer ? std::move(*buffer) : nullptr;
    }

    void put(DiskBuffer& buffer, std::size_t size, bool wait) {
        const std::uint64_t id = next_id_++;
        auto stored = [this, id](const Result<void>& result) {
            const std::lock_guard guard(mutex_);
            --open_;
            if (result)
                outstanding_.insert(id);
            changed_.notify_all();
        };
        {
            const std::lock_guard guard(mutex_);
            ++open_;
        }
        if (buffer.append(SlabRef::copy_of(payload_of(id, size)), 1, std::move(stored)) !=
            DiskBuffer::Append::Queued) {
            const std::lock_guard guard(mutex_);
            --open_;
        }
        std::unique_lock lock(mutex_);
        if (wait)
            changed_.wait(lock, [this] { return open_ == 0; });
    }

    void finish(DiskBuffer& buffer, const std::pair<std::uint64_t, RecordId>& record) {
        {
            const std::lock_guard guard(mutex_);
            outstanding_.erase(record.first);
            finished_.insert(record.first);
        }
        buffer.finish(record.second);
    }

    void look() {
        std::set<std::uint64_t> expected;
        {
            const std::lock_guard guard(mutex_);
            expected = outstanding_;
            // A record may be finished before its answer is counted.
            for (const std::uint64_t id : finished_)
                expected.erase(id);
        }
        const auto machine = files_.after_power_cut(++looks_);
        const auto buffer = open(*machine);
        ASSERT_NE(buffer, nullptr) << "call " << looks_;
        std::int64_t last = -1;
        while (const auto record = buffer->next()) {
            const std::int64_t id = id_of(record->payload.view());
            ASSERT_LT(last, id) << "call " << looks_ << ": out of order or not intact";
            last = id;
            expected.erase(static_cast<std::uint64_t>(id));
            buffer->finish(record->id);
        }
        ASSERT_TRUE(expected.empty())
            << "call " << looks_ << ": record " << *expected.begin() << " was stored and is lost";
    }

    FaultFileSystem files_{11};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t open_ = 0;
    std::uint64_t next_id_ = 0;
    std::uint64_t looks_ = 0;
    std::set<std::uint64_t> outstanding_;
    std::set<std::uint64_t> finished_;
};

TEST(DiskBufferModel, PowerCutAtEveryWriteOfALongRunLosesNothing) {
    PowerCutAtEveryWrite run;
    run.run(10'000);
    EXPECT_GT(run.looks(), 500u);
}

}  // namespace
}  // namespace engine::buffer::disk
