#include <benchmark/benchmark.h>

#include "engine/event/batch.hpp"
#include "engine/event/container.hpp"
#include "engine/vrl/program.hpp"
#include "engine/vrl/target.hpp"

// Nanoseconds an event on one core, batches of 100 events as a source would make them.
namespace engine::vrl {
namespace {

constexpr std::string_view body =
    R"({"timestamp":"2024-05-06T07:08:09.123Z","level":"WARN","service":"checkout","host":"web-17.example.internal","status":"503","duration_ms":184.25,"user":{"id":48213,"name":"Jo Smith"},"request":{"method":"POST","path":"/api/v1/orders","bytes":5120},"tags":["a","b","c"],"debug":"x","trace":"4bf92f3577b34da6"})";

constexpr std::string_view remap = R"(. = object!(parse_json!(.message))
.status = to_int!(.status)
.level = downcase!(.level)
.service_name = "svc-" + string!(.service)
.slow = .duration_ms == 184.25
del(.debug)
if .status >= 500 { .alert = true })";

void run_program(benchmark::State& state, std::string_view text, std::string_view message) {
    auto compiled = compile(SourceText("", std::string(text)), {});
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
            Member member{"message", Value::bytes(message)};
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

void remap_of_a_json_event(benchmark::State& state) {
    run_program(state, remap, body);
}
BENCHMARK(remap_of_a_json_event);

void condition(benchmark::State& state) {
    run_program(state, R"(contains(string!(.message), "checkout") && exists(.message))", body);
}
BENCHMARK(condition);

void compile_seven_lines(benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(compile(SourceText("", std::string(remap)), {}));
    }
}
BENCHMARK(compile_seven_lines);

/// Ordinary statements, ten of them again and again.
std::string long_program(std::int64_t lines) {
    constexpr std::string_view block = R"(.host_@ = downcase(string!(.host))
.status_@, err = to_int(.status)
if err != null { log("no status: " + string!(err), level: "warn") }
.tags_@ = map_values(array(.tags) ?? []) -> |tag| { upcase(to_string(tag) ?? "") }
if .status_@ >= 500 && exists(.service) { .alert_@ = true } else if .status_@ >= 400 { .alert_@ = false }
parsed_@ = parse_regex(.message, r'^(?P<method>\w+) (?P<path>\S+)$') ?? {}
.request_@ = {"method": parsed_@.method, "path": parsed_@.path, "size": [1, 2, 3]}
.ratio_@ = (.status_@ * 3 + 7) / 4 - 1
.name_@ = "svc-{{ err }}-" + (string(.name) ?? "unknown")
del(.debug_@)
)";
    std::string text;
    for (std::int64_t i = 0; i < lines / 10; ++i) {
        for (const char c : block) {
            c == '@' ? text += std::to_string(i) : text += c;
        }
    }
    return text;
}

void compile_lines(benchmark::State& state) {
    const std::string text = long_program(state.range(0));
    if (auto compiled = compile(SourceText("", text), {}); !compiled) {
        state.SkipWithError(compiled.error().front().message.c_str());
        return;
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(compile(SourceText("", text), {}));
    }
}
BENCHMARK(compile_lines)->Arg(100)->Arg(1000)->Arg(4000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace engine::vrl

BENCHMARK_MAIN();
