#pragma once

#include "engine/vrl/function.hpp"

namespace engine::vrl {

/// The items of an argument that must be written as an array of literals; none when it is not
/// given. The error is E400.
[[nodiscard]] inline std::expected<std::span<const Value>, CompileError> literal_array(
    Preparation& call, std::size_t index, std::string_view parameter) {
    if (!call.given(index)) {
        return std::span<const Value>{};
    }
    const std::string_view form = form_name(*call.expression(index));
    const auto& constant = call.constant(index);
    if (form != "array" || !constant || !constant->is_array()) {
        return std::unexpected(CompileError::unexpected_expression(
            parameter, form == "array" ? "literal" : "array", form));
    }
    return constant->as_array().view();
}

}  // namespace engine::vrl
