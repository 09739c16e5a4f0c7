#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/config/shared_options.hpp"

namespace engine::enrichment {
class Tables;
}

namespace engine::config {

/// Names of the fields that sources add to events.
struct LogSchemaOptions {
    std::string message_key = ".message";
    std::string timestamp_key = ".timestamp";
    std::string host_key = ".host";
    std::string source_type_key = ".source_type";
    std::string metadata_key = ".metadata";
};

struct SchemaOptions {
    bool enabled = false;
    bool validation = false;
    std::optional<bool> log_namespace;
};

struct ApiOptions {
    bool enabled = false;
    std::string address = "127.0.0.1:8686";
};

struct HealthchecksOptions {
    bool enabled = true;
    bool require_healthy = false;
};

/// Tags of the engine's own metrics.
struct TelemetryTags {
    bool emit_service = false;
    bool emit_source = false;
};
struct TelemetryOptions {
    TelemetryTags tags;
};

struct StatusOptions {
    std::string address;
};

enum class WildcardMatching { Strict, Relaxed };

/// Options outside components. Read once per configuration; immutable.
struct GlobalOptions {
    /// Without a file in its location: the default, which is created when missing.
    Located<std::string> data_dir{"/var/lib/vector/", {}};
    std::optional<std::string> timezone;
    LogSchemaOptions log_schema;
    SchemaOptions schema;
    AcknowledgementsOptions acknowledgements;
    ProxyOptions proxy;
    ApiOptions api;
    HealthchecksOptions healthchecks;
    TelemetryOptions telemetry;
    std::optional<StatusOptions> status;
    WildcardMatching wildcard_matching = WildcardMatching::Strict;
    std::optional<double> expire_metrics_secs;
    std::optional<double> latency_ewma_alpha;
    std::optional<double> buffer_utilization_ewma_half_life_seconds;
    std::optional<double> metrics_storage_refresh_period;
    /// What a received compressed body may expand to; from the command line, not from files.
    std::uint64_t max_decompressed_size = std::uint64_t{100} << 20;
    /// The enrichment tables, read when components are built; shared with every program.
    std::shared_ptr<const enrichment::Tables> tables;
};

OptionTable<GlobalOptions> global_options();

/// Reads the options outside components from the root of a document and reports keys that no
/// configuration has. Options whose feature this build lacks are errors.
[[nodiscard]] GlobalOptions read_global_options(const Node& root, OptionContext& context);

}  // namespace engine::config
