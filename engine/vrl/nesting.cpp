#include "engine/vrl/nesting.hpp"

#include <algorithm>

namespace engine::vrl {

namespace {

bool deeper_than(const Value& value, std::uint32_t levels) {
    const auto deeper = [levels](const Value& item) { return deeper_than(item, levels - 1); };
    if (value.is_array()) {
        return levels == 0 || std::ranges::any_of(value.as_array().view(), deeper);
    }
    if (value.is_object()) {
        const ObjectNode& object = value.as_object();
        return levels == 0 || std::any_of(object.values, object.values + object.size(), deeper);
    }
    return false;
}

}  // namespace

bool nests_too_deep(Context& context) {
    const auto too_deep = [](const Value& value) { return deeper_than(value, maximum_nesting); };
    const Target& target = context.target();
    return too_deep(target.event) || too_deep(target.metadata) ||
           std::ranges::any_of(context.variables(), too_deep);
}

}  // namespace engine::vrl
