#include "engine/delivery/clock.hpp"

namespace engine::delivery {

namespace {

class SteadyClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override { return std::chrono::steady_clock::now(); }
    [[nodiscard]] io::Task<io::SleepResult> sleep(std::chrono::nanoseconds duration,
                                                  io::StopToken stop) override {
        return io::sleep_for(duration, std::move(stop));
    }
};

}  // namespace

Clock& Clock::steady() {
    static SteadyClock clock;
    return clock;
}

}  // namespace engine::delivery
