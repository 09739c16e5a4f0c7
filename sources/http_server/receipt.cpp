#include "sources/http_server/receipt.hpp"

#include <new>
#include <stop_token>
#include <vector>

namespace engine::sources::http_server {

namespace {

constexpr std::size_t kept_blocks = 256;

/// Memory of receipts that are gone, of one thread.
struct FreeBlocks {
    std::vector<void*> blocks;
    ~FreeBlocks() {
        for (void* block : blocks) {
            ::operator delete(block);
        }
    }
};
thread_local FreeBlocks free_blocks;

}  // namespace

void* Receipt::operator new(std::size_t size) {
    auto& blocks = free_blocks.blocks;
    if (blocks.empty()) {
        return ::operator new(size);
    }
    void* block = blocks.back();
    blocks.pop_back();
    return block;
}

void Receipt::operator delete(void* memory) {
    auto& blocks = free_blocks.blocks;
    if (blocks.size() < kept_blocks) {
        blocks.push_back(memory);
    } else {
        ::operator delete(memory);
    }
}

Receipt::Pointer Receipt::make() {
    return Pointer(new Receipt);
}

void Receipt::finished(DeliveryStatus status) {
    outcome_.store(static_cast<int>(status), std::memory_order_release);
    wake();
    leave();
}

void Receipt::wake() {
    if (waiter_.exchange(Waiter::Woken) == Waiter::Suspended) {
        std::exchange(resume_, {})();
    }
}

void Receipt::leave() {
    if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        delete this;
    }
}

io::Task<DeliveryStatus> Receipt::wait(io::StopToken abandoned) {
    if (!known()) {
        const std::stop_callback give_up(abandoned, [this] { wake(); });
        co_await io::suspend([this](io::Resume resume) {
            resume_ = std::move(resume);
            Waiter none = Waiter::None;
            if (!waiter_.compare_exchange_strong(none, Waiter::Suspended)) {
                std::exchange(resume_, {})();
            }
        });
    }
    co_return known() ? outcome() : DeliveryStatus::Errored;
}

}  // namespace engine::sources::http_server
