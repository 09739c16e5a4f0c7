#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace engine::cli {

/// Exit codes, as the reference has them (sysexits.h); a component that cannot start is 1 here.
enum class ExitCode : int {
    Ok = 0,
    Failure = 1,
    Usage = 2,
    Software = 70,
    Configuration = 78,
};

/// Options that `engine` itself and its commands share. Filled by CLI11 from the command line and
/// from `ENGINE_…` or `VECTOR_…` environment variables.
struct Arguments {
    std::vector<std::filesystem::path> config;
    std::vector<std::filesystem::path> config_toml;
    std::vector<std::filesystem::path> config_yaml;
    std::vector<std::filesystem::path> config_json;
    std::vector<std::filesystem::path> config_dir;
    bool disable_env_var_interpolation = false;
    bool allow_env_var_interpolation = false;  // Vector's flag; on is the default here
    std::optional<std::size_t> threads;        // unset: one per core
    int verbose = 0;
    int quiet = 0;
    std::string log_format = "text";
    std::string color = "auto";
    std::uint32_t internal_log_rate_limit = 10;
    std::uint64_t graceful_shutdown_limit_secs = 60;
    bool no_graceful_shutdown_limit = false;
    bool require_healthy = false;
    bool watch_config = false;
    std::string watch_config_method = "recommended";
    std::uint64_t watch_config_poll_interval_seconds = 30;
    bool allow_empty_config = false;
    std::uint64_t max_decompressed_size_bytes = std::uint64_t{100} << 20;

    /// Adds the options that name configuration files.
    void add_config_options(CLI::App& app);
    /// Adds all options of the root command.
    void add_root_options(CLI::App& app);
    /// Level from -v, -q and the environment, format and colours; to be called before logging.
    void configure_logging() const;
};

}  // namespace engine::cli
