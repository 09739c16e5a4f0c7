#include "sources/file/checkpoints.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <system_error>

#include "engine/codec/json_parser.hpp"
#include "engine/codec/timestamp_format.hpp"
#include "engine/event/slab.hpp"

namespace engine::sources::file {

namespace {

constexpr std::string_view file_name = "checkpoints.json";
constexpr std::string_view new_file_name = "checkpoints.new.json";
/// What was read of files that nobody has touched for so long is forgotten.
constexpr std::int64_t kept_seconds = std::int64_t{30} * 24 * 3600;

std::string as_text(Timestamp timestamp) {
    ByteBuffer out;
    write_rfc3339(timestamp, out);
    return std::string(out.view());
}

/// The JSON parser gives numbers above i64 as strings.
std::optional<std::uint64_t> number(const Value* value) {
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->is_integer()) {
        return static_cast<std::uint64_t>(value->as_integer());
    }
    if (!value->is_bytes()) {
        return std::nullopt;
    }
    const std::string_view text = value->as_bytes();
    std::uint64_t result = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    return error == std::errc() ? std::optional(result) : std::nullopt;
}

std::optional<Fingerprint> fingerprint(const Value* value) {
    if (value == nullptr || !value->is_object()) {
        return std::nullopt;
    }
    if (const auto checksum = number(value->as_object().find("first_lines_checksum"))) {
        return Fingerprint{FingerprintStrategy::Checksum, *checksum, 0};
    }
    const Value* place = value->as_object().find("dev_inode");
    if (place == nullptr || !place->is_array() || place->as_array().size != 2) {
        return std::nullopt;
    }
    const auto device = number(&place->as_array().items[0]);
    const auto inode = number(&place->as_array().items[1]);
    if (!device || !inode) {
        return std::nullopt;
    }
    return Fingerprint{FingerprintStrategy::DeviceAndInode, *device, *inode};
}

std::string fingerprint_text(const Fingerprint& file) {
    return file.strategy == FingerprintStrategy::Checksum
               ? fmt::format(R"({{"first_lines_checksum":{}}})", file.first)
               : fmt::format(R"({{"dev_inode":[{},{}]}})", file.first, file.second);
}

Result<void> write_file(const std::filesystem::path& path, std::string_view text) {
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    bool good = descriptor >= 0;
    while (good && !text.empty()) {
        const ssize_t count = ::write(descriptor, text.data(), text.size());
        good = count > 0 || (count < 0 && errno == EINTR);
        text.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    good = good && ::fdatasync(descriptor) == 0;
    const int error = errno;
    if (descriptor >= 0) {
        ::close(descriptor);
    }
    if (!good) {
        return failure(path.string() + ": " + std::generic_category().message(error));
    }
    return {};
}

}  // namespace

Checkpoints::~Checkpoints() {
    (void)save();
}

Result<void> Checkpoints::open(const std::filesystem::path& folder, bool ignore_saved) {
    std::error_code error;
    if (std::filesystem::create_directories(folder, error)) {
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    }
    if (error) {
        return failure(
            fmt::format("the folder {} for checkpoints can't be created ({}): set "
                        "`data_dir` to a folder that can",
                        folder.string(), error.message()));
    }
    folder_ = folder;
    if (ignore_saved) {
        return {};
    }
    for (const std::string_view name : {file_name, new_file_name}) {
        std::ifstream file(folder / name, std::ios::binary);
        if (file) {
            parse(std::string(std::istreambuf_iterator<char>(file), {}));
            break;
        }
    }
    return {};
}

void Checkpoints::parse(const std::string& text) {
    const SlabRef padded = SlabRef::copy_of(text);
    Arena arena;
    const Result<Value> root = JsonParser::local().parse(padded.view(), arena);
    const Value* list = root && root->is_object() ? root->as_object().find("checkpoints") : nullptr;
    if (list == nullptr || !list->is_array()) {
        return;
    }
    for (const Value& item : list->as_array().view()) {
        if (!item.is_object()) {
            continue;
        }
        const auto file = fingerprint(item.as_object().find("fingerprint"));
        const auto position = number(item.as_object().find("position"));
        const Value* modified = item.as_object().find("modified");
        if (file && position && modified != nullptr && modified->is_bytes()) {
            entries_[*file] = {*position, std::string(modified->as_bytes())};
        }
    }
    drop_old_entries();
}

void Checkpoints::drop_old_entries() {
    Timestamp limit = Timestamp::now();
    limit.seconds -= kept_seconds;
    const std::string text = as_text(limit);
    std::erase_if(entries_, [&](const auto& entry) { return entry.second.modified < text; });
}

std::optional<std::uint64_t> Checkpoints::position(const Fingerprint& file) const {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(file);
    return found == entries_.end() ? std::nullopt : std::optional(found->second.position);
}

void Checkpoints::set(const Fingerprint& file, std::uint64_t position) {
    const std::scoped_lock lock(mutex_);
    Entry& entry = entries_[file];
    entry.position = position;
    entry.modified.clear();
    changed_ = true;
}

void Checkpoints::forget(const Fingerprint& file) {
    const std::scoped_lock lock(mutex_);
    changed_ |= entries_.erase(file) > 0;
}

bool Checkpoints::changed() const {
    const std::scoped_lock lock(mutex_);
    return changed_;
}

std::string Checkpoints::text() const {
    std::string text = R"({"version":"1","checkpoints":[)";
    for (const auto& [file, entry] : entries_) {
        text += fmt::format(R"({}{{"fingerprint":{},"position":{},"modified":"{}"}})",
                            text.back() == '[' ? "" : ",", fingerprint_text(file), entry.position,
                            entry.modified);
    }
    return text + "]}";
}

Result<std::size_t> Checkpoints::save() {
    std::string content;
    std::size_t count = 0;
    {
        const std::scoped_lock lock(mutex_);
        if (!changed_) {
            return entries_.size();
        }
        // What was set since the last time was set now, as precisely as anybody needs to know.
        const std::string now = as_text(Timestamp::now());
        for (auto& [file, entry] : entries_) {
            if (entry.modified.empty()) {
                entry.modified = now;
            }
        }
        content = text();
        count = entries_.size();
        changed_ = false;
    }
    Result<void> written = write_file(folder_ / new_file_name, content);
    if (written &&
        ::rename((folder_ / new_file_name).c_str(), (folder_ / file_name).c_str()) != 0) {
        written =
            failure((folder_ / file_name).string() + ": " + std::generic_category().message(errno));
    }
    if (!written) {
        const std::scoped_lock lock(mutex_);
        changed_ = true;
        return std::unexpected(written.error());
    }
    return count;
}

}  // namespace engine::sources::file
