#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/diagnostic/assert.hpp"

namespace engine::topology {

/// Puts results back into the order in which their tickets were admitted. There is a slot for each
/// ticket that is out, so a result that has to wait for its turn never needs space: whoever wants
/// to get on waits for a ticket instead. Results are released one at a time; the slot is free, and
/// the next result's turn comes, when the release ends. Plain data; its owner guards it.
template <typename T>
class TicketRing {
public:
    using Ticket = std::uint64_t;

    explicit TicketRing(std::size_t slots) : slots_(slots) {
        ENGINE_ASSERT(slots > 0, "a stream admits at least one ticket");
    }

    /// Every ticket is out.
    [[nodiscard]] bool full() const { return next_ - first_ == slots_.size(); }
    /// No ticket is out.
    [[nodiscard]] bool idle() const { return next_ == first_; }

    /// Requires !full().
    [[nodiscard]] Ticket admit() {
        ENGINE_ASSERT(!full(), "the caller waits for a ticket");
        return next_++;
    }

    /// What became of a ticket, possibly nothing. Tickets complete in any order, each once.
    void complete(Ticket ticket, T result) {
        ENGINE_ASSERT(ticket >= first_ && ticket < next_, "the ticket is out");
        std::optional<T>& slot = slots_[ticket % slots_.size()];
        ENGINE_ASSERT(!slot, "a ticket completes once");
        slot.emplace(std::move(result));
    }

    /// The result whose turn it is, unless it is not there yet or another release is under way. To
    /// be followed by `end_release`.
    [[nodiscard]] std::optional<T> begin_release() {
        std::optional<T>& slot = slots_[first_ % slots_.size()];
        if (releasing_ || !slot) {
            return std::nullopt;
        }
        releasing_ = true;
        return std::exchange(slot, std::nullopt);
    }
    void end_release() {
        ENGINE_ASSERT(releasing_, "a release has begun");
        releasing_ = false;
        ++first_;
    }

private:
    std::vector<std::optional<T>> slots_;
    Ticket first_ = 0;  // the oldest ticket that is out
    Ticket next_ = 0;
    bool releasing_ = false;
};

}  // namespace engine::topology
