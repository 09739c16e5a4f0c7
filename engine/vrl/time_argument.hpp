#pragma once

#include "engine/vrl/function.hpp"
#include "engine/vrl/time_pattern.hpp"

namespace engine::vrl {

/// `prepare` of a function whose argument at `Index` is a format of times: read once where it is
/// constant.
template <std::size_t Index>
[[nodiscard]] Prepared prepare_time_pattern(Preparation& call) {
    const std::optional<Value>& format = call.constant(Index);
    if (!format || !format->is_bytes()) {
        return nullptr;
    }
    return std::make_shared<TimePattern>(call.constants().copy(format->as_bytes()));
}

/// That argument of a call which is given or has a fallback.
[[nodiscard]] inline TimePattern time_pattern(const Call& call, const Value& format) {
    const auto* prepared = call.state<TimePattern>();
    return prepared != nullptr ? *prepared : TimePattern(format.as_bytes());
}

}  // namespace engine::vrl
