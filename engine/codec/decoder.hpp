#pragma once

#include <absl/container/inlined_vector.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/codec/decoding_options.hpp"
#include "engine/diagnostic/error.hpp"
#include "engine/event/batch.hpp"

namespace engine {

/// Events as they come out of a decoder: batches in order, a new one whenever the kind changes
/// (most codecs know only logs: one batch). Owned by one source task; made anew, or `take`n, for
/// each block.
class DecodedEvents {
public:
    using Batches = absl::InlinedVector<BatchRef, 1>;

    /// The batch to append the next event of this kind to.
    [[nodiscard]] Batch& batch(EventKind kind) {
        if (batches_.empty() || batches_.back()->kind() != kind) [[unlikely]] {
            start(kind);
        }
        return *batches_.back();
    }
    [[nodiscard]] Batch& logs() { return batch(EventKind::Log); }

    /// Keeps the slab alive with every batch that has events decoded from now on, until the next
    /// `hold`.
    void hold(const SlabRef& slab);

    [[nodiscard]] const Batches& batches() const { return batches_; }
    /// The batches; those without events are left out.
    [[nodiscard]] Batches take();
    /// Appends what `other` holds, with its batches.
    void add(DecodedEvents&& other);
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }

private:
    void start(EventKind kind);

    Batches batches_;
    SlabRef held_;
};

/// One codec's way from a frame to events. Immutable; used by all threads at once.
class Decoder {
public:
    Decoder() = default;
    virtual ~Decoder() = default;
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    /// Appends the events of one frame; on error, none. The frame's memory is kept alive by the
    /// batches (`DecodedEvents::hold`), and Slab::padding bytes behind it are readable. The error's
    /// text is the reference's.
    [[nodiscard]] virtual Result<void> decode(std::string_view frame,
                                              DecodedEvents& events) const = 0;
};

/// The decoder of `options.codec`, or an error naming the codec when this build has none.
[[nodiscard]] Result<std::unique_ptr<const Decoder>> make_decoder(const DecodingOptions& options);

/// Names of the decoders in this build, sorted.
[[nodiscard]] std::vector<std::string_view> decoder_names();

/// Entry of a codec's file in the registry.
struct DecoderRegistration {
    using Factory = Result<std::unique_ptr<const Decoder>> (*)(const DecodingOptions& options);
    DecoderRegistration(std::string_view name, Factory factory);
};

}  // namespace engine

/// Last line of a decoder's file.
#define ENGINE_REGISTER_DECODER(name, factory)                                                \
    namespace {                                                                               \
    [[maybe_unused]] const ::engine::DecoderRegistration decoder_registration(name, factory); \
    }
