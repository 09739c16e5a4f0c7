#include "engine/vrl/cryptography/uuid.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    Uuid id = random_uuid();
    set_uuid_version(id, 4);
    return uuid_text(id, call.arena());
}

const Function uuid_v4{
    .name = "uuid_v4",
    .category = "Random",
    .summary = "A random UUID (version 4).",
    .returns = kinds::bytes,
    .deterministic = false,
    .examples = {{"Length", "length(uuid_v4())", "36"},
                 {"Version", R"(slice!(uuid_v4(), 14, 15))", R"("4")"},
                 {"All differ", "uuid_v4() == uuid_v4()", "false"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(uuid_v4);
}  // namespace engine::vrl
