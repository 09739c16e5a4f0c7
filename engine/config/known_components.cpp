#include "engine/config/known_components.hpp"

#include <algorithm>
#include <array>

namespace engine::config {
namespace {

constexpr std::array<std::string_view, 47> known_sources{
    "amqp",
    "apache_metrics",
    "aws_ecs_metrics",
    "aws_kinesis_firehose",
    "aws_s3",
    "aws_sqs",
    "datadog_agent",
    "demo_logs",
    "dnstap",
    "docker_logs",
    "eventstoredb_metrics",
    "exec",
    "file",
    "file_descriptor",
    "fluent",
    "gcp_pubsub",
    "heroku_logs",
    "host_metrics",
    "http_client",
    "http_server",
    "internal_logs",
    "internal_metrics",
    "journald",
    "kafka",
    "kubernetes_logs",
    "logstash",
    "mongodb_metrics",
    "mqtt",
    "nats",
    "nginx_metrics",
    "okta",
    "opentelemetry",
    "postgresql_metrics",
    "prometheus_pushgateway",
    "prometheus_remote_write",
    "prometheus_scrape",
    "pulsar",
    "redis",
    "socket",
    "splunk_hec",
    "static_metrics",
    "statsd",
    "stdin",
    "syslog",
    "vector",
    "websocket",
    "windows_event_log",
};

constexpr std::array<std::string_view, 18> known_transforms{
    "aggregate",
    "aws_ec2_metadata",
    "dedupe",
    "delay",
    "exclusive_route",
    "filter",
    "incremental_to_absolute",
    "log_to_metric",
    "lua",
    "metric_to_log",
    "reduce",
    "remap",
    "route",
    "sample",
    "tag_cardinality_limit",
    "throttle",
    "trace_to_log",
    "window",
};

constexpr std::array<std::string_view, 61> known_sinks{
    "amqp",
    "appsignal",
    "aws_cloudwatch_logs",
    "aws_cloudwatch_metrics",
    "aws_kinesis_firehose",
    "aws_kinesis_streams",
    "aws_s3",
    "aws_sns",
    "aws_sqs",
    "axiom",
    "azure_blob",
    "azure_logs_ingestion",
    "blackhole",
    "clickhouse",
    "console",
    "databend",
    "databricks_zerobus",
    "datadog_events",
    "datadog_logs",
    "datadog_metrics",
    "datadog_traces",
    "doris",
    "elasticsearch",
    "file",
    "gcp_chronicle_unstructured",
    "gcp_cloud_storage",
    "gcp_pubsub",
    "gcp_stackdriver_logs",
    "gcp_stackdriver_metrics",
    "greptimedb_logs",
    "greptimedb_metrics",
    "honeycomb",
    "http",
    "humio_logs",
    "humio_metrics",
    "influxdb_logs",
    "influxdb_metrics",
    "kafka",
    "keep",
    "loki",
    "mezmo",
    "mqtt",
    "nats",
    "new_relic",
    "opentelemetry",
    "papertrail",
    "postgres",
    "prometheus_exporter",
    "prometheus_remote_write",
    "pulsar",
    "redis",
    "sematext_logs",
    "sematext_metrics",
    "socket",
    "splunk_hec_logs",
    "splunk_hec_metrics",
    "statsd",
    "vector",
    "webhdfs",
    "websocket",
    "websocket_server",
};

}  // namespace

std::span<const std::string_view> known_components(ComponentKind kind) {
    switch (kind) {
        case ComponentKind::Source:
            return known_sources;
        case ComponentKind::Transform:
            return known_transforms;
        case ComponentKind::Sink:
            return known_sinks;
    }
    return {};
}

std::string_view current_type(ComponentKind kind, std::string_view type) {
    return kind == ComponentKind::Source && type == "http" ? "http_server" : type;
}

bool is_known_component(ComponentKind kind, std::string_view type) {
    return std::ranges::find(known_components(kind), type) != known_components(kind).end();
}

}  // namespace engine::config
