#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "engine/diagnostic/error.hpp"
#include "sources/file/fingerprint.hpp"

namespace engine::sources::file {

/// How far each file has been read, kept in `<data_dir>/<source>/checkpoints.json` in Vector's
/// format. Any thread. Shared by the source and the acknowledgements that are still out, which may
/// outlive it: the last one to go saves.
class Checkpoints {
public:
    /// Reads what an earlier run saved, unless it is to be ignored. Makes the folder.
    [[nodiscard]] Result<void> open(const std::filesystem::path& folder, bool ignore_saved);
    Checkpoints() = default;
    ~Checkpoints();
    Checkpoints(const Checkpoints&) = delete;
    Checkpoints& operator=(const Checkpoints&) = delete;

    [[nodiscard]] std::optional<std::uint64_t> position(const Fingerprint& file) const;
    void set(const Fingerprint& file, std::uint64_t position);
    void forget(const Fingerprint& file);

    [[nodiscard]] bool changed() const;
    /// Writes what has changed, through a second file that replaces the first one, so that a kill
    /// or a power cut leaves either. The result is how many files it names. One caller at a time.
    [[nodiscard]] Result<std::size_t> save();

private:
    struct Entry {
        std::uint64_t position = 0;
        std::string modified;  // RFC 3339
    };
    void parse(const std::string& text);
    [[nodiscard]] std::string text() const;
    void drop_old_entries();

    mutable std::mutex mutex_;
    std::map<Fingerprint, Entry> entries_;
    std::filesystem::path folder_;
    bool changed_ = false;
};

}  // namespace engine::sources::file
