#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {
namespace {

Value split_by_text(Call& call, std::int64_t limit) {
    std::string_view rest = call.bytes(0);
    const std::string_view separator = call.bytes(1);
    Value parts = Value::array(new_array(8, call.arena()));
    ArrayNode& array = *parts.array_node();
    std::int64_t count = 1;
    if (limit == 0) {
        return parts;
    }
    if (separator.empty()) {
        push_item(array, Value::bytes({}), call.arena());
        for (++count; !rest.empty() && count <= limit; ++count) {
            std::size_t size = 1;
            while (size < rest.size() && (static_cast<unsigned char>(rest[size]) & 0xc0) == 0x80) {
                ++size;
            }
            const std::size_t taken = count == limit ? rest.size() : size;
            push_item(array, Value::bytes(rest.substr(0, taken)), call.arena());
            if (call.out_of_memory()) {
                return call.fail_for_memory();
            }
            rest.remove_prefix(taken);
        }
        if (count <= limit) {
            push_item(array, Value::bytes({}), call.arena());
        }
        return parts;
    }
    for (; count < limit; ++count) {
        const std::size_t at = rest.find(separator);
        if (at == std::string_view::npos) {
            break;
        }
        push_item(array, Value::bytes(rest.substr(0, at)), call.arena());
        if (call.out_of_memory()) {
            return call.fail_for_memory();
        }
        rest.remove_prefix(at + separator.size());
    }
    push_item(array, Value::bytes(rest), call.arena());
    return parts;
}

Value split_by_regex(Call& call, std::int64_t limit) {
    const std::string_view text = call.bytes(0);
    Value parts = Value::array(new_array(8, call.arena()));
    ArrayNode& array = *parts.array_node();
    if (limit == 0) {
        return parts;
    }
    std::size_t begin = 0;
    std::size_t from = 0;
    std::string_view found;
    for (std::int64_t count = 1; count < limit && call[1].as_regex().find(text, from, {&found, 1});
         ++count) {
        const auto at = static_cast<std::size_t>(found.data() - text.data());
        push_item(array, Value::bytes(text.substr(begin, at - begin)), call.arena());
        if (call.out_of_memory()) {
            return call.fail_for_memory();
        }
        begin = at + found.size();
        from = found.empty() ? begin + 1 : begin;
    }
    push_item(array, Value::bytes(text.substr(begin)), call.arena());
    return parts;
}

Value run(Call& call) {
    const std::int64_t limit = call.integer(2) < 0 ? 0 : call.integer(2);
    return call[1].is_bytes() ? split_by_text(call, limit) : split_by_regex(call, limit);
}

const Function split_function{
    .name = "split",
    .category = "String",
    .summary = "Splits the text where the pattern occurs.",
    .parameters = {required("value", kinds::bytes, "The text to split."),
                   required("pattern", kinds::bytes | kinds::regex,
                            "What stands between the parts."),
                   optional("limit", kinds::integer, "The most parts to make.",
                            Value::integer(999999999))},
    .returns = kinds::array,
    .type = [](const CallTypes&) { return Type::array_of(kinds::bytes); },
    .examples = {{"By a text", R"(split("apples and pears", " and "))", R"(["apples", "pears"])"},
                 {"By a regular expression", R"(split("a1b22c", r'[0-9]+'))", R"(["a", "b", "c"])"},
                 {"With a limit", R"(split("a,b,c", ",", limit: 2))", R"(["a", "b,c"])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(split_function);
}  // namespace engine::vrl
