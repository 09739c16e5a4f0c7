#include <benchmark/benchmark.h>

#include "engine/event/batch.hpp"
#include "engine/event/container.hpp"
#include "engine/vrl/program.hpp"
#include "engine/vrl/target.hpp"
#include "tests/bench/hand_written.hpp"

// Nanoseconds an event on one core, in batches of 100 as a source makes them; making the event from
// its text is part of it. `hand/…` does the work of `vrl/…` of the same name in plain C++.
namespace engine::vrl {
namespace {

struct Case {
    const char* name;
    std::string_view message;
    std::string_view program;
};

constexpr std::string_view json_text =
    R"({"timestamp":"2024-05-06T07:08:09.123Z","level":"WARN","service":"checkout","host":"web-17.example.internal","status":"503","duration_ms":184.25,"user":{"id":48213,"name":"Jo Smith"},"request":{"method":"POST","path":"/api/v1/orders","bytes":5120},"tags":["a","b","c"],"debug":"x","trace":"4bf92f3577b34da6"})";
constexpr std::string_view apache_text =
    R"(203.0.113.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif?size=large HTTP/1.0" 200 2326)";
constexpr std::string_view combined_text =
    R"(203.0.113.7 - frank [04/Mar/2026:05:06:07 +0000] "GET /api/v1/orders/4711 HTTP/1.1" 200 4821 "https://shop.example.com/start" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")";
constexpr std::string_view access_text =
    "2024-05-06 07:08:09 POST /api/v1/orders status=503 took=184ms from 203.0.113.7";
constexpr std::string_view pairs_text =
    R"(ts=2024-05-06T07:08:09Z level=warn msg="order was refused" service=checkout status=503 took=184ms user=48213)";

constexpr Case cases[] = {
    {"json_reshape", json_text, R"(. = object!(parse_json!(.message))
.status = to_int!(.status)
.level = downcase!(.level)
.service_name = "svc-" + string!(.service)
.slow = .duration_ms == 184.25
del(.debug)
if .status >= 500 { .alert = true })"},
    {"apache_log", apache_text, R"(. = parse_apache_log!(.message, format: "common")
.ok = .status == 200
.source = "web"
del(.identity))"},
    {"apache_combined", combined_text, R"(. = parse_apache_log!(.message, format: "combined")
.status_class = to_string(.status) + "xx"
.method = upcase(string!(.method))
del(.agent))"},
    {"nginx_combined", combined_text, R"(. = parse_nginx_log!(.message, format: "combined"))"},
    {"regex", access_text,
     R"(. |= parse_regex!(.message, r'^(?P<time>\S+ \S+) (?P<method>\w+) (?P<path>\S+) status=(?P<status>\d+) took=(?P<took>\d+)ms'))"},
    {"key_value", pairs_text, R"(. |= parse_key_value!(.message))"},
    {"timestamps", "2024-05-06T07:08:09.123+02:00",
     R"(time = parse_timestamp!(.message, format: "%Y-%m-%dT%H:%M:%S%.3f%z")
.unix = to_unix_timestamp(time, unit: "milliseconds")
.day = format_timestamp!(time, format: "%Y-%m-%d %H:%M"))"},
    {"grok", access_text,
     R"(. |= parse_grok!(.message, "%{TIMESTAMP_ISO8601:time} %{WORD:method} %{URIPATH:path} status=%{INT:status} took=%{INT:took}ms from %{IPORHOST:client}"))"},
    {"conditions", access_text, R"(text = string!(.message)
if contains(text, "status=5") && starts_with(text, "2024") {
  .class = "server"
} else if contains(text, "status=4") || ends_with(text, "x") {
  .class = "client"
} else {
  .class = "fine"
}
.short = length(text) < 200 && !exists(.other))"},
    {"string_building", "checkout", R"(name = string!(.message)
.key = "svc-" + name + "/" + upcase(name)
.path = join!(["a", name, "z"], separator: ":")
.text = "{{ name }} says {{ name }}"
.cut = truncate(replace(name, "check", "CHECK"), 6))"},
    {"closures", "x", R"(list = [3, 14, 15, 92, 65, 35, 89, 79]
.big = filter(list) -> |_i, v| { v > 20 }
.twice = map_values(list) -> |v| { v * 2 }
sum = 0
for_each(list) -> |_i, v| { sum = sum + v }
.sum = sum)"},
    {"coercion", R"({"a":"17","b":"2.5","c":"true","d":4,"e":12.5})",
     R"(o = object!(parse_json!(.message))
.a = to_int!(o.a)
.b = to_float!(o.b)
.c = to_bool!(o.c)
.d = to_string!(o.d)
.e = to_int!(o.e)
.sum = .a * 2 + to_int(.b) )"},
};

void run_program(benchmark::State& state, const Case& each) {
    auto compiled = compile(SourceText("", std::string(each.program)), {});
    if (!compiled) {
        state.SkipWithError(compiled.error().front().message.c_str());
        return;
    }
    const std::shared_ptr<const Program> program = *compiled;
    constexpr std::size_t batch_size = 100;
    for (auto _ : state) {
        const BatchRef batch = Batch::make(EventKind::Log);
        batch->reserve(batch_size);
        Context context(batch->arena());
        for (std::size_t i = 0; i < batch_size; ++i) {
            Member member{"message", Value::bytes(each.message)};
            batch->push(object_of({&member, 1}, batch->arena()));
            Target target = target_of(*batch, i, Access::Read, batch->arena());
            const Outcome outcome = run(*program, target, context);
            if (!outcome.ok()) {
                state.SkipWithError(std::string(outcome.message).c_str());
                return;
            }
            batch->root(i) = target.event;
        }
        benchmark::DoNotOptimize(batch->root(batch_size - 1));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch_size));
}

template <typename Work>
void run_by_hand(benchmark::State& state, std::string_view message, const Work& work) {
    constexpr std::size_t batch_size = 100;
    for (auto _ : state) {
        std::vector<bench::Tree> events;
        events.reserve(batch_size);
        for (std::size_t i = 0; i < batch_size; ++i) {
            events.push_back(work(std::string(message)));
        }
        benchmark::DoNotOptimize(events.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch_size));
}

void register_all() {
    for (const Case& each : cases) {
        benchmark::RegisterBenchmark(
            ("vrl/" + std::string(each.name)).c_str(),
            [&each](benchmark::State& state) { run_program(state, each); });
    }
    const auto by_hand = [](const char* name, std::string_view message, auto work) {
        benchmark::RegisterBenchmark(
            name, [message, work](benchmark::State& state) { run_by_hand(state, message, work); });
    };
    by_hand("hand/json_reshape", json_text, bench::json_reshape);
    by_hand("hand/apache_log", apache_text, bench::apache_log);
    by_hand("hand/regex", access_text, bench::regex);
    by_hand("hand/key_value", pairs_text, bench::key_value);
    by_hand("hand/timestamps", "2024-05-06T07:08:09.123+02:00", bench::timestamps);
}

}  // namespace
}  // namespace engine::vrl

int main(int count, char** arguments) {
    engine::vrl::register_all();
    benchmark::Initialize(&count, arguments);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
