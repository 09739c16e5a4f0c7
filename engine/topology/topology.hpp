#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/component/sink.hpp"
#include "engine/component/source.hpp"
#include "engine/component/transform.hpp"
#include "engine/config/configuration.hpp"
#include "engine/io/runtime.hpp"
#include "engine/topology/flow.hpp"
#include "engine/topology/graph.hpp"

namespace engine::topology {

/// How long components have to finish when stopping; nullopt: as long as they take.
using ShutdownLimit = std::optional<std::chrono::seconds>;

/// A configuration as objects: built without touching the environment, then started on a runtime,
/// then stopped. Owned and called by the control thread, which is not a worker; everything that the
/// components do happens on the runtime's workers.
class Topology {
public:
    /// Builds every component and connects them. Null after reporting problems. `configuration`
    /// (read, with a graph without errors) outlives the topology.
    [[nodiscard]] static std::unique_ptr<Topology> build(const config::Configuration& configuration,
                                                         const Graph& graph,
                                                         config::Problems& problems);
    ~Topology();

    /// What must hold in the environment before anything starts: folders. Used by `validate` too.
    [[nodiscard]] Result<void> check_environment() const;

    struct Health {
        std::string sink;
        Result<void> result;
    };
    /// Opens the sinks (no events flow yet) and asks each whether its destination can be reached.
    /// `start` calls it; `validate` calls only this, then `stop`.
    [[nodiscard]] Result<std::vector<Health>> open_sinks(io::Runtime& runtime, bool check_health);

    /// Starts buffers, sinks, transforms, then sources. An error names the component; what had
    /// started has been stopped again. `all_finished` is called on a worker when every source has
    /// ended by itself.
    [[nodiscard]] Result<void> start(io::Runtime& runtime, std::function<void()> all_finished);

    /// Begins to stop; `stopped` then tells how far it is.
    void begin_stop();
    enum class StopState { Stopping, Stopped };
    /// Advances the shutdown without blocking longer than `patience`.
    StopState advance_stop(std::chrono::milliseconds patience);
    /// Once stopped: lets go of the components, each on its own worker, while the runtime goes on.
    void release(io::Runtime& runtime);
    /// Lets go of whatever is left: the limit has passed.
    void abandon();
    /// Ids of components that have not finished.
    [[nodiscard]] std::vector<std::string> remaining() const;

private:
    struct RunningSource;
    struct RunningTransform;
    struct RunningSink;
    friend class TopologyBuilder;
    explicit Topology(const config::Configuration& configuration);

    Result<void> open_buffer(RunningSink& sink);
    Result<std::unique_ptr<buffer::SinkBuffer>> open_stage(RunningSink& sink, std::size_t number);
    /// Closes the buffers of sinks that nothing feeds any more.
    void close_sinks();
    [[nodiscard]] std::filesystem::path data_folder() const;

    const config::Configuration& configuration_;
    std::deque<RunningSource> sources_;
    std::deque<RunningTransform> transforms_;
    std::deque<RunningSink> sinks_;
    io::StopSource stopping_;
    io::StopSource abandoned_;
    std::atomic<std::size_t> unfinished_sources_{0};
    enum class Phase { Built, Running, SourcesStopping, SinksDraining, Stopped };
    Phase phase_ = Phase::Built;
    bool sinks_open_ = false;
};

}  // namespace engine::topology
