#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "engine/cli/arguments.hpp"

namespace engine::cli {

/// What the command line of `engine buffer` says.
struct BufferArguments {
    /// A buffer's folder, one that holds several, or a `data_dir`.
    std::filesystem::path folder;
    /// export: where the events go; standard output when empty.
    std::filesystem::path output;
    /// export: delivered records that are still there as well.
    bool all = false;

    /// Adds `inspect`, `verify`, `repair` and `export` to the command `buffer`; each sets `code`.
    void add_commands(CLI::App& app, std::function<void(ExitCode)> done);
};

/// The folders of buffers at or below `folder`: itself, `<folder>/engine/buffer/*`, or
/// `<folder>/*`. Prints why and returns none when there is no buffer.
[[nodiscard]] std::vector<std::filesystem::path> buffer_folders(
    const std::filesystem::path& folder);

/// `engine buffer inspect`: what each buffer holds.
[[nodiscard]] ExitCode buffer_inspect(const BufferArguments& arguments);
/// `engine buffer verify`: reads everything that waits. Failure when something is damaged.
[[nodiscard]] ExitCode buffer_verify(const BufferArguments& arguments);
/// `engine buffer repair`: rewrites what is damaged; the buffer must not be in use.
[[nodiscard]] ExitCode buffer_repair(const BufferArguments& arguments);
/// `engine buffer export`: the waiting events as JSON, one a line; requests in the codec
/// `request_json`, so that they can be replayed.
[[nodiscard]] ExitCode buffer_export(const BufferArguments& arguments);

}  // namespace engine::cli
