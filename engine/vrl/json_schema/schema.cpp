#include "engine/vrl/json_schema/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/codec/json_parser.hpp"
#include "engine/diagnostic/assert.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/json_schema/instance.hpp"

namespace engine::vrl::json_schema {

namespace {

/// The kinds of JSON that a keyword's value may have.
enum Shape : std::uint8_t { Text = 1, Number = 2, List = 4, Map = 8, Truth = 16 };

struct Keyword {
    std::string_view name;
    std::uint8_t shapes;
    std::string_view expected;
};

constexpr std::array keywords{
    Keyword{"$anchor", Text, "string"},
    Keyword{"$defs", Map, "object"},
    Keyword{"$ref", Text, "string"},
    Keyword{"additionalProperties", Map | Truth, "object"},
    Keyword{"allOf", List, "array"},
    Keyword{"anyOf", List, "array"},
    Keyword{"contains", Map | Truth, "object"},
    Keyword{"definitions", Map, "object"},
    Keyword{"dependencies", Map, "object"},
    Keyword{"dependentRequired", Map, "object"},
    Keyword{"dependentSchemas", Map, "object"},
    Keyword{"enum", List, "array"},
    Keyword{"exclusiveMaximum", Number | Truth, "number"},
    Keyword{"exclusiveMinimum", Number | Truth, "number"},
    Keyword{"format", Text, "string"},
    Keyword{"items", Map | List | Truth, "object"},
    Keyword{"maximum", Number, "number"},
    Keyword{"maxItems", Number, "integer"},
    Keyword{"maxLength", Number, "integer"},
    Keyword{"maxProperties", Number, "integer"},
    Keyword{"minimum", Number, "number"},
    Keyword{"minItems", Number, "integer"},
    Keyword{"minLength", Number, "integer"},
    Keyword{"minProperties", Number, "integer"},
    Keyword{"multipleOf", Number, "number"},
    Keyword{"not", Map | Truth, "object"},
    Keyword{"oneOf", List, "array"},
    Keyword{"pattern", Text, "string"},
    Keyword{"patternProperties", Map, "object"},
    Keyword{"prefixItems", List, "array"},
    Keyword{"properties", Map, "object"},
    Keyword{"propertyNames", Map | Truth, "object"},
    Keyword{"required", List | Truth, "array"},
    Keyword{"type", Text | List, "string"},
    Keyword{"uniqueItems", Truth, "boolean"},
};

/// Keywords whose values are schemas, or lists or maps of them.
constexpr std::array<std::string_view, 7> maps_of_schemas{
    "$defs",      "definitions",      "dependencies", "dependentSchemas", "patternProperties",
    "properties", "dependentRequired"};

std::uint8_t shape_of(const Value& value) {
    switch (value.kind()) {
        case ValueKind::Bytes:
            return Text;
        case ValueKind::Integer:
        case ValueKind::Float:
            return Number;
        case ValueKind::Array:
            return List;
        case ValueKind::Object:
            return Map;
        case ValueKind::Boolean:
            return Truth;
        default:
            return 0;
    }
}

Draft draft_of(const Value& root) {
    const Value* const uri = root.is_object() ? root.as_object().find("$schema") : nullptr;
    const std::string_view name =
        uri != nullptr && uri->is_bytes() ? uri->as_bytes() : std::string_view();
    constexpr std::array<std::pair<std::string_view, Draft>, 4> names{
        {{"draft-04", Draft::Draft4},
         {"draft-06", Draft::Draft6},
         {"draft-07", Draft::Draft7},
         {"2019-09", Draft::Draft201909}}};
    for (const auto& [part, draft] : names) {
        if (name.find(part) != std::string_view::npos) {
            return draft;
        }
    }
    return Draft::Draft202012;
}

/// RFC 3986, section 5.2, as far as identifiers of schemas need it.
std::string resolved(std::string_view base, std::string_view reference) {
    base = base.substr(0, base.find('#'));
    if (reference.empty() || reference.starts_with('#')) {
        return std::string(base).append(reference);
    }
    if (reference.find("://") != std::string_view::npos || reference.starts_with("urn:")) {
        return std::string(reference);
    }
    const std::size_t scheme = base.find("://");
    if (reference.starts_with('/')) {
        const std::size_t path = scheme == std::string_view::npos ? 0 : base.find('/', scheme + 3);
        return std::string(base.substr(0, path)).append(reference);
    }
    const std::size_t folder = base.rfind('/');
    return std::string(folder == std::string_view::npos ? "" : base.substr(0, folder + 1))
        .append(reference);
}

std::string unescaped(std::string_view step) {
    std::string out;
    for (std::size_t i = 0; i < step.size(); ++i) {
        unsigned byte = 0;
        if (step[i] == '~' && i + 1 < step.size()) {
            out += step[++i] == '1' ? '/' : '~';
        } else if (step[i] == '%' && i + 2 < step.size() &&
                   std::from_chars(&step[i + 1], &step[i + 3], byte, 16).ec == std::errc{}) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += step[i];
        }
    }
    return out;
}

}  // namespace

/// Walks a document's schemas twice: for their names and checks, then for what they refer to.
class Compiler {
public:
    explicit Compiler(Schema& schema) : schema_(schema) {}

    Result<void> run() {
        names_[""] = &schema_.root_;
        ENGINE_TRY(collect(schema_.root_, ""));
        for (const auto& [node, uri] : waiting_) {
            const Value* const target = find(uri);
            if (target == nullptr) {
                return failure(
                    fmt::format("Resource '{}' is not present in a registry and "
                                "retrieving it failed: not supported",
                                uri));
            }
            schema_.references_[node] = target;
        }
        return {};
    }

private:
    Result<void> collect(const Value& value, const std::string& base) {
        if (value.is_array()) {
            for (const Value& item : value.as_array().view()) {
                ENGINE_TRY(collect(item, base));
            }
        }
        return value.is_object() ? collect_schema(value, base) : Result<void>();
    }

    Result<void> collect_schema(const Value& value, std::string base) {
        const ObjectNode& node = value.as_object();
        for (const std::string_view key : {"$id", "id"}) {
            const Value* const id = node.find(key);
            if (id != nullptr && id->is_bytes() &&
                (key == "id") == (schema_.draft_ == Draft::Draft4)) {
                const std::string name = resolved(base, id->as_bytes());
                names_[name] = &value;
                const std::string whole = name.substr(0, name.find('#'));
                if (whole.size() + 1 >= name.size()) {  // no more than an empty fragment
                    names_[whole] = &value;
                    base = whole;
                }
            }
        }
        for (std::uint32_t i = 0; i < node.size(); ++i) {
            ENGINE_TRY(collect_keyword(node, node.shape->keys()[i], node.values[i], base));
        }
        for (const std::string_view key : {"$anchor", "$dynamicAnchor"}) {
            if (const Value* const anchor = node.find(key);
                anchor != nullptr && anchor->is_bytes()) {
                names_[fmt::format("{}#{}", base, anchor->as_bytes())] = &value;
            }
        }
        return {};
    }

    Result<void> collect_keyword(const ObjectNode& node, std::string_view key, const Value& value,
                                 const std::string& base) {
        const auto keyword = std::ranges::find(keywords, key, &Keyword::name);
        if (keyword != keywords.end() && (keyword->shapes & shape_of(value)) == 0) {
            return failure(fmt::format("{} is not of type \"{}\"", json(value), keyword->expected));
        }
        if (key == "enum" || key == "const" || key == "default" || key == "examples") {
            return {};
        }
        if (key == "pattern") {
            return add_pattern(value.as_bytes());
        }
        if (key == "format" && find_format(value.as_bytes()) == nullptr) {
            schema_.unknown_formats_.emplace(value.as_bytes());
        }
        if (value.is_bytes() && (key == "$ref" || key == "$dynamicRef" || key == "$recursiveRef")) {
            waiting_.emplace_back(&node, resolved(base, value.as_bytes()));
        }
        if (value.is_object() && std::ranges::find(maps_of_schemas, key) != maps_of_schemas.end()) {
            return collect_map(key, value.as_object(), base);
        }
        return collect(value, base);
    }

    /// The names here are not keywords.
    Result<void> collect_map(std::string_view key, const ObjectNode& map, const std::string& base) {
        for (std::uint32_t i = 0; i < map.size(); ++i) {
            if (key == "patternProperties") {
                ENGINE_TRY(add_pattern(map.shape->keys()[i]));
            }
            ENGINE_TRY(collect(map.values[i], base));
        }
        return {};
    }

    Result<void> add_pattern(std::string_view pattern) {
        auto regex = regex::Regex::compile(std::string(pattern));
        if (!regex) {
            return failure(fmt::format("{} is not a \"regex\"", json(Value::bytes(pattern))));
        }
        schema_.patterns_.emplace(pattern, std::move(*regex));
        return {};
    }

    const Value* find(const std::string& uri) const {
        if (const auto named = names_.find(uri); named != names_.end()) {
            return named->second;
        }
        const std::size_t fragment = uri.find('#');
        const auto document = names_.find(uri.substr(0, fragment));
        if (fragment == std::string::npos || document == names_.end()) {
            return nullptr;
        }
        const Value* at = document->second;
        std::string_view rest = std::string_view(uri).substr(fragment + 1);
        while (at != nullptr && rest.starts_with('/')) {
            rest.remove_prefix(1);
            const std::size_t end = std::min(rest.find('/'), rest.size());
            at = step(*at, unescaped(rest.substr(0, end)));
            rest.remove_prefix(end);
        }
        return rest.empty() ? at : nullptr;
    }

    static const Value* step(const Value& value, std::string_view name) {
        if (value.is_object()) {
            return value.as_object().find(name);
        }
        std::size_t index = 0;
        const char* const end = name.data() + name.size();
        if (!value.is_array() || std::from_chars(name.data(), end, index).ptr != end ||
            index >= value.as_array().size) {
            return nullptr;
        }
        return &value.as_array().items[index];
    }

    Schema& schema_;
    std::map<std::string, const Value*, std::less<>> names_;
    std::vector<std::pair<const ObjectNode*, std::string>> waiting_;
};

Result<std::shared_ptr<const Schema>> Schema::compile(std::string text) {
    auto schema = std::make_shared<Schema>();
    schema->text_ = std::move(text);
    schema->root_ = ENGINE_TRY(JsonParser::local().parse(schema->text_, schema->arena_));
    schema->draft_ = draft_of(schema->root_);
    ENGINE_TRY(Compiler(*schema).run());
    return schema;
}

const Value* Schema::reference(const ObjectNode& schema) const {
    const auto found = references_.find(&schema);
    return found == references_.end() ? nullptr : found->second;
}

const regex::Regex& Schema::pattern(std::string_view text) const {
    const auto found = patterns_.find(text);
    ENGINE_ASSERT(found != patterns_.end(), "compiling finds all patterns");
    return *found->second;
}

}  // namespace engine::vrl::json_schema
