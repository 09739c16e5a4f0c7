#include <fmt/format.h>

#include "engine/config/document_syntax.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include <simdjson.h>
#pragma GCC diagnostic pop

namespace engine::config::syntax {
namespace {

namespace json = simdjson::ondemand;

/// simdjson reads lazily and keeps pointers into its buffer: these become the locations.
class JsonReader {
public:
    JsonReader(const Text& text, const simdjson::padded_string& buffer, Problems& problems)
        : text_(text), buffer_(buffer), problems_(problems) {}

    std::optional<Node> run() {
        json::parser parser;
        json::document document;
        simdjson::error_code error = parser.iterate(buffer_).get(document);
        if (error != simdjson::SUCCESS)
            return syntax_error(error, text_.view().size());
        Node root;
        error = read_root(document, root);
        if (reported_)
            return std::nullopt;
        const char* at = nullptr;
        if (error == simdjson::SUCCESS) {
            if (document.current_location().get(at) != simdjson::SUCCESS)
                return root;
            error = simdjson::TRAILING_CONTENT;
        }
        if (document.current_location().get(at) != simdjson::SUCCESS || at == nullptr)
            return syntax_error(error, text_.view().size());
        return syntax_error(error, static_cast<std::size_t>(at - buffer_.data()));
    }

private:
    static std::string reason(simdjson::error_code error, bool at_end) {
        if (at_end)
            return "the document ends too early";
        if (error == simdjson::TAPE_ERROR)
            return "a comma, brace or key too many or too few";
        return simdjson::error_message(error);
    }

    std::optional<Node> syntax_error(simdjson::error_code error, std::size_t at) {
        const std::size_t begin = std::min(at, text_.view().size());
        const Location location = text_.character(begin);
        const Position position = text_.file.position(location.span.begin);
        const bool at_end = begin == text_.view().size();
        problems_.error(
            location,
            fmt::format("JSON parse error at line {}, column {}", position.line, position.column),
            reason(error, at_end));
        return std::nullopt;
    }

    simdjson::error_code refuse(const Location& location, std::string message) {
        problems_.error(location, std::move(message));
        reported_ = true;
        return simdjson::INCORRECT_TYPE;
    }

    [[nodiscard]] Location location(const char* begin, std::size_t size) const {
        const auto at = static_cast<std::size_t>(begin - buffer_.data());
        return text_.location(at, at + size);
    }

    [[nodiscard]] static std::size_t trimmed(std::string_view token) {
        const std::size_t last = token.find_last_not_of(" \t\r\n");
        return last == std::string_view::npos ? 0 : last + 1;
    }

    simdjson::error_code read_root(json::document& document, Node& node) {
        json::json_type type{};
        if (const auto error = document.type().get(type))
            return error;
        if (type == json::json_type::object || type == json::json_type::array) {
            json::value value;
            if (const auto error = document.get_value().get(value))
                return error;
            return read(value, node, 0);
        }
        node = Node::null(text_.location(0, text_.view().size()));
        return refuse(node.location(), "invalid type: expected a map");
    }

    simdjson::error_code read(json::value value, Node& node, int depth) {
        const std::string_view token = value.raw_json_token();
        const Location where = location(token.data(), trimmed(token));
        if (depth > max_depth)
            return refuse(where, "the document is nested too deeply");
        json::json_type type{};
        if (const auto error = value.type().get(type))
            return error;
        switch (type) {
            case json::json_type::object:
                return read_object(value, node, where, depth);
            case json::json_type::array:
                return read_array(value, node, where, depth);
            case json::json_type::string: {
                std::string_view text;
                if (const auto error = value.get_string().get(text))
                    return error;
                node = Node::string(std::string(text), where);
                return simdjson::SUCCESS;
            }
            case json::json_type::boolean: {
                bool flag = false;
                if (const auto error = value.get_bool().get(flag))
                    return error;
                node = Node::boolean(flag, where);
                return simdjson::SUCCESS;
            }
            case json::json_type::number:
                return read_number(value, node, where);
            case json::json_type::null:
                break;
        }
        if (!token.starts_with("null"))
            return simdjson::N_ATOM_ERROR;
        bool null = false;
        if (const auto error = value.is_null().get(null))
            return error;
        node = Node::null(where);
        return null ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
    }

    static simdjson::error_code read_number(json::value value, Node& node, const Location& where) {
        json::number number;
        if (const auto error = value.get_number().get(number))
            return error;
        if (number.is_int64())
            node = Node::integer(number.get_int64(), where);
        else
            node = Node::floating(number.as_double(), where);
        return simdjson::SUCCESS;
    }

    simdjson::error_code read_array(json::value value, Node& node, Location where, int depth) {
        json::array array;
        if (const auto error = value.get_array().get(array))
            return error;
        std::vector<Node> items;
        for (auto element : array) {
            json::value item;
            if (const auto error = element.get(item))
                return error;
            if (const auto error = read(item, items.emplace_back(), depth + 1))
                return error;
        }
        node = Node::array(std::move(items), where);
        return simdjson::SUCCESS;
    }

    simdjson::error_code read_object(json::value value, Node& node, Location where, int depth) {
        json::object object;
        if (const auto error = value.get_object().get(object))
            return error;
        node = Node::table({}, where);
        for (auto element : object) {
            json::field field;
            if (const auto error = std::move(element).get(field))
                return error;
            const char* raw = field.key().raw();
            std::string_view key;
            if (const auto error = field.unescaped_key().get(key))
                return error;
            const Location key_location = location(raw - 1, key.size() + 2);
            if (node.find(key) != nullptr)
                return refuse(key_location, fmt::format("duplicate entry with key \"{}\"", key));
            Node::Entry entry{std::string(key), key_location, {}};
            if (const auto error = read(field.value(), entry.value, depth + 1))
                return error;
            node.insert(std::move(entry));
        }
        return simdjson::SUCCESS;
    }

    const Text& text_;
    const simdjson::padded_string& buffer_;
    Problems& problems_;
    bool reported_ = false;
};

}  // namespace

std::optional<Node> read_json(const Text& text, Problems& problems) {
    const simdjson::padded_string buffer(text.view());
    return JsonReader(text, buffer, problems).run();
}

}  // namespace engine::config::syntax
