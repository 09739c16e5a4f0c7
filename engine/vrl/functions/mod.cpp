#include <cmath>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

bool is_number(const Value& value) {
    return value.is_integer() || value.is_float();
}

double number(const Value& value) {
    return value.is_integer() ? static_cast<double>(value.as_integer()) : value.as_float();
}

bool is_zero(const Value& value) {
    return is_number(value) && number(value) == 0;
}

Value run(Call& call) {
    const Value& value = call[0];
    const Value& modulus = call[1];
    if (is_zero(modulus)) {
        return call.fail("can't divide by zero");
    }
    if (!is_number(value) || !is_number(modulus)) {
        return call.fail("can't calculate remainder of type {} and {}", Type::of(value).describe(),
                         Type::of(modulus).describe());
    }
    if (value.is_integer() && modulus.is_integer()) {
        // The smallest integer divided by -1 overflows; the remainder is 0 all the same.
        return Value::integer(
            modulus.as_integer() == -1 ? 0 : value.as_integer() % modulus.as_integer());
    }
    const double remainder = std::fmod(number(value), number(modulus));
    return std::isnan(remainder) ? call.fail("operation would produce NaN")
                                 : Value::floating(remainder);
}

const Function mod_function{
    .name = "mod",
    .category = "Number",
    .summary = "The remainder of a division, with the sign of the value.",
    .parameters = {required("value", kinds::number, "What to divide.").unchecked(),
                   required("modulus", kinds::number, "What to divide by.").unchecked()},
    .returns = kinds::number,
    .type = [](const CallTypes& types) -> Type {
        const std::optional<Value>& modulus = types.constant(1);
        return modulus && is_number(*modulus) ? kind_of(*modulus) : kinds::number;
    },
    .may_fail =
        [](const CallTypes& types) { return !types.constant(1) || is_zero(*types.constant(1)); },
    .examples = {{"Integers", R"(mod(5, 2))", R"(1)"},
                 {"A float", R"(mod(7.5, 2))", R"(1.5)"},
                 {"A negative value", R"(mod(-7, 3))", R"(-1)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(mod_function);
}  // namespace engine::vrl
