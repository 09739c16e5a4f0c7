#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/component/output.hpp"
#include "engine/delivery/request.hpp"

namespace engine::delivery {

/// Why a sink's events were refused: `%rejected` of the events that leave its `rejected` output.
struct Rejection {
    std::string reason;
    std::optional<unsigned> status{};
    std::uint64_t attempts = 0;
    std::string sink;
};

/// Hands the events of a request to `output`, and its acknowledgements with them: those who wait
/// are told what becomes of the events there. With `why` each event gets `%rejected`. Completes
/// when whoever consumes them has them. `request` and `why` outlive the task.
[[nodiscard]] io::Task<> pass_on(component::Output& output, Request& request, const Rejection* why);

}  // namespace engine::delivery
