#include "engine/topology/ticketed_stream.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "engine/io/suspension.hpp"
#include "engine/topology/flow.hpp"
#include "engine/topology/ticket_ring.hpp"

namespace engine::topology {

namespace {

using Ring = TicketRing<Arrivals>;

class Collector final : public component::TicketOutput {
public:
    explicit Collector(const SourceOutput& output) : output_(output) {}
    void send(Delivery delivery) override { output_.run_stages(std::move(delivery), arrivals_); }
    [[nodiscard]] Arrivals take() { return std::move(arrivals_); }

private:
    const SourceOutput& output_;
    Arrivals arrivals_;
};

}  // namespace

/// The mutex guards what follows it, and is held for a few instructions several times a ticket.
class TicketedStream::State : public std::enable_shared_from_this<State> {
public:
    State(const SourceOutput& output, io::Runtime& runtime)
        : output_(output),
          runtime_(runtime),
          ring_(2 * runtime.size()),
          taking_turns_(runtime.size(), false) {}

    void submit(Work work) {
        io::Worker* idle = nullptr;
        {
            const std::scoped_lock lock(mutex_);
            queue_.push_back({ring_.admit(), std::move(work)});
            idle = find_idle();
        }
        if (idle != nullptr) {
            post_turn(*idle);
        }
    }

    /// Whether the ring is as asked for; otherwise `resume` is called when it is.
    enum class Until : std::uint8_t { Room, Idle };
    [[nodiscard]] bool reached(Until until) {
        const std::scoped_lock lock(mutex_);
        return holds(until);
    }
    void wait(Until until, io::Resume resume) {
        const std::scoped_lock lock(mutex_);
        if (holds(until)) {
            resume();
            return;
        }
        until_ = until;
        owner_ = std::move(resume);
    }

private:
    struct Submission {
        Ring::Ticket ticket;
        Work work;
    };

    [[nodiscard]] bool holds(Until until) const {
        return until == Until::Idle ? ring_.idle() : !ring_.full();
    }

    /// The next worker in turn that takes no turns yet.
    [[nodiscard]] io::Worker* find_idle() {
        for (std::size_t i = 0; i < taking_turns_.size(); ++i) {
            last_woken_ = (last_woken_ + 1) % taking_turns_.size();
            if (!taking_turns_[last_woken_]) {
                taking_turns_[last_woken_] = true;
                return &runtime_.worker(last_woken_);
            }
        }
        return nullptr;
    }

    void post_turn(io::Worker& worker) {
        worker.post([self = shared_from_this(), &worker] { self->take_turn(worker); });
    }

    /// One piece of work, then whatever else the worker has to do.
    void take_turn(io::Worker& worker) {
        std::optional<Submission> next;
        {
            const std::scoped_lock lock(mutex_);
            if (queue_.empty()) {
                taking_turns_[worker.index()] = false;
                return;
            }
            next = std::move(queue_.front());
            queue_.pop_front();
        }
        Collector collector(output_);
        next->work(collector);
        next->work = nullptr;  // lets go of blocks before the owner may be told that all is done
        {
            const std::scoped_lock lock(mutex_);
            ring_.complete(next->ticket, collector.take());
        }
        release(worker);
        post_turn(worker);
    }

    /// Hands over what has its turn, until a result is missing, another worker is at it, or a sink
    /// is full.
    void release(io::Worker& worker) {
        for (;;) {
            std::optional<Arrivals> first;
            {
                const std::scoped_lock lock(mutex_);
                first = ring_.begin_release();
            }
            if (!first) {
                return;
            }
            offer(*first, output_.patience());
            if (!first->empty()) {
                worker.spawn(wait_for_room(shared_from_this(), worker, std::move(*first)));
                return;
            }
            end_release();
        }
    }

    static io::Task<> wait_for_room(std::shared_ptr<State> self, io::Worker& worker,
                                    Arrivals arrivals) {
        co_await take(std::move(arrivals), self->output_.patience());
        self->end_release();
        self->release(worker);
    }

    void end_release() {
        const std::scoped_lock lock(mutex_);
        ring_.end_release();
        if (owner_ && holds(until_)) {
            std::exchange(owner_, {})();
        }
    }

    const SourceOutput& output_;
    io::Runtime& runtime_;
    std::mutex mutex_;
    Ring ring_;
    std::deque<Submission> queue_;
    std::vector<bool> taking_turns_;  // by worker: it fetches work until there is none
    std::size_t last_woken_ = 0;
    io::Resume owner_;  // the source's coroutine, while it waits
    Until until_ = Until::Room;
};

TicketedStream::TicketedStream(const SourceOutput& output, io::Runtime& runtime)
    : state_(std::make_shared<State>(output, runtime)) {}

TicketedStream::~TicketedStream() = default;

io::Task<> TicketedStream::submit(Work work) {
    if (!state_->reached(State::Until::Room)) {
        co_await io::suspend(
            [this](io::Resume resume) { state_->wait(State::Until::Room, std::move(resume)); });
    }
    state_->submit(std::move(work));
}

io::Task<> TicketedStream::drain() {
    if (!state_->reached(State::Until::Idle)) {
        co_await io::suspend(
            [this](io::Resume resume) { state_->wait(State::Until::Idle, std::move(resume)); });
    }
}

}  // namespace engine::topology
