#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/config/option_context.hpp"
#include "engine/io/runtime.hpp"
#include "engine/io/stop.hpp"
#include "engine/telemetry/log.hpp"
#include "engine/telemetry/metrics.hpp"

namespace engine::config {
struct GlobalOptions;
}

namespace engine::component {

class Output;
class SourceOutput;

/// What the component's place in the graph means for how it is built.
struct GraphFacts {
    bool requests_upstream = false;           // an http_server is upstream
    std::optional<std::uint32_t> partitions;  // of the nearest partition transform upstream
};

/// Handed to a component's build function: turning checked options into an object. Problems found
/// here (a program that does not compile, a template with a typo) are reported with their place,
/// all of them; the environment is not touched.
struct BuildContext {
    std::string id;
    const config::GlobalOptions& globals;
    config::OptionContext& problems;
    GraphFacts graph;
    config::Location location =
        {};  // of the component's table, for problems without a better place
};

/// What a running component of any kind has.
struct RunContext {
    std::string_view id;  // lives as long as the process
    std::string_view type;
    const config::GlobalOptions& globals;
    io::Runtime& runtime;
    io::Worker& worker;  // the component's own: its start, stop and run happen here
    telemetry::ComponentMetrics& metrics;
    telemetry::Logger log;
};

struct SourceContext : RunContext {
    SourceOutput& output;
    bool acknowledge = false;      // some sink downstream wants acknowledgements, or stores on disk
    bool envelope_needed = false;  // something downstream reads the request
    bool forwards_requests = false;  // a forward-mode sink is downstream: one event per request
    /// To be called when the source has ended by itself; the process stops when all sources have.
    std::function<void()> finished;
};

struct SinkContext : RunContext {
    /// Asked to stop when the process shuts down: retries of events that are safe elsewhere (on
    /// disk) end then; others go on until `abandon`.
    io::StopToken stopping;
    /// Asked to stop when the shutdown's limit has passed: let go of everything at once.
    io::StopToken abandon;
    bool durable = false;  // the buffer in front is on disk
    /// Takes events that the destination refused for good; null when nothing consumes them. What is
    /// sent there carries the acknowledgement on.
    Output* rejected = nullptr;
    /// Takes events while the destination is out of reach; null without one.
    Output* fallback = nullptr;
};

}  // namespace engine::component
