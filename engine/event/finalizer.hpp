#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace engine {

/// What became of events. The worst one of all holders counts.
enum class DeliveryStatus : std::uint8_t {
    Delivered,  // accepted by the destination, or dropped by design (filtered, sampled, aborted)
    Rejected,   // refused for good
    TooLarge,   // refused for good: no buffer on the way has room for it, ever
    Errored,    // not delivered: a later attempt may succeed (time-outs, shutdown)
};

/// Whoever wants to know when events are done with: an HTTP request that waits for its answer, a
/// record of a disk buffer, a checkpoint. Counted by reference: each holder of events holds one;
/// the last one to let go calls `finished`, on its own thread.
class Finalizer {
public:
    Finalizer() = default;
    virtual ~Finalizer() = default;
    Finalizer(const Finalizer&) = delete;
    Finalizer& operator=(const Finalizer&) = delete;

    void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
    void release() {
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            finished(status_.load(std::memory_order_relaxed));
        }
    }
    /// Records an outcome; a better one than known changes nothing.
    void update(DeliveryStatus status) {
        DeliveryStatus known = status_.load(std::memory_order_relaxed);
        while (known < status &&
               !status_.compare_exchange_weak(known, status, std::memory_order_relaxed)) {
        }
    }

protected:
    /// Called once; the object may delete itself here.
    virtual void finished(DeliveryStatus status) = 0;

private:
    std::atomic<std::uint32_t> references_{0};
    std::atomic<DeliveryStatus> status_{DeliveryStatus::Delivered};
};

/// One holder's share in a Finalizer; may be empty. Thread-safe as shared_ptr is.
class Acknowledgement {
public:
    Acknowledgement() = default;
    explicit Acknowledgement(Finalizer* finalizer) : finalizer_(finalizer) {
        if (finalizer_ != nullptr)
            finalizer_->retain();
    }
    Acknowledgement(const Acknowledgement& other) : Acknowledgement(other.finalizer_) {}
    Acknowledgement(Acknowledgement&& other) noexcept
        : finalizer_(std::exchange(other.finalizer_, nullptr)) {}
    Acknowledgement& operator=(Acknowledgement other) noexcept {
        std::swap(finalizer_, other.finalizer_);
        return *this;
    }
    ~Acknowledgement() {
        if (finalizer_ != nullptr)
            finalizer_->release();
    }

    [[nodiscard]] explicit operator bool() const { return finalizer_ != nullptr; }
    /// Records the outcome and lets go.
    void finish(DeliveryStatus status) {
        if (Finalizer* finalizer = std::exchange(finalizer_, nullptr)) {
            finalizer->update(status);
            finalizer->release();
        }
    }

private:
    Finalizer* finalizer_ = nullptr;
};

}  // namespace engine
