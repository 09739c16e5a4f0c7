#include <algorithm>

#include "engine/vrl/type_contents.hpp"

namespace engine::vrl {

namespace {

Type member_type(const Type& type, const std::string& name) {
    if (!type.may_be(kinds::object)) {
        return missing_type();
    }
    Type found;
    const auto* fields = type.fields();
    if (const Type* known = fields != nullptr ? fields->find(name) : nullptr; known != nullptr) {
        found = *known;
    } else {
        found = type.rest_of_object().unite(missing_type());
    }
    return type.kinds().without(kinds::object).empty() ? found : found.unite(missing_type());
}

/// With a negative index any item may be meant unless the length is known.
Type item_type(const Type& type, std::int64_t index) {
    if (!type.may_be(kinds::array)) {
        return missing_type();
    }
    Type found;
    const auto* items = type.items();
    const bool closed = items != nullptr && type.rest_of_array().is_never();
    if (index < 0 && closed) {
        index += items->empty() ? 0 : items->rbegin()->first + 1;
    }
    if (index < 0) {
        found = closed ? missing_type() : type.any_item().unite(missing_type());
    } else if (items != nullptr && items->contains(index)) {
        found = items->find(index)->second;
    } else {
        found = type.rest_of_array().unite(missing_type());
    }
    return type.kinds().without(kinds::array).empty() ? found : found.unite(missing_type());
}

}  // namespace

Type Type::at(Steps path) const {
    Type type = *this;
    for (const Step& step : path) {
        const auto* name = std::get_if<std::string>(&step);
        type = name != nullptr ? member_type(type, *name)
                               : item_type(type, std::get<std::int64_t>(step));
    }
    return type;
}

Type Type::insert(Steps path, const Type& value) const& {
    return Type(*this).insert(path, value);
}

Type Type::insert(Steps path, const Type& value) && {
    if (path.empty()) {
        return value.defined();
    }
    const Steps rest = path.subspan(1);
    if (const auto* name = std::get_if<std::string>(&path[0])) {
        Type member = member_type(*this, *name);
        auto contents = may_be(kinds::object) ? TypeBuilder::take(std::move(*this))
                                              : std::make_shared<Contents>();
        if (!may_be(kinds::object)) {
            TypeBuilder::no_fields(*contents);
        }
        TypeBuilder::no_items(*contents);
        // So that `member` is alone in what it refers to.
        contents->fields.erase(*name);
        contents->size -= std::min(contents->size, member.size());
        Type field = std::move(member).insert(rest, value);
        contents->size += field.size();
        contents->fields.set(*name, std::move(field));
        if (contents->size > largest_type) {
            contents->bound();
        }
        return TypeBuilder::make(kinds::object, std::move(contents));
    }
    return insert_item(std::get<std::int64_t>(path[0]), rest, value);
}

Type Type::insert_item(std::int64_t index, Steps rest, const Type& value) const {
    auto contents = may_be(kinds::array) ? TypeBuilder::copy(*this) : std::make_shared<Contents>();
    if (!may_be(kinds::array)) {
        TypeBuilder::no_items(*contents);
    }
    TypeBuilder::no_fields(*contents);
    const Type inserted = item_type(*this, index).insert(rest, value);
    const std::int64_t length = contents->items.empty() ? 0 : contents->items.rbegin()->first + 1;
    const bool closed = contents->item_rest == RestKind::None;
    if (index >= 0) {
        for (std::int64_t i = length; closed && i < std::min<std::int64_t>(index, 1024); ++i) {
            contents->items.emplace(i, Type(kinds::null));
        }
        contents->items[index] = inserted;
    } else if (closed && index + length >= 0) {
        contents->items[index + length] = inserted;
    } else {
        // Padding at the front moves what was there; any item may be any of them.
        Type all = inserted.unite(Type(kinds::null));
        for (const auto& [position, type] : contents->items) {
            all = all.unite(type);
        }
        all = all.unite(contents->rest_of_items());
        contents->items.clear();
        TypeBuilder::set_rest(contents->item_rest, contents->item_type, all);
    }
    return TypeBuilder::make(kinds::array, std::move(contents));
}

Type Type::remove(Steps path, bool prune) const {
    if (path.empty()) {
        if (is(kinds::object)) {
            return object({});
        }
        if (is(kinds::array)) {
            return array({});
        }
        return is_any() ? any() : Type(kinds::null);
    }
    auto contents = TypeBuilder::copy(*this);
    const auto* name = std::get_if<std::string>(&path[0]);
    if (name != nullptr && may_be(kinds::object)) {
        if (path.size() == 1) {
            contents->fields.erase(*name);
        } else if (const Type* found = contents->fields.find(*name); found != nullptr) {
            const Type left = found->remove(path.subspan(1), prune);
            contents->fields.set(*name, prune ? left.unite(missing_type()) : left);
        }
        return TypeBuilder::make(kinds_, std::move(contents));
    }
    if (name == nullptr && may_be(kinds::array)) {
        const Type all = any_item();
        contents->items.clear();
        TypeBuilder::set_rest(contents->item_rest, contents->item_type, all);
        return TypeBuilder::make(kinds_, std::move(contents));
    }
    return *this;
}

}  // namespace engine::vrl
