#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>

#include "engine/component/registry.hpp"
#include "engine/event/path.hpp"
#include "engine/vrl/template.hpp"

// Numbers events by a key, the same key the same number on every replica and after every restart,
// so that all requests of one process reach the same backend.
namespace engine {
namespace {

/// What becomes of events without a key.
struct Missing {
    enum class Policy : std::uint8_t { Spread, Drop, Error, Fixed };
    Policy policy = Policy::Spread;
    std::uint32_t partition = 0;  // Fixed
};

enum class Algorithm : std::uint8_t { Jump, Modulo };

struct KeyOptions {
    config::Located<std::string> key;
    Missing missing;
    Algorithm algorithm = Algorithm::Jump;
};

struct Options {
    KeyOptions partition;
    std::uint32_t partitions = 0;
};

config::Type<Missing> missing_type() {
    config::Type<Missing> type;
    type.description.kind = config::TypeDescription::Kind::AnyOf;
    config::TypeDescription word;
    word.kind = config::TypeDescription::Kind::Choice;
    word.choices = {{"spread", "They go to the partitions in turn."},
                    {"drop", "They are dropped."},
                    {"error", "They go to the output `_missing`."}};
    config::TypeDescription number;
    number.kind = config::TypeDescription::Kind::Integer;
    number.minimum = 0;
    type.description.parts = {word, number};
    type.show = [](const Missing&) { return std::string("\"spread\""); };
    type.read = [](const config::Node& node, Missing& value, config::OptionContext& context) {
        using Policy = Missing::Policy;
        if (node.is(config::Node::Kind::Integer)) {
            if (node.as_integer() < 0 || node.as_integer() > 65535) {
                return context.wrong_value(node, "a partition number from 0 to `partitions` - 1");
            }
            value = {Policy::Fixed, static_cast<std::uint32_t>(node.as_integer())};
            return true;
        }
        const std::pair<const char*, Policy> words[] = {
            {"spread", Policy::Spread}, {"drop", Policy::Drop}, {"error", Policy::Error}};
        if (!node.is(config::Node::Kind::String)) {
            return context.wrong_type(node, "`spread`, `drop`, `error` or a partition number");
        }
        for (const auto& [name, policy] : words) {
            if (node.as_string() == name) {
                value = {policy, 0};
                return true;
            }
        }
        return context.unknown_variant(node, {"spread", "drop", "error"});
    };
    return type;
}

config::OptionTable<Options> options() {
    using namespace config;
    const OptionTable<KeyOptions> key_options = {
        required(
            "key", &KeyOptions::key,
            "Template of the key. `headers.<name>`, `query.<name>`, `method` and `path` read the "
            "request; `.field` reads the event.",
            located(type_of<std::string>()))
            .example("\"{{ headers.x-process-id }}\""),
        optional("missing", &KeyOptions::missing, "What becomes of events without a key.",
                 missing_type()),
        optional(
            "algorithm", &KeyOptions::algorithm, "How a key's hash becomes a number.",
            choice<Algorithm>({{"jump", Algorithm::Jump,
                                "Jump consistent hash: one partition more moves few keys."},
                               {"modulo", Algorithm::Modulo, "The hash modulo `partitions`."}})),
    };
    return OptionTable<Options>{
        required("partition", &Options::partition, "The key.", key_options.type()),
        required("partitions", &Options::partitions, "Number of partitions.").min(1).max(65536),
    }
        .check([](const Options& options, const Node& node, OptionContext& context) {
            const Missing& missing = options.partition.missing;
            if (missing.policy == Missing::Policy::Fixed &&
                missing.partition >= options.partitions) {
                const Node* value = node.find("partition")->value.find("missing") != nullptr
                                        ? &node.find("partition")->value.find("missing")->value
                                        : &node;
                context.error(value->location(),
                              fmt::format("partition.missing: there is no partition {}: the last "
                                          "one is {}",
                                          missing.partition, options.partitions - 1));
            }
        });
}

constexpr std::string_view missing_output = "_missing";

config::ComponentShape shape(const Options& options) {
    config::ComponentShape shape;
    shape.outputs.push_back({"", config::EventTypes::All, false, true});
    for (std::uint32_t i = 0; i < options.partitions && i < 65536; ++i) {
        shape.outputs.push_back({std::to_string(i), config::EventTypes::All, true});
    }
    if (options.partition.missing.policy == Missing::Policy::Error) {
        shape.outputs.push_back({std::string(missing_output), config::EventTypes::All, true});
    }
    return shape;
}

/// Jump consistent hash of J. Lamping and E. Veach (2014): growing from N to N+1 partitions moves
/// 1/(N+1) of the keys.
std::uint32_t jump(std::uint64_t hash, std::uint32_t partitions) {
    std::int64_t last = -1;
    std::int64_t next = 0;
    while (next < std::int64_t{partitions}) {
        last = next;
        hash = hash * 2862933555777941757ULL + 1;
        next = static_cast<std::int64_t>(static_cast<double>(last + 1) *
                                         (2147483648.0 / static_cast<double>((hash >> 33) + 1)));
    }
    return static_cast<std::uint32_t>(last);
}

class Partition final : public component::Transform {
public:
    Partition(const Options& options, vrl::Template key)
        : options_(options), key_(std::move(key)) {}

    void start(const component::RunContext& context) override { metrics_ = &context.metrics; }

    void process(Delivery delivery, component::TransformOutputs& outputs) const override {
        if (!delivery.batch->unique()) {
            delivery.batch = Batch::fork(delivery.batch);
        }
        Batch& batch = *delivery.batch;
        std::vector<std::uint32_t> numbered;
        std::vector<std::uint32_t> missing;
        std::vector<std::uint32_t> partitions;
        std::string key;
        for (std::uint32_t i = 0; i < batch.size(); ++i) {
            key.clear();
            const bool has_key = key_.render(batch, i, key).has_value() && !key.empty();
            const std::optional<std::uint32_t> partition = has_key ? number(key) : without_key();
            if (!partition) {
                missing.push_back(i);
                continue;
            }
            numbered.push_back(i);
            partitions.push_back(*partition);
            Value& metadata = batch.writable_metadata(i);
            insert(metadata, partition_path_, Value::integer(*partition), batch.arena());
            if (has_key) {
                insert(metadata, key_path_, Value::copy_of(key, batch.arena()), batch.arena());
            }
        }
        if (!missing.empty()) {
            emit_missing(delivery, missing, outputs);
            if (numbered.empty()) {
                return;
            }
            delivery.batch = Batch::select(std::move(delivery.batch), numbered);
        }
        emit_partitions(delivery, partitions, outputs);
        outputs.emit(std::move(delivery));
    }

    [[nodiscard]] bool reads_request() const override { return key_.reads_request(); }
    [[nodiscard]] std::optional<std::uint32_t> partitions() const override {
        return options_.partitions;
    }

private:
    [[nodiscard]] std::uint32_t number(std::string_view key) const {
        const std::uint64_t hash = XXH3_64bits(key.data(), key.size());
        return options_.partition.algorithm == Algorithm::Jump
                   ? jump(hash, options_.partitions)
                   : static_cast<std::uint32_t>(hash % options_.partitions);
    }

    [[nodiscard]] std::optional<std::uint32_t> without_key() const {
        switch (options_.partition.missing.policy) {
            case Missing::Policy::Spread:
                return turn_.fetch_add(1, std::memory_order_relaxed) % options_.partitions;
            case Missing::Policy::Fixed:
                return options_.partition.missing.partition;
            default:
                return std::nullopt;
        }
    }

    void emit_missing(const Delivery& delivery, std::span<const std::uint32_t> positions,
                      component::TransformOutputs& outputs) const {
        if (options_.partition.missing.policy == Missing::Policy::Drop) {
            metrics_->discarded_intentionally.add(positions.size());
            return;
        }
        metrics_->error("condition_failed", "processing");
        outputs.emit(options_.partitions + 1,
                     {Batch::select(delivery.batch, positions), delivery.acknowledgement});
    }

    /// Output 1 + n carries partition n.
    static void emit_partitions(const Delivery& delivery, std::span<const std::uint32_t> partitions,
                                component::TransformOutputs& outputs) {
        std::vector<std::uint32_t> present(partitions.begin(), partitions.end());
        std::ranges::sort(present);
        present.erase(std::ranges::unique(present).begin(), present.end());
        for (const std::uint32_t partition : present) {
            if (!outputs.connected(1 + partition)) {
                continue;
            }
            std::vector<std::uint32_t> positions;
            for (std::uint32_t event = 0; event < partitions.size(); ++event) {
                if (partitions[event] == partition) {
                    positions.push_back(event);
                }
            }
            outputs.emit(1 + partition,
                         {Batch::select(delivery.batch, positions), delivery.acknowledgement});
        }
    }

    Options options_;
    vrl::Template key_;
    std::vector<PathSegment> partition_path_{std::string("partition")};
    std::vector<PathSegment> key_path_{std::string("partition_key")};
    mutable std::atomic<std::uint32_t> turn_{0};
    telemetry::ComponentMetrics* metrics_ = nullptr;
};

std::unique_ptr<component::Transform> build(Options options, component::BuildContext& context) {
    auto key = vrl::Template::compile(options.partition.key, vrl::TemplateScope::Request,
                                      context.globals, context.problems);
    return key ? std::make_unique<Partition>(options, std::move(*key)) : nullptr;
}

}  // namespace
}  // namespace engine

ENGINE_REGISTER_TRANSFORM(engine::Options,
                          {.type = "partition",
                           .summary = "Numbers events by a key, so that each key has one consumer.",
                           .options = engine::options,
                           .build = engine::build,
                           .shape = engine::shape})
