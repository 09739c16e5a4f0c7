#include "engine/delivery/batcher.hpp"

#include <algorithm>
#include <iterator>

namespace engine::delivery {

namespace {

/// Slices up to this size are copied together: tens of thousands of events that came one by one
/// would otherwise make a request of as many pieces, and hold up the sink's worker for 15 ms when
/// it is written and when it is let go of.
constexpr std::size_t small_slice = std::size_t{8} << 10;
constexpr std::size_t gathered_at_most = std::size_t{128} << 10;

/// Batches that leave together do so in an order that does not depend on who came first.
void sort_by_key(std::vector<EventBatch>& batches, std::size_t from) {
    std::ranges::sort(batches.begin() + static_cast<std::ptrdiff_t>(from), batches.end(), {},
                      &EventBatch::key);
}

}  // namespace

void EventBatch::add(const std::shared_ptr<const EncodedGroup>& group, std::size_t begin,
                     std::size_t end, const BatchRef& source) {
    const EncodedSlice slice{group, begin, end, source};
    const std::string_view text = slice.bytes();
    events += end - begin;
    bytes += text.size();
    if (source || text.size() > small_slice) {
        gathering = nullptr;
        slices.push_back(slice);
        return;
    }
    if (!gathering || gathering->events.bytes.size() + text.size() > gathered_at_most) {
        gathering = std::make_shared<EncodedGroup>();
        slices.push_back({gathering, 0, 0, {}});
    }
    gathering->events.bytes.append(text);
    gathering->events.ends.assign(1, static_cast<std::uint32_t>(gathering->events.bytes.size()));
    slices.back().end = 1;
}

std::vector<EventSelection> EventBatch::selections() const {
    std::vector<EventSelection> selections;
    for (const EncodedSlice& slice : slices) {
        if (slice.source) {
            selections.push_back(slice.selection());
        }
    }
    return selections;
}

EventSelection EncodedSlice::selection() const {
    const auto first = group->positions.begin();
    return {source,
            {first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end)}};
}

Batcher::OpenBatches::iterator Batcher::open(const std::string& key, TimePoint now) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        return found->second;
    }
    const auto position = open_.emplace(open_.end());
    position->batch.key = key;
    position->deadline = now + limits_.timeout;
    by_key_.emplace(position->batch.key, position);
    return position;
}

Batcher::OpenBatches::iterator Batcher::take(OpenBatches::iterator position,
                                             std::vector<EventBatch>& into) {
    by_key_.erase(position->batch.key);
    bytes_ -= position->batch.bytes;
    acknowledged_ -= position->batch.acknowledgements.empty() ? 0 : 1;
    into.push_back(std::move(position->batch));
    return open_.erase(position);
}

void Batcher::add(const std::shared_ptr<const EncodedGroup>& group, std::size_t event_bytes,
                  const Acknowledgement& acknowledgement, TimePoint now,
                  std::vector<EventBatch>& full, const BatchRef& source) {
    const std::vector<std::uint32_t>& ends = group->events.ends;
    const std::size_t count = ends.size();
    std::size_t begin = 0;
    while (begin < count) {
        const auto position = open(group->key, now);
        EventBatch& batch = position->batch;
        const std::size_t from = begin == 0 ? 0 : ends[begin - 1];
        const std::size_t events_left = limits_.max_events - batch.events;
        const std::size_t bytes_left = limits_.max_bytes - std::min(batch.bytes, limits_.max_bytes);
        // As many as fit; into an empty batch at least one.
        const auto last = ends.begin() +
                          static_cast<std::ptrdiff_t>(begin + std::min(events_left, count - begin));
        const auto limit = std::upper_bound(ends.begin() + static_cast<std::ptrdiff_t>(begin), last,
                                            from + bytes_left);
        auto end = static_cast<std::size_t>(limit - ends.begin());
        if (end == begin && batch.events == 0) {
            end = begin + 1;
        }
        if (end > begin) {
            batch.add(group, begin, end, source);
            bytes_ += ends[end - 1] - from;
            batch.event_bytes += event_bytes * (end - begin) / count;
            if (acknowledgement) {
                acknowledged_ += batch.acknowledgements.empty() ? 1 : 0;
                batch.acknowledgements.push_back(acknowledgement);
            }
        }
        if (end < count || batch.events >= limits_.max_events || batch.bytes >= limits_.max_bytes) {
            take(position, full);
        }
        begin = end;
    }
}

std::optional<TimePoint> Batcher::deadline() const {
    return open_.empty() ? std::nullopt : std::optional(open_.front().deadline);
}

void Batcher::take_expired(TimePoint now, std::vector<EventBatch>& into) {
    const std::size_t before = into.size();
    while (!open_.empty() && open_.front().deadline <= now) {
        take(open_.begin(), into);
    }
    sort_by_key(into, before);
}

void Batcher::take_acknowledged(std::vector<EventBatch>& into) {
    const std::size_t before = into.size();
    for (auto each = open_.begin(); acknowledged_ > 0;) {
        each = each->batch.acknowledgements.empty() ? std::next(each) : take(each, into);
    }
    sort_by_key(into, before);
}

void Batcher::take_all(std::vector<EventBatch>& into) {
    const std::size_t before = into.size();
    while (!open_.empty()) {
        take(open_.begin(), into);
    }
    sort_by_key(into, before);
}

}  // namespace engine::delivery
