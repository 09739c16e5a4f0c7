#include "engine/vrl/type.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "engine/event/shape.hpp"

namespace engine::vrl {

namespace {

/// Fields (items) beyond the known ones. Any and Json hold at any depth.
enum class RestKind : std::uint8_t { None, Exact, Any, Json };

}  // namespace

/// Immutable once shared.
struct Type::Contents {
    Fields fields;
    RestKind field_rest = RestKind::Any;
    std::unique_ptr<Type> field_type;
    Items items;
    RestKind item_rest = RestKind::Any;
    std::unique_ptr<Type> item_type;
    /// Of the types within, those that occur several times counted as often.
    std::size_t size = 0;

    Contents() = default;
    Contents(const Contents& other)
        : fields(other.fields),
          field_rest(other.field_rest),
          field_type(other.field_type ? std::make_unique<Type>(*other.field_type) : nullptr),
          items(other.items),
          item_rest(other.item_rest),
          item_type(other.item_type ? std::make_unique<Type>(*other.item_type) : nullptr),
          size(other.size) {}

    /// To be called when the contents are complete. Types can be put into each other again and
    /// again: what is too large is forgotten, so that walks over types end.
    void bound();

    static Type rest(RestKind kind, const Type* exact) {
        switch (kind) {
            case RestKind::None:
                return Type::never();
            case RestKind::Exact:
                return *exact;
            case RestKind::Any:
                return Type::any();
            case RestKind::Json:
                return Type::json();
        }
        return Type::never();
    }
    [[nodiscard]] Type rest_of_fields() const { return rest(field_rest, field_type.get()); }
    [[nodiscard]] Type rest_of_items() const { return rest(item_rest, item_type.get()); }
};

namespace {

constexpr std::size_t largest_type = 200'000;

}  // namespace

/// Makes and changes contents; the one place that knows how `rest` is stored.
struct TypeBuilder {
    using Contents = Type::Contents;

    /// The contents to change: the type's own when nobody shares them, else a copy.
    static std::shared_ptr<Contents> take(Type&& type) {
        if (type.contents_ && type.contents_.use_count() == 1) {
            // Only this type refers to it, and the type gives it up.
            return std::const_pointer_cast<Contents>(std::move(type.contents_));
        }
        return copy(type);
    }
    static std::shared_ptr<Contents> copy(const Type& type) {
        return type.contents_ ? std::make_shared<Contents>(*type.contents_)
                              : std::make_shared<Contents>();
    }
    static Type make(Kinds kinds, std::shared_ptr<const Contents> contents) {
        Type type(kinds);
        type.contents_ = std::move(contents);
        return type;
    }
    static const Contents* contents(const Type& type) { return type.contents_.get(); }

    static void set_rest(RestKind& kind, std::unique_ptr<Type>& exact, const Type& rest) {
        exact.reset();
        const Type plain = rest.without(kinds::undefined);
        if (plain.is_never()) {
            kind = RestKind::None;
        } else if (plain.is_any() && !plain.contents_) {
            kind = RestKind::Any;
        } else if (plain == Type::json()) {
            kind = RestKind::Json;
        } else {
            kind = RestKind::Exact;
            exact = std::make_unique<Type>(plain);
        }
    }
    static void no_fields(Contents& contents) {
        contents.fields.clear();
        contents.field_rest = RestKind::None;
        contents.field_type.reset();
    }
    static void unite_fields(Contents& to, const Type& left, const Type& right);
    static void unite_items(Contents& to, const Type& left, const Type& right);
    static void no_items(Contents& contents) {
        contents.items.clear();
        contents.item_rest = RestKind::None;
        contents.item_type.reset();
    }
};

void Type::Contents::bound() {
    const auto size_of = [](const Type& type) { return type.size(); };
    size = 0;
    for (const auto& [name, type] : fields) {
        size += size_of(type);
    }
    for (const auto& [index, type] : items) {
        size += size_of(type);
    }
    size += field_type ? size_of(*field_type) : 0;
    size += item_type ? size_of(*item_type) : 0;
    if (size <= largest_type) {
        return;
    }
    const auto forget = [](Type& type) { type.contents_.reset(); };
    for (auto& [name, type] : fields) {
        forget(type);
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
    size = fields.size() + items.size() + 2;
}

namespace {

constexpr std::array<std::pair<Kinds, std::string_view>, 10> kind_names{{
    {kinds::bytes, "string"},
    {kinds::integer, "integer"},
    {kinds::floating, "float"},
    {kinds::boolean, "boolean"},
    {kinds::timestamp, "timestamp"},
    {kinds::regex, "regex"},
    {kinds::null, "null"},
    {kinds::undefined, "undefined"},
    {kinds::array, "array"},
    {kinds::object, "object"},
}};

std::string join_names(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        text += i == 0 ? "" : i + 1 == names.size() ? " or " : ", ";
        text += names[i];
    }
    return text;
}

Type missing() {
    return Type(kinds::undefined);
}

}  // namespace

std::string describe(Kinds kinds) {
    if (kinds.covers(kinds::any)) {
        return "any";
    }
    std::vector<std::string> names;
    for (const auto& [kind, name] : kind_names) {
        if (kinds.intersects(kind)) {
            names.emplace_back(name);
        }
    }
    return names.empty() ? "never" : join_names(names);
}

Type Type::json() {
    auto contents = std::make_shared<Contents>();
    contents->field_rest = contents->item_rest = RestKind::Json;
    return TypeBuilder::make(kinds::json, std::move(contents));
}

Type Type::object(Fields fields, std::optional<Type> rest) {
    auto contents = std::make_shared<Contents>();
    contents->fields = std::move(fields);
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

std::size_t Type::size() const {
    return 1 + (contents_ ? contents_->size : 0);
}

const Type::Fields* Type::fields() const {
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

namespace {

/// Union of two maps of known parts; what only one side knows may be the other's rest, or missing.
template <typename Map>
Map unite_known(const Map& left, const Type& left_rest, const Map& right, const Type& right_rest) {
    const auto or_missing = [](const Type& rest) { return rest.unite(missing()); };
    Map result;
    for (const auto& [key, type] : left) {
        const auto other = right.find(key);
        result.emplace(key,
                       type.unite(other != right.end() ? other->second : or_missing(right_rest)));
    }
    for (const auto& [key, type] : right) {
        if (!left.contains(key)) {
            result.emplace(key, type.unite(or_missing(left_rest)));
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
        for (auto& [name, type] : contents->fields) {
            type = type.unite(rest);
        }
        TypeBuilder::set_rest(contents->field_rest, contents->field_type,
                              rest_of_object().unite(rest));
    }
    if (other.contents_) {
        for (const auto& [name, type] : other.contents_->fields) {
            if (type.may_be(kinds::undefined)) {
                contents->fields[name] =
                    at(std::array{Step(name)}).unite(type.without(kinds::undefined));
            } else {
                contents->fields[name] = type;
            }
        }
    }
    return TypeBuilder::make(kinds::object, std::move(contents));
}

namespace {

Type member_type(const Type& type, const std::string& name) {
    if (!type.may_be(kinds::object)) {
        return missing();
    }
    Type found;
    if (const auto* fields = type.fields(); fields != nullptr && fields->contains(name)) {
        found = fields->find(name)->second;
    } else {
        found = type.rest_of_object().unite(missing());
    }
    return type.kinds().without(kinds::object).empty() ? found : found.unite(missing());
}

/// With a negative index any item may be meant unless the length is known.
Type item_type(const Type& type, std::int64_t index) {
    if (!type.may_be(kinds::array)) {
        return missing();
    }
    Type found;
    const auto* items = type.items();
    const bool closed = items != nullptr && type.rest_of_array().is_never();
    if (index < 0 && closed) {
        index += items->empty() ? 0 : items->rbegin()->first + 1;
    }
    if (index < 0) {
        found = closed ? missing() : type.any_item().unite(missing());
    } else if (items != nullptr && items->contains(index)) {
        found = items->find(index)->second;
    } else {
        found = type.rest_of_array().unite(missing());
    }
    return type.kinds().without(kinds::array).empty() ? found : found.unite(missing());
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
        Type& field = contents->fields[*name];
        field = never();  // so that `member` is alone in what it refers to
        contents->size -= std::min(contents->size, member.size());
        field = std::move(member).insert(rest, value);
        contents->size += field.size();
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
        } else if (auto found = contents->fields.find(*name); found != contents->fields.end()) {
            found->second = found->second.remove(path.subspan(1), prune);
            if (prune) {
                found->second = found->second.unite(missing());
            }
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

std::string Type::describe() const {
    if (is_any() && may_be(kinds::undefined)) {
        return "any";
    }
    std::vector<std::string> names;
    for (const auto& [kind, name] : kind_names) {
        if (!kinds_.intersects(kind)) {
            continue;
        }
        std::string parts;
        if (kind == kinds::array && contents_) {
            for (const auto& [index, type] : contents_->items) {
                parts += (parts.empty() ? "" : ", ") + type.describe();
            }
            names.push_back(parts.empty() ? "array" : "[" + parts + "]");
        } else if (kind == kinds::object && contents_) {
            for (const auto& [key, type] : contents_->fields) {
                parts += (parts.empty() ? "" : ", ") + key + ": " + type.describe();
            }
            names.push_back(parts.empty() ? "object" : "{ " + parts + " }");
        } else {
            names.emplace_back(name);
        }
    }
    return names.empty() ? "never" : join_names(names);
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
