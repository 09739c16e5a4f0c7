#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// End of the token in quotes or brackets that begins here; npos when it does not end.
std::size_t closing(std::string_view text, char close) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == close) {
            return i;
        }
    }
    return std::string_view::npos;
}

Value token(std::string_view text) {
    return text.empty() || text == "-" ? Value::null() : Value::bytes(text);
}

Value run(Call& call) {
    std::string buffer;
    std::string_view rest = utf8_lossy(call.bytes(0), buffer);
    if (rest.data() == buffer.data()) {
        rest = call.arena().copy(rest);
    }
    ArrayNode* tokens = new_array(8, call.arena());
    const std::string_view whole = rest;
    // A text that does not end is looked for once: from further right it does not end either.
    bool may_close_quote = true;
    bool may_close_bracket = true;
    while (!rest.empty()) {
        if (is_space(rest.front())) {
            rest.remove_prefix(1);
            continue;
        }
        const char close = rest.front() == '"' ? '"' : rest.front() == '[' ? ']' : '\0';
        bool& may_close = close == '"' ? may_close_quote : may_close_bracket;
        const std::size_t end =
            close == '\0' || !may_close ? std::string_view::npos : closing(rest, close);
        may_close = may_close && (close == '\0' || end != std::string_view::npos);
        if (end != std::string_view::npos) {
            push_item(*tokens, token(rest.substr(1, end - 1)), call.arena());
            rest.remove_prefix(end + 1);
            continue;
        }
        std::size_t size = 1;
        while (size < rest.size() &&
               std::string_view(" \t\"[").find(rest[size]) == std::string_view::npos) {
            ++size;
        }
        push_item(*tokens, token(rest.substr(0, size)), call.arena());
        rest.remove_prefix(size);
    }
    if (tokens->size == 0 && !whole.empty()) {
        push_item(*tokens, Value::bytes(whole), call.arena());
    }
    return Value::array(tokens);
}

const Function parse_tokens_function{
    .name = "parse_tokens",
    .category = "Parse",
    .summary = "Splits the text at spaces; texts in quotes or brackets are one token, `-` is null.",
    .parameters = {required("value", kinds::bytes, "The text.")},
    .returns = kinds::array,
    .type = [](const CallTypes&) { return Type::array_of(kinds::bytes); },
    .examples = {{"Words", R"(parse_tokens("a b c"))", R"(["a", "b", "c"])"},
                 {"Quotes and brackets", R"(parse_tokens("A \"quoted phrase\" [in brackets]"))",
                  R"(["A", "quoted phrase", "in brackets"])"},
                 {"A dash", R"(parse_tokens("- x"))", R"([null, "x"])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_tokens_function);
}  // namespace engine::vrl
