#include "engine/cli/arguments.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "engine/telemetry/log.hpp"

namespace engine::cli {

namespace {

/// CLI11 knows one environment variable an option; ours wins over Vector's.
CLI::Option* with_environment(CLI::Option* option, const std::string& name) {
    const std::string ours = "ENGINE_" + name;
    return option->envname(std::getenv(ours.c_str()) != nullptr ? ours : "VECTOR_" + name);
}

std::string filter_from_environment(const std::string& fallback) {
    for (const char* name : {"ENGINE_LOG", "VECTOR_LOG", "LOG"}) {
        if (const char* value = std::getenv(name); value != nullptr && *value != '\0') {
            return value;
        }
    }
    return fallback;
}

}  // namespace

void Arguments::add_config_options(CLI::App& app) {
    with_environment(app.add_option("-c,--config", config, "Read configuration from these files"),
                     "CONFIG")
        ->delimiter(',');
    with_environment(
        app.add_option("--config-toml", config_toml, "… as TOML, whatever their names"),
        "CONFIG_TOML")
        ->delimiter(',');
    with_environment(
        app.add_option("--config-yaml", config_yaml, "… as YAML, whatever their names"),
        "CONFIG_YAML")
        ->delimiter(',');
    with_environment(
        app.add_option("--config-json", config_json, "… as JSON, whatever their names"),
        "CONFIG_JSON")
        ->delimiter(',');
    with_environment(
        app.add_option("-C,--config-dir", config_dir,
                       "Read the files of these folders; sources/, transforms/ and sinks/ "
                       "below them hold one component a file"),
        "CONFIG_DIR")
        ->delimiter(',');
    with_environment(app.add_flag("--disable-env-var-interpolation", disable_env_var_interpolation,
                                  "Take $NAME in configuration files literally"),
                     "DISABLE_ENV_VAR_INTERPOLATION");
    with_environment(
        app.add_flag("--dangerously-allow-env-var-interpolation", allow_env_var_interpolation,
                     "Accepted for compatibility: environment variables are replaced by default"),
        "DANGEROUSLY_ALLOW_ENV_VAR_INTERPOLATION");
}

void Arguments::add_root_options(CLI::App& app) {
    add_config_options(app);
    with_environment(
        app.add_option("-t,--threads", threads, "Worker threads (default: one a core)"), "THREADS");
    app.add_flag("-v,--verbose", verbose, "More log: once for debug, twice for trace");
    app.add_flag("-q,--quiet", quiet,
                 "Less log: once for warnings, twice for errors, thrice for none");
    with_environment(app.add_option("--log-format", log_format, "Form of the log")
                         ->check(CLI::IsMember({"text", "json"})),
                     "LOG_FORMAT");
    with_environment(app.add_option("--color", color, "Colours in the log")
                         ->check(CLI::IsMember({"auto", "always", "never"})),
                     "COLOR");
    with_environment(app.add_option("-i,--internal-log-rate-limit", internal_log_rate_limit,
                                    "Seconds in which a repeated log message is written once"),
                     "INTERNAL_LOG_RATE_LIMIT");
    CLI::Option* limit = with_environment(
        app.add_option("--graceful-shutdown-limit-secs", graceful_shutdown_limit_secs,
                       "Seconds that components have to finish when stopping")
            ->check(CLI::PositiveNumber),
        "GRACEFUL_SHUTDOWN_LIMIT_SECS");
    with_environment(app.add_flag("--no-graceful-shutdown-limit", no_graceful_shutdown_limit,
                                  "Let components finish, however long it takes"),
                     "NO_GRACEFUL_SHUTDOWN_LIMIT")
        ->excludes(limit);
    with_environment(
        app.add_flag("-w,--watch-config", watch_config, "Reload when a configuration file changes"),
        "WATCH_CONFIG");
    with_environment(
        app.add_option("--watch-config-method", watch_config_method,
                       "How changes are noticed: files are looked at each second (recommended), "
                       "or as often as the poll interval says (poll)")
            ->check(CLI::IsMember({"recommended", "poll"})),
        "WATCH_CONFIG_METHOD");
    with_environment(
        app.add_option("--watch-config-poll-interval-seconds", watch_config_poll_interval_seconds,
                       "Seconds between two looks, for the method `poll`")
            ->check(CLI::PositiveNumber),
        "WATCH_CONFIG_POLL_INTERVAL_SECONDS");
    with_environment(app.add_option("-r,--require-healthy", require_healthy,
                                    "Exit when a health check fails at start (true or false)"),
                     "REQUIRE_HEALTHY");
    with_environment(
        app.add_flag("--allow-empty-config", allow_empty_config, "Start without sources or sinks"),
        "ALLOW_EMPTY_CONFIG");
    with_environment(app.add_option("--max-decompressed-size-bytes", max_decompressed_size_bytes,
                                    "Largest size that a received body may decompress to"),
                     "MAX_DECOMPRESSED_SIZE_BYTES");
}

void Arguments::configure_logging() const {
    telemetry::LogOptions options;
    static constexpr const char* quieter[] = {"info", "warn", "error", "off"};
    static constexpr const char* louder[] = {"info", "debug", "trace"};
    const std::string level =
        quiet > 0 ? quieter[std::min(quiet, 3)] : louder[std::min(verbose, 2)];
    options.filter = quiet > 0 || verbose > 0 ? level : filter_from_environment(level);
    options.format = log_format == "json" ? telemetry::LogFormat::Json : telemetry::LogFormat::Text;
    options.rate_limit_seconds = internal_log_rate_limit;
    options.color = color == "always" || (color == "auto" && ::isatty(STDERR_FILENO) == 1);
    telemetry::configure_log(options);
}

}  // namespace engine::cli
