#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/component/context.hpp"
#include "engine/component/output.hpp"
#include "engine/diagnostic/error.hpp"
#include "engine/io/task.hpp"

namespace engine::component {

/// Where events come from. Built from checked options without touching the environment; `start`
/// does that. Created and destroyed by the topology.
class Source {
public:
    virtual ~Source() = default;

    /// Binds and opens what the source needs and starts its tasks on the runtime's workers. Runs on
    /// the context's worker. An error ends the process (at start) or refuses the new configuration
    /// (at reload): it names what could not be had and what to do.
    virtual io::Task<Result<void>> start(SourceContext& context) = 0;

    /// Takes nothing more in; completes when nothing more will be sent to the output. Runs on the
    /// context's worker. Called also when the source has finished by itself.
    virtual io::Task<void> stop() = 0;

    /// Whether its events carry a request envelope when something downstream reads it.
    [[nodiscard]] virtual bool provides_requests() const { return false; }
    /// What it demands of a request, in words for the user ("the method `POST`"); nothing when it
    /// takes any request.
    [[nodiscard]] virtual std::vector<std::string> request_limits() const { return {}; }
    /// Whether it waits for acknowledgements (answers later, moves a checkpoint later).
    [[nodiscard]] virtual bool can_acknowledge() const { return false; }
    /// Whether clients wait for its answer and can be told to come again: what has waited too long
    /// for room in a buffer is refused then. What other sources send waits.
    [[nodiscard]] virtual bool answers_clients() const { return false; }
};

}  // namespace engine::component
