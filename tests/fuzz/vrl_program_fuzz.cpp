#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/codec/json_parser.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/diagnostic/render.hpp"
#include "engine/event/batch.hpp"
#include "engine/event/container.hpp"
#include "engine/vrl/program.hpp"
#include "engine/vrl/target.hpp"

namespace {

using namespace engine;

constexpr std::string_view event =
    R"({"message":"GET /a?b=1 HTTP/1.1","n":-7,"f":2.5,"yes":true,"none":null,"list":[1,"two",[3]],)"
    R"("nested":{"k":"v","deep":{"er":[{"x":1}]}},"time":"2024-05-06T07:08:09Z"})";

/// What waits, leaves the process or takes as long as it is told.
bool has_effects(std::string_view text) {
    constexpr std::string_view names[] = {"dns_lookup",
                                          "reverse_dns",
                                          "http_request",
                                          "sleep",
                                          "log(",
                                          "log!",
                                          "random_",
                                          "pbkdf",
                                          "get_env",
                                          "alias_sources",
                                          "parse_proto",
                                          "encode_proto",
                                          "validate_json_schema"};
    return std::ranges::any_of(names, [&](auto name) { return text.find(name) != text.npos; });
}

}  // namespace

/// Any text compiles to a program or to diagnostics that can be shown; a program runs over one
/// fixed event to an end, and what it leaves can be written. Nothing in the language loops without
/// bound; what grows by itself again and again is kept small by the length of the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t longest = 4096;
    const std::string_view text(reinterpret_cast<const char*>(data), std::min(size, longest));
    if (has_effects(text)) {
        return 0;
    }
    const SourceText source("fuzz", std::string(text));
    const auto program = vrl::compile(source, {});
    if (!program) {
        static_cast<void>(render(program.error(), source, RenderStyle::Program));
        return 0;
    }
    static_cast<void>(render((*program)->warnings(), source, RenderStyle::Program));
    const BatchRef batch = Batch::make(EventKind::Log);
    batch->push(*JsonParser::local().parse(batch->arena().copy(event), batch->arena()));
    vrl::Context context(batch->arena());
    vrl::Target target = vrl::target_of(*batch, 0, vrl::Access::Read, batch->arena());
    const vrl::Outcome outcome = vrl::run(**program, target, context);
    if (outcome.ok()) {
        ByteBuffer out;
        write_json(target.event, out);
        write_json(outcome.value, out);
    }
    return 0;
}
