#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/buffer/disk/file_system.hpp"
#include "engine/buffer/disk/format.hpp"

namespace engine::buffer::disk::testing {

/// What a call that changes something is told to do. Slow: it takes its time, and succeeds.
enum class Fault { None, Error, ShortWrite, Crash, Slow };
enum class Call { Write, Sync, Truncate, Create, Rename, Remove, SyncFolder, Read };

/// How the machine went down: the process alone (the page cache survives), or with its power.
enum class Outage { Kill, PowerCut };

/// A file system in memory that knows what is durable. Sectors that were written and not synced may
/// be lost in a power cut, one by one; names changed since the folder's sync likewise, from the
/// last change backwards. A failed sync marks its sectors clean without storing them, as Linux
/// does, so that a second sync of the file is a lie. Thread-safe.
class FaultFileSystem final : public FileSystem {
public:
    /// Decides about each call; `index` counts the calls that change something.
    using Plan = std::function<Fault(Call, std::uint64_t index)>;

    explicit FaultFileSystem(std::uint64_t seed = 1) : random_(seed) {}

    void plan(Plan plan) {
        const std::lock_guard guard(mutex_);
        plan_ = std::move(plan);
        calls_ = 0;
    }
    void disk_capacity(std::uint64_t bytes) {
        const std::lock_guard guard(mutex_);
        capacity_ = bytes;
    }
    [[nodiscard]] std::uint64_t calls() const {
        const std::lock_guard guard(mutex_);
        return calls_;
    }
    [[nodiscard]] bool crashed() const {
        const std::lock_guard guard(mutex_);
        return crashed_;
    }
    /// Most bytes that segments and spares ever took together.
    [[nodiscard]] std::uint64_t peak_segment_bytes() const {
        const std::lock_guard guard(mutex_);
        return peak_;
    }

    /// Called before each call that changes something, in the thread that makes it, without locks.
    void before_each_call(std::function<void()> observer) {
        const std::lock_guard guard(mutex_);
        observer_ = std::move(observer);
    }
    /// The machine as it would come back if the power were cut now. Any thread.
    [[nodiscard]] std::unique_ptr<FaultFileSystem> after_power_cut(std::uint64_t seed) const {
        auto copy = std::make_unique<FaultFileSystem>(seed);
        {
            const std::lock_guard guard(mutex_);
            std::map<const Node*, std::shared_ptr<Node>> nodes;
            const auto copied = [&nodes](const Names& names) {
                Names result;
                for (const auto& [path, node] : names) {
                    std::shared_ptr<Node>& target = nodes[node.get()];
                    if (!target)
                        target = std::make_shared<Node>(*node);
                    result[path] = target;
                }
                return result;
            };
            copy->names_ = copied(names_);
            copy->durable_names_ = copied(durable_names_);
            copy->nodes_ = nodes_;
            for (const Names& names : pending_names_)
                copy->pending_names_.push_back(copied(names));
        }
        copy->restart(Outage::PowerCut);
        return copy;
    }
    /// Bytes of segments and spares now.
    [[nodiscard]] std::uint64_t segment_bytes() const {
        const std::lock_guard guard(mutex_);
        return sum_of_segments();
    }

    /// The machine comes back: what was not durable may be gone. No file may be open.
    void restart(Outage outage) {
        const std::lock_guard guard(mutex_);
        if (outage == Outage::PowerCut)
            lose_unsynced();
        crashed_ = false;
        locked_.clear();
        plan_ = nullptr;
        calls_ = 0;
    }

    /// Direct access for tests that damage files.
    [[nodiscard]] std::string& bytes(const std::string& path) { return names_.at(path)->live; }
    [[nodiscard]] std::vector<std::string> paths() const {
        std::vector<std::string> all;
        for (const auto& [path, node] : names_)
            all.push_back(path);
        return all;
    }

    Result<void> create_folder(const Path&) override { return {}; }

    Result<std::vector<FolderEntry>> list(const Path& folder) override {
        const std::lock_guard guard(mutex_);
        std::vector<FolderEntry> entries;
        for (const auto& [path, node] : names_) {
            if (Path(path).parent_path() == folder) {
                entries.push_back({Path(path).filename().string(), node->live.size()});
            }
        }
        return entries;
    }

    Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override {
        if (mode == OpenMode::Create)
            observe();
        const std::lock_guard guard(mutex_);
        if (crashed_)
            return failure("crashed");
        auto found = names_.find(path.string());
        if (found == names_.end()) {
            if (mode != OpenMode::Create)
                return failure("no such file");
            if (decide(Call::Create) != Fault::None)
                return failure("create failed");
            found = names_.emplace(path.string(), std::make_shared<Node>()).first;
            found->second->id = ++nodes_;
            note_names();
        }
        return std::make_unique<MemoryFile>(*this, found->second);
    }

    Result<void> rename(const Path& from, const Path& to) override {
        observe();
        const std::lock_guard guard(mutex_);
        if (decide(Call::Rename) != Fault::None)
            return failure("rename failed");
        const auto found = names_.find(from.string());
        if (found == names_.end())
            return failure("no such file");
        const std::shared_ptr<Node> node = found->second;
        names_.erase(found);
        names_[to.string()] = node;
        note_names();
        return {};
    }

    Result<void> remove(const Path& path) override {
        observe();
        const std::lock_guard guard(mutex_);
        if (decide(Call::Remove) != Fault::None)
            return failure("remove failed");
        if (names_.erase(path.string()) == 0)
            return failure("no such file");
        note_names();
        return {};
    }

    Result<void> sync_folder(const Path&) override {
        observe();
        const std::lock_guard guard(mutex_);
        if (decide(Call::SyncFolder) != Fault::None)
            return failure("sync of the folder failed");
        durable_names_ = names_;
        pending_names_.clear();
        // Metadata goes through one journal: earlier truncations are durable with it.
        for (const auto& [path, node] : names_) {
            node->durable.resize(std::min(node->durable.size(), node->live.size()));
        }
        return {};
    }

    Result<std::unique_ptr<FolderLock>> lock(const Path& path) override {
        const std::lock_guard guard(mutex_);
        if (!locked_.insert(path.string()).second)
            return failure("in use");
        return std::make_unique<MemoryLock>(*this, path.string());
    }

private:
    static constexpr std::size_t sector = 512;
    struct Node {
        /// Counts files as they are made: draws of a power cut go by it, and so repeat.
        std::uint64_t id = 0;
        std::string live;
        std::string durable;
        std::set<std::size_t> dirty;
    };
    using Names = std::map<std::string, std::shared_ptr<Node>>;

    class MemoryLock final : public FolderLock {
    public:
        MemoryLock(FaultFileSystem& owner, std::string path)
            : owner_(owner), path_(std::move(path)) {}
        ~MemoryLock() override {
            const std::lock_guard guard(owner_.mutex_);
            owner_.locked_.erase(path_);
        }

    private:
        FaultFileSystem& owner_;
        std::string path_;
    };

    class MemoryFile final : public File {
    public:
        MemoryFile(FaultFileSystem& owner, std::shared_ptr<Node> node)
            : owner_(owner), node_(std::move(node)) {}

        Result<std::size_t> write_some(std::uint64_t offset,
                                       std::span<const std::string_view> pieces) override {
            std::string bytes;
            for (const std::string_view piece : pieces)
                bytes.append(piece);
            owner_.observe();
            const std::lock_guard guard(owner_.mutex_);
            const Fault fault = owner_.decide(Call::Write);
            if (fault == Fault::Error)
                return failure("Input/output error");
            if (fault == Fault::ShortWrite || fault == Fault::Crash) {
                bytes.resize(owner_.random_() % bytes.size() + (fault == Fault::Crash ? 0 : 1));
            }
            const std::uint64_t room = owner_.room_for(*node_);
            if (offset + bytes.size() > node_->live.size() + room) {
                const std::uint64_t end = node_->live.size() + room;
                if (end <= offset)
                    return failure("No space left on device");
                bytes.resize(end - offset);
            }
            if (node_->live.size() < offset + bytes.size()) {
                node_->live.resize(offset + bytes.size());
            }
            std::ranges::copy(bytes, node_->live.begin() + static_cast<std::ptrdiff_t>(offset));
            for (std::size_t s = offset / sector; s * sector < offset + bytes.size(); ++s) {
                node_->dirty.insert(s);
            }
            owner_.note_peak();
            if (fault == Fault::Crash)
                return failure("crashed");
            return bytes.size();
        }

        Result<std::size_t> read(std::uint64_t offset, std::span<char> out) override {
            const std::lock_guard guard(owner_.mutex_);
            if (owner_.crashed_)
                return failure("crashed");
            if (owner_.plan_ && owner_.plan_(Call::Read, offset) != Fault::None) {
                return failure("Input/output error");
            }
            if (offset >= node_->live.size())
                return std::size_t{0};
            const std::size_t count =
                std::min<std::size_t>(out.size(), node_->live.size() - offset);
            std::copy_n(node_->live.data() + offset, count, out.data());
            return count;
        }

        Result<void> sync() override {
            owner_.observe();
            const std::lock_guard guard(owner_.mutex_);
            const Fault fault = owner_.decide(Call::Sync);
            if (fault == Fault::Error)
                node_->dirty.clear();
            if (fault != Fault::None)
                return failure("sync failed");
            node_->durable.resize(node_->live.size());
            for (const std::size_t s : node_->dirty)
                copy_sector(*node_, s);
            node_->dirty.clear();
            return {};
        }

        Result<void> truncate(std::uint64_t size) override {
            owner_.observe();
            const std::lock_guard guard(owner_.mutex_);
            if (owner_.decide(Call::Truncate) != Fault::None)
                return failure("truncate failed");
            node_->live.resize(size);
            owner_.note_peak();
            return {};
        }

        Result<std::uint64_t> size() override {
            const std::lock_guard guard(owner_.mutex_);
            if (owner_.crashed_)
                return failure("crashed");
            return node_->live.size();
        }

    private:
        FaultFileSystem& owner_;
        std::shared_ptr<Node> node_;
    };

    void observe() {
        std::function<void()> observer;
        {
            const std::lock_guard guard(mutex_);
            observer = observer_;
        }
        if (observer)
            observer();
    }

    /// Under mutex_, as everything below.
    Fault decide(Call call) {
        if (crashed_)
            return Fault::Error;
        const Fault fault = plan_ ? plan_(call, calls_) : Fault::None;
        ++calls_;
        if (fault == Fault::Crash)
            crashed_ = true;
        if (fault == Fault::ShortWrite && call != Call::Write)
            return Fault::None;
        if (fault == Fault::Slow) {
            std::this_thread::sleep_for(std::chrono::microseconds(300));
            return Fault::None;
        }
        return fault;
    }

    std::uint64_t room_for(const Node&) const {
        std::uint64_t used = 0;
        for (const auto& [path, node] : names_)
            used += node->live.size();
        return used < capacity_ ? capacity_ - used : 0;
    }

    [[nodiscard]] std::uint64_t sum_of_segments() const {
        std::uint64_t sum = 0;
        for (const auto& [path, node] : names_) {
            const FileKind kind = parse_file_name(Path(path).filename().string()).kind;
            if (kind == FileKind::Segment || kind == FileKind::Spare)
                sum += node->live.size();
        }
        return sum;
    }

    void note_peak() { peak_ = std::max(peak_, sum_of_segments()); }

    void note_names() { pending_names_.push_back(names_); }

    static void copy_sector(Node& node, std::size_t s) {
        const std::size_t begin = s * sector;
        if (begin >= node.live.size())
            return;
        const std::size_t count = std::min(sector, node.live.size() - begin);
        if (node.durable.size() < begin + count)
            node.durable.resize(begin + count);
        std::copy_n(node.live.data() + begin, count, node.durable.data() + begin);
    }

    void lose_unsynced() {
        std::map<std::uint64_t, std::shared_ptr<Node>> nodes;
        const auto add = [&nodes](const Names& names) {
            for (const auto& [path, node] : names)
                nodes.emplace(node->id, node);
        };
        std::ranges::for_each(pending_names_, add);
        add(names_);
        add(durable_names_);
        for (const auto& [id, node] : nodes) {
            const bool keeps_size = random_() % 2 == 0;
            if (keeps_size)
                node->durable.resize(node->live.size());
            const std::size_t size = node->durable.size();
            for (const std::size_t s : node->dirty) {
                if (random_() % 2 == 0)
                    copy_sector(*node, s);
            }
            node->durable.resize(std::max(size, std::min(node->durable.size(), node->live.size())));
            node->live = node->durable;
            node->dirty.clear();
        }
        const std::size_t kept = random_() % (pending_names_.size() + 1);
        names_ = kept == 0 ? durable_names_ : pending_names_[kept - 1];
        durable_names_ = names_;
        pending_names_.clear();
    }

    mutable std::mutex mutex_;
    std::mt19937_64 random_;
    Plan plan_;
    std::function<void()> observer_;
    std::uint64_t calls_ = 0;
    std::uint64_t capacity_ = ~std::uint64_t{0} / 2;
    std::uint64_t peak_ = 0;
    std::uint64_t nodes_ = 0;
    bool crashed_ = false;
    std::set<std::string> locked_;
    Names names_;
    Names durable_names_;
    std::vector<Names> pending_names_;
};

}  // namespace engine::buffer::disk::testing
