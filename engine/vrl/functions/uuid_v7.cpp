#include "engine/vrl/cryptography/uuid.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const Timestamp time = call.given(0) ? call.timestamp(0) : Timestamp::now();
    // The reference adds all nanoseconds since 1970, cut to 32 bits, where those of the second
    // belong: up to 4.3 s more.
    const auto seconds = static_cast<std::uint64_t>(time.seconds);
    const auto part = static_cast<std::uint32_t>(seconds * 1'000'000'000 + time.nanoseconds);
    const std::uint64_t milliseconds = seconds * 1000 + part / 1'000'000;
    Uuid id = random_uuid();
    for (std::size_t i = 0; i < 6; ++i) {
        id[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
    }
    set_uuid_version(id, 7);
    return uuid_text(id, call.arena());
}

const Function uuid_v7{
    .name = "uuid_v7",
    .category = "Random",
    .summary = "A UUID that begins with the time in milliseconds (version 7, RFC 9562).",
    .parameters = {optional("timestamp", kinds::timestamp, "The time; now by default.")},
    .returns = kinds::bytes,
    .deterministic = false,
    .examples = {{"Length", "length(uuid_v7())", "36"},
                 {"The time comes first", "slice!(uuid_v7(t'2021-01-01T00:00:00.123Z'), 0, 13)",
                  R"("0176bb3e-7860")"},
                 {"All differ", "uuid_v7() == uuid_v7()", "false"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(uuid_v7);
}  // namespace engine::vrl
