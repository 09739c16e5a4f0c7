// What decoding JSON lines into a batch and encoding them again costs, beside the lower bound:
// simdjson parsing and minifying the same lines. `allocations` counts calls of malloc per event.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "engine/codec/event_encoder.hpp"
#include "engine/codec/json_parser.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/codec/record.hpp"
#include "engine/codec/stream_decoder.hpp"

namespace {

std::atomic<std::uint64_t> allocations{0};

}  // namespace

extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* __libc_realloc(void* memory, std::size_t size);
extern "C" void* malloc(std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    return __libc_malloc(size);
}
extern "C" void* realloc(void* memory, std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    return __libc_realloc(memory, size);
}

namespace engine {
namespace {

constexpr int lines_per_body = 100;

/// An access log event of about 300 bytes: 14 keys, one nested object.
std::string line(int i) {
    const std::string n = std::to_string(100 + i % 900);
    return R"({"timestamp":"2026-03-04T05:06:07.)" + n +
           R"(Z","level":"info","service":"checkout",)" +
           R"("request_id":"0f8fad5b-d9cb-469f-a165-708677289)" + n + R"(","user":{"id":12)" + n +
           R"(,"plan":"pro"},"path":"/api/v1/orders/)" + n + R"(","method":"POST","status":201,)" +
           R"("latency_ms":12.75,"bytes":48)" + n + R"(,"ok":true,"retries":0,"tags":["a","b"],)" +
           R"("message":"order )" + n + R"( accepted"})";
}

std::string body() {
    std::string text;
    for (int i = 0; i < lines_per_body; ++i)
        text += line(i) + "\n";
    return text;
}

/// Reports time and allocations per event.
class PerEvent {
public:
    explicit PerEvent(benchmark::State& state, double events = lines_per_body)
        : state_(state), events_(events), before_(allocations.load()) {}
    ~PerEvent() {
        const double events = static_cast<double>(state_.iterations()) * events_;
        state_.counters["events"] =
            benchmark::Counter(events, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
        state_.counters["allocations"] = static_cast<double>(allocations.load() - before_) / events;
    }

private:
    benchmark::State& state_;
    double events_;
    std::uint64_t before_;
};

void simdjson_parse_and_minify(benchmark::State& state) {
    const std::string text = body();
    simdjson::dom::parser parser;
    const simdjson::padded_string padded(text);
    const PerEvent per_event(state);
    for (auto _ : state) {
        std::string_view rest(padded.data(), text.size());
        while (!rest.empty()) {
            const std::size_t size = rest.find('\n');
            const auto element = parser.parse(rest.data(), size, false).value();
            const std::string out = simdjson::minify(element);
            benchmark::DoNotOptimize(out.data());
            rest.remove_prefix(size + 1);
        }
    }
}
BENCHMARK(simdjson_parse_and_minify);

void simdjson_parse(benchmark::State& state) {
    const std::string text = body();
    simdjson::dom::parser parser;
    const simdjson::padded_string padded(text);
    const PerEvent per_event(state);
    for (auto _ : state) {
        std::string_view rest(padded.data(), text.size());
        while (!rest.empty()) {
            const std::size_t size = rest.find('\n');
            benchmark::DoNotOptimize(parser.parse(rest.data(), size, false).value());
            rest.remove_prefix(size + 1);
        }
    }
}
BENCHMARK(simdjson_parse);

EventDecoder json_decoder() {
    DecodingOptions options;
    options.codec = "json";
    return EventDecoder::make(options, {}).value();
}

EventEncoder json_encoder() {
    EncodingOptions options;
    options.codec = "json";
    return EventEncoder::make(options).value();
}

void decode(benchmark::State& state) {
    const SlabRef slab = SlabRef::copy_of(body());
    const EventDecoder decoder = json_decoder();
    const PerEvent per_event(state);
    for (auto _ : state) {
        DecodedEvents events;
        benchmark::DoNotOptimize(decoder.decode_message(slab, events).has_value());
    }
}
BENCHMARK(decode);

void encode(benchmark::State& state) {
    const SlabRef slab = SlabRef::copy_of(body());
    DecodedEvents events;
    json_decoder().decode_message(slab, events).value();
    const Batch& batch = *events.batches()[0];
    const EventEncoder encoder = json_encoder();
    EncodedEvents encoded;
    const PerEvent per_event(state);
    for (auto _ : state) {
        encoded.clear();
        encoder.encode_batch(batch, 0, batch.size(), encoded);
        benchmark::DoNotOptimize(encoded.bytes.data());
    }
}
BENCHMARK(encode);

void decode_and_encode(benchmark::State& state) {
    const SlabRef slab = SlabRef::copy_of(body());
    const EventDecoder decoder = json_decoder();
    const EventEncoder encoder = json_encoder();
    EncodedEvents encoded;
    const PerEvent per_event(state);
    for (auto _ : state) {
        DecodedEvents events;
        decoder.decode_message(slab, events).value();
        const Batch& batch = *events.batches()[0];
        encoded.clear();
        encoder.encode_batch(batch, 0, batch.size(), encoded);
        benchmark::DoNotOptimize(encoded.bytes.data());
    }
}
BENCHMARK(decode_and_encode);

void decode_and_encode_one_event(benchmark::State& state) {
    const SlabRef slab = SlabRef::copy_of(line(7));
    const EventDecoder decoder = json_decoder();
    const EventEncoder encoder = json_encoder();
    EncodedEvents encoded;
    const PerEvent per_event(state, 1);
    for (auto _ : state) {
        DecodedEvents events;
        decoder.decode_message(slab, events).value();
        encoded.clear();
        encoder.encode_batch(*events.batches()[0], 0, 1, encoded);
        benchmark::DoNotOptimize(encoded.bytes.data());
    }
}
BENCHMARK(decode_and_encode_one_event);

void write_and_read_record(benchmark::State& state) {
    const SlabRef slab = SlabRef::copy_of(body());
    DecodedEvents events;
    json_decoder().decode_message(slab, events).value();
    const Batch& batch = *events.batches()[0];
    ByteBuffer out;
    write_record(batch, 0, batch.size(), out);
    const SlabRef record = SlabRef::copy_of(out.view());
    const PerEvent per_event(state);
    for (auto _ : state) {
        out.clear();
        write_record(batch, 0, batch.size(), out);
        benchmark::DoNotOptimize(read_record(record).value()->size());
    }
}
BENCHMARK(write_and_read_record);

}  // namespace
}  // namespace engine

BENCHMARK_MAIN();
