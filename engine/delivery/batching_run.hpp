#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "engine/component/sink.hpp"
#include "engine/delivery/batcher.hpp"
#include "engine/delivery/clock.hpp"
#include "engine/delivery/request_sender.hpp"

namespace engine::delivery {

/// Makes a request of a batch; null when that failed, which was logged and counted (the batch then
/// ends as rejected).
using RequestFactory = std::function<std::unique_ptr<Request>(EventBatch&)>;

/// `run` of a sink that batches events: takes PreparedEvents from the input, batches them, and
/// submits requests. A batch whose events somebody waits for goes as soon as nothing is under way.
/// Lives in the sink's `run`, on its strand.
class BatchingRun {
public:
    /// All are borrowed and outlive `run`.
    BatchingRun(RequestSender& sender, const BatchLimits& limits, RequestFactory factory,
                Clock& clock = Clock::steady());

    /// Completes when the input has ended and nothing is under way.
    [[nodiscard]] io::Task<> run(component::SinkInput& input, io::Worker& worker);

private:
    void take(component::SinkItem item);
    void take_what_is_there(component::SinkInput& input);
    void submit(std::vector<EventBatch>& batches);
    void flush_acknowledged();
    [[nodiscard]] io::Task<> flush_expired();

    RequestSender& sender_;
    Batcher batcher_;
    RequestFactory factory_;
    Clock& clock_;
    std::vector<EventBatch> ready_;
    std::stop_source no_more_waiting_;
    bool timer_runs_ = false;
    io::Event timer_ended_;
};

}  // namespace engine::delivery
