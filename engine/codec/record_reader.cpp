#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <set>
#include <vector>

#include "engine/codec/record.hpp"
#include "engine/codec/record_format.hpp"
#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine {

namespace {

namespace format = record_format;
using format::Tag;

/// Names of sources live as long as the process; there are as many as a configuration has, but a
/// damaged record must not fill the memory.
std::string_view process_name(std::string_view name) {
    constexpr std::size_t maximum_names = 4096;
    static std::mutex mutex;
    static auto* names = new std::set<std::string, std::less<>>;
    const std::scoped_lock lock(mutex);
    if (const auto found = names->find(name); found != names->end()) {
        return *found;
    }
    if (names->size() == maximum_names) {
        return {};
    }
    return *names->emplace(name).first;
}

/// Reads the parts of one record. After something malformed everything reads as empty, and
/// `failed` tells; so a caller checks once, behind what it has read.
class RecordReader {
public:
    RecordReader(const SlabRef& slab, std::string_view bytes, Arena& arena)
        : slab_(slab), rest_(bytes), arena_(arena) {}

    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    std::uint8_t byte() {
        if (rest_.empty()) {
            fail();
            return 0;
        }
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    /// A byte that must be at most `maximum`.
    template <typename E>
    E enumerator(E maximum) {
        const std::uint8_t value = byte();
        if (value > static_cast<std::uint8_t>(maximum)) {
            fail();
            return E{};
        }
        return static_cast<E>(value);
    }
    std::uint64_t number(std::uint64_t maximum = std::numeric_limits<std::uint64_t>::max()) {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t next = byte();
            const auto bits = static_cast<std::uint64_t>(next & 0x7f);
            if (shift == 63 && next > 1) {
                break;
            }
            value |= bits << shift;
            if (next < 0x80) {
                if (value > maximum) {
                    break;
                }
                return value;
            }
        }
        fail();
        return 0;
    }
    /// How many items follow, of at least `size` bytes each.
    std::size_t count(std::size_t size = 1) {
        const std::uint64_t items = number();
        // What is left is known only now, behind the number itself.
        if (items > rest_.size() / size) {
            fail();
            return 0;
        }
        return static_cast<std::size_t>(items);
    }
    std::int64_t signed_number() {
        const std::uint64_t value = number();
        return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
    }
    double floating() {
        double value = 0;
        if (rest_.size() < sizeof value) {
            fail();
            return 0;
        }
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_.remove_prefix(sizeof value);
        return value;
    }
    std::string_view string() {
        const std::size_t size = count();
        const std::string_view value = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return value;
    }
    Timestamp time() {
        const std::int64_t seconds = signed_number();
        return {seconds, static_cast<std::uint32_t>(number(999'999'999))};
    }

    Value value(std::uint32_t depth = 0) {
        if (depth > format::maximum_depth) {
            fail();
            return {};
        }
        switch (enumerator(Tag::Object)) {
            case Tag::Null:
                return {};
            case Tag::False:
                return Value::boolean(false);
            case Tag::True:
                return Value::boolean(true);
            case Tag::Integer:
                return Value::integer(signed_number());
            case Tag::Float: {
                const double number = floating();
                if (std::isnan(number)) {
                    fail();
                    return {};
                }
                return Value::floating(number);
            }
            case Tag::Bytes: {
                const std::string_view bytes = string();
                if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
                    fail();
                    return {};
                }
                return Value::bytes(bytes);
            }
            case Tag::Timestamp:
                return Value::timestamp(time());
            case Tag::Array:
                return array(depth);
            case Tag::Object:
                return object(depth);
        }
        return {};
    }

    EnvelopeRef envelope() {
        auto* envelope = new RequestEnvelope;
        EnvelopeRef owner(envelope);
        envelope->head = slab_;
        envelope->method = string();
        envelope->path = string();
        envelope->query = string();
        const std::size_t headers = count(2);
        for (std::size_t i = 0; i < headers && !failed_; ++i) {
            const std::string_view name = string();
            envelope->headers.emplace_back(name, string());
        }
        envelope->body = SlabRef::copy_of(string());
        envelope->remote_address = string();
        envelope->tls = enumerator<std::uint8_t>(1) != 0;
        envelope->received_at = time();
        envelope->id = string();
        envelope->idempotency_key = string();
        return owner;
    }

    Metric* metric() {
        auto* metric = arena_.create<Metric>();
        metric->name = string();
        metric->name_space = string();
        metric->kind = enumerator(MetricKind::Absolute);
        if (enumerator<std::uint8_t>(1) != 0) {
            metric->timestamp = time();
        }
        metric->interval_ms =
            static_cast<std::uint32_t>(number(std::numeric_limits<std::uint32_t>::max()));
        metric->tags = list<MetricTag>(2, [this] {
            const std::string_view key = string();
            return MetricTag{key, list<Value>(1, [this] { return tag_value(); })};
        });
        metric->value = metric_value();
        return metric;
    }

private:
    void fail() {
        failed_ = true;
        rest_ = {};
    }

    template <typename T, typename Read>
    std::span<T> list(std::size_t size, Read read) {
        const std::size_t length = count(size);
        T* items = arena_.allocate_array<T>(length);
        for (std::size_t i = 0; i < length; ++i) {
            new (items + i) T(read());
        }
        return {items, length};
    }

    Value tag_value() {
        const Value value = this->value();
        if (!value.is_null() && !value.is_bytes()) {
            fail();
            return {};
        }
        return value;
    }

    Value array(std::uint32_t depth) {
        const std::size_t size = count();
        ArrayNode* node = new_array(size, arena_);
        for (std::size_t i = 0; i < size; ++i) {
            node->items[i] = value(depth + 1);
        }
        node->size = static_cast<std::uint32_t>(size);
        return Value::array(node);
    }

    Value object(std::uint32_t depth) {
        const Shape* shape = this->shape();
        if (shape->size() > rest_.size()) {
            fail();
            return {};
        }
        ObjectNode* node = new_object(shape, arena_);
        for (std::uint32_t i = 0; i < shape->size(); ++i) {
            node->values[i] = value(depth + 1);
        }
        return Value::object(node);
    }

    const Shape* shape() {
        const std::uint64_t index = number(shapes_.size());
        if (failed_) {
            return Shape::empty();
        }
        if (index < shapes_.size()) {
            return shapes_[static_cast<std::size_t>(index)];
        }
        const std::size_t size = count();
        keys_.clear();
        for (std::size_t i = 0; i < size && !failed_; ++i) {
            const std::string_view key = string();
            if (i > 0 && key <= keys_.back()) {
                fail();
            }
            keys_.push_back(key);
        }
        if (failed_) {
            return Shape::empty();
        }
        shapes_.push_back(Shape::of(keys_, arena_));
        return shapes_.back();
    }

    MetricValue metric_value() {
        switch (enumerator(format::MetricTag::Sketch)) {
            case format::MetricTag::Counter:
                return Counter{floating()};
            case format::MetricTag::Gauge:
                return Gauge{floating()};
            case format::MetricTag::Set:
                return MetricSet{list<std::string_view>(1, [this] { return string(); })};
            case format::MetricTag::Distribution: {
                const auto statistic = enumerator(Statistic::Summary);
                return Distribution{list<Sample>(9, [this] { return sample(); }), statistic};
            }
            case format::MetricTag::Histogram: {
                const std::uint64_t count = number();
                const double sum = floating();
                return AggregatedHistogram{list<Bucket>(9,
                                                        [this] {
                                                            const double limit = floating();
                                                            return Bucket{limit, number()};
                                                        }),
                                           count, sum};
            }
            case format::MetricTag::Summary: {
                const std::uint64_t count = number();
                const double sum = floating();
                return AggregatedSummary{list<Quantile>(16,
                                                        [this] {
                                                            const double quantile = floating();
                                                            return Quantile{quantile, floating()};
                                                        }),
                                         count, sum};
            }
            case format::MetricTag::Sketch:
                return sketch();
        }
        return Counter{0};
    }

    Sample sample() {
        const double value = floating();
        return {value,
                static_cast<std::uint32_t>(number(std::numeric_limits<std::uint32_t>::max()))};
    }

    Sketch sketch() {
        const std::size_t bins = count(2);
        Sketch sketch{};
        sketch.keys = {arena_.allocate_array<std::int16_t>(bins), bins};
        sketch.counts = {arena_.allocate_array<std::uint16_t>(bins), bins};
        for (std::size_t i = 0; i < bins; ++i) {
            const std::int64_t key = signed_number();
            if (key != static_cast<std::int16_t>(key)) {
                fail();
            }
            sketch.keys[i] = static_cast<std::int16_t>(key);
            sketch.counts[i] =
                static_cast<std::uint16_t>(number(std::numeric_limits<std::uint16_t>::max()));
        }
        sketch.count =
            static_cast<std::uint32_t>(number(std::numeric_limits<std::uint32_t>::max()));
        sketch.minimum = floating();
        sketch.maximum = floating();
        sketch.sum = floating();
        sketch.average = floating();
        return sketch;
    }

    const SlabRef& slab_;
    std::string_view rest_;
    Arena& arena_;
    bool failed_ = false;
    std::vector<const Shape*> shapes_;
    std::vector<std::string_view> keys_;
};

std::unexpected<Error> malformed() {
    return failure("malformed record");
}

/// Reads the events behind the header.
class EventsReader {
public:
    EventsReader(RecordReader& reader, Batch& batch) : reader_(reader), batch_(batch) {}

    bool read() {
        batch_.source_id = process_name(reader_.string());
        batch_.source_type = process_name(reader_.string());
        const std::size_t envelopes = reader_.count(10);
        for (std::size_t i = 0; i < envelopes && !reader_.failed(); ++i) {
            envelopes_.push_back(reader_.envelope());
        }
        const std::size_t events = reader_.count();
        if (reader_.failed() || events == 0) {
            return false;
        }
        const std::vector<Value> metadata = read_metadata(events);
        if (envelopes_.size() == 1) {
            batch_.set_envelope(envelopes_[0]);
        }
        batch_.reserve(events);
        for (std::size_t i = 0; i < events; ++i) {
            if (envelopes_.size() > 1) {
                select_envelope(reader_.number(envelopes_.size() - 1));
            }
            if (batch_.kind() == EventKind::Metric) {
                batch_.push(reader_.metric());
            } else {
                batch_.push(reader_.value());
            }
            if (reader_.failed() || !is_event(i)) {
                return false;
            }
        }
        set_metadata(metadata);
        return reader_.at_end();
    }

private:
    [[nodiscard]] bool is_event(std::size_t index) const {
        return batch_.kind() == EventKind::Metric || batch_.root(index).is_object();
    }

    void select_envelope(std::uint64_t index) {
        if (index != current_) {
            current_ = index;
            batch_.begin_envelope(envelopes_[static_cast<std::size_t>(index)]);
        }
    }

    std::vector<Value> read_metadata(std::size_t events) {
        std::vector<Value> metadata;
        const auto form = reader_.enumerator(format::Metadata::Each);
        const std::size_t count = form == format::Metadata::None     ? 0
                                  : form == format::Metadata::Shared ? 1
                                                                     : events;
        for (std::size_t i = 0; i < count && !reader_.failed(); ++i) {
            metadata.push_back(reader_.value());
        }
        return metadata;
    }

    void set_metadata(const std::vector<Value>& metadata) {
        if (metadata.size() == 1) {
            batch_.set_shared_metadata(metadata[0]);
            return;
        }
        for (std::size_t i = 0; i < metadata.size(); ++i) {
            batch_.writable_metadata(i) = metadata[i];
        }
    }

    RecordReader& reader_;
    Batch& batch_;
    std::vector<EnvelopeRef> envelopes_;
    std::uint64_t current_ = std::numeric_limits<std::uint64_t>::max();
};

/// The content byte of a record of a known version.
Result<format::Content> content_of(std::string_view bytes) {
    if (bytes.size() < 2) {
        return malformed();
    }
    if (static_cast<std::uint8_t>(bytes[0]) != format::version) {
        return failure(
            fmt::format("record of the unknown version {}", static_cast<std::uint8_t>(bytes[0])));
    }
    if (static_cast<std::uint8_t>(bytes[1]) > static_cast<std::uint8_t>(format::Content::Request)) {
        return malformed();
    }
    return static_cast<format::Content>(bytes[1]);
}

}  // namespace

Result<RecordContent> record_content(std::string_view bytes) {
    return ENGINE_TRY(content_of(bytes)) == format::Content::Request ? RecordContent::Request
                                                                     : RecordContent::Events;
}

Result<BatchRef> read_record(const SlabRef& slab, std::string_view bytes) {
    const format::Content content = ENGINE_TRY(content_of(bytes));
    if (content == format::Content::Request) {
        return failure("the record holds a request, not events");
    }
    const EventKind kind = content == format::Content::Logs      ? EventKind::Log
                           : content == format::Content::Metrics ? EventKind::Metric
                                                                 : EventKind::Trace;
    BatchRef batch = Batch::make(kind);
    batch->retain(slab);
    RecordReader reader(slab, bytes.substr(2), batch->arena());
    if (!EventsReader(reader, *batch).read()) {
        return malformed();
    }
    return batch;
}

Result<StoredRequest> read_request_record(const SlabRef& slab, std::string_view bytes) {
    if (ENGINE_TRY(content_of(bytes)) != format::Content::Request) {
        return failure("the record holds events, not a request");
    }
    Arena unused;
    RecordReader reader(slab, bytes.substr(2), unused);
    StoredRequest request;
    request.ordering_key = reader.string();
    request.envelope = reader.envelope();
    if (reader.failed() || !reader.at_end()) {
        return malformed();
    }
    return request;
}

}  // namespace engine
