#include "engine/topology/topology.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "engine/buffer/durable_buffer.hpp"
#include "engine/buffer/memory/memory_buffer.hpp"
#include "engine/buffer/overflow_buffer.hpp"
#include "engine/topology/running_components.hpp"

namespace engine::topology {

namespace {

buffer::WhenFull when_full(config::WhenFull policy) {
    switch (policy) {
        case config::WhenFull::DropNewest:
            return buffer::WhenFull::DropNewest;
        case config::WhenFull::DropOldest:
            return buffer::WhenFull::DropOldest;
        case config::WhenFull::Reject:
            return buffer::WhenFull::Reject;
        case config::WhenFull::Overflow:
            return buffer::WhenFull::Overflow;
        case config::WhenFull::Block:
            break;
    }
    return buffer::WhenFull::Block;
}

component::RunContext run_context(const config::Component& config, io::Runtime& runtime,
                                  std::size_t number, const config::GlobalOptions& globals,
                                  telemetry::ComponentMetrics& metrics) {
    return {config.id.value,
            config.type.value,
            globals,
            runtime,
            runtime.worker(number % runtime.size()),
            metrics,
            telemetry::Logger(config::name_of(config.kind), config.id.value, config.type.value)};
}

}  // namespace

Topology::Topology(const config::Configuration& configuration) : configuration_(configuration) {}

Topology::~Topology() = default;

std::filesystem::path Topology::data_folder() const {
    return configuration_.globals.data_dir.value;
}

Result<void> Topology::check_environment() const {
    const bool needed = std::ranges::any_of(
        sinks_, [](const RunningSink& sink) { return sink.config.buffer.durable(); });
    const std::filesystem::path folder = data_folder();
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) {
        return {};
    }
    if (configuration_.globals.data_dir.location.file != nullptr) {
        return failure(fmt::format("data_dir \"{}\" does not exist", folder.string()));
    }
    if (!needed) {
        return {};
    }
    const bool created = std::filesystem::create_directories(folder, error);
    if (created) {
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    }
    if (!created || error) {
        return failure(fmt::format(
            "the default data folder {} can't be created ({}): set `data_dir` to a folder that can",
            folder.string(), error.message()));
    }
    return {};
}

Result<std::unique_ptr<buffer::SinkBuffer>> Topology::open_stage(RunningSink& sink,
                                                                 std::size_t number) {
    const config::BufferStage& stage = sink.config.buffer.stages[number];
    if (const auto* memory = std::get_if<config::MemoryBufferOptions>(&stage)) {
        buffer::MemoryBuffer::Options options;
        options.max_events = memory->max_events.value_or(options.max_events);
        options.max_bytes = memory->max_size.value_or(0);
        options.when_full = when_full(memory->when_full);
        options.block_timeout = memory->block_timeout;
        options.stage = number;
        // What another sink passes on stays its own until it is delivered here.
        options.hold_acknowledgements = sink.sink->acknowledges() || !sink.feeders.empty();
        return std::make_unique<buffer::MemoryBuffer>(options, *sink.sink, sink.metrics,
                                                      sink.context->log);
    }
    const auto& disk = std::get<config::DiskBufferOptions>(stage);
    buffer::DurableBuffer::Options options;
    options.disk.folder = data_folder() / "engine" / "buffer" / sink.config.id.value;
    // The first disk stage has the sink's folder, each further one a folder within it.
    const std::span before(sink.config.buffer.stages.data(), number);
    const bool first = std::ranges::none_of(before, [](const config::BufferStage& other) {
        return std::holds_alternative<config::DiskBufferOptions>(other);
    });
    if (!first) {
        options.disk.folder /= fmt::format("stage-{}", number);
    }
    options.disk.max_size = disk.max_size;
    options.disk.sync_interval =
        std::chrono::milliseconds(disk.sync == config::DiskSync::Interval ? 500 : 0);
    options.disk.compress = disk.compression == config::DiskCompression::Zstd;
    options.when_full = when_full(disk.when_full);
    options.block_timeout = disk.block_timeout;
    options.stage = number;
    return ENGINE_TRY(
        buffer::DurableBuffer::open(options, *sink.sink, sink.metrics, sink.context->log));
}

Result<void> Topology::open_buffer(RunningSink& sink) {
    const std::vector<config::BufferStage>& stages = sink.config.buffer.stages;
    if (stages.size() == 1) {
        sink.buffer = ENGINE_TRY(open_stage(sink, 0));
    } else {
        std::vector<buffer::OverflowBuffer::Stage> opened;
        for (std::size_t number = 0; number < stages.size(); ++number) {
            const config::WhenFull policy =
                std::visit([](const auto& options) { return options.when_full; }, stages[number]);
            opened.push_back({ENGINE_TRY(open_stage(sink, number)), when_full(policy)});
        }
        sink.buffer = std::make_unique<buffer::OverflowBuffer>(std::move(opened));
    }
    sink.stage.buffer = sink.buffer.get();
    return {};
}

Result<std::vector<Topology::Health>> Topology::open_sinks(io::Runtime& runtime,
                                                           bool check_health) {
    std::size_t number = 0;
    std::vector<std::pair<RunningSink*, std::future<Result<void>>>> checks;
    for (RunningSink& sink : sinks_) {
        component::SinkContext context{
            run_context(sink.config, runtime, number++, configuration_.globals, sink.metrics),
            stopping_.get_token(),
            abandoned_.get_token(),
            sink.config.buffer.durable(),
            sink.rejected ? &*sink.rejected : nullptr,
            sink.fallback ? &*sink.fallback : nullptr};
        sink.context.emplace(std::move(context));
        io::Worker& worker = sink.context->worker;
        Result<void> started = run_on(worker, sink.sink->start(*sink.context)).get();
        if (!started) {
            return failure(fmt::format("{}: {}", sink.config.title(), started.error().message));
        }
        if (check_health && sink.config.healthcheck.enabled &&
            configuration_.globals.healthchecks.enabled) {
            checks.emplace_back(&sink, run_on(worker, sink.sink->healthcheck()));
        }
    }
    std::vector<Health> health;
    health.reserve(checks.size());
    for (auto& [sink, result] : checks) {
        health.push_back({sink->config.id.value, result.get()});
    }
    sinks_open_ = true;
    return health;
}

Result<void> Topology::start(io::Runtime& runtime, std::function<void()> all_finished) {
    ENGINE_ASSERT(sinks_open_, "open_sinks comes first");
    phase_ = Phase::Running;
    // With a disk buffer anywhere, a request waits for room in all of its disk buffers before it
    // is given to any sink.
    const bool reserves = std::ranges::any_of(sinks_, [](const RunningSink& sink) {
        return std::ranges::any_of(sink.config.buffer.stages, [](const config::BufferStage& stage) {
            return std::holds_alternative<config::DiskBufferOptions>(stage);
        });
    });
    for (RunningSink& sink : sinks_) {
        sink.stage.reserves = reserves;
        if (Result<void> opened = open_buffer(sink); !opened) {
            return failure(fmt::format("{}: {}", sink.config.title(), opened.error().message));
        }
        sink.completed = run_on(sink.context->worker, sink.sink->run(*sink.buffer));
    }
    std::size_t number = 0;
    for (RunningTransform& running : transforms_) {
        running.context.emplace(run_context(running.config, runtime, number++,
                                            configuration_.globals, running.metrics));
        running.transform->start(*running.context);
    }
    unfinished_sources_ = sources_.size();
    for (RunningSource& source : sources_) {
        auto finished = [this, &source, all_finished] {
            if (!source.finished.exchange(true) && --unfinished_sources_ == 0) {
                all_finished();
            }
        };
        source.context.emplace(component::SourceContext{
            run_context(source.config, runtime, number++, configuration_.globals, source.metrics),
            *source.entrance, source.acknowledge, source.envelope_needed, source.forwards_requests,
            std::move(finished)});
        Result<void> started =
            run_on(source.context->worker, source.source->start(*source.context)).get();
        if (!started) {
            return failure(fmt::format("{}: {}", source.config.title(), started.error().message));
        }
    }
    return {};
}

void Topology::begin_stop() {
    stopping_.request_stop();
    for (RunningSource& source : sources_) {
        if (source.context) {
            source.stopped = run_on(source.context->worker, source.source->stop());
        }
    }
    phase_ = Phase::SourcesStopping;
}

Topology::StopState Topology::advance_stop(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    const auto wait = [deadline](std::future<void>& future) {
        return !future.valid() || future.wait_until(deadline) == std::future_status::ready;
    };
    if (phase_ == Phase::SourcesStopping) {
        for (RunningSource& source : sources_) {
            if (!wait(source.stopped)) {
                return StopState::Stopping;
            }
        }
        phase_ = Phase::SinksDraining;
    }
    if (phase_ == Phase::SinksDraining) {
        close_sinks();
        // In the order of the graph: whoever feeds a sink comes before it.
        for (RunningSink& sink : sinks_) {
            if (!wait(sink.completed)) {
                return StopState::Stopping;
            }
            close_sinks();
        }
        for (RunningSink& sink : sinks_) {
            if (sink.buffer != nullptr) {
                sink.buffer->shut_down();
            }
        }
        phase_ = Phase::Stopped;
    }
    return StopState::Stopped;
}

void Topology::close_sinks() {
    const auto ended = [](const RunningSink* sink) {
        return !sink->completed.valid() ||
               sink->completed.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    };
    for (RunningSink& sink : sinks_) {
        if (!sink.closed && sink.buffer != nullptr && std::ranges::all_of(sink.feeders, ended)) {
            sink.closed = true;
            sink.buffer->close();
        }
    }
}

void Topology::release(io::Runtime& runtime) {
    const auto pass = [&runtime] {
        for (std::size_t i = 0; i < runtime.size(); ++i) {
            std::promise<void> passed;
            runtime.worker(i).post([&passed] { passed.set_value(); });
            passed.get_future().wait();
        }
    };
    // What the components have posted last refers to them.
    pass();
    pass();
    const auto destroy = [](io::Worker& worker, auto& component) {
        std::promise<void> destroyed;
        worker.post([&] {
            component.reset();
            destroyed.set_value();
        });
        destroyed.get_future().wait();
    };
    for (RunningSource& source : sources_) {
        if (source.context) {
            destroy(source.context->worker, source.source);
        }
    }
    for (RunningSink& sink : sinks_) {
        if (sink.context) {
            destroy(sink.context->worker, sink.sink);
        }
    }
    pass();
}

void Topology::abandon() {
    abandoned_.request_stop();
    for (RunningSink& sink : sinks_) {
        if (sink.buffer != nullptr) {
            sink.buffer->close();
        }
    }
}

std::vector<std::string> Topology::remaining() const {
    const auto running = [](const std::future<void>& future) {
        return future.valid() &&
               future.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
    };
    std::vector<std::string> ids;
    for (const RunningSource& source : sources_) {
        if (running(source.stopped)) {
            ids.push_back(source.config.id.value);
        }
    }
    for (const RunningSink& sink : sinks_) {
        if (running(sink.completed)) {
            ids.push_back(sink.config.id.value);
        }
    }
    return ids;
}

}  // namespace engine::topology
