// Appends per second in group-commit mode, beside what the disk does when written blocks are
// overwritten and synced in the same run. Folder: ENGINE_BENCH_FOLDER, else the temporary folder.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <semaphore>
#include <thread>
#include <vector>

#include "engine/buffer/disk/disk_buffer.hpp"

namespace {

using namespace engine;
using namespace engine::buffer::disk;
namespace fs = std::filesystem;

fs::path bench_folder() {
    const char* configured = std::getenv("ENGINE_BENCH_FOLDER");
    const fs::path base = configured != nullptr ? fs::path(configured) : fs::temp_directory_path();
    return base / fmt::format("disk_buffer_bench_{}", ::getpid());
}

/// Clients that each keep one record in flight, as requests that wait for their answer do; one
/// reader delivers at once. range(0): payload bytes, range(1): clients, range(2): 1 = compress.
void append_and_wait(benchmark::State& state) {
    const fs::path folder = bench_folder();
    const auto payload_size = static_cast<std::size_t>(state.range(0));
    std::string text;
    while (text.size() < payload_size)
        text += fmt::format("{{\"message\":\"line {}\"}},", text.size());
    text.resize(payload_size);
    auto opened = DiskBuffer::open(
        {.folder = folder, .max_size = std::uint64_t{1} << 30, .compress = state.range(2) != 0});
    if (!opened) {
        state.SkipWithError(opened.error().message.c_str());
        return;
    }
    DiskBuffer& buffer = **opened;
    std::counting_semaphore<> readable(0);
    buffer.on_readable([&] { readable.release(); });
    std::atomic<bool> done = false;
    std::thread reader([&] {
        while (!done) {
            while (const auto record = buffer.next())
                buffer.finish(record->id);
            static_cast<void>(readable.try_acquire_for(std::chrono::milliseconds(10)));
        }
    });
    constexpr std::int64_t per_client = 200;
    for (auto _ : state) {
        std::vector<std::thread> clients;
        for (std::int64_t c = 0; c < state.range(1); ++c) {
            clients.emplace_back([&] {
                std::binary_semaphore stored(0);
                for (std::int64_t i = 0; i < per_client;) {
                    const auto result = buffer.append(
                        SlabRef::copy_of(text), 1, [&](const Result<void>&) { stored.release(); });
                    if (result != DiskBuffer::Append::Queued) {
                        std::this_thread::yield();
                        continue;
                    }
                    stored.acquire();
                    ++i;
                }
            });
        }
        for (std::thread& client : clients)
            client.join();
    }
    const std::int64_t records =
        static_cast<std::int64_t>(state.iterations()) * state.range(1) * per_client;
    state.SetItemsProcessed(records);
    state.SetBytesProcessed(records * state.range(0));
    done = true;
    readable.release();
    reader.join();
    state.counters["records/sync"] =
        static_cast<double>(records) / static_cast<double>(buffer.stats().syncs);
    opened->reset();
    fs::remove_all(folder);
}

/// Overwrites written blocks of one file, a sync after each write of range(0) bytes.
void raw_overwrite(benchmark::State& state) {
    const fs::path folder = bench_folder();
    fs::create_directories(folder);
    const fs::path path = folder / "raw";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    constexpr std::size_t file_size = 64 << 20;
    const auto block = static_cast<std::size_t>(state.range(0));
    const std::string bytes(std::max<std::size_t>(block, 1 << 20), 'x');
    for (std::size_t at = 0; at < file_size; at += 1 << 20) {
        if (::pwrite(descriptor, bytes.data(), 1 << 20, static_cast<off_t>(at)) < 0) {
            state.SkipWithError("cannot write");
        }
    }
    ::fsync(descriptor);
    std::size_t at = 0;
    for (auto _ : state) {
        if (::pwrite(descriptor, bytes.data(), block, static_cast<off_t>(at)) < 0 ||
            ::fdatasync(descriptor) != 0) {
            state.SkipWithError("cannot write");
        }
        at = at + 2 * block > file_size ? 0 : at + block;
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * block));
    ::close(descriptor);
    fs::remove_all(folder);
}

BENCHMARK(raw_overwrite)
    ->Arg(4096)
    ->Arg(32 << 10)
    ->Arg(1 << 20)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(append_and_wait)
    ->Args({300, 1, 0})
    ->Args({300, 32, 0})
    ->Args({29'000, 1, 0})
    ->Args({29'000, 32, 0})
    ->Args({29'000, 128, 0})
    ->Args({29'000, 32, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
