#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "engine/buffer/disk/ledger.hpp"

namespace engine::buffer::disk {

/// Bytes of records beyond P at which the reader stops.
inline constexpr std::uint64_t window_bytes = std::uint64_t{64} << 20;

/// A record that has been handed out and not finished, or finished out of order.
struct InFlight {
    std::uint64_t number = 0;
    std::uint64_t sequence = 0;
    std::uint32_t events = 0;
    std::uint64_t bytes = 0;
    Position start;
    bool finished = false;
};

/// The records between P, the first that is not finished, and the reader. Keeps no payloads. Owned
/// by the DiskBuffer, under its mutex.
class DeliveryWindow {
public:
    /// Takes over the bitmap of a former run: those numbers count as finished when they are met.
    void restore(const LedgerState& state);

    /// No room for another record of any kind.
    [[nodiscard]] bool full() const;
    /// Room for the record with this number: the bitmap reaches that far.
    [[nodiscard]] bool reaches(std::uint64_t number) const;
    /// A record was read. False: it had been finished before, and is not to be handed out.
    [[nodiscard]] bool admit(InFlight record);
    /// Events of the record, if it was in flight.
    std::optional<std::uint32_t> finish(std::uint64_t number);

    [[nodiscard]] bool empty() const { return records_.empty(); }
    /// The oldest record that is not finished.
    [[nodiscard]] const InFlight& front() const { return records_.front(); }

    /// The youngest that was handed out.
    [[nodiscard]] const InFlight& back() const { return records_.back(); }

    /// Fills `number`, `sequence`, `position` (where records are waiting), bitmap and the events
    /// that it marks; `state` holds the reader's place.
    void describe(LedgerState& state) const;

private:
    static constexpr std::uint64_t ring_bits = max_ledger_words * 64;
    [[nodiscard]] bool bit(std::uint64_t number) const;
    void set(std::uint64_t number);
    void clear(std::uint64_t number);
    void drop_finished();

    std::deque<InFlight> records_;
    /// Bit of a number is at number % ring_bits.
    std::array<std::uint64_t, max_ledger_words> ring_{};
    std::uint64_t bytes_ = 0;
    std::uint64_t marked_events_ = 0;
    /// One past the highest number that is marked.
    std::uint64_t marked_end_ = 0;
    /// One past the highest number that was read.
    std::uint64_t read_end_ = 0;
};

}  // namespace engine::buffer::disk
