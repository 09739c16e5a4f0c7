#include "engine/cli/run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "engine/cli/config_watch.hpp"
#include "engine/cli/load.hpp"
#include "engine/cli/memory_return.hpp"
#include "engine/cli/start_up_pages.hpp"
#include "engine/io/listener_handover.hpp"
#include "engine/telemetry/log.hpp"

namespace engine::cli {

namespace {

using namespace std::chrono_literals;
using telemetry::field;
using telemetry::quoted;

constexpr std::string_view log_target = "engine";
/// Sent by a worker to the control thread when every source has ended by itself.
constexpr int all_finished_signal = SIGUSR1;

/// What a reload may change; other sections hold for the whole process.
constexpr std::string_view reloadable_sections[] = {"sources",           "transforms", "sinks",
                                                    "enrichment_tables", "secret",     "tests"};

/// Signals arrive at the control thread only, which asks for them: blocked everywhere else.
class Signals {
public:
    Signals() {
        ::sigemptyset(&set_);
        for (const int number : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, all_finished_signal}) {
            ::sigaddset(&set_, number);
        }
        ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
        ::signal(SIGPIPE, SIG_IGN);
    }
    /// The next signal; waits for it. 0 when none has come in time.
    [[nodiscard]] int wait(std::optional<std::chrono::seconds> longest) const {
        int number = 0;
        if (!longest) {
            ::sigwait(&set_, &number);
            return number;
        }
        const timespec time{.tv_sec = longest->count(), .tv_nsec = 0};
        number = ::sigtimedwait(&set_, nullptr, &time);
        return number > 0 ? number : 0;
    }
    /// A signal that has arrived, or 0.
    [[nodiscard]] int poll() const {
        const timespec none{};
        const int number = ::sigtimedwait(&set_, nullptr, &none);
        return number > 0 ? number : 0;
    }

private:
    sigset_t set_{};
};

std::string name_of(int signal_number) {
    return fmt::format("SIG{}", ::sigabbrev_np(signal_number));
}

/// Everything from a checked configuration to the end of the process.
class Process {
public:
    Process(const Arguments& arguments, const Signals& signals,
            std::unique_ptr<LoadedConfiguration> loaded,
            std::unique_ptr<topology::Topology> topology)
        : arguments_(arguments),
          signals_(signals),
          loaded_(std::move(loaded)),
          runtime_(arguments.threads.value_or(std::max(1U, std::thread::hardware_concurrency()))),
          topology_(std::move(topology)) {}

    ExitCode run() {
        if (Result<void> ready = topology_->check_environment(); !ready) {
            log_.log(telemetry::LogLevel::Error, log_target, "Configuration error.",
                     {field("error", ready.error().message)}, telemetry::RateLimit::Unlimited);
            return ExitCode::Configuration;
        }
        runtime_.start();
        watch_.emplace(arguments_, loaded_->names);
        if (const std::optional<ExitCode> failed = start()) {
            return *failed;
        }
        log_.info(log_target, "Engine has started.", {quoted("version", ENGINE_VERSION)});
        release_start_up_pages();
        wait_for_end();
        return stop();
    }

private:
    std::optional<ExitCode> start() {
        const Result<bool> healthy = open_sinks();
        if (!healthy) {
            return give_up(healthy.error());
        }
        if (!*healthy && (arguments_.require_healthy ||
                          loaded_->configuration.globals.healthchecks.require_healthy)) {
            log_.error("engine::topology", "Sinks unhealthy.");
            return finish(ExitCode::Configuration);
        }
        if (Result<void> started = start_topology(); !started) {
            return give_up(started.error());
        }
        return std::nullopt;
    }

    /// Whether all are healthy.
    Result<bool> open_sinks() {
        log_.info("engine::topology", "Running healthchecks.");
        const auto health = ENGINE_TRY(topology_->open_sinks(runtime_, true));
        bool healthy = true;
        for (const auto& [sink, result] : health) {
            if (result) {
                log_.info("engine::topology", "Healthcheck passed.", {field("component_id", sink)});
            } else {
                healthy = false;
                log_.log(telemetry::LogLevel::Error, "engine::topology", "Healthcheck failed.",
                         {field("error", result.error().message), field("component_id", sink)},
                         telemetry::RateLimit::Unlimited);
            }
        }
        return healthy;
    }

    Result<void> start_topology() {
        const pthread_t control = ::pthread_self();
        const std::uint64_t generation = ++generation_;
        return topology_->start(runtime_, [this, control, generation] {
            finished_generation_ = generation;
            ::pthread_kill(control, all_finished_signal);
        });
    }

    ExitCode give_up(const Error& error) {
        log_.log(telemetry::LogLevel::Error, log_target, "A component could not start.",
                 {field("error", error.message)}, telemetry::RateLimit::Unlimited);
        (void)stop();
        return ExitCode::Failure;
    }

    void wait_for_end() {
        for (;;) {
            const int number = pending_signal_ != 0 ? std::exchange(pending_signal_, 0)
                                                    : signals_.wait(watch_->interval());
            if (number == 0) {
                if (watch_->changed()) {
                    log_.info("engine::config::watcher", "Configuration file changed.");
                    reload();
                }
                continue;
            }
            if (number == all_finished_signal) {
                if (finished_generation_ != generation_) {
                    continue;  // of a configuration that has been replaced
                }
                log_.info(log_target, "All sources have finished.");
                return;
            }
            log_.info("engine::signal", "Signal received.", {quoted("signal", name_of(number))});
            if (number == SIGQUIT) {
                std::_Exit(static_cast<int>(ExitCode::Ok));
            }
            if (number != SIGHUP) {
                return;
            }
            reload();
        }
    }

    /// The new configuration takes the place of the running one, if it can; otherwise that goes on.
    void reload() {
        // Before reading: what changes meanwhile is seen.
        watch_.emplace(arguments_, loaded_->names);
        auto next = load_configuration(arguments_, SecretPolicy::Retrieve);
        if (next->names != loaded_->names) {
            watch_.emplace(arguments_, next->names);
        }
        auto built = next->build();
        if (built == nullptr) {
            report_problems(next->problems);
            refuse_reload("config_load");
            return;
        }
        log_.info("engine::topology", "Reloading running topology with new configuration.");
        if (const std::string changed = changed_globals(*next); !changed.empty()) {
            log_.error("engine::topology",
                       "Config reload rejected due to non-reloadable global options.",
                       {field("changed_fields", changed)});
            refuse_reload("global_options_changed");
            return;
        }
        if (!same_components(*next) && !replace(std::move(next), std::move(built))) {
            return;
        }
        log_.info("engine::topology", "New configuration loaded successfully.");
        log_.log(telemetry::LogLevel::Info, log_target, "Engine has reloaded.",
                 {field("path", fmt::format("[\"{}\"]", fmt::join(loaded_->names, "\", \"")))},
                 telemetry::RateLimit::Unlimited);
        release_start_up_pages();
    }

    void refuse_reload(std::string_view reason) const {
        log_.log(telemetry::LogLevel::Error, log_target, "Reload was not successful.",
                 {quoted("reason", reason), quoted("error_code", "reload"),
                  quoted("error_type", "configuration_failed"), quoted("stage", "processing")},
                 telemetry::RateLimit::Unlimited);
    }

    /// Global options that differ: they hold for the whole process.
    [[nodiscard]] std::string changed_globals(const LoadedConfiguration& next) const {
        const config::Node& before = loaded_->configuration.document.root();
        const config::Node& after = next.configuration.document.root();
        std::set<std::string> names;
        for (const config::Node* root : {&before, &after}) {
            for (const config::Node::Entry& entry : root->entries()) {
                names.insert(entry.key);
            }
        }
        std::string changed;
        for (const std::string& name : names) {
            const bool reloadable =
                std::ranges::find(reloadable_sections, name) != std::end(reloadable_sections);
            if (!reloadable && !same(before.find(name), after.find(name))) {
                changed += (changed.empty() ? "" : ", ") + name;
            }
        }
        return changed;
    }

    static bool same(const config::Node::Entry* left, const config::Node::Entry* right) {
        return left == nullptr || right == nullptr ? left == right
                                                   : left->value.equals(right->value);
    }

    /// Whether everything that runs is as it was. Tables are read anew with each reload.
    [[nodiscard]] bool same_components(const LoadedConfiguration& next) const {
        const config::Node& before = loaded_->configuration.document.root();
        const config::Node& after = next.configuration.document.root();
        return loaded_->configuration.enrichment_tables.empty() && before.equals(after);
    }

    /// False when the new one could not start: then the old one runs again.
    bool replace(std::unique_ptr<LoadedConfiguration> next,
                 std::unique_ptr<topology::Topology> built) {
        if (Result<void> ready = built->check_environment(); !ready) {
            log_.error(log_target, "Configuration error.", {field("error", ready.error().message)});
            refuse_reload("environment");
            return false;
        }
        auto& handover = io::ListenerHandover::instance();
        handover.begin();
        retire();
        std::swap(loaded_, next);
        topology_ = std::move(built);
        Result<void> started = start_again();
        if (!started) {
            log_.error(log_target, "A component could not start.",
                       {field("error", started.error().message)});
            refuse_reload("start");
            retire();
            std::swap(loaded_, next);
            topology_ = loaded_->build();
            const Result<void> restored = start_again();
            if (!restored) {
                log_.error(log_target, "The old configuration could not start again.",
                           {field("error", restored.error().message)});
                pending_signal_ = SIGTERM;
            }
        }
        handover.end();
        return started.has_value();
    }

    Result<void> start_again() {
        ENGINE_TRY(open_sinks());
        return start_topology();
    }

    /// Stops the topology and lets go of it. Clients wait meanwhile: their connections are queued.
    void retire() {
        const auto begun = std::chrono::steady_clock::now();
        const std::chrono::seconds limit(arguments_.graceful_shutdown_limit_secs);
        topology_->begin_stop();
        while (topology_->advance_stop(20ms) == topology::Topology::StopState::Stopping) {
            if (const int number = signals_.poll(); number != 0 && number != all_finished_signal) {
                pending_signal_ = number;
            }
            if (std::chrono::steady_clock::now() - begun >= limit) {
                topology_->abandon();
                if (topology_->advance_stop(2s) == topology::Topology::StopState::Stopping) {
                    // Coroutines that will not end hold references into it: it is left behind.
                    stuck_.emplace_back(std::move(topology_));
                    return;
                }
            }
        }
        topology_->release(runtime_);
        topology_.reset();
    }

    void report_problems(const config::Problems& problems) const {
        for (const config::Problem& problem : problems.all()) {
            if (problem.diagnostic.severity == Severity::Error) {
                log_.log(telemetry::LogLevel::Error, "engine::cli", "Configuration error.",
                         {field("error", problem.diagnostic.message)},
                         telemetry::RateLimit::Unlimited);
            }
        }
    }

    ExitCode stop() {
        log_.info(log_target, "Engine is stopping.");
        const auto begun = std::chrono::steady_clock::now();
        const std::chrono::seconds limit(arguments_.graceful_shutdown_limit_secs);
        auto next_report = begun + 5s;
        topology_->begin_stop();
        while (topology_->advance_stop(20ms) == topology::Topology::StopState::Stopping) {
            if (const int number = signals_.poll(); number != 0 && number != all_finished_signal) {
                log_.info(log_target, "Quitting at once.", {quoted("signal", name_of(number))});
                std::_Exit(static_cast<int>(ExitCode::Ok));
            }
            const auto now = std::chrono::steady_clock::now();
            if (!arguments_.no_graceful_shutdown_limit && now - begun >= limit) {
                return abandon();
            }
            if (now >= next_report) {
                report(limit - std::chrono::duration_cast<std::chrono::seconds>(now - begun));
                next_report += 5s;
            }
        }
        log_.info(log_target, "Engine has stopped.");
        return finish(ExitCode::Ok);
    }

    void report(std::chrono::seconds left) {
        const std::string remaining = fmt::format("{}", fmt::join(topology_->remaining(), ", "));
        log_.info("engine::topology", "Shutting down... Waiting on running components.",
                  {quoted("remaining_components", remaining),
                   quoted("time_remaining", arguments_.no_graceful_shutdown_limit
                                                ? "no time limit"
                                                : fmt::format("{} seconds left", left.count()))});
    }

    ExitCode abandon() {
        log_.error(
            "engine::topology", "Failed to gracefully shut down in time. Killing components.",
            {quoted("components", fmt::format("{}", fmt::join(topology_->remaining(), ", ")))});
        topology_->abandon();
        if (topology_->advance_stop(2s) == topology::Topology::StopState::Stopping) {
            // Coroutines that will not end hold references into everything: nothing can be
            // destroyed.
            std::_Exit(static_cast<int>(ExitCode::Ok));
        }
        return finish(ExitCode::Ok);
    }

    /// Sockets are destroyed before the event loops that they belong to, on a thread of neither.
    ExitCode finish(ExitCode code) {
        runtime_.stop();
        topology_.reset();
        stuck_.clear();
        return code;
    }

    const Arguments& arguments_;
    const Signals& signals_;
    telemetry::Logger log_;
    std::unique_ptr<LoadedConfiguration> loaded_;
    MemoryReturn memory_return_{io::MemoryBudget::process()};  // outlives the workers
    io::Runtime runtime_;
    std::unique_ptr<topology::Topology> topology_;
    std::vector<std::unique_ptr<topology::Topology>> stuck_;
    std::optional<ConfigWatch> watch_;
    std::uint64_t generation_ = 0;
    std::atomic<std::uint64_t> finished_generation_{0};
    int pending_signal_ = 0;  // came while a reload was under way
};

}  // namespace

ExitCode run(const Arguments& arguments) {
    const Signals signals;  // before any thread starts, so that all inherit the mask
    arguments.configure_logging();
    const telemetry::Logger log;
    if (arguments.threads == 0U) {
        log.error("engine::cli", "The `threads` argument must be greater or equal to 1.");
        return ExitCode::Configuration;
    }
    auto loaded = load_configuration(arguments, SecretPolicy::Retrieve);
    log.info("engine::cli", "Loading configs.",
             {field("paths", fmt::format("[\"{}\"]", fmt::join(loaded->names, "\", \"")))});
    auto topology = loaded->build();
    for (const config::Problem& problem : loaded->problems.all()) {
        if (problem.diagnostic.severity == Severity::Warning) {
            log.warn("engine::config", problem.diagnostic.message);
        }
    }
    if (topology == nullptr) {
        for (const config::Problem& problem : loaded->problems.all()) {
            if (problem.diagnostic.severity == Severity::Error) {
                log.log(telemetry::LogLevel::Error, "engine::cli", "Configuration error.",
                        {field("error", problem.diagnostic.message)},
                        telemetry::RateLimit::Unlimited);
            }
        }
        fmt::print(stderr, "{}", loaded->problems.render());
        return ExitCode::Configuration;
    }
    if (const int number = signals.poll(); number != 0) {
        log.info("engine::signal", "Signal received.", {quoted("signal", name_of(number))});
        return ExitCode::Ok;
    }
    return Process(arguments, signals, std::move(loaded), std::move(topology)).run();
}

}  // namespace engine::cli
