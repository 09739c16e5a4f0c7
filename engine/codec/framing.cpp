#include "engine/codec/framing.hpp"

#include <fmt/format.h>

#include <cstring>
#include <limits>

#include "engine/codec/length_framing.hpp"

namespace engine {

namespace {

using Next = Result<std::optional<std::string_view>>;

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// Frames end at a byte; it is not part of them.
class DelimitedReader final : public FrameReader {
public:
    explicit DelimitedReader(const FramingOptions::CharacterDelimited& options)
        : delimiter_(options.delimiter),
          max_length_(options.max_length.value_or(unlimited)),
          truncate_(options.oversized_action == OversizedAction::Truncate) {}

    Next next() override {
        while (!rest_.empty()) {
            const auto* found =
                static_cast<const char*>(std::memchr(rest_.data(), delimiter_, rest_.size()));
            if (found == nullptr) {
                carry_within_limit();
                return std::nullopt;
            }
            const auto size = static_cast<std::size_t>(found - rest_.data());
            const std::string_view piece = take(size + 1).substr(0, size);
            if (const auto frame = complete(piece)) {
                return frame;
            }
        }
        return std::nullopt;
    }

    Result<FrameRun> next_run() override {
        FrameRun run;
        if (carry_.size() > 0 || oversized_) {
            const std::optional<std::string_view> first = ENGINE_TRY(next());
            if (!first) {
                return run;
            }
            run.first = Frame{*first, frame_slab()};
        }
        const auto* last =
            static_cast<const char*>(::memrchr(rest_.data(), delimiter_, rest_.size()));
        if (last != nullptr) {
            run.slab = slab_;
            run.bytes = take(static_cast<std::size_t>(last - rest_.data()) + 1);
        }
        if (!rest_.empty()) {
            carry_within_limit();
        }
        return run;
    }

    Next finish() override {
        if (!pending_.empty()) {
            return from_block(std::exchange(pending_, {}));
        }
        if (carry_.size() == 0 && !oversized_) {
            return std::nullopt;
        }
        return complete({});
    }

private:
    /// The frame that `piece` ends; nullopt when it was dropped.
    std::optional<std::string_view> complete(std::string_view piece) {
        if (carry_.size() == 0 && !oversized_) [[likely]] {
            if (piece.size() <= max_length_) [[likely]] {
                return from_block(piece);
            }
            ++discarded_;
            return truncate_ ? std::optional(from_block(piece.substr(0, max_length_)))
                             : std::nullopt;
        }
        add(piece);
        if (std::exchange(oversized_, false)) {
            ++discarded_;
            if (!truncate_) {
                carry_ = {};
                return std::nullopt;
            }
        }
        return from_carry();
    }

    void carry_within_limit() {
        if (carry_.size() == 0 && !oversized_ && rest_.size() <= max_length_) {
            defer_rest();
            return;
        }
        add(rest_);
        rest_ = {};
    }

    void add(std::string_view piece) {
        const std::uint64_t room = max_length_ - carry_.size();
        if (piece.size() > room) {
            oversized_ = true;
            piece = piece.substr(0, static_cast<std::size_t>(room));
        }
        if (oversized_ && !truncate_) {
            carry_ = {};
        } else if (!piece.empty()) {
            carry_.append(piece);
        }
    }

    char delimiter_;
    std::uint64_t max_length_;
    bool truncate_;
    bool oversized_ = false;
};

/// The whole stream is one frame.
class BytesReader final : public FrameReader {
public:
    Next next() override {
        if (rest_.empty()) {
            return std::nullopt;
        }
        if (carry_.size() == 0) {
            defer_rest();
        } else {
            carry_rest();
        }
        return std::nullopt;
    }

    Next finish() override {
        if (!pending_.empty()) {
            return from_block(std::exchange(pending_, {}));
        }
        return carry_.size() > 0 ? Next(from_carry()) : Next(std::nullopt);
    }
};

class DelimitedFramer final : public Framer {
public:
    explicit DelimitedFramer(const FramingOptions::CharacterDelimited& options)
        : options_(options) {}
    std::unique_ptr<FrameReader> open() const override {
        return std::make_unique<DelimitedReader>(options_);
    }
    FrameReader& open(ReaderStorage& storage) const override {
        return storage.emplace<DelimitedReader>(options_);
    }
    std::optional<char> delimiter() const override { return options_.delimiter; }

private:
    FramingOptions::CharacterDelimited options_;
};

class BytesFramer final : public Framer {
public:
    std::unique_ptr<FrameReader> open() const override { return std::make_unique<BytesReader>(); }
    FrameReader& open(ReaderStorage& storage) const override {
        return storage.emplace<BytesReader>();
    }
};

}  // namespace

Result<FrameRun> FrameReader::next_run() {
    return failure("frames of this kind are found one after the other");
}

std::string_view FrameReader::from_carry() {
    finished_ = std::exchange(carry_, SlabRef());
    frame_slab_ = &finished_;
    return finished_.view();
}

Result<std::unique_ptr<const Framer>> make_framer(const FramingOptions& options) {
    if (options.method == "newline_delimited") {
        return std::make_unique<DelimitedFramer>(
            FramingOptions::CharacterDelimited{'\n', options.newline_delimited.max_length,
                                               options.newline_delimited.oversized_action});
    }
    if (options.method == "character_delimited") {
        if (!options.character_delimited) {
            return failure("missing field `character_delimited`");
        }
        return std::make_unique<DelimitedFramer>(*options.character_delimited);
    }
    if (options.method == "bytes") {
        return std::make_unique<BytesFramer>();
    }
    if (options.method == "length_delimited") {
        if (!options.length_delimited) {
            return failure("missing field `length_delimited`");
        }
        return make_length_delimited_framer(*options.length_delimited);
    }
    if (options.method == "varint_length_delimited") {
        return make_varint_framer(options.max_frame_length);
    }
    if (options.method == "octet_counting") {
        return make_octet_counting_framer(options.octet_counting.max_length);
    }
    return failure(
        fmt::format("the framing method `{}` is not available in this build", options.method));
}

}  // namespace engine
