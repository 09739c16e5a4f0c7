#include <lz4frame.h>

#include "engine/vrl/encoding/lz4_block.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

constexpr std::string_view frame_magic = "\x04\x22\x4d\x18";

Value decode_frame(std::string_view frame, Call& call) {
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) {
        return call.fail("unable to decode value with lz4 frame decoder: out of memory");
    }
    std::string out;
    std::size_t wanted = 1;
    std::string_view error;
    while (wanted != 0 && error.empty()) {
        char chunk[16384];
        std::size_t written = sizeof chunk;
        std::size_t taken = frame.size();
        wanted = LZ4F_decompress(context, chunk, &written, frame.data(), &taken, nullptr);
        if (LZ4F_isError(wanted) != 0) {
            error = LZ4F_getErrorName(wanted);
        } else if (taken == 0 && written == 0 && wanted != 0) {
            error = "failed to fill whole buffer";
        } else if (out.size() + written > call.room()) {
            error = "the value is too large";
        }
        frame.remove_prefix(error.empty() ? taken : 0);
        out.append(chunk, error.empty() ? written : 0);
    }
    LZ4F_freeDecompressionContext(context);
    return error.empty() ? call.text(out)
                         : call.fail("unable to decode value with lz4 frame decoder: {}", error);
}

Value decode_block(std::string_view block, std::size_t capacity, Call& call) {
    const auto text = lz4_block_decoded(block, capacity);
    return text ? call.text(*text)
                : call.fail("unable to decode value with lz4 block decoder: {}", text.error());
}

Value run(Call& call) {
    std::string_view bytes = call.bytes(0);
    if (bytes.starts_with(frame_magic)) {
        return decode_frame(bytes, call);
    }
    if (!call.boolean(2)) {
        const std::int64_t size =
            std::clamp<std::int64_t>(call.integer(1), 0, static_cast<std::int64_t>(call.room()));
        return decode_block(bytes, static_cast<std::size_t>(size), call);
    }
    if (bytes.size() < 4) {
        return decode_block({}, 0, call);
    }
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        size |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return decode_block(bytes.substr(4), std::min(size, call.room()), call);
}

const Function decode_lz4{
    .name = "decode_lz4",
    .category = "Codec",
    .summary = "Expands what LZ4 compressed: a frame, or a block.",
    .parameters = {required("value", kinds::bytes, "The compressed bytes."),
                   optional("buf_size", kinds::integer, "The most bytes that a block expands to.",
                            Value::integer(1'000'000)),
                   optional("prepended_size", kinds::boolean,
                            "Whether that number stands before the block.", Value::boolean(false))},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"A block", R"(decode_lz4!(encode_lz4!("abc", prepend_size: false)))", R"("abc")"},
                 {"With its size", R"(decode_lz4!(encode_lz4!("abc"), prepended_size: true))",
                  R"("abc")"},
                 {"Something else", R"(decode_lz4("hello") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decode_lz4);
}  // namespace engine::vrl
