#pragma once

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>

#include "tests/engine/buffer/disk/disk_buffer_driver.hpp"
#include "tests/engine/buffer/disk/model_trace.hpp"

namespace engine::buffer::disk::testing {

/// Plays a trace against a real DiskBuffer over faulty files, and holds what it does against what
/// it promised. `run` says which promise was broken, none when all were kept.
class BufferModel {
public:
    explicit BufferModel(const Trace& trace) : trace_(trace), files_(trace.seed) {}

    std::optional<std::string> run() {
        for (const TraceSession& session : trace_.sessions) {
            play(session);
            if (broken_)
                return broken_;
        }
        last_session();
        check(files_.peak_segment_bytes() <= trace_.max_size, [this] {
            return fmt::format("the files took {} bytes, max_size is {}",
                               files_.peak_segment_bytes(), trace_.max_size);
        });
        return broken_;
    }

private:
    struct Held {
        std::uint64_t key;
        RecordId id;
    };
    static constexpr std::uint64_t ample = ~std::uint64_t{0} / 2;
    static constexpr std::uint64_t most_events = 5;

    template <typename Message>
    void check(bool kept, Message message) {
        if (!kept && !broken_)
            broken_ = message();
    }

    std::unique_ptr<DiskBuffer> open() {
        auto buffer =
            DiskBuffer::open({.folder = "/buffer",
                              .max_size = trace_.max_size,
                              .sync_interval = std::chrono::milliseconds(trace_.sync_interval_ms),
                              .compress = trace_.compress},
                             files_);
        held_.clear();
        last_read_ = -1;
        return buffer ? std::move(*buffer) : nullptr;
    }

    void play(const TraceSession& session) {
        files_.disk_capacity(session.disk_capacity == 0 ? ample : session.disk_capacity);
        bool clean = session.disk_capacity == 0;
        for (const auto& [call, fault] : session.faults)
            clean = clean && fault != Fault::Crash && fault != Fault::Error;
        files_.plan([&faults = session.faults](Call call, std::uint64_t index) {
            const auto found = faults.find(index);
            return call == Call::Read || found == faults.end() ? Fault::None : found->second;
        });
        finished_now_.clear();
        dropped_now_ = 0;
        if (const auto buffer = open()) {
            for (const Operation& operation : session.operations) {
                if (files_.crashed() || broken_)
                    break;
                step(*buffer, operation);
            }
        }
        answers_.wait();
        // What was finished before an orderly end must not come back.
        if (clean)
            gone_.insert(finished_now_.begin(), finished_now_.end());
        files_.restart(session.end);
        files_.disk_capacity(ample);
        for (const std::uint64_t flip : session.flips)
            flip_bit(flip);
    }

    void step(DiskBuffer& buffer, const Operation& operation) {
        switch (operation.kind) {
            case Operation::Kind::Append: {
                const std::uint64_t key = next_key_++;
                given_events_ += operation.events;
                append(buffer, answers_, key, operation.value,
                       static_cast<std::uint32_t>(operation.events));
                return;
            }
            case Operation::Kind::Read:
                read(buffer);
                return;
            case Operation::Kind::Finish:
                finish(buffer, operation.value);
                return;
            case Operation::Kind::FinishAll:
                while (!held_.empty())
                    finish(buffer, 0);
                return;
            case Operation::Kind::Drop:
                drop(buffer);
                return;
            case Operation::Kind::Settle:
                answers_.wait();
                buffer.wait_until_idle();
                check(files_.segment_bytes() <= buffer.stats().disk_bytes, [&] {
                    return fmt::format("the files take {} bytes, the buffer says {}",
                                       files_.segment_bytes(), buffer.stats().disk_bytes);
                });
        }
    }

    /// In a later session segments may come back, and are dropped and counted again.
    void drop(DiskBuffer& buffer) {
        const std::uint64_t events = buffer.drop_oldest_segment().value_or(0);
        dropped_events_ += events;
        dropped_now_ += events;
        check(dropped_now_ <= given_events_, [this] {
            return fmt::format("{} events are said to be dropped of {}", dropped_now_,
                               given_events_);
        });
    }

    void read(DiskBuffer& buffer) {
        const auto record = buffer.next();
        if (!record)
            return;
        const std::int64_t key = id_of(record->payload.view());
        check(last_read_ < key, [&] {
            return fmt::format("record {} came after record {}, or is not intact", key, last_read_);
        });
        check(key < static_cast<std::int64_t>(next_key_),
              [&] { return fmt::format("record {} was never given", key); });
        check(!gone_.contains(static_cast<std::uint64_t>(key)),
              [&] { return fmt::format("record {} was finished and came back", key); });
        last_read_ = key;
        held_.push_back({static_cast<std::uint64_t>(key), record->id});
    }

    void finish(DiskBuffer& buffer, std::uint64_t index) {
        if (held_.empty())
            return;
        const auto held = held_.begin() + static_cast<std::ptrdiff_t>(index % held_.size());
        const Held done = *held;
        held_.erase(held);
        finished_.insert(done.key);
        finished_now_.insert(done.key);
        buffer.finish(done.id);
    }

    void flip_bit(std::uint64_t choice) {
        const std::vector<std::string> paths = files_.paths();
        if (paths.empty())
            return;
        std::string& bytes = files_.bytes(paths[choice % paths.size()]);
        choice /= paths.size();
        if (bytes.empty())
            return;
        char& byte = bytes[choice / 8 % bytes.size()];
        byte = static_cast<char>(byte ^ (1 << (choice % 8)));
        ++flips_;
        // An older slot of the ledger may hold now, which repeats.
        gone_.clear();
    }

    void last_session() {
        const auto buffer = open();
        if (!buffer) {
            broken_ = "the buffer does not open after the last session";
            return;
        }
        std::set<std::uint64_t> seen;
        for (std::size_t before = 0; !broken_; before = seen.size()) {
            read(*buffer);
            for (const Held& held : held_)
                seen.insert(held.key);
            while (!held_.empty())
                finish(*buffer, 0);
            if (seen.size() == before)
                break;
        }
        expect_all(seen);
        buffer->wait_until_idle();
        check(buffer->stats().events == 0,
              [&] { return fmt::format("{} events are said to be left", buffer->stats().events); });
        check(append_soon(*buffer, answers_, next_key_++),
              [] { return "the buffer takes nothing more"; });
        buffer->close();
        answers_.wait();
    }

    /// Everything stored was read or finished, but for what was dropped or damaged on purpose.
    void expect_all(const std::set<std::uint64_t>& seen) {
        std::uint64_t missing = 0;
        std::uint64_t example = 0;
        for (const std::uint64_t key : answers_.stored()) {
            if (seen.contains(key) || finished_.contains(key))
                continue;
            ++missing;
            example = key;
        }
        check(missing <= dropped_events_ + flips_, [&] {
            return fmt::format("{} records were stored and are lost, such as record {}", missing,
                               example);
        });
    }

    const Trace& trace_;
    FaultFileSystem files_;
    Answers answers_;
    std::optional<std::string> broken_;
    std::uint64_t next_key_ = 0;
    std::int64_t last_read_ = -1;
    std::uint64_t given_events_ = 0;
    std::uint64_t dropped_events_ = 0;
    std::uint64_t dropped_now_ = 0;
    std::uint64_t flips_ = 0;
    std::vector<Held> held_;
    std::set<std::uint64_t> finished_;
    std::set<std::uint64_t> finished_now_;
    std::set<std::uint64_t> gone_;
};

/// Makes a failing trace smaller as long as it still fails: sessions, operations and faults go,
/// sizes shrink. A trace counts as failing when one of a few runs does, for the writer's thread
/// is not repeatable. Ends after `budget` runs.
class TraceShrinker {
public:
    using Failing = std::function<bool(const Trace&)>;
    TraceShrinker(Failing failing, std::size_t budget)
        : failing_(std::move(failing)), budget_(budget) {}

    Trace shrink(Trace trace) {
        best_ = std::move(trace);
        for (bool smaller = true; smaller && budget_ > 0;) {
            smaller = false;
            for (std::size_t i = best_.sessions.size(); i-- > 0;)
                smaller |= attempt([i](Trace& t) { erase(t.sessions, i, 1); });
            for (std::size_t i = 0; i < best_.sessions.size(); ++i) {
                smaller |= shrink_operations(i);
                smaller |= shrink_faults(i);
                smaller |= simplify(i);
            }
            smaller |= best_.compress && attempt([](Trace& t) { t.compress = false; });
            smaller |=
                best_.sync_interval_ms > 0 && attempt([](Trace& t) { t.sync_interval_ms = 0; });
        }
        return best_;
    }

private:
    template <typename Change>
    bool attempt(Change change) {
        if (budget_ == 0)
            return false;
        Trace candidate = best_;
        change(candidate);
        for (int run = 0; run < 3 && budget_ > 0; ++run) {
            --budget_;
            if (failing_(candidate)) {
                best_ = std::move(candidate);
                return true;
            }
        }
        return false;
    }

    template <typename T>
    static void erase(std::vector<T>& items, std::size_t begin, std::size_t count) {
        const auto first = items.begin() + static_cast<std::ptrdiff_t>(begin);
        items.erase(first, first + static_cast<std::ptrdiff_t>(count));
    }

    /// Takes out runs of halving length, `size` tells how many there are to choose from.
    template <typename Size, typename Erase>
    bool take_out(Size size, Erase erase_range) {
        bool smaller = false;
        for (std::size_t length = size(); length > 0 && budget_ > 0; length /= 2) {
            for (std::size_t begin = 0; begin < size() && budget_ > 0;) {
                const std::size_t count = std::min(length, size() - begin);
                const bool gone = attempt([&](Trace& trace) { erase_range(trace, begin, count); });
                smaller |= gone;
                begin += gone ? 0 : count;
            }
        }
        return smaller;
    }

    bool shrink_operations(std::size_t session) {
        return take_out([&] { return best_.sessions[session].operations.size(); },
                        [&](Trace& trace, std::size_t begin, std::size_t count) {
                            erase(trace.sessions[session].operations, begin, count);
                        });
    }

    bool shrink_faults(std::size_t session) {
        return take_out([&] { return best_.sessions[session].faults.size(); },
                        [&](Trace& trace, std::size_t begin, std::size_t count) {
                            auto& faults = trace.sessions[session].faults;
                            const auto first = std::next(faults.begin(), std::ptrdiff_t(begin));
                            faults.erase(first, std::next(first, std::ptrdiff_t(count)));
                        });
    }

    bool simplify(std::size_t session) {
        bool smaller = false;
        const TraceSession now = best_.sessions[session];
        if (!now.flips.empty())
            smaller |= attempt([&](Trace& t) { t.sessions[session].flips.clear(); });
        if (now.disk_capacity != 0)
            smaller |= attempt([&](Trace& t) { t.sessions[session].disk_capacity = 0; });
        if (now.end == Outage::PowerCut)
            smaller |= attempt([&](Trace& t) { t.sessions[session].end = Outage::Kill; });
        for (std::size_t i = 0; i < now.operations.size(); ++i) {
            const Operation& step = now.operations[i];
            if (step.kind == Operation::Kind::Append && (step.value > 100 || step.events > 1)) {
                smaller |= attempt([&](Trace& t) {
                    t.sessions[session].operations[i].value =
                        std::min<std::uint64_t>(100, step.value);
                    t.sessions[session].operations[i].events = 1;
                });
            }
        }
        return smaller;
    }

    Failing failing_;
    std::size_t budget_;
    Trace best_;
};

}  // namespace engine::buffer::disk::testing
