#include "engine/cli/buffer/buffer.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "engine/buffer/disk/format.hpp"

namespace engine::cli {
namespace {

namespace fs = std::filesystem;
using buffer::disk::FileKind;

bool is_buffer(const fs::path& folder) {
    std::error_code error;
    return std::ranges::any_of(
        fs::directory_iterator(folder, error), [](const fs::directory_entry& entry) {
            const FileKind kind =
                buffer::disk::parse_file_name(entry.path().filename().string()).kind;
            return kind == FileKind::Segment || kind == FileKind::Ledger || kind == FileKind::Lock;
        });
}

/// Buffers directly below, and the further stages of those.
void collect(const fs::path& folder, std::vector<fs::path>& found) {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        if (!entry.is_directory(error))
            continue;
        if (is_buffer(entry.path()))
            found.push_back(entry.path());
        if (entry.path().filename().string().starts_with("stage-"))
            continue;
        for (const fs::directory_entry& stage : fs::directory_iterator(entry.path(), error)) {
            if (stage.is_directory(error) && is_buffer(stage.path()))
                found.push_back(stage.path());
        }
    }
    std::ranges::sort(found);
}

}  // namespace

std::vector<fs::path> buffer_folders(const fs::path& folder) {
    std::vector<fs::path> found;
    if (is_buffer(folder))
        found.push_back(folder);
    collect(folder, found);
    if (found.empty())
        collect(folder / "engine" / "buffer", found);
    if (found.empty())
        fmt::print(stderr, "error: there is no disk buffer in {}\n", folder.string());
    return found;
}

void BufferArguments::add_commands(CLI::App& app, std::function<void(ExitCode)> done) {
    app.require_subcommand(1);
    const auto add = [&](const char* name, const char* help,
                         ExitCode (*command)(const BufferArguments&)) {
        CLI::App* added = app.add_subcommand(name, help);
        added
            ->add_option("folder", folder,
                         "Folder of a buffer, of several buffers, or the data_dir")
            ->required();
        added->callback([this, command, done] { done(command(*this)); });
        return added;
    };
    add("inspect", "Show what buffers hold; they may be in use", buffer_inspect);
    add("verify", "Check everything that waits for delivery; buffers may be in use", buffer_verify);
    add("repair", "Rewrite what is damaged; buffers must not be in use", buffer_repair);
    CLI::App* exports =
        add("export", "Write the waiting events as JSON, one a line; buffers may be in use",
            buffer_export);
    exports->add_option("-o,--output", output, "File to write to (default: standard output)");
    exports->add_flag("--all", all, "Delivered events that are still there as well");
}

}  // namespace engine::cli
