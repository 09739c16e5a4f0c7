#include "engine/codec/metric_text.hpp"

#include "engine/codec/number_text.hpp"

namespace engine {

namespace {

void write_count(double value, ByteBuffer& out) {
    write_plain_float(value, out);
}

void write_pair(double left, double right, ByteBuffer& out) {
    out.push_back(' ');
    write_plain_float(left, out);
    out.push_back('@');
    write_plain_float(right, out);
}

void write_totals(std::uint64_t count, double sum, ByteBuffer& out) {
    out.append("count=");
    write_unsigned(count, out);
    out.append(" sum=");
    write_plain_float(sum, out);
}

/// The part behind the sign, by kind of value.
struct TextValue {
    ByteBuffer& out;

    void operator()(const Counter& counter) const { write_count(counter.value, out); }
    void operator()(const Gauge& gauge) const { write_count(gauge.value, out); }
    void operator()(const MetricSet& set) const {
        bool first = true;
        for (const std::string_view value : set.values) {
            if (!first) {
                out.push_back(' ');
            }
            first = false;
            out.append(value);
        }
    }
    void operator()(const Distribution& distribution) const {
        out.append(distribution.statistic == Statistic::Histogram ? "histogram" : "summary");
        for (const Sample& sample : distribution.samples) {
            write_pair(sample.rate, sample.value, out);
        }
    }
    void operator()(const AggregatedHistogram& histogram) const {
        write_totals(histogram.count, histogram.sum, out);
        for (const Bucket& bucket : histogram.buckets) {
            write_pair(static_cast<double>(bucket.count), bucket.upper_limit, out);
        }
    }
    void operator()(const AggregatedSummary& summary) const {
        write_totals(summary.count, summary.sum, out);
        for (const Quantile& quantile : summary.quantiles) {
            write_pair(quantile.quantile, quantile.value, out);
        }
    }
    void operator()(const Sketch& sketch) const {
        write_totals(sketch.count, sketch.sum, out);
        for (std::size_t i = 0; i < sketch.keys.size(); ++i) {
            write_pair(sketch.counts[i], sketch.keys[i], out);
        }
    }
};

void write_tag(std::string_view key, const Value& value, bool& first, ByteBuffer& out) {
    if (!first) {
        out.push_back(',');
    }
    first = false;
    out.append(key);
    if (!value.is_null()) {
        out.push_back('=');
        write_json_string(value.as_bytes(), out);
    }
}

void write_json_tag(const MetricTag& tag, MetricTagValues mode, JsonStream& json) {
    json.key(tag.key);
    if (mode == MetricTagValues::Single || tag.values.size() < 2) {
        const Value* value = mode == MetricTagValues::Single ? single_tag_value(tag)
                             : tag.values.empty()            ? nullptr
                                                             : tag.values.data();
        if (value == nullptr) {
            json.null();
        } else {
            json.value(*value);
        }
        return;
    }
    json.begin_array();
    for (const Value& value : tag.values) {
        json.value(value);
    }
    json.end_array();
}

void write_json_member(std::string_view key, double value, JsonStream& json) {
    json.key(key);
    json.floating(value);
}

void write_json_member(std::string_view key, std::uint64_t value, JsonStream& json) {
    json.key(key);
    json.unsigned_integer(value);
}

/// The last member: the kind of value and its contents.
struct JsonValue {
    JsonStream& json;

    void operator()(const Counter& counter) const { single("counter", counter.value); }
    void operator()(const Gauge& gauge) const { single("gauge", gauge.value); }
    void operator()(const MetricSet& set) const {
        begin("set");
        list("values", set.values, [this](std::string_view value) { json.string(value); });
        json.end_object();
    }
    void operator()(const Distribution& distribution) const {
        begin("distribution");
        list("samples", distribution.samples, [this](const Sample& sample) {
            json.begin_object();
            write_json_member("value", sample.value, json);
            write_json_member("rate", std::uint64_t{sample.rate}, json);
            json.end_object();
        });
        json.key("statistic");
        json.string(distribution.statistic == Statistic::Histogram ? "histogram" : "summary");
        json.end_object();
    }
    void operator()(const AggregatedHistogram& histogram) const {
        begin("aggregated_histogram");
        list("buckets", histogram.buckets, [this](const Bucket& bucket) {
            json.begin_object();
            write_json_member("upper_limit", bucket.upper_limit, json);
            write_json_member("count", bucket.count, json);
            json.end_object();
        });
        totals(histogram.count, histogram.sum);
    }
    void operator()(const AggregatedSummary& summary) const {
        begin("aggregated_summary");
        list("quantiles", summary.quantiles, [this](const Quantile& quantile) {
            json.begin_object();
            write_json_member("quantile", quantile.quantile, json);
            write_json_member("value", quantile.value, json);
            json.end_object();
        });
        totals(summary.count, summary.sum);
    }
    void operator()(const Sketch& sketch) const {
        begin("sketch");
        json.key("sketch");
        json.begin_object();
        json.key("AgentDDSketch");
        json.begin_object();
        json.key("bins");
        json.begin_object();
        list("k", sketch.keys, [this](std::int16_t key) { json.integer(key); });
        list("n", sketch.counts, [this](std::uint16_t count) { json.integer(count); });
        json.end_object();
        write_json_member("count", std::uint64_t{sketch.count}, json);
        write_json_member("min", sketch.minimum, json);
        write_json_member("max", sketch.maximum, json);
        write_json_member("sum", sketch.sum, json);
        write_json_member("avg", sketch.average, json);
        json.end_object();
        json.end_object();
        json.end_object();
    }

private:
    void begin(std::string_view name) const {
        json.key(name);
        json.begin_object();
    }
    void single(std::string_view name, double value) const {
        begin(name);
        write_json_member("value", value, json);
        json.end_object();
    }
    void list(std::string_view name, const auto& items, const auto& write) const {
        json.key(name);
        json.begin_array();
        for (const auto& item : items) {
            write(item);
        }
        json.end_array();
    }
    void totals(std::uint64_t count, double sum) const {
        write_json_member("count", count, json);
        write_json_member("sum", sum, json);
        json.end_object();
    }
};

}  // namespace

const Value* single_tag_value(const MetricTag& tag) {
    for (std::size_t i = tag.values.size(); i > 0; --i) {
        if (!tag.values[i - 1].is_null()) {
            return &tag.values[i - 1];
        }
    }
    return nullptr;
}

void write_metric_json(const Metric& metric, MetricTagValues tags, JsonLayout layout,
                       ByteBuffer& out) {
    JsonStream json(out, layout);
    json.begin_object();
    json.key("name");
    json.string(metric.name);
    if (!metric.name_space.empty()) {
        json.key("namespace");
        json.string(metric.name_space);
    }
    if (!metric.tags.empty()) {
        json.key("tags");
        json.begin_object();
        for (const MetricTag& tag : metric.tags) {
            write_json_tag(tag, tags, json);
        }
        json.end_object();
    }
    if (metric.timestamp) {
        json.key("timestamp");
        json.value(Value::timestamp(*metric.timestamp));
    }
    if (metric.interval_ms != 0) {
        write_json_member("interval_ms", std::uint64_t{metric.interval_ms}, json);
    }
    json.key("kind");
    json.string(metric.kind == MetricKind::Absolute ? "absolute" : "incremental");
    std::visit(JsonValue{json}, metric.value);
    json.end_object();
}

void write_metric_text(const Metric& metric, MetricTagValues tags, ByteBuffer& out) {
    if (metric.timestamp) {
        write_rfc3339(*metric.timestamp, out);
        out.push_back(' ');
    }
    if (!metric.name_space.empty()) {
        out.append(metric.name_space);
        out.push_back('_');
    }
    out.append(metric.name);
    out.push_back('{');
    bool first = true;
    for (const MetricTag& tag : metric.tags) {
        if (tags == MetricTagValues::Single) {
            const Value* value = single_tag_value(tag);
            write_tag(tag.key, value == nullptr ? Value::null() : *value, first, out);
            continue;
        }
        for (const Value& value : tag.values) {
            write_tag(tag.key, value, first, out);
        }
    }
    out.append(metric.kind == MetricKind::Absolute ? "} = " : "} + ");
    std::visit(TextValue{out}, metric.value);
}

}  // namespace engine
