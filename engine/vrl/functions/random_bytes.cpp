#include <openssl/rand.h>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

constexpr std::int64_t most = 64 * 1024;

std::string_view problem(std::int64_t length) {
    if (length < 0) {
        return "Length cannot be negative";
    }
    return length > most ? "Length is too large. Maximum is 64k" : std::string_view{};
}

Prepared prepare(Preparation& call) {
    const auto& length = call.constant(0);
    if (length && length->is_integer() && !problem(length->as_integer()).empty()) {
        return std::unexpected(
            CompileError::invalid_argument("length", problem(length->as_integer()), *length));
    }
    return nullptr;
}

Value run(Call& call) {
    if (const std::string_view why = problem(call.integer(0)); !why.empty()) {
        return call.fail(why);
    }
    const auto size = static_cast<std::size_t>(call.integer(0));
    auto* const bytes = call.arena().allocate_array<unsigned char>(size);
    if (RAND_bytes(bytes, static_cast<int>(size)) != 1) {
        return call.fail("no random bytes are available");
    }
    return Value::bytes({reinterpret_cast<const char*>(bytes), size});
}

const Function random_bytes{
    .name = "random_bytes",
    .category = "Random",
    .summary = "Random bytes, fit for keys.",
    .parameters = {required("length", kinds::integer, "How many, at most 64 KiB.")},
    .returns = kinds::bytes,
    .may_fail =
        [](const CallTypes& types) {
            return !types.constant(0) || !types.constant(0)->is_integer();
        },
    .deterministic = false,
    .examples = {{"Sixteen", "length(random_bytes(16))", "16"},
                 {"None", "random_bytes(0)", R"("")"},
                 {"A string", "is_string(random_bytes(1))", "true"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(random_bytes);
}  // namespace engine::vrl
