#include "engine/event/envelope.hpp"

#include <algorithm>
#include <cctype>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine {

namespace {

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool equals_without_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            decoded += text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
}

Value headers_value(const RequestEnvelope& envelope, Arena& arena) {
    Value headers = Value::object(new_object(Shape::empty(), arena));
    ObjectNode& object = *headers.object_node();
    for (const auto& [name, value] : envelope.headers) {
        std::string key(name);
        std::ranges::transform(key, key.begin(), lower);
        const bool known = object.shape->find(key) != Shape::npos;
        Value& slot = insert_member(object, key, arena);
        if (!known) {
            slot = Value::bytes(value);
        } else {
            if (!slot.is_array()) {
                slot = array_of({{slot}}, arena);
            }
            push_item(writable_array(slot, arena), Value::bytes(value), arena);
        }
    }
    return headers;
}

}  // namespace

std::string_view RequestEnvelope::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (equals_without_case(key, name)) {
            return value;
        }
    }
    return {};
}

bool RequestEnvelope::query_parameter(std::string_view name, std::string& value) const {
    std::string_view rest = query;
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        if (percent_decoded(pair.substr(0, equals)) == name) {
            value =
                equals == std::string_view::npos ? "" : percent_decoded(pair.substr(equals + 1));
            return true;
        }
    }
    return false;
}

Value RequestEnvelope::to_value(Arena& arena) const {
    Member members[] = {
        {"body", Value::bytes(body.view())},
        {"headers", headers_value(*this, arena)},
        {"id", Value::copy_of(id, arena)},
        {"method", Value::bytes(method)},
        {"path", Value::bytes(path)},
        {"query", Value::bytes(query)},
        {"received_at", Value::timestamp(received_at)},
        {"remote_addr", Value::copy_of(remote_address, arena)},
    };
    return object_of(members, arena);
}

}  // namespace engine
