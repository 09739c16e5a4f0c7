#include "engine/vrl/operators.hpp"

#include <cmath>
#include <cstring>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine::vrl {

namespace {

using ast::BinaryOperator;

bool is_number(const Value& value) {
    return value.is_integer() || value.is_float();
}

double as_double(const Value& value) {
    return value.is_integer() ? static_cast<double>(value.as_integer()) : value.as_float();
}

std::string name_of(const Value& value) {
    return Type::of(value).describe();
}

Value finite(double value, Context& context) {
    return std::isnan(value) ? context.fail("operation would produce NaN") : Value::floating(value);
}

std::int64_t wrap(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

Value concatenate(const Value& left, const Value& right, Context& context) {
    const std::string_view a = left.as_bytes();
    const std::string_view b = right.as_bytes();
    const std::size_t size = a.size() + b.size();
    if (size > context.room()) {
        return context.fail_for_memory();
    }
    char small[Value::inline_capacity];
    char* out = size <= Value::inline_capacity ? small : context.arena().allocate_array<char>(size);
    if (!a.empty()) {
        std::memcpy(out, a.data(), a.size());
    }
    if (!b.empty()) {
        std::memcpy(out + a.size(), b.data(), b.size());
    }
    return Value::bytes({out, size});
}

Value add(const Value& left, const Value& right, Context& context) {
    if (left.is_integer() && right.is_integer()) {
        return Value::integer(wrap(static_cast<std::uint64_t>(left.as_integer()) +
                                   static_cast<std::uint64_t>(right.as_integer())));
    }
    if (is_number(left) && is_number(right)) {
        return finite(as_double(left) + as_double(right), context);
    }
    if (left.is_bytes() && right.is_bytes()) {
        return concatenate(left, right, context);
    }
    if (left.is_bytes() && right.is_null()) {
        return left;
    }
    if (left.is_null() && right.is_bytes()) {
        return right;
    }
    return context.failf("can't add type {} to {}", name_of(right), name_of(left));
}

Value subtract(const Value& left, const Value& right, Context& context) {
    if (left.is_integer() && right.is_integer()) {
        return Value::integer(wrap(static_cast<std::uint64_t>(left.as_integer()) -
                                   static_cast<std::uint64_t>(right.as_integer())));
    }
    if (is_number(left) && is_number(right)) {
        return finite(as_double(left) - as_double(right), context);
    }
    return context.failf("can't subtract type {} from {}", name_of(right), name_of(left));
}

Value repeat(const Value& text, std::int64_t count, Context& context) {
    const std::string_view unit = text.as_bytes();
    if (count <= 0 || unit.empty()) {
        return Value::bytes({});
    }
    if (static_cast<std::uint64_t>(count) > context.room() / unit.size()) {
        return context.fail_for_memory();
    }
    const std::size_t size = unit.size() * static_cast<std::size_t>(count);
    char* out = context.arena().allocate_array<char>(size);
    for (std::size_t i = 0; i < size; i += unit.size()) {
        std::memcpy(out + i, unit.data(), unit.size());
    }
    return Value::bytes({out, size});
}

Value multiply(const Value& left, const Value& right, Context& context) {
    if (left.is_integer() && right.is_integer()) {
        return Value::integer(wrap(static_cast<std::uint64_t>(left.as_integer()) *
                                   static_cast<std::uint64_t>(right.as_integer())));
    }
    if (is_number(left) && is_number(right)) {
        return finite(as_double(left) * as_double(right), context);
    }
    if (left.is_bytes() && right.is_integer()) {
        return repeat(left, right.as_integer(), context);
    }
    if (left.is_integer() && right.is_bytes()) {
        return repeat(right, left.as_integer(), context);
    }
    return context.failf("can't multiply type {} by {}", name_of(left), name_of(right));
}

Value divide(const Value& left, const Value& right, Context& context) {
    if (is_number(right) && as_double(right) == 0) {
        return context.fail("can't divide by zero");
    }
    if (!is_number(left) || !is_number(right)) {
        return context.failf("can't divide type {} by {}", name_of(left), name_of(right));
    }
    return finite(as_double(left) / as_double(right), context);
}

template <typename T>
bool ordered(BinaryOperator op, const T& left, const T& right) {
    switch (op) {
        case BinaryOperator::Greater:
            return left > right;
        case BinaryOperator::GreaterOrEqual:
            return left >= right;
        case BinaryOperator::Less:
            return left < right;
        default:
            return left <= right;
    }
}

Value compare(BinaryOperator op, const Value& left, const Value& right, Context& context) {
    if (left.is_integer() && right.is_integer()) {
        return Value::boolean(ordered(op, left.as_integer(), right.as_integer()));
    }
    if (is_number(left) && is_number(right)) {
        return Value::boolean(ordered(op, as_double(left), as_double(right)));
    }
    if (left.is_bytes() && right.is_bytes()) {
        return Value::boolean(ordered(op, left.as_bytes(), right.as_bytes()));
    }
    if (left.is_timestamp() && right.is_timestamp()) {
        return Value::boolean(ordered(op, left.as_timestamp(), right.as_timestamp()));
    }
    const Kinds comparable = kind_of(left) & (kinds::bytes | kinds::timestamp);
    if (!comparable.empty()) {
        return context.failf("expected {}, got {}", describe(comparable), name_of(right));
    }
    if (op == BinaryOperator::Greater && is_number(left)) {
        return context.failf("can't calculate remainder of type {} and {}", name_of(left),
                             name_of(right));
    }
    // Whatever the operator, the reference names this one.
    return context.failf("can't compare {} >= {}", name_of(left), name_of(right));
}

}  // namespace

bool loosely_equal(const Value& left, const Value& right) {
    if (left.kind() != right.kind() && is_number(left) && is_number(right)) {
        return as_double(left) == as_double(right);
    }
    return equal(left, right);
}

Value and_failure(const Value& left, const Value& right, Context& context) {
    return context.failf("can't apply an AND to types {} and {}", name_of(left), name_of(right));
}

Value merge_objects(const Value& left, const Value& right, Arena& arena) {
    Value result = left;
    freeze(left, arena);
    const ObjectNode& from = right.as_object();
    for (std::uint32_t i = 0; i < from.size(); ++i) {
        freeze(from.values[i], arena);
        insert_member(writable_object(result, arena), from.shape->key(i), arena) = from.values[i];
    }
    return result;
}

Value apply(BinaryOperator op, const Value& left, const Value& right, Context& context) {
    switch (op) {
        case BinaryOperator::Add:
            return add(left, right, context);
        case BinaryOperator::Subtract:
            return subtract(left, right, context);
        case BinaryOperator::Multiply:
            return multiply(left, right, context);
        case BinaryOperator::Divide:
            return divide(left, right, context);
        case BinaryOperator::Greater:
        case BinaryOperator::GreaterOrEqual:
        case BinaryOperator::Less:
        case BinaryOperator::LessOrEqual:
            return compare(op, left, right, context);
        case BinaryOperator::Equal:
            return Value::boolean(loosely_equal(left, right));
        case BinaryOperator::NotEqual:
            return Value::boolean(!loosely_equal(left, right));
        case BinaryOperator::Merge:
            if (left.is_object() && right.is_object()) {
                return merge_objects(left, right, context.arena());
            }
            return context.failf("can't merge type {} with {}", name_of(right), name_of(left));
        default:
            return Value::null();
    }
}

namespace {

OperationType sum_type(const Type& left, const Type& right, Kinds text_partner, Kinds otherwise) {
    const auto checked = [&](Kinds accepted, Kinds result) {
        return OperationType{Type(result), !left.is(accepted) || !right.is(accepted)};
    };
    const auto exactly = [](const Type& type, Kinds kind) { return type.kinds() == kind; };
    if (!text_partner.empty() && (exactly(left, kinds::bytes) || exactly(right, kinds::bytes))) {
        return checked(kinds::bytes | text_partner, kinds::bytes);
    }
    if (exactly(left, kinds::floating) || exactly(right, kinds::floating)) {
        return checked(kinds::number, kinds::floating);
    }
    if (exactly(left, kinds::integer) && exactly(right, kinds::integer)) {
        return {Type(kinds::integer), false};
    }
    return {Type(otherwise), true};
}

OperationType product_type(const Type& left, const Type& right) {
    const bool left_text = left.kinds() == kinds::bytes;
    const bool right_text = right.kinds() == kinds::bytes;
    if (left_text || right_text) {
        return {Type(kinds::bytes), !(left_text ? right : left).is(kinds::integer)};
    }
    return sum_type(left, right, kinds::never, kinds::bytes | kinds::number);
}

OperationType comparison_type(const Type& left, const Type& right) {
    for (const Kinds kind : {kinds::bytes, kinds::timestamp}) {
        if (left.kinds() == kind || right.kinds() == kind) {
            return {Type(kinds::boolean), !left.is(kind) || !right.is(kind)};
        }
    }
    return {Type(kinds::boolean), !left.is(kinds::number) || !right.is(kinds::number)};
}

OperationType or_type(const Type& left, const Type& right) {
    constexpr Kinds falsy = kinds::null | kinds::boolean;
    const Type value = left.defined();
    if (value.kinds() == kinds::null) {
        return {right, false};
    }
    if (!value.may_be(falsy)) {
        return {value, false};
    }
    const Kinds dropped = value.is_any() ? kinds::undefined : kinds::null | kinds::undefined;
    return {value.without(dropped).unite(right), false};
}

}  // namespace

OperationType operation_type(BinaryOperator op, const Type& left_type, const Type& right_type,
                             const Value* divisor) {
    const Type left = left_type.defined();
    const Type right = right_type.defined();
    switch (op) {
        case BinaryOperator::Add:
            return sum_type(left, right, kinds::null, kinds::bytes | kinds::number);
        case BinaryOperator::Subtract:
            return sum_type(left, right, kinds::never, kinds::number);
        case BinaryOperator::Multiply:
            return product_type(left, right);
        case BinaryOperator::Divide: {
            const bool safe = divisor != nullptr && is_number(*divisor) && as_double(*divisor) != 0;
            return {Type(kinds::floating), !safe || !left.is(kinds::number)};
        }
        case BinaryOperator::Greater:
        case BinaryOperator::GreaterOrEqual:
        case BinaryOperator::Less:
        case BinaryOperator::LessOrEqual:
            return comparison_type(left, right);
        case BinaryOperator::Equal:
        case BinaryOperator::NotEqual:
            return {Type(kinds::boolean), false};
        case BinaryOperator::And: {
            constexpr Kinds logical = kinds::null | kinds::boolean;
            return {Type(kinds::boolean), !left.is(logical)};
        }
        case BinaryOperator::Or:
            return or_type(left, right);
        case BinaryOperator::Coalesce:
            return {left.unite(right), false};
        case BinaryOperator::Merge:
            return {left.merge(right), false};
    }
    return {};
}

}  // namespace engine::vrl
