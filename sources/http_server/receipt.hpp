#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "engine/event/finalizer.hpp"
#include "engine/io/stop.hpp"
#include "engine/io/suspension.hpp"
#include "engine/io/task.hpp"

namespace engine::sources::http_server {

/// What became of one request's events, for the answer. The request's handler makes one, gives
/// shares of it (`acknowledgement`) to the batches that it sends, then asks for the outcome. When
/// the last holder has let go by then, nothing suspends. It lives as long as the handler's pointer
/// or any share does, so a handler that gives up leaves nothing dangling. Receipts are recycled on
/// the worker that frees them: none is allocated in steady state.
class Receipt final : public Finalizer {
public:
    struct Leave {
        void operator()(Receipt* receipt) const { receipt->leave(); }
    };
    using Pointer = std::unique_ptr<Receipt, Leave>;

    [[nodiscard]] static Pointer make();

    /// The first share; copies of it count as well. Called once.
    [[nodiscard]] Acknowledgement acknowledgement() { return Acknowledgement(this); }
    /// Whether the outcome is known: every share is gone.
    [[nodiscard]] bool known() const { return outcome_.load(std::memory_order_acquire) >= 0; }
    /// The outcome; requires `known`.
    [[nodiscard]] DeliveryStatus outcome() const {
        return static_cast<DeliveryStatus>(outcome_.load(std::memory_order_acquire));
    }
    /// Suspends until the outcome is known; Errored when `abandoned` is requested before.
    [[nodiscard]] io::Task<DeliveryStatus> wait(io::StopToken abandoned);

    void* operator new(std::size_t size);
    void operator delete(void* memory);

protected:
    void finished(DeliveryStatus status) override;

private:
    enum class Waiter : std::uint8_t { None, Suspended, Woken };

    Receipt() = default;
    void wake();
    void leave();

    std::atomic<int> outcome_{-1};
    std::atomic<Waiter> waiter_{Waiter::None};
    std::atomic<int> owners_{2};  // the handler, and all shares together
    io::Resume resume_;
};

}  // namespace engine::sources::http_server
