#pragma once

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "engine/config/component_catalog.hpp"
#include "engine/config/options.hpp"
#include "engine/config/shared_options.hpp"

/// Components with the options of real ones and no behaviour: what the tests and the fuzzer of the
/// configuration layer check against.
namespace engine::config::test {

enum class Codec { Json, Text, Csv };
struct EncodingOptions {
    Codec codec = Codec::Json;
    std::vector<std::string> only_fields;
};
inline OptionTable<EncodingOptions> encoding_options() {
    using O = EncodingOptions;
    OptionTable<O> table{
        required("codec", &O::codec, "How events are written.",
                 choice<Codec>({{"json", Codec::Json, "One JSON document an event."},
                                {"text", Codec::Text, "The message alone."},
                                {"csv", Codec::Csv, "Values between commas."}})),
        optional("only_fields", &O::only_fields, "Fields to keep."),
    };
    return table.tolerate_unknown();
}

struct StdinOptions {
    std::uint32_t max_length = 102'400;
    std::string host_key;
};
inline OptionTable<StdinOptions> stdin_options() {
    using O = StdinOptions;
    return {optional("max_length", &O::max_length, "Longest line.", bytes<std::uint32_t>()),
            optional("host_key", &O::host_key, "Field for the host's name.")};
}

struct BasicAuth {
    std::string username;
    std::string password;
};
struct BearerAuth {
    std::string token;
};
using Auth = std::variant<BasicAuth, BearerAuth>;
inline Type<Auth> auth() {
    const OptionTable<BasicAuth> basic{required("username", &BasicAuth::username, "Name."),
                                       required("password", &BasicAuth::password, "Password.")};
    const OptionTable<BearerAuth> bearer{required("token", &BearerAuth::token, "Token.")};
    return tagged<Auth>("strategy", {form<Auth>("basic", "Name and password.", basic),
                                     form<Auth>("bearer", "A token.", bearer)});
}

struct HttpServerOptions {
    Located<std::string> address;
    bool strict_path = true;
    std::optional<Auth> auth;
    std::vector<std::string> headers;
};
inline OptionTable<HttpServerOptions> http_server_options() {
    using O = HttpServerOptions;
    OptionTable<O> table{
        required("address", &O::address, "Where to listen.",
                 located(parsed<std::string>([](const std::string& text) -> Result<std::string> {
                     if (text.rfind(':') == std::string::npos)
                         return failure("invalid socket address syntax");
                     return text;
                 })))
            .example("\"0.0.0.0:8080\""),
        optional("strict_path", &O::strict_path, "Refuse every other path."),
        optional("auth", &O::auth, "Who may send.", auth()),
        optional("headers", &O::headers, "Headers to keep.").deprecated_name("header"),
    };
    return table.tolerate_unknown();
}

struct FilterOptions {
    ConditionSource condition;
};
inline OptionTable<FilterOptions> filter_options() {
    return {required("condition", &FilterOptions::condition, "Which events pass.")
                .example("\".status == 200\"")};
}

struct RemapOptions {
    std::optional<std::string> source;
    std::optional<std::string> file;
    bool drop_on_error = false;
    bool reroute_dropped = false;
    std::optional<std::string> timezone;
};
inline OptionTable<RemapOptions> remap_options() {
    using O = RemapOptions;
    OptionTable<O> table{
        optional("source", &O::source, "The program."),
        optional("file", &O::file, "File with the program."),
        optional("drop_on_error", &O::drop_on_error, "Drop events that fail."),
        optional("reroute_dropped", &O::reroute_dropped, "Give dropped events to an output."),
        optional("timezone", &O::timezone, "Zone of times without one.", time_zone()),
    };
    table.check([](const O& options, const Node& node, OptionContext& context) {
        if (options.source.has_value() == options.file.has_value())
            context.error(node.location(),
                          "must provide exactly one of `source` or `file` configuration");
    });
    return table;
}

struct RouteOptions {
    std::map<std::string, ConditionSource> route;
};
inline OptionTable<RouteOptions> route_options() {
    return {required("route", &RouteOptions::route, "Conditions by output.").non_empty()};
}

struct PartitionKeyOptions {
    std::string key;
};
struct PartitionOptions {
    PartitionKeyOptions partition;
    std::uint32_t partitions = 1;
};
inline OptionTable<PartitionOptions> partition_options() {
    using O = PartitionOptions;
    const OptionTable<PartitionKeyOptions> key{
        required("key", &PartitionKeyOptions::key, "Template of the key.").non_empty()};
    return {required("partition", &O::partition, "How events are told apart.", key),
            required("partitions", &O::partitions, "Number of partitions.").min(1).max(65536)};
}

struct SampleOptions {
    double ratio = 1;
    std::chrono::milliseconds window{1000};
};
inline OptionTable<SampleOptions> sample_options() {
    using O = SampleOptions;
    return {optional("ratio", &O::ratio, "Part of the events to keep.").min(0).max(1),
            optional("window_secs", &O::window, "Window.", in_seconds<std::chrono::milliseconds>())
                .max(3600)};
}

struct ConsoleOptions {
    EncodingOptions encoding;
    AcknowledgementsOptions acknowledgements;
};
inline OptionTable<ConsoleOptions> console_options() {
    using O = ConsoleOptions;
    return {required("encoding", &O::encoding, "How events are written.", encoding_options())
                .example("{ codec = \"json\" }"),
            optional("acknowledgements", &O::acknowledgements, "Whether sources wait.",
                     acknowledgements())};
}

struct BatchOptions {
    std::uint32_t max_events = 1000;
    double timeout_secs = 1;
};
struct HttpOptions {
    std::string uri;
    std::optional<EncodingOptions> encoding;
    BatchOptions batch;
    std::optional<Auth> auth;
    std::uint32_t retries = 5;
    std::string backoff;
    std::map<std::string, std::string> headers;
};
inline OptionTable<HttpOptions> http_options() {
    using O = HttpOptions;
    const OptionTable<BatchOptions> batch{
        optional("max_events", &BatchOptions::max_events, "Events in a request.").min(1),
        optional("timeout_secs", &BatchOptions::timeout_secs, "Longest wait.").min(0.001)};
    return {required("uri", &O::uri, "Where requests go.").example("\"http://127.0.0.1:8080\""),
            optional("encoding", &O::encoding, "How events are written.", encoding_options()),
            optional("batch", &O::batch, "How events are put together.", batch),
            optional("auth", &O::auth, "Who sends.", auth()),
            optional("retries", &O::retries, "Attempts after the first."),
            optional("backoff", &O::backoff, "Waits between attempts."),
            optional("headers", &O::headers, "Headers to add.")};
}

struct NoOptions {};

/// One fake type.
struct Entry {
    std::function<void(const Node&, KnownKeys&, OptionContext&)> check;
    std::function<ComponentShape(const Node&)> shape;
};

template <typename T>
Entry entry(OptionTable<T> (*table)(), std::function<ComponentShape(const T&)> shape) {
    Entry entry;
    entry.check = [table](const Node& node, KnownKeys& keys, OptionContext& context) {
        T options{};
        (void)table().read_keys(node, options, context, keys);
        (void)table().report_unknown(node, context, keys);
    };
    entry.shape = [table, shape = std::move(shape)](const Node& node) {
        Problems ignored;
        OptionContext context("", ignored);
        KnownKeys keys;
        T options{};
        (void)table().read_keys(node, options, context, keys);
        return shape(options);
    };
    return entry;
}

inline ComponentShape shape_of(std::vector<OutputPort> outputs,
                               EventTypes accepts = EventTypes::All) {
    return {std::move(outputs), {}, accepts};
}

class TestCatalog final : public ComponentCatalog {
public:
    TestCatalog() {
        add_sources();
        add_transforms();
        add_sinks();
    }

    [[nodiscard]] std::vector<std::string> types(ComponentKind kind) const override {
        std::vector<std::string> names;
        for (const auto& [name, entry] : entries_.at(kind))
            names.push_back(name);
        return names;
    }
    [[nodiscard]] ComponentShape shape(ComponentKind kind, const std::string& type,
                                       const Node& options) const override {
        return entries_.at(kind).at(type).shape(options);
    }
    void check_options(ComponentKind kind, const std::string& type, const Node& options,
                       KnownKeys& common, OptionContext& context) const override {
        entries_.at(kind).at(type).check(options, common, context);
    }

private:
    static constexpr EventTypes logs = EventTypes::Log;
    static OptionTable<NoOptions> no_options() { return {}; }
    static ComponentShape logs_out() { return shape_of({{.name = "", .types = logs}}); }

    void add_sources() {
        auto& sources = entries_[ComponentKind::Source];
        sources["stdin"] = entry<StdinOptions>(stdin_options, [](const StdinOptions&) {
            ComponentShape shape = logs_out();
            shape.resources.push_back({"file descriptor:", "0", {}});
            return shape;
        });
        sources["demo_logs"] =
            entry<NoOptions>(no_options, [](const NoOptions&) { return logs_out(); });
        sources["static_metrics"] = entry<NoOptions>(no_options, [](const NoOptions&) {
            return shape_of({{.name = "", .types = EventTypes::Metric}});
        });
        sources["http_server"] =
            entry<HttpServerOptions>(http_server_options, [](const HttpServerOptions& options) {
                ComponentShape shape = logs_out();
                shape.resources.push_back({"tcp", options.address.value, options.address.location});
                return shape;
            });
    }

    void add_transforms() {
        auto& transforms = entries_[ComponentKind::Transform];
        transforms["filter"] = entry<FilterOptions>(
            filter_options, [](const FilterOptions&) { return shape_of({{.name = ""}}); });
        transforms["sample"] = entry<SampleOptions>(
            sample_options, [](const SampleOptions&) { return shape_of({{.name = ""}}); });
        transforms["remap"] = entry<RemapOptions>(remap_options, [](const RemapOptions& options) {
            ComponentShape shape = shape_of({{.name = ""}});
            if (options.reroute_dropped)
                shape.outputs.push_back({.name = "dropped"});
            return shape;
        });
        transforms["route"] = entry<RouteOptions>(route_options, [](const RouteOptions& options) {
            ComponentShape shape;
            for (const auto& [name, condition] : options.route)
                shape.outputs.push_back({.name = name});
            shape.outputs.push_back({.name = "_unmatched"});
            return shape;
        });
        transforms["partition"] =
            entry<PartitionOptions>(partition_options, [](const PartitionOptions& options) {
                ComponentShape shape = shape_of({{.name = ""}});
                for (std::uint32_t i = 0; i < options.partitions && i < 65536; ++i)
                    shape.outputs.push_back(
                        {.name = std::to_string(i), .types = EventTypes::All, .optional = true});
                return shape;
            });
    }

    void add_sinks() {
        auto& sinks = entries_[ComponentKind::Sink];
        sinks["console"] = entry<ConsoleOptions>(
            console_options, [](const ConsoleOptions&) { return shape_of({}); });
        sinks["blackhole"] =
            entry<NoOptions>(no_options, [](const NoOptions&) { return shape_of({}); });
        sinks["http"] = entry<HttpOptions>(http_options, [](const HttpOptions&) {
            return shape_of({{.name = "rejected", .types = logs, .optional = true}}, logs);
        });
    }

    std::map<ComponentKind, std::map<std::string, Entry>> entries_;
};

}  // namespace engine::config::test
