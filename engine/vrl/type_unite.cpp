#include <array>
#include <optional>

#include "engine/vrl/type_contents.hpp"

namespace engine::vrl {

namespace {

/// Union of known fields; what only one side knows may be the other's rest, or missing.
Type::KnownFields unite_known(const Type::KnownFields& left, const Type& left_rest,
                              const Type::KnownFields& right, const Type& right_rest) {
    const Type left_other = left_rest.unite(missing_type());
    const Type right_other = right_rest.unite(missing_type());
    using Known = std::optional<Type>;
    return Type::KnownFields::combine(
        left, right, [](const Type& one, const Type& other) -> Known { return one.unite(other); },
        [&](const Type& one) -> Known { return one.unite(right_other); },
        [&](const Type& one) -> Known { return one.unite(left_other); });
}

Type::Items unite_known(const Type::Items& left, const Type& left_rest, const Type::Items& right,
                        const Type& right_rest) {
    const Type left_other = left_rest.unite(missing_type());
    const Type right_other = right_rest.unite(missing_type());
    Type::Items result;
    for (const auto& [index, type] : left) {
        const auto other = right.find(index);
        result.emplace(index, type.unite(other != right.end() ? other->second : right_other));
    }
    for (const auto& [index, type] : right) {
        if (!left.contains(index)) {
            result.emplace(index, type.unite(left_other));
        }
    }
    return result;
}

/// Rests meet often as equals; then they need no walk, which for JSON would not end.
Type unite_rests(const Type& left, const Type& right) {
    return left == right ? left : left.is_any() || right.is_any() ? Type::any() : left.unite(right);
}

}  // namespace

void TypeBuilder::unite_fields(Contents& to, const Type& left, const Type& right) {
    if (left.may_be(kinds::object) && right.may_be(kinds::object)) {
        to.fields = unite_known(left.contents_->fields, left.rest_of_object(),
                                right.contents_->fields, right.rest_of_object());
        set_rest(to.field_rest, to.field_type,
                 unite_rests(left.rest_of_object(), right.rest_of_object()));
    } else if (left.may_be(kinds::object) || right.may_be(kinds::object)) {
        const Type& from = left.may_be(kinds::object) ? left : right;
        to.fields = from.contents_->fields;
        set_rest(to.field_rest, to.field_type, from.rest_of_object());
    } else {
        no_fields(to);
    }
}

void TypeBuilder::unite_items(Contents& to, const Type& left, const Type& right) {
    if (left.may_be(kinds::array) && right.may_be(kinds::array)) {
        to.items = unite_known(left.contents_->items, left.rest_of_array(), right.contents_->items,
                               right.rest_of_array());
        set_rest(to.item_rest, to.item_type,
                 unite_rests(left.rest_of_array(), right.rest_of_array()));
    } else if (left.may_be(kinds::array) || right.may_be(kinds::array)) {
        const Type& from = left.may_be(kinds::array) ? left : right;
        to.items = from.contents_->items;
        set_rest(to.item_rest, to.item_type, from.rest_of_array());
    } else {
        no_items(to);
    }
}

Type Type::unite(const Type& other) const {
    const Kinds kinds = kinds_ | other.kinds_;
    if (is_never() || other.is_never()) {
        return is_never() ? other : *this;
    }
    if (!kinds.intersects(kinds::container)) {
        return Type(kinds);
    }
    if (contents_ == other.contents_) {
        return with_kinds(kinds);
    }
    auto contents = std::make_shared<Contents>();
    const auto unknown = [](const Type& type, Kinds kind) {
        return type.may_be(kind) && !type.contents_;
    };
    if (!unknown(*this, kinds::object) && !unknown(other, kinds::object)) {
        TypeBuilder::unite_fields(*contents, *this, other);
    }
    if (!unknown(*this, kinds::array) && !unknown(other, kinds::array)) {
        TypeBuilder::unite_items(*contents, *this, other);
    }
    contents->bound();
    return TypeBuilder::make(kinds, std::move(contents));
}

Type Type::merge(const Type& other) const {
    auto contents = TypeBuilder::copy(*this);
    TypeBuilder::no_items(*contents);
    const Type rest = other.rest_of_object();
    if (!rest.is_never()) {
        for (const auto& [name, type] : KnownFields(contents->fields)) {
            contents->fields.set(name, type.unite(rest));
        }
        TypeBuilder::set_rest(contents->field_rest, contents->field_type,
                              rest_of_object().unite(rest));
    }
    if (other.contents_) {
        for (const auto& [name, type] : other.contents_->fields) {
            if (type.may_be(kinds::undefined)) {
                contents->fields.set(
                    name, at(std::array{Step(name)}).unite(type.without(kinds::undefined)));
            } else {
                contents->fields.set(name, type);
            }
        }
    }
    return TypeBuilder::make(kinds::object, std::move(contents));
}

}  // namespace engine::vrl
