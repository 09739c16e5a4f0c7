#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "engine/event/finalizer.hpp"
#include "sources/file/checkpoints.hpp"

namespace engine::sources::file {

/// What has become of the batches of one file: moves its checkpoint past those that were delivered
/// or refused for good, never past one that is still out. One that failed (Errored) holds the
/// checkpoint, so that the next start reads on from there. Any thread; shared with the
/// acknowledgements that are out.
class Progress : public std::enable_shared_from_this<Progress> {
public:
    Progress(std::shared_ptr<Checkpoints> checkpoints, const Fingerprint& file)
        : checkpoints_(std::move(checkpoints)), file_(file) {}

    /// A batch that ends at `position` goes out; batches of a file in order.
    [[nodiscard]] Acknowledgement begin(std::uint64_t position);
    /// The same, for a batch whose delivery nobody waits for: it counts as delivered.
    void pass(std::uint64_t position);
    /// No batch is out.
    [[nodiscard]] bool settled() const;
    /// The file is gone, or another one: what comes later is of no interest.
    void abandon();

private:
    class Receipt;
    struct Outstanding {
        std::uint64_t position;
        bool done = false;
    };
    void finish(std::uint64_t number, DeliveryStatus status);

    const std::shared_ptr<Checkpoints> checkpoints_;
    const Fingerprint file_;
    mutable std::mutex mutex_;
    std::deque<Outstanding> outstanding_;
    std::uint64_t first_number_ = 0;  // of outstanding_.front()
    bool abandoned_ = false;
};

}  // namespace engine::sources::file
