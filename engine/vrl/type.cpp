#include "engine/vrl/type.hpp"

#include <vector>

#include "engine/event/shape.hpp"
#include "engine/vrl/type_contents.hpp"

namespace engine::vrl {

void Type::Contents::bound() {
    const auto size_of = [](const Type& type) { return type.size(); };
    size = 0;
    size += fields.total();
    for (const auto& [index, type] : items) {
        size += size_of(type);
    }
    size += field_type ? size_of(*field_type) : 0;
    size += item_type ? size_of(*item_type) : 0;
    if (size <= largest_type) {
        return;
    }
    const auto forget = [](Type& type) { type.contents_.reset(); };
    std::size_t count = 0;
    for (const auto& [name, type] : KnownFields(fields)) {
        fields.set(name, type.kinds());
        ++count;
    }
    for (auto& [index, type] : items) {
        forget(type);
    }
    if (field_type) {
        forget(*field_type);
    }
    if (item_type) {
        forget(*item_type);
    }
    size = count + items.size() + 2;
}

Type Type::json() {
    auto contents = std::make_shared<Contents>();
    contents->field_rest = contents->item_rest = RestKind::Json;
    return TypeBuilder::make(kinds::json, std::move(contents));
}

Type Type::object(Fields fields, std::optional<Type> rest) {
    auto contents = std::make_shared<Contents>();
    for (auto& [name, type] : fields) {
        contents->fields.set(name, std::move(type));
    }
    TypeBuilder::set_rest(contents->field_rest, contents->field_type, rest.value_or(never()));
    TypeBuilder::no_items(*contents);
    contents->bound();
    return TypeBuilder::make(kinds::object, std::move(contents));
}

Type Type::array(Items items, std::optional<Type> rest) {
    auto contents = std::make_shared<Contents>();
    contents->items = std::move(items);
    TypeBuilder::set_rest(contents->item_rest, contents->item_type, rest.value_or(never()));
    TypeBuilder::no_fields(*contents);
    contents->bound();
    return TypeBuilder::make(kinds::array, std::move(contents));
}

Type Type::of(const Value& value) {
    if (value.is_array()) {
        Items items;
        const auto view = value.as_array().view();
        for (std::size_t i = 0; i < view.size(); ++i) {
            items.emplace(static_cast<std::int64_t>(i), of(view[i]));
        }
        return array(std::move(items));
    }
    if (value.is_object()) {
        Fields fields;
        const ObjectNode& node = value.as_object();
        for (std::uint32_t i = 0; i < node.size(); ++i) {
            fields.emplace(node.shape->key(i), of(node.values[i]));
        }
        return object(std::move(fields));
    }
    return Type(kind_of(value));
}

Type Type::with_kinds(Kinds kinds) const {
    Type type = *this;
    type.kinds_ = kinds;
    return type;
}

Type Type::defined() const {
    // `any` is so called with it only.
    return kinds_.intersects(kinds::undefined) && !is_any()
               ? with_kinds(kinds_.without(kinds::undefined) | kinds::null)
               : *this;
}

std::size_t TypeSize::of(const Type& type) {
    return type.size();
}

std::size_t Type::size() const {
    return 1 + (contents_ ? contents_->size : 0);
}

const Type::KnownFields* Type::fields() const {
    return contents_ ? &contents_->fields : nullptr;
}
const Type::Items* Type::items() const {
    return contents_ ? &contents_->items : nullptr;
}
Type Type::rest_of_object() const {
    return contents_ ? contents_->rest_of_fields() : any();
}
Type Type::rest_of_array() const {
    return contents_ ? contents_->rest_of_items() : any();
}

Type Type::any_field() const {
    Type result = rest_of_object();
    if (contents_) {
        for (const auto& [name, type] : contents_->fields) {
            result = result.unite(type);
        }
    }
    return result;
}

Type Type::any_item() const {
    Type result = rest_of_array();
    if (contents_) {
        for (const auto& [index, type] : contents_->items) {
            result = result.unite(type);
        }
    }
    return result;
}

bool Type::operator==(const Type& other) const {
    if (kinds_ != other.kinds_) {
        return false;
    }
    if (contents_ == other.contents_ || !kinds_.intersects(kinds::container)) {
        return true;
    }
    const auto same = [](RestKind a, const Type* x, RestKind b, const Type* y) {
        return a == b && (a != RestKind::Exact || *x == *y);
    };
    static const Contents unknown;
    const Contents& a = contents_ ? *contents_ : unknown;
    const Contents& b = other.contents_ ? *other.contents_ : unknown;
    return (!may_be(kinds::object) ||
            (a.fields == b.fields &&
             same(a.field_rest, a.field_type.get(), b.field_rest, b.field_type.get()))) &&
           (!may_be(kinds::array) || (a.items == b.items && same(a.item_rest, a.item_type.get(),
                                                                 b.item_rest, b.item_type.get())));
}

}  // namespace engine::vrl
