#include "engine/cli/vrl/events.hpp"

#include <fmt/format.h>

#include "engine/codec/json_parser.hpp"
#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine::cli {

Result<std::vector<Value>> read_events(std::string_view text, Arena& arena) {
    std::vector<Value> events;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        const Result<Value> event = JsonParser::local().parse(line, arena);
        if (!event) {
            return failure("input error: " + plain_json_error(event.error().message));
        }
        events.push_back(*event);
    }
    if (events.empty()) {
        events.push_back(Value::object(new_object(Shape::empty(), arena)));
    }
    return events;
}

}  // namespace engine::cli
