#include "engine/io/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "engine/io/event.hpp"

namespace engine::io {

namespace {

/// Shared with what has been posted: a worker that gets to it late finds nothing left to do.
struct Share {
    std::function<void(std::size_t)> work;
    std::size_t count;
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> done{0};
    Event finished;

    void take_part() {
        for (;;) {
            const std::size_t index = next.fetch_add(1);
            if (index >= count) {
                return;
            }
            work(index);
            if (done.fetch_add(1) + 1 == count) {
                finished.set();
            }
        }
    }
};

}  // namespace

Task<> run_on_all_workers(Runtime& runtime, std::size_t count,
                          std::function<void(std::size_t)> work) {
    const auto share = std::make_shared<Share>();
    share->work = std::move(work);
    share->count = count;
    const std::size_t others = count == 0 ? 0 : std::min(count - 1, runtime.size() - 1);
    const Worker* const here = Worker::current();
    for (std::size_t i = 0, posted = 0; i < runtime.size() && posted < others; ++i) {
        if (&runtime.worker(i) != here) {
            runtime.worker(i).post([share] { share->take_part(); });
            ++posted;
        }
    }
    share->take_part();
    if (count > 0) {
        co_await share->finished.wait();
    }
}

}  // namespace engine::io
