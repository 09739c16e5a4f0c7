#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/buffer/disk/disk_buffer.hpp"

namespace engine::buffer::disk::testing {

/// Payload of record `id`: the id, then bytes that follow from it.
inline std::string payload_of(std::uint64_t id, std::size_t size) {
    std::string bytes(std::max<std::size_t>(size, 16), '\0');
    store<std::uint64_t>(bytes.data(), id);
    store<std::uint64_t>(bytes.data() + 8, bytes.size());
    std::uint64_t state = id * 0x9E3779B97F4A7C15u + 1;
    for (std::size_t i = 16; i < bytes.size(); ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = static_cast<char>('a' + (state >> 60));
    }
    return bytes;
}

/// Id of a payload that is intact; -1 otherwise.
inline std::int64_t id_of(std::string_view payload) {
    if (payload.size() < 16 || load<std::uint64_t>(payload.data() + 8) != payload.size())
        return -1;
    const auto id = load<std::uint64_t>(payload.data());
    if (payload_of(id, payload.size()) != payload)
        return -1;
    return static_cast<std::int64_t>(id);
}

/// Counts the answers to appends, and which records were stored.
class Answers {
public:
    DiskBuffer::Stored expect(std::uint64_t id) {
        const std::lock_guard guard(mutex_);
        ++open_;
        return [this, id](const Result<void>& result) {
            const std::lock_guard inner(mutex_);
            --open_;
            if (result) {
                stored_.insert(id);
            } else {
                refused_.insert(id);
            }
            changed_.notify_all();
        };
    }
    void forget() {
        const std::lock_guard guard(mutex_);
        --open_;
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return open_ == 0; });
    }
    [[nodiscard]] std::set<std::uint64_t> stored() const {
        const std::lock_guard guard(mutex_);
        return stored_;
    }
    [[nodiscard]] std::set<std::uint64_t> refused() const {
        const std::lock_guard guard(mutex_);
        return refused_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t open_ = 0;
    std::set<std::uint64_t> stored_;
    std::set<std::uint64_t> refused_;
};

inline DiskBuffer::Append append(DiskBuffer& buffer, Answers& answers, std::uint64_t id,
                                 std::size_t size = 100, std::uint32_t events = 1) {
    const DiskBuffer::Append result =
        buffer.append(SlabRef::copy_of(payload_of(id, size)), events, answers.expect(id));
    if (result != DiskBuffer::Append::Queued)
        answers.forget();
    return result;
}

/// Appends and waits for the answer.
inline bool append_now(DiskBuffer& buffer, Answers& answers, std::uint64_t id,
                       std::size_t size = 100, std::uint32_t events = 1) {
    if (append(buffer, answers, id, size, events) != DiskBuffer::Append::Queued)
        return false;
    answers.wait();
    return answers.stored().contains(id);
}

/// Appends as soon as finished records have made room; that is the writer's work. False when the
/// buffer still refuses after ten seconds.
inline bool append_soon(DiskBuffer& buffer, Answers& answers, std::uint64_t id) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < deadline) {
        if (append_now(buffer, answers, id))
            return true;
        std::this_thread::yield();
    }
    return false;
}

/// Takes everything that can be read now; finishes it when told to.
enum class Then { Keep, Finish };
inline std::vector<std::uint64_t> drain(DiskBuffer& buffer, Then then = Then::Finish) {
    std::vector<std::uint64_t> ids;
    while (const std::optional<Record> record = buffer.next()) {
        ids.push_back(static_cast<std::uint64_t>(id_of(record->payload.view())));
        if (then == Then::Finish)
            buffer.finish(record->id);
    }
    return ids;
}

inline std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t end) {
    std::vector<std::uint64_t> ids;
    for (std::uint64_t id = first; id < end; ++id)
        ids.push_back(id);
    return ids;
}

}  // namespace engine::buffer::disk::testing
