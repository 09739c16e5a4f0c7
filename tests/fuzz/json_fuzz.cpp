// Any bytes as JSON: the parser and the finder of errors agree on what is JSON, and what was read
// reads the same after writing it.
#include <cstdint>
#include <cstdlib>

#include "engine/codec/json_parser.hpp"
#include "engine/codec/json_writer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace engine;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Arena arena;
    JsonParser& parser = JsonParser::local();
    const Result<Value> value = parser.parse(text, arena);
    if (value.has_value() != describe_json_error(text).empty()) {
        std::abort();
    }
    static_cast<void>(parser.parse_lossy(text, arena));
    if (value) {
        ByteBuffer written;
        write_json(*value, written);
        const Result<Value> again = parser.parse(written.view(), arena);
        if (!again || !equal(*value, *again)) {
            std::abort();
        }
        write_json(*value, written, JsonLayout::Pretty);
    }
    return 0;
}
