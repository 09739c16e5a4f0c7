#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/diagnostic/assert.hpp"
#include "engine/io/suspension.hpp"
#include "engine/io/task.hpp"

namespace engine::io {

/// A bounded queue from any number of producers, on any thread, to one consumer coroutine. Bounded
/// by items and by bytes; producers that wait are served first come, first served. An item larger
/// than the byte bound is admitted when the queue is empty, so nothing waits for ever.
template <typename T>
class Channel {
public:
    Channel(std::size_t max_items, std::size_t max_bytes)
        : max_items_(max_items), max_bytes_(max_bytes) {}
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// False when the queue is full, closed, or others wait for space; `item` is then untouched.
    [[nodiscard]] bool try_push(T& item, std::size_t bytes) {
        const std::lock_guard lock(mutex_);
        if (closed_ || !pushers_.empty() || !fits(bytes))
            return false;
        enqueue(std::move(item), bytes);
        return true;
    }
    [[nodiscard]] bool try_push(T&& item, std::size_t bytes) { return try_push(item, bytes); }

    /// Suspends the caller until there is space. False when the channel was closed first; the item
    /// is then dropped.
    [[nodiscard]] Task<bool> push(T item, std::size_t bytes) {
        if (try_push(item, bytes))
            co_return true;
        Pusher pusher{std::move(item), bytes, false, {}};
        co_await suspend([this, &pusher](Resume resume) {
            const std::lock_guard lock(mutex_);
            if (!closed_ && pushers_.empty() && fits(pusher.bytes)) {
                enqueue(std::move(pusher.item), pusher.bytes);
                pusher.accepted = true;
            }
            if (closed_ || pusher.accepted) {
                resume();
                return;
            }
            pusher.resume = std::move(resume);
            pushers_.push_back(&pusher);
        });
        co_return pusher.accepted;
    }

    enum class Push : std::uint8_t { Accepted, Closed, TimedOut };
    /// As `push`, for so long; an item that is not accepted is dropped.
    [[nodiscard]] Task<Push> push_for(T item, std::size_t bytes,
                                      std::chrono::nanoseconds duration) {
        if (try_push(item, bytes))
            co_return Push::Accepted;
        const auto executor = co_await boost::asio::this_coro::executor;
        // Shared, because the cancellation may arrive after this coroutine has ended.
        auto timer = std::make_shared<boost::asio::steady_timer>(executor, duration);
        Pusher pusher{std::move(item), bytes, false, [timer, executor] {
                          boost::asio::post(executor, [timer] { timer->cancel(); });
                      }};
        bool waits = false;
        {
            const std::lock_guard lock(mutex_);
            waits = !closed_ && !(pushers_.empty() && fits(bytes));
            if (waits) {
                pushers_.push_back(&pusher);
            } else if (!closed_) {
                enqueue(std::move(pusher.item), bytes);
                pusher.accepted = true;
            }
        }
        if (waits)
            co_await timer->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        const std::lock_guard lock(mutex_);
        std::erase(pushers_, &pusher);
        if (pusher.accepted)
            co_return Push::Accepted;
        co_return closed_ ? Push::Closed : Push::TimedOut;
    }

    [[nodiscard]] std::optional<T> try_pop() {
        const std::lock_guard lock(mutex_);
        return dequeue();
    }

    /// The next item; empty once the channel is closed and drained. One caller at a time.
    [[nodiscard]] Task<std::optional<T>> pop() {
        for (;;) {
            {
                const std::lock_guard lock(mutex_);
                if (auto item = dequeue())
                    co_return item;
                if (closed_)
                    co_return std::nullopt;
            }
            co_await suspend([this](Resume resume) {
                const std::lock_guard lock(mutex_);
                ENGINE_ASSERT(!consumer_, "a channel has one consumer");
                if (closed_ || !items_.empty())
                    resume();
                else
                    consumer_ = std::move(resume);
            });
        }
    }

    /// No more pushes; waiting producers get false, the consumer gets what is left. Any thread.
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        for (Pusher* pusher : pushers_)
            std::exchange(pusher->resume, {})();
        pushers_.clear();
        wake_consumer();
    }

    [[nodiscard]] bool is_closed() const {
        const std::lock_guard lock(mutex_);
        return closed_;
    }
    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return items_.size();
    }
    [[nodiscard]] std::size_t bytes() const {
        const std::lock_guard lock(mutex_);
        return bytes_;
    }

private:
    struct Item {
        T value;
        std::size_t bytes;
    };
    /// A producer that waits; lives in the frame of its suspended `push`.
    struct Pusher {
        T item;
        std::size_t bytes;
        bool accepted;
        Resume resume;
    };

    [[nodiscard]] bool fits(std::size_t bytes) const {
        return items_.empty() || (items_.size() < max_items_ && bytes_ + bytes <= max_bytes_);
    }

    void enqueue(T item, std::size_t bytes) {
        items_.push_back(Item{std::move(item), bytes});
        bytes_ += bytes;
        wake_consumer();
    }

    std::optional<T> dequeue() {
        if (items_.empty())
            return std::nullopt;
        std::optional<T> value(std::move(items_.front().value));
        bytes_ -= items_.front().bytes;
        items_.pop_front();
        while (!pushers_.empty() && fits(pushers_.front()->bytes)) {
            Pusher* pusher = pushers_.front();
            pushers_.pop_front();
            enqueue(std::move(pusher->item), pusher->bytes);
            pusher->accepted = true;
            std::exchange(pusher->resume, {})();
        }
        return value;
    }

    void wake_consumer() {
        if (consumer_)
            std::exchange(consumer_, {})();
    }

    const std::size_t max_items_;
    const std::size_t max_bytes_;
    mutable std::mutex mutex_;
    std::deque<Item> items_;
    std::size_t bytes_ = 0;
    std::deque<Pusher*> pushers_;
    Resume consumer_;
    bool closed_ = false;
};

}  // namespace engine::io
