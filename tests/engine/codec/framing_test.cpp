#include <gtest/gtest.h>

#include "engine/codec/framing.hpp"
#include "engine/codec/stream_decoder.hpp"

namespace engine {
namespace {

/// Frames of `input`, fed in blocks of `block` bytes; an error is the last entry.
std::vector<std::string> frames(const FramingOptions& options, const std::string& input,
                                std::size_t block) {
    const auto framer = make_framer(options).value();
    const auto reader = framer->open();
    std::vector<std::string> result;
    const auto drain = [&](auto read) {
        while (true) {
            const auto frame = read();
            if (!frame) {
                result.push_back("error: " + frame.error().message);
                return false;
            }
            if (!*frame)
                return true;
            result.emplace_back(**frame);
            EXPECT_GE((*frame)->data(), reader->frame_slab().view().data());
        }
    };
    for (std::size_t i = 0; i < input.size(); i += block) {
        reader->feed(SlabRef::copy_of(input.substr(i, block)));
        if (!drain([&] { return reader->next(); }))
            return result;
    }
    drain([&] { return reader->finish(); });
    return result;
}

/// The same by runs, each read by a reader of its own.
std::vector<std::string> frames_by_runs(const FramingOptions& options, const std::string& input,
                                        std::size_t block) {
    const auto framer = make_framer(options).value();
    const auto reader = framer->open();
    std::vector<std::string> result;
    for (std::size_t i = 0; i < input.size(); i += block) {
        reader->feed(SlabRef::copy_of(input.substr(i, block)));
        const FrameRun run = reader->next_run().value();
        if (run.first)
            result.emplace_back(run.first->bytes);
        ReaderStorage storage;
        FrameReader& of_run = framer->open(storage);
        of_run.feed(run.slab, run.bytes);
        while (const auto frame = of_run.next().value())
            result.emplace_back(*frame);
        EXPECT_FALSE(of_run.finish().value()) << "a run holds whole frames";
    }
    while (const auto frame = reader->finish().value())
        result.emplace_back(*frame);
    return result;
}

void expect_frames(const FramingOptions& options, const std::string& input,
                   const std::vector<std::string>& expected) {
    const bool splits = make_framer(options).value()->splits();
    for (std::size_t block = 1; block <= input.size() + 1; ++block) {
        EXPECT_EQ(frames(options, input, block), expected) << "blocks of " << block;
        if (splits) {
            EXPECT_EQ(frames_by_runs(options, input, block), expected) << "runs of " << block;
        }
    }
}

FramingOptions method(std::string name) {
    FramingOptions options;
    options.method = std::move(name);
    return options;
}

TEST(Framing, NewlinesKeepCarriageReturns) {
    expect_frames(method("newline_delimited"), "a\nb\r\n\nc", {"a", "b\r", "", "c"});
    expect_frames(method("newline_delimited"), "a\n", {"a"});
}

TEST(Framing, LongLinesAreDroppedOrTruncated) {
    FramingOptions options = method("newline_delimited");
    options.newline_delimited.max_length = 5;
    expect_frames(options, "12345\n1234567\nok\n", {"12345", "ok"});
    expect_frames(options, "12345\n1234567", {"12345"});
    options.newline_delimited.oversized_action = OversizedAction::Truncate;
    expect_frames(options, "12345\n1234567\nok\n", {"12345", "12345", "ok"});
    expect_frames(options, "1234567", {"12345"});
}

TEST(Framing, CharacterDelimited) {
    FramingOptions options = method("character_delimited");
    options.character_delimited.emplace().delimiter = '|';
    expect_frames(options, "a|b\n||c", {"a", "b\n", "", "c"});
}

TEST(Framing, BytesAreOneFrame) {
    expect_frames(method("bytes"), "one\ntwo\n", {"one\ntwo\n"});
}

TEST(Framing, LengthDelimited) {
    FramingOptions options = method("length_delimited");
    EXPECT_EQ(make_framer(options).error().message, "missing field `length_delimited`");
    options.length_delimited.emplace();
    const std::string three("\0\0\0\3one\0\0\0\0\0\0\0\3two", 18);
    expect_frames(options, three, {"one", "", "two"});
    expect_frames(options, three.substr(0, 17), {"one", "", "error: bytes remaining on stream"});
    options.length_delimited->max_frame_length = 2;
    expect_frames(options, three, {"error: frame size too big"});
    options.length_delimited = {
        .length_field_offset = 1, .length_field_length = 2, .length_field_is_big_endian = false};
    expect_frames(options, std::string("Z\3\0oneZ\2\0ab", 11), {"one", "ab"});
}

TEST(Framing, VarintLengthDelimited) {
    FramingOptions options = method("varint_length_delimited");
    expect_frames(options, std::string("\3one\0\5two\nx", 11), {"one", "", "two\nx"});
    const std::string big(300, 'x');
    expect_frames(options, "\xac\x02" + big, {big});
    options.max_frame_length = 4;
    expect_frames(options, "\5abcde\2ok", {"error: Frame too large: 5 bytes (max: 4)"});
}

TEST(Framing, OctetCounting) {
    FramingOptions options = method("octet_counting");
    expect_frames(options, "5 hello11 hello world3 a\nb", {"hello", "hello world", "a\nb"});
    expect_frames(options, "5 helloX bad\n3 abc", {"hello", "X bad", "abc"});
    expect_frames(options, "3 abc10 short", {"abc"});
    options.octet_counting.max_length = 4;
    expect_frames(options, "3 abc6 toolong3 xyz", {"abc", "error: Frame length limit exceeded"});
}

TEST(Framing, DroppedFramesAreCounted) {
    FramingOptions options = method("newline_delimited");
    options.newline_delimited.max_length = 2;
    const auto framer = make_framer(options).value();
    const auto reader = framer->open();
    reader->feed(SlabRef::copy_of("abc\nd\nefg\n"));
    EXPECT_EQ(**reader->next(), "d");
    EXPECT_FALSE(*reader->next());
    EXPECT_EQ(reader->discarded(), 2);
}

EventDecoder lines_or_bytes(std::string_view method) {
    DecodingOptions decoding;
    decoding.codec = "bytes";
    FramingOptions framing;
    framing.method = method;
    return EventDecoder::make(decoding, framing).value();
}

TEST(Framing, PiecesOfAMessageAreWholeFrames) {
    const EventDecoder decoder = lines_or_bytes("newline_delimited");
    for (const std::string message :
         {"", "a", "a\n", "\n", "\n\n\n", "one\ntwo\nthree", "one\ntwo\nthree\n",
          "a long line\nb\n", "b\na long line without an end"}) {
        for (std::size_t size = 1; size < 12; ++size) {
            std::string joined;
            for (const std::string_view piece : decoder.pieces(message, size)) {
                joined += piece;
                EXPECT_TRUE(joined.size() == message.size() || piece.ends_with('\n'))
                    << message << size;
            }
            EXPECT_EQ(joined, message);
        }
    }
}

TEST(Framing, AMessageWithoutDelimitersIsOnePiece) {
    const EventDecoder decoder = lines_or_bytes("bytes");
    EXPECT_EQ(decoder.pieces("one\ntwo\n", 2).size(), 1U);
}

}  // namespace
}  // namespace engine
