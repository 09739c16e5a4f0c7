#include <bit>
#include <cstring>
#include <vector>

#include "engine/codec/record.hpp"
#include "engine/codec/record_format.hpp"
#include "engine/codec/regex_pattern.hpp"
#include "engine/diagnostic/assert.hpp"
#include "engine/event/shape.hpp"

namespace engine {

namespace {

namespace format = record_format;
using format::Tag;

/// Writes the parts of one record.
class RecordWriter {
public:
    explicit RecordWriter(ByteBuffer& out) : out_(out) {}

    void byte(auto value) { out_.push_back(static_cast<char>(value)); }

    void number(std::uint64_t value) {
        constexpr std::size_t longest = 10;
        char* next = out_.room(longest);
        while (value >= 0x80) {
            *next++ = static_cast<char>(value | 0x80);
            value >>= 7;
        }
        *next++ = static_cast<char>(value);
        out_.commit_to(next);
    }
    void signed_number(std::int64_t value) {
        number(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
    }
    void floating(double value) {
        static_assert(std::endian::native == std::endian::little);
        std::memcpy(out_.room(sizeof value), &value, sizeof value);
        out_.commit(sizeof value);
    }
    void string(std::string_view value) {
        number(value.size());
        out_.append(value);
    }
    void time(Timestamp value) {
        signed_number(value.seconds);
        number(value.nanoseconds);
    }

    void value(const Value& value) {
        switch (value.kind()) {
            case ValueKind::Null:
                return byte(Tag::Null);
            case ValueKind::Boolean:
                return byte(value.as_boolean() ? Tag::True : Tag::False);
            case ValueKind::Integer:
                byte(Tag::Integer);
                return signed_number(value.as_integer());
            case ValueKind::Float:
                byte(Tag::Float);
                return floating(value.as_float());
            case ValueKind::Bytes:
                byte(Tag::Bytes);
                return string(value.as_bytes());
            case ValueKind::Regex:
                byte(Tag::Bytes);
                return string(regex_pattern(value));
            case ValueKind::Timestamp:
                byte(Tag::Timestamp);
                return time(value.as_timestamp());
            case ValueKind::Array:
                byte(Tag::Array);
                number(value.as_array().size);
                return values(value.as_array().view());
            case ValueKind::Object:
                byte(Tag::Object);
                shape(*value.as_object().shape);
                return values({value.as_object().values, value.as_object().size()});
        }
    }

    void envelope(const RequestEnvelope& envelope) {
        string(envelope.method);
        string(envelope.path);
        string(envelope.query);
        number(envelope.headers.size());
        for (const auto& [name, value] : envelope.headers) {
            string(name);
            string(value);
        }
        string(envelope.body.view());
        string(envelope.remote_address);
        byte(envelope.tls ? 1 : 0);
        time(envelope.received_at);
        string(envelope.id);
        string(envelope.idempotency_key);
    }

    void metric(const Metric& metric) {
        string(metric.name);
        string(metric.name_space);
        byte(metric.kind);
        byte(metric.timestamp ? 1 : 0);
        if (metric.timestamp) {
            time(*metric.timestamp);
        }
        number(metric.interval_ms);
        number(metric.tags.size());
        for (const MetricTag& tag : metric.tags) {
            string(tag.key);
            number(tag.values.size());
            values(tag.values);
        }
        byte(metric.value.index());
        std::visit([this](const auto& contents) { write(contents); }, metric.value);
    }

private:
    void values(std::span<const Value> values) {
        for (const Value& each : values) {
            value(each);
        }
    }

    void shape(const Shape& shape) {
        // Records of alike events have few shapes, and neighbours tend to share one.
        for (std::size_t i = shapes_.size(); i > 0; --i) {
            if (shapes_[i - 1] == &shape) {
                return number(i - 1);
            }
            if (shapes_.size() - i == searched_shapes) {
                break;
            }
        }
        number(shapes_.size());
        shapes_.push_back(&shape);
        number(shape.size());
        for (const std::string_view key : shape.keys()) {
            string(key);
        }
    }

    void write(const Counter& counter) { floating(counter.value); }
    void write(const Gauge& gauge) { floating(gauge.value); }
    void write(const MetricSet& set) {
        number(set.values.size());
        for (const std::string_view value : set.values) {
            string(value);
        }
    }
    void write(const Distribution& distribution) {
        byte(distribution.statistic);
        number(distribution.samples.size());
        for (const Sample& sample : distribution.samples) {
            floating(sample.value);
            number(sample.rate);
        }
    }
    void write(const AggregatedHistogram& histogram) {
        number(histogram.count);
        floating(histogram.sum);
        number(histogram.buckets.size());
        for (const Bucket& bucket : histogram.buckets) {
            floating(bucket.upper_limit);
            number(bucket.count);
        }
    }
    void write(const AggregatedSummary& summary) {
        number(summary.count);
        floating(summary.sum);
        number(summary.quantiles.size());
        for (const Quantile& quantile : summary.quantiles) {
            floating(quantile.quantile);
            floating(quantile.value);
        }
    }
    void write(const Sketch& sketch) {
        number(sketch.keys.size());
        for (std::size_t i = 0; i < sketch.keys.size(); ++i) {
            signed_number(sketch.keys[i]);
            number(sketch.counts[i]);
        }
        number(sketch.count);
        floating(sketch.minimum);
        floating(sketch.maximum);
        floating(sketch.sum);
        floating(sketch.average);
    }

    static constexpr std::size_t searched_shapes = 32;
    ByteBuffer& out_;
    std::vector<const Shape*> shapes_;
};

format::Content content_of(EventKind kind) {
    switch (kind) {
        case EventKind::Log:
            return format::Content::Logs;
        case EventKind::Metric:
            return format::Content::Metrics;
        case EventKind::Trace:
            break;
    }
    return format::Content::Traces;
}

format::Metadata metadata_of(const Batch& batch, std::size_t begin, std::size_t end) {
    const Value& first = batch.metadata(begin);
    for (std::size_t i = begin + 1; i < end; ++i) {
        if (!batch.metadata(i).identical(first)) {
            return format::Metadata::Each;
        }
    }
    return first.is_null() ? format::Metadata::None : format::Metadata::Shared;
}

/// The distinct envelopes of some events: `positions` has each event's.
struct Envelopes {
    std::vector<EnvelopeRef> envelopes;
    std::vector<std::size_t> positions;

    Envelopes(const Batch& batch, std::size_t begin, std::size_t end) {
        if (!batch.has_envelope()) {
            return;
        }
        for (std::size_t i = begin; i < end; ++i) {
            EnvelopeRef envelope = batch.envelope(i);
            // Events of one request stand together.
            if (envelopes.empty() || &*envelopes.back() != &*envelope) {
                envelopes.push_back(std::move(envelope));
            }
            positions.push_back(envelopes.size() - 1);
        }
    }
};

}  // namespace

void write_record(const Batch& batch, std::size_t begin, std::size_t end, ByteBuffer& out) {
    ENGINE_ASSERT(begin < end && end <= batch.size(), "callers cut batches into parts with events");
    RecordWriter writer(out);
    writer.byte(format::version);
    writer.byte(content_of(batch.kind()));
    writer.string(batch.source_id);
    writer.string(batch.source_type);
    const Envelopes envelopes(batch, begin, end);
    writer.number(envelopes.envelopes.size());
    for (const EnvelopeRef& envelope : envelopes.envelopes) {
        writer.envelope(*envelope);
    }
    writer.number(end - begin);
    const format::Metadata metadata = metadata_of(batch, begin, end);
    writer.byte(metadata);
    for (std::size_t i = begin; i < end; ++i) {
        if (metadata == format::Metadata::Each ||
            (metadata == format::Metadata::Shared && i == begin)) {
            writer.value(batch.metadata(i));
        }
    }
    for (std::size_t i = begin; i < end; ++i) {
        if (envelopes.envelopes.size() > 1) {
            writer.number(envelopes.positions[i - begin]);
        }
        if (batch.kind() == EventKind::Metric) {
            writer.metric(batch.metric(i));
        } else {
            writer.value(batch.root(i));
        }
    }
}

void write_request_record(const RequestEnvelope& envelope, std::string_view ordering_key,
                          ByteBuffer& out) {
    RecordWriter writer(out);
    writer.byte(format::version);
    writer.byte(format::Content::Request);
    writer.string(ordering_key);
    writer.envelope(envelope);
}

}  // namespace engine
