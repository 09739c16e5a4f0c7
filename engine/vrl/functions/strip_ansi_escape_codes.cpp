#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// States of a terminal's parser (Paul Williams' state machine for DEC terminals), as far as they
/// decide what is text.
enum class State { Text, Escape, EscapeIntermediate, Control, Command, CommandEnd };

/// Where the byte leads within or at the end of an escape sequence.
State next_state(State state, unsigned char byte) {
    if (byte == 0x18 || byte == 0x1a) {
        return State::Text;
    }
    switch (state) {
        case State::Escape:
        case State::EscapeIntermediate:
            if (byte >= 0x20 && byte <= 0x2f) {
                return State::EscapeIntermediate;
            }
            if (state == State::Escape && byte == '[') {
                return State::Control;
            }
            if (state == State::Escape &&
                (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_')) {
                return byte == ']' ? State::Command : State::CommandEnd;
            }
            return byte >= 0x30 && byte <= 0x7e ? State::Text : state;
        case State::Control:
            return byte >= 0x40 && byte <= 0x7e ? State::Text : state;
        case State::Command:
            return byte == 0x07 ? State::Text : state;
        case State::CommandEnd:
        case State::Text:
            break;
    }
    return state;
}

Value run(Call& call) {
    std::string clean;
    const std::string_view text = utf8_lossy(call.bytes(0), clean);
    char* const begin = call.arena().allocate_array<char>(text.size());
    char* out = begin;
    State state = State::Text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == 0x1b) {
            state = State::Escape;
        } else if (state != State::Text) {
            const bool is_command = state == State::Command || state == State::CommandEnd;
            if (byte == '\n' && !is_command) {
                *out++ = '\n';
            }
            state = next_state(state, byte);
        } else if (byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
            ++i;  // U+0080 to U+009F are controls
        } else if (byte >= 0x20 ? byte != 0x7f : byte == '\n') {
            *out++ = text[i];
        }
    }
    return Value::bytes({begin, static_cast<std::size_t>(out - begin)});
}

const Function strip_ansi_escape_codes{
    .name = "strip_ansi_escape_codes",
    .category = "String",
    .summary = "Removes terminal escape sequences, and control characters but line feeds.",
    .parameters = {required("value", kinds::bytes, "The text to clean.")},
    .returns = kinds::bytes,
    .examples = {{"Colours", R"(strip_ansi_escape_codes("\u{1b}[1;31mred\u{1b}[0m plain"))",
                  R"("red plain")"},
                 {"Cursor movements", R"(strip_ansi_escape_codes("a\u{1b}[2Kb\u{1b}[10;5Hc"))",
                  R"("abc")"},
                 {"Links",
                  R"(strip_ansi_escape_codes("\u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{7}"))",
                  R"("link")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(strip_ansi_escape_codes);
}  // namespace engine::vrl
