#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/codec/stream_decoder.hpp"

// Any bytes as a stream in every codec and every framing: the first byte chooses the codec, the
// second the framing, the third its limits and the size of the pieces in which the stream arrives.
// What is decoded must not depend on the pieces.
namespace {

using namespace engine;

void require(bool condition) {
    if (!condition)
        std::abort();
}

constexpr std::array<std::string_view, 4> codecs = {"bytes", "json", "native_json", "vrl"};
constexpr std::array<std::string_view, 6> methods = {
    "bytes",          "newline_delimited",      "character_delimited", "length_delimited",
    "octet_counting", "varint_length_delimited"};

FramingOptions framing(std::uint8_t method, std::uint8_t limits) {
    FramingOptions options;
    options.method = methods[method % methods.size()];
    const auto action = (limits & 1) != 0 ? OversizedAction::Drop : OversizedAction::Truncate;
    std::optional<std::uint64_t> max_length;
    if ((limits & 2) != 0)
        max_length = 1 + (limits >> 4);
    options.newline_delimited = {.max_length = max_length, .oversized_action = action};
    options.character_delimited = {
        .delimiter = '|', .max_length = max_length, .oversized_action = action};
    options.length_delimited = {.max_frame_length = 4096,
                                .length_field_offset = (limits >> 2) % 4U,
                                .length_field_length = 1 + (limits >> 4) % 8U,
                                .length_field_is_big_endian = (limits & 1) != 0};
    options.octet_counting.max_length = max_length;
    options.max_frame_length = 4096;
    return options;
}

std::vector<EventDecoder> make_decoders(std::uint8_t method, std::uint8_t limits) {
    std::vector<EventDecoder> decoders;
    for (const std::string_view codec : codecs) {
        DecodingOptions decoding;
        decoding.codec = codec;
        decoding.vrl.emplace().source.value = ". = parse_json(string!(.message)) ?? {\"text\": .}";
        auto made = EventDecoder::make(decoding, framing(method, limits));
        require(made.has_value());
        decoders.push_back(std::move(*made));
    }
    return decoders;
}

/// What came out, as text; metrics are only counted, for their times may be the present.
std::string describe(const DecodedEvents& events) {
    std::string text;
    for (const BatchRef& batch : events.batches()) {
        for (std::size_t index = 0; index < batch->size(); ++index) {
            ByteBuffer json;
            if (batch->kind() != EventKind::Metric)
                write_json(batch->root(index), json);
            text += json.view();
            text += '\n';
        }
    }
    return text;
}

std::string decode(const EventDecoder& decoder, std::string_view bytes, std::size_t piece) {
    StreamDecoder stream = decoder.open();
    std::string text;
    std::size_t errors = 0;
    Result<void> outcome;
    while (outcome && !bytes.empty()) {
        const SlabRef slab = SlabRef::copy_of(bytes.substr(0, piece));
        bytes.remove_prefix(slab.size());
        DecodedEvents events;
        outcome = stream.decode(slab, events);
        text += describe(events);
        errors += stream.take_errors().size();
    }
    if (outcome) {
        DecodedEvents events;
        outcome = stream.finish(events);
        text += describe(events);
        errors += stream.take_errors().size();
    }
    return text + std::to_string(errors) + (outcome ? "" : outcome.error().message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
    const std::uint8_t codec = data[0] % codecs.size();
    const std::uint8_t method = data[1] % methods.size();
    static std::array<std::vector<EventDecoder>, methods.size() * 256> made;
    auto& decoders = made[method * std::size_t{256} + data[2]];
    if (decoders.empty())
        decoders = make_decoders(method, data[2]);
    const EventDecoder& decoder = decoders[codec];
    const std::string whole = decode(decoder, bytes, size);
    // Without framing, a frame is what one read took.
    if (methods[method] != "bytes")
        require(decode(decoder, bytes, 1 + data[2] % 7) == whole);
    DecodedEvents events;
    if (decoder.decode_message(SlabRef::copy_of(bytes), events))
        (void)describe(events);
    return 0;
}
