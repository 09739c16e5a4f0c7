#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/diagnostic/assert.hpp"

namespace engine::delivery {

/// What waits to be sent, in order of arrival, so that of one ordering key only one is under way
/// and none overtakes another. The empty key has no order. Bounded by whoever pushes. Belongs to
/// the sink's strand.
template <typename Item>
class KeyLanes {
public:
    void push(const std::string& key, Item item) {
        ++size_;
        if (key.empty()) {
            ready_.push_back(std::move(item));
            return;
        }
        const auto [lane, is_new] = lanes_.try_emplace(key);
        if (is_new) {
            ready_.push_back(std::move(item));
        } else {
            lane->second.push_back(std::move(item));
        }
    }

    [[nodiscard]] bool has_ready() const { return !ready_.empty(); }
    /// The next one whose key has none under way; its key is then taken until `done`.
    [[nodiscard]] std::optional<Item> pop() {
        if (ready_.empty()) {
            return std::nullopt;
        }
        std::optional<Item> item(std::move(ready_.front()));
        ready_.pop_front();
        --size_;
        return item;
    }
    /// The one under way with that key is over: the next may go.
    void done(const std::string& key) {
        if (key.empty()) {
            return;
        }
        const auto lane = lanes_.find(key);
        ENGINE_ASSERT(lane != lanes_.end(), "a key under way has a lane");
        if (lane->second.empty()) {
            lanes_.erase(lane);
            return;
        }
        ready_.push_back(std::move(lane->second.front()));
        lane->second.pop_front();
    }

    /// Everything that waits, by key in order; keys under way stay taken.
    [[nodiscard]] std::vector<Item> take_all() {
        std::vector<Item> items;
        items.reserve(size_);
        std::ranges::move(ready_, std::back_inserter(items));
        ready_.clear();
        for (auto& [key, waiting] : lanes_) {
            std::ranges::move(waiting, std::back_inserter(items));
            waiting.clear();
        }
        size_ = 0;
        return items;
    }

    /// Waiting ones.
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t keys() const { return lanes_.size(); }

private:
    std::deque<Item> ready_;
    std::unordered_map<std::string, std::deque<Item>> lanes_;  // of taken keys
    std::size_t size_ = 0;
};

}  // namespace engine::delivery
