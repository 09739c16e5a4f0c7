#pragma once

#include <memory>

#include "engine/vrl/type.hpp"

namespace engine::vrl {

/// Fields (items) beyond the known ones. Any and Json hold at any depth.
enum class RestKind : std::uint8_t { None, Exact, Any, Json };

/// What is known inside a container; only the files type*.cpp see it. Immutable once shared.
struct Type::Contents {
    KnownFields fields;
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

/// Types beyond this size are forgotten.
inline constexpr std::size_t largest_type = 200'000;

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

/// What a path that leads nowhere gives.
[[nodiscard]] inline Type missing_type() {
    return Type(kinds::undefined);
}

}  // namespace engine::vrl
