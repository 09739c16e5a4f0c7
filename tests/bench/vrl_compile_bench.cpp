#include <benchmark/benchmark.h>

#include "engine/vrl/program.hpp"

// How long compiling takes, and that it is linear in the length of the program.
namespace engine::vrl {
namespace {

constexpr std::string_view remap = R"(. = object!(parse_json!(.message))
.status = to_int!(.status)
.level = downcase!(.level)
.service_name = "svc-" + string!(.service)
.slow = .duration_ms == 184.25
del(.debug)
if .status >= 500 { .alert = true })";

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
BENCHMARK(compile_lines)->Arg(500)->Arg(1000)->Arg(2000)->Arg(4000)->Unit(benchmark::kMillisecond);

/// Conditions that each add a field of their own to the event.
void compile_conditions(benchmark::State& state) {
    std::string text;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        text += "if .n == " + std::to_string(i) + " { .a" + std::to_string(i) + " = 1 }\n";
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(compile(SourceText("", text), {}));
    }
}
BENCHMARK(compile_conditions)->Arg(300)->Arg(3000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace engine::vrl

BENCHMARK_MAIN();
