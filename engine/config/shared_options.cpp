#include "engine/config/shared_options.hpp"

#include <algorithm>

#include <absl/time/time.h>

namespace engine::config {
namespace {

using Kind = TypeDescription::Kind;

/// A table, or a boolean that stands for `{ enabled = … }`.
template <typename T, typename M>
Type<T> table_or_switch(OptionTable<T> table, M T::* enabled) {
    Type<T> type = table.type();
    TypeDescription description = option_type::plain(Kind::AnyOf);
    description.parts = {option_type::plain(Kind::Boolean), type.description};
    return custom<T>(
        std::move(description),
        [read = std::move(type.read), enabled](const Node& node, T& value, OptionContext& context) {
            if (node.is(Node::Kind::Boolean)) {
                value.*enabled = node.as_boolean();
                return true;
            }
            if (!node.is(Node::Kind::Table))
                return context.wrong_type(node, "bool or map");
            return read(node, value, context);
        });
}

Type<WhenFull> when_full() {
    return choice<WhenFull>({
        {"block", WhenFull::Block, "Wait, which holds back whoever sends."},
        {"drop_newest", WhenFull::DropNewest, "Drop the event that does not fit."},
        {"drop_oldest", WhenFull::DropOldest, "Drop the oldest events to make room."},
        {"reject", WhenFull::Reject, "Refuse the event; HTTP clients get 503 with Retry-After."},
        {"overflow", WhenFull::Overflow, "Give the event to the next stage of the buffer."},
    });
}

OptionTable<MemoryBufferOptions> memory_buffer() {
    using O = MemoryBufferOptions;
    OptionTable<O> table{
        optional("max_events", &O::max_events, "Most events that it holds; 500 when not set.")
            .min(1),
        optional("max_size", &O::max_size, "Most bytes that it holds, instead of `max_events`.",
                 bytes())
            .min(1),
        optional("when_full", &O::when_full, "What happens to an event that does not fit.",
                 when_full()),
        optional("block_timeout_secs", &O::block_timeout,
                 "How long a blocked HTTP request waits before it gets 503.",
                 in_seconds<std::chrono::milliseconds>()),
    };
    table.check([](const O& options, const Node& node, OptionContext& context) {
        if (options.max_events && options.max_size)
            context.error(node.find("max_size")->key_location,
                          "`max_events` and `max_size` are mutually exclusive",
                          "a memory buffer is bounded by one of them");
    });
    return table;
}

OptionTable<DiskBufferOptions> disk_buffer() {
    using O = DiskBufferOptions;
    return {
        required("max_size", &O::max_size, "Most bytes of disk that it takes.", bytes())
            .min(1)
            .example("1_000_000_000"),
        optional("when_full", &O::when_full, "What happens to an event that does not fit.",
                 when_full()),
        optional("block_timeout_secs", &O::block_timeout,
                 "How long a blocked HTTP request waits before it gets 503.",
                 in_seconds<std::chrono::milliseconds>()),
        optional("sync", &O::sync, "When an event counts as stored.",
                 choice<DiskSync>({
                     {"request", DiskSync::Request, "After fdatasync, before the answer."},
                     {"interval", DiskSync::Interval, "At once; fdatasync every 500 ms."},
                 })),
        optional("compression", &O::compression, "What the records on disk are compressed with.",
                 choice<DiskCompression>({
                     {"none", DiskCompression::None, "As they are: the fastest."},
                     {"zstd", DiskCompression::Zstd, "zstd: less disk, more processor time."},
                 })),
    };
}

Type<BufferStage> buffer_stage() {
    return tagged<BufferStage>(
        "type",
        {form<BufferStage>("memory", "In memory: fast, lost when the process ends.",
                           memory_buffer()),
         form<BufferStage>("disk", "On disk: survives restarts and crashes.", disk_buffer())},
        {.word_alone = false, .default_form = "memory"});
}

WhenFull when_full_of(const BufferStage& stage) {
    return std::visit([](const auto& options) { return options.when_full; }, stage);
}

void check_overflow(const BufferOptions& value, const Node& node, OptionContext& context) {
    for (std::size_t i = 0; i < value.stages.size(); ++i) {
        const Node& stage = node.is(Node::Kind::Array) ? node.items()[i] : node;
        const bool last = i + 1 == value.stages.size();
        const bool overflows = when_full_of(value.stages[i]) == WhenFull::Overflow;
        if (last && overflows)
            context.warning(stage.find("when_full")->value.location(),
                            "`overflow` has no further stage to go to and acts as `block`");
        if (!last && !overflows)
            context.warning(stage.location(), "later stages of the buffer are never used",
                            "needs `when_full = \"overflow\"`");
    }
}

bool read_buffer(const Type<BufferStage>& stage, const Type<std::vector<BufferStage>>& stages,
                 const Node& node, BufferOptions& value, OptionContext& context) {
    if (!node.is(Node::Kind::Table) && !node.is(Node::Kind::Array))
        return context.wrong_type(node, "a map or a sequence of maps");
    value.stages.clear();
    const bool good = node.is(Node::Kind::Array)
                          ? stages.read(node, value.stages, context)
                          : stage.read(node, value.stages.emplace_back(), context);
    if (good)
        check_overflow(value, node, context);
    if (value.stages.empty())
        value.stages.emplace_back(MemoryBufferOptions{});
    return good;
}

}  // namespace

Type<AcknowledgementsOptions> acknowledgements() {
    using O = AcknowledgementsOptions;
    return table_or_switch(
        OptionTable<O>{optional("enabled", &O::enabled,
                                "Whether sources wait until their events are delivered.")},
        &O::enabled);
}

Type<HealthcheckOptions> healthcheck() {
    using O = HealthcheckOptions;
    return table_or_switch(
        OptionTable<O>{
            optional("enabled", &O::enabled, "Whether the destination is checked at start."),
            optional("uri", &O::uri, "Address to check instead of the sink's own.")},
        &O::enabled);
}

OptionTable<ProxyOptions> proxy_options() {
    using O = ProxyOptions;
    return {
        optional("enabled", &O::enabled, "Whether proxies are used."),
        optional("http", &O::http, "Proxy of http requests.").example("\"http://proxy:3128\""),
        optional("https", &O::https, "Proxy of https requests.").example("\"http://proxy:3128\""),
        optional("no_proxy", &O::no_proxy, "Hosts that are reached directly."),
    };
}

bool BufferOptions::durable() const {
    return std::ranges::all_of(stages, [](const BufferStage& stage) {
        return std::holds_alternative<DiskBufferOptions>(stage);
    });
}

Type<BufferOptions> buffer() {
    const Type<BufferStage> stage = buffer_stage();
    const auto stages = array_of(stage);
    TypeDescription description = option_type::plain(Kind::AnyOf);
    description.parts = {stage.description, stages.description};
    return custom<BufferOptions>(
        std::move(description),
        [stage, stages](const Node& node, BufferOptions& value, OptionContext& context) {
            return read_buffer(stage, stages, node, value, context);
        });
}

OptionTable<GraphOptions> graph_options() {
    using O = GraphOptions;
    return {
        optional("node_attributes", &O::node_attributes, "Attributes of the node when drawn."),
        optional("edge_attributes", &O::edge_attributes,
                 "Attributes of edges when drawn, by the id of the input."),
    };
}

Type<std::string> time_zone() {
    auto type = parsed<std::string>([](const std::string& name) -> Result<std::string> {
        absl::TimeZone zone;
        if (name != "local" && !absl::LoadTimeZone(name, &zone))
            return failure("No such time zone");
        return name;
    });
    type.show = [](const std::string& name) { return name.empty() ? "" : quote_json(name); };
    return type;
}

}  // namespace engine::config
