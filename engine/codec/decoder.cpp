#include "engine/codec/decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace engine {

namespace {

// A function's static: registrars of other files run in any order.
std::map<std::string_view, DecoderRegistration::Factory>& registry() {
    static std::map<std::string_view, DecoderRegistration::Factory> decoders;
    return decoders;
}

}  // namespace

void DecodedEvents::start(EventKind kind) {
    BatchRef batch = Batch::make(kind);
    if (held_) {
        batch->retain(held_);
    }
    batches_.push_back(std::move(batch));
}

void DecodedEvents::hold(const SlabRef& slab) {
    held_ = slab;
    if (!batches_.empty() && slab) {
        batches_.back()->retain(slab);
    }
}

DecodedEvents::Batches DecodedEvents::take() {
    const auto empty = std::remove_if(batches_.begin(), batches_.end(),
                                      [](const BatchRef& batch) { return batch->empty(); });
    batches_.erase(empty, batches_.end());
    return std::exchange(batches_, {});
}

void DecodedEvents::add(DecodedEvents&& other) {
    held_ = std::move(other.held_);
    if (batches_.empty()) {
        batches_ = std::move(other.batches_);
        return;
    }
    for (BatchRef& batch : other.batches_) {
        batches_.push_back(std::move(batch));
    }
    other.batches_.clear();
}

std::size_t DecodedEvents::size() const {
    std::size_t size = 0;
    for (const BatchRef& batch : batches_) {
        size += batch->size();
    }
    return size;
}

DecoderRegistration::DecoderRegistration(std::string_view name, Factory factory) {
    registry().emplace(name, factory);
}

Result<std::unique_ptr<const Decoder>> make_decoder(const DecodingOptions& options) {
    const auto found = registry().find(options.codec);
    if (found == registry().end()) {
        return failure(
            fmt::format("the decoding codec `{}` is not available in this build", options.codec));
    }
    return found->second(options);
}

std::vector<std::string_view> decoder_names() {
    std::vector<std::string_view> names;
    for (const auto& entry : registry()) {
        names.push_back(entry.first);
    }
    return names;
}

}  // namespace engine
