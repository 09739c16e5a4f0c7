#include "engine/cli/run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>

#include "engine/cli/load.hpp"
#include "engine/telemetry/log.hpp"

namespace engine::cli {

namespace {

using namespace std::chrono_literals;
using telemetry::field;
using telemetry::quoted;

constexpr std::string_view log_target = "engine";
/// Sent by a worker to the control thread when every source has ended by itself.
constexpr int all_finished_signal = SIGUSR1;

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
    /// The next signal; waits for it.
    [[nodiscard]] int wait() const {
        int number = 0;
        ::sigwait(&set_, &number);
        return number;
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
        if (const std::optional<ExitCode> failed = start()) {
            return *failed;
        }
        log_.info(log_target, "Engine has started.", {quoted("version", ENGINE_VERSION)});
        wait_for_end();
        return stop();
    }

private:
    std::optional<ExitCode> start() {
        log_.info("engine::topology", "Running healthchecks.");
        auto health = topology_->open_sinks(runtime_, true);
        if (!health) {
            return give_up(health.error());
        }
        bool healthy = true;
        for (const auto& [sink, result] : *health) {
            if (result) {
                log_.info("engine::topology", "Healthcheck passed.", {field("component_id", sink)});
            } else {
                healthy = false;
                log_.log(telemetry::LogLevel::Error, "engine::topology", "Healthcheck failed.",
                         {field("error", result.error().message), field("component_id", sink)},
                         telemetry::RateLimit::Unlimited);
            }
        }
        if (!healthy && (arguments_.require_healthy ||
                         loaded_->configuration.globals.healthchecks.require_healthy)) {
            log_.error("engine::topology", "Sinks unhealthy.");
            return finish(ExitCode::Configuration);
        }
        const pthread_t control = ::pthread_self();
        auto all_finished = [control] { ::pthread_kill(control, all_finished_signal); };
        if (Result<void> started = topology_->start(runtime_, all_finished); !started) {
            return give_up(started.error());
        }
        return std::nullopt;
    }

    ExitCode give_up(const Error& error) {
        log_.log(telemetry::LogLevel::Error, log_target, "A component could not start.",
                 {field("error", error.message)}, telemetry::RateLimit::Unlimited);
        (void)stop();
        return ExitCode::Failure;
    }

    void wait_for_end() {
        for (;;) {
            const int number = signals_.wait();
            if (number == all_finished_signal) {
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
            log_.warn(log_target, "This build does not reload its configuration; restart instead.");
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
        return code;
    }

    const Arguments& arguments_;
    const Signals& signals_;
    telemetry::Logger log_;
    std::unique_ptr<LoadedConfiguration> loaded_;
    io::Runtime runtime_;
    std::unique_ptr<topology::Topology> topology_;
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
