#include "engine/config/global_options.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/event/path.hpp"

namespace engine::config {
namespace {

void check_field_paths(const LogSchemaOptions&, const Node& table, OptionContext& context) {
    for (const char* key :
         {"message_key", "timestamp_key", "host_key", "source_type_key", "metadata_key"}) {
        const Node::Entry* entry = table.find(key);
        if (entry == nullptr || entry->value.as_string().empty())
            continue;
        const Result<Path> path = Path::parse(entry->value.as_string());
        if (!path)
            context.error(entry->value.location(),
                          fmt::format("Invalid field path \"{}\"", entry->value.as_string()),
                          path.error().message);
    }
}

OptionTable<LogSchemaOptions> log_schema_options() {
    using O = LogSchemaOptions;
    OptionTable<O> table{
        optional("message_key", &O::message_key, "Field that holds an event's text."),
        optional("timestamp_key", &O::timestamp_key, "Field that holds an event's time."),
        optional("host_key", &O::host_key, "Field that holds the sender's name or address."),
        optional("source_type_key", &O::source_type_key,
                 "Field that holds the type of the source that took the event in."),
        optional("metadata_key", &O::metadata_key, "Field that holds the engine's notes."),
    };
    table.check(check_field_paths);
    return table.tolerate_unknown();
}

OptionTable<SchemaOptions> schema_options() {
    using O = SchemaOptions;
    return {
        optional("enabled", &O::enabled, "Whether the shape of events is tracked."),
        optional("validation", &O::validation, "Whether sinks check the shape of events."),
        optional("log_namespace", &O::log_namespace,
                 "Whether sources put what they know about an event beside it, not into it."),
    };
}

OptionTable<ApiOptions> api_options() {
    using O = ApiOptions;
    return {
        optional("enabled", &O::enabled, "Whether the API listens."),
        optional("address", &O::address, "Where it listens."),
    };
}

OptionTable<HealthchecksOptions> healthchecks_options() {
    using O = HealthchecksOptions;
    return {
        optional("enabled", &O::enabled, "Whether sinks check their destination at start."),
        optional("require_healthy", &O::require_healthy,
                 "Whether an unreachable destination keeps the engine from starting."),
    };
}

OptionTable<TelemetryOptions> telemetry_options() {
    const OptionTable<TelemetryTags> tags{
        optional("emit_service", &TelemetryTags::emit_service,
                 "Whether metrics carry the event's service."),
        optional("emit_source", &TelemetryTags::emit_source,
                 "Whether metrics carry the event's source."),
    };
    return {optional("tags", &TelemetryOptions::tags, "Tags of the engine's own metrics.", tags)};
}

OptionTable<StatusOptions> status_options() {
    return {required("address", &StatusOptions::address, "Where the status answers.")
                .example("\"0.0.0.0:7085\"")};
}

/// Options that configurations may have and this build cannot do: a feature takes its line out.
constexpr std::array<std::string_view, 10> unbuilt{
    "buffer_utilization_ewma_half_life_seconds",
    "expire_metrics_per_metric_set",
    "expire_metrics_secs",
    "latency_ewma_alpha",
    "metrics_storage_refresh_period",
    "provider",
    "proxy",
    "schema.enabled",
    "schema.validation",
    "status",
};

void refuse(const Node::Entry& entry, std::string_view name, OptionContext& context) {
    context.error(entry.key_location, fmt::format("`{}` is not supported by this build yet", name));
}

/// A switch that is off asks for nothing.
bool asks_for_nothing(const Node& node) {
    return (node.is(Node::Kind::Boolean) && !node.as_boolean()) ||
           (node.is(Node::Kind::Table) && node.entries().empty());
}

void refuse_unbuilt(const Node& root, OptionContext& context) {
    for (const std::string_view name : unbuilt) {
        const std::size_t dot = name.find('.');
        const Node::Entry* entry = root.find(name.substr(0, dot));
        if (entry != nullptr && dot != std::string_view::npos)
            entry = entry->value.find(name.substr(dot + 1));
        if (entry != nullptr && !asks_for_nothing(entry->value))
            refuse(*entry, name, context);
    }
    const Node::Entry* api = root.find("api");
    const Node::Entry* enabled = api == nullptr ? nullptr : api->value.find("enabled");
    if (enabled != nullptr && !asks_for_nothing(enabled->value))
        refuse(*enabled, "api", context);
    const Node::Entry* telemetry = root.find("telemetry");
    const Node::Entry* tags = telemetry == nullptr ? nullptr : telemetry->value.find("tags");
    if (tags == nullptr || !tags->value.is(Node::Kind::Table))
        return;
    for (const Node::Entry& tag : tags->value.entries())
        if (!asks_for_nothing(tag.value))
            refuse(tag, "telemetry.tags." + tag.key, context);
}

}  // namespace

OptionTable<GlobalOptions> global_options() {
    using O = GlobalOptions;
    return {
        optional("data_dir", &O::data_dir, "Folder for buffers and checkpoints.").non_empty(),
        optional("timezone", &O::timezone, "Time zone of times without one.", time_zone()),
        optional("log_schema", &O::log_schema, "Names of the fields that sources add.",
                 log_schema_options()),
        optional("schema", &O::schema, "How events are laid out.", schema_options()),
        optional("acknowledgements", &O::acknowledgements,
                 "Default of the sinks' `acknowledgements`.", acknowledgements()),
        optional("proxy", &O::proxy, "Proxies of outgoing requests.", proxy_options()),
        optional("api", &O::api, "The API for `engine top` and `engine tap`.", api_options()),
        optional("healthchecks", &O::healthchecks, "Checks of destinations at start.",
                 healthchecks_options()),
        optional("telemetry", &O::telemetry, "The engine's own metrics.", telemetry_options()),
        optional("status", &O::status, "HTTP endpoint that tells the engine's state.",
                 status_options()),
        optional("wildcard_matching", &O::wildcard_matching,
                 "Whether a wildcard in `inputs` has to match something.",
                 choice<WildcardMatching>({
                     {"strict", WildcardMatching::Strict, "It has to."},
                     {"relaxed", WildcardMatching::Relaxed, "It need not."},
                 })),
        optional("expire_metrics_secs", &O::expire_metrics_secs,
                 "Seconds after which unchanged metrics are forgotten.")
            .unit("seconds"),
        optional("latency_ewma_alpha", &O::latency_ewma_alpha,
                 "Weight of the newest value in mean latencies."),
        optional("buffer_utilization_ewma_half_life_seconds",
                 &O::buffer_utilization_ewma_half_life_seconds,
                 "Half-life of the mean utilization of buffers.")
            .unit("seconds"),
        optional("metrics_storage_refresh_period", &O::metrics_storage_refresh_period,
                 "How often kept metrics are read again.")
            .unit("seconds"),
    };
}

GlobalOptions read_global_options(const Node& root, OptionContext& context) {
    GlobalOptions options;
    KnownKeys keys;
    (void)global_options().read_keys(root, options, context, keys);
    for (const char* section : {"sources", "transforms", "sinks", "enrichment_tables", "secret",
                                "tests", "provider", "expire_metrics_per_metric_set"})
        keys.add(section);
    for (const char* section : {"enrichment_tables", "secret"})
        if (const Node::Entry* entry = root.find(section)) {
            const OptionPath path(context, section);
            (void)option_type::expect_table(entry->value, context);
        }
    keys.report_unknown(root, context, KnownKeys::Unknown::Error);
    refuse_unbuilt(root, context);
    return options;
}

}  // namespace engine::config
