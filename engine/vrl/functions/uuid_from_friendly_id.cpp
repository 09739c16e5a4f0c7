#include "engine/vrl/cryptography/uuid.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

__extension__ using Wide = unsigned __int128;

/// Digits of base 62: `0` to `9`, `A` to `Z`, `a` to `z`.
int digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'A' && c <= 'Z') {
        return c - 'A' + 10;
    }
    return c >= 'a' && c <= 'z' ? c - 'a' + 36 : -1;
}

Value run(Call& call) {
    const std::string_view text = call.bytes(0);
    if (text.empty()) {
        return call.fail("failed to decode friendly id: Encoded input is an empty string");
    }
    Wide number = 0;
    bool fits = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int value = digit(text[i]);
        if (value < 0) {
            const auto byte = static_cast<unsigned char>(text[i]);
            const std::string shown = byte >= 0x20 && byte < 0x7f ? std::string(1, text[i])
                                                                  : fmt::format("\\x{:02x}", byte);
            return call.fail(
                "failed to decode friendly id: Encoded input contains the invalid byte b'{}' at "
                "index {}",
                shown, i);
        }
        const auto next = static_cast<Wide>(value);
        fits = fits && number <= (~Wide{0} - next) / 62;
        number = number * 62 + next;
    }
    if (!fits) {
        return call.fail("failed to decode friendly id: Decoded number cannot fit into a `u128`");
    }
    Uuid id{};
    for (std::size_t i = 0; i < id.size(); ++i) {
        id[i] = static_cast<std::uint8_t>(number >> (120 - 8 * i));
    }
    return uuid_text(id, call.arena());
}

const Function uuid_from_friendly_id{
    .name = "uuid_from_friendly_id",
    .category = "Random",
    .summary = "The UUID that a friendly id (its number in base 62) stands for.",
    .parameters = {required("value", kinds::bytes, "The friendly id.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"An id", R"(uuid_from_friendly_id!("3s87yEvnmkiPBMHsj8bwwc"))",
                  R"("7f41deed-d5e2-8b5e-7a13-ab4ff93cfad2")"},
                 {"A small one", R"(uuid_from_friendly_id!("1"))",
                  R"("00000000-0000-0000-0000-000000000001")"},
                 {"Malformed", R"(uuid_from_friendly_id("bad-char") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(uuid_from_friendly_id);
}  // namespace engine::vrl
