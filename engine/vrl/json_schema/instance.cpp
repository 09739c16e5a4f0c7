#include "engine/vrl/json_schema/instance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/codec/json_writer.hpp"
#include "engine/event/shape.hpp"

namespace engine::vrl::json_schema {

namespace {

std::string number_text(const Value& value) {
    constexpr double exact = 9007199254740992.0;
    const double number = value.as_float();
    return std::trunc(number) == number && std::abs(number) <= exact
               ? fmt::format("{}", static_cast<std::int64_t>(number))
               : json(value);
}

}  // namespace

std::string json(const Value& value) {
    ByteBuffer text;
    write_json(value, text);
    return std::string(text.view());
}

void append_canonical(const Value& value, std::string& out) {
    if (value.is_array()) {
        out += '[';
        for (const Value& item : value.as_array().view()) {
            append_canonical(item, out);
            out += ',';
        }
        out += ']';
    } else if (value.is_object()) {
        const ObjectNode& object = value.as_object();
        out += '{';
        for (std::uint32_t i = 0; i < object.size(); ++i) {
            out += json(Value::bytes(object.shape->keys()[i]));
            out += ':';
            append_canonical(object.values[i], out);
            out += ',';
        }
        out += '}';
    } else {
        out += value.is_float() ? number_text(value) : json(value);
    }
}

bool is_same(const Value& left, const Value& right) {
    std::string a;
    std::string b;
    append_canonical(left, a);
    append_canonical(right, b);
    return a == b;
}

bool is_number(const Value& value) {
    return value.is_integer() || value.is_float();
}

double number_of(const Value& value) {
    return value.is_integer() ? static_cast<double>(value.as_integer()) : value.as_float();
}

int compared(const Value& left, const Value& right) {
    if (left.is_integer() && right.is_integer()) {
        return left.as_integer() < right.as_integer() ? -1 : left.as_integer() > right.as_integer();
    }
    return number_of(left) < number_of(right) ? -1 : number_of(left) > number_of(right);
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace engine::vrl::json_schema
