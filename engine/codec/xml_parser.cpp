#include "engine/codec/xml_parser.hpp"

#include <expat.h>
#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "engine/codec/number_parser.hpp"
#include "engine/event/container.hpp"

namespace engine {

namespace {

constexpr std::size_t deepest_level = 1024;
/// Between a name's namespace and the name; occurs in neither.
constexpr char namespace_end = '\n';

/// An element that is open.
struct Element {
    /// Local name, in the arena.
    std::string_view name;
    /// Where its tag begins in the text.
    std::size_t offset = 0;
    /// Attributes, children and text, by key, in order.
    std::vector<Member> members;
    /// The text that is being read.
    std::string text;
    bool has_text = false;
    /// Nodes in it of any sort, comments included.
    std::size_t children = 0;
    bool has_attributes = false;
};

bool is_white_space(std::string_view text, std::size_t& at) {
    auto next = static_cast<std::int32_t>(at);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    UChar32 character = 0;
    U8_NEXT(bytes, next, static_cast<std::int32_t>(text.size()), character);
    if (character < 0 || u_isUWhiteSpace(character) == 0) {
        return false;
    }
    at = static_cast<std::size_t>(next);
    return true;
}

std::string without_space_between_tags(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        out += text[at];
        if (text[at++] != '>') {
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && is_white_space(text, end)) {
        }
        at = end < text.size() && text[end] == '<' ? end : at;
    }
    return out;
}

bool is_name(char c) {
    return std::string_view(" \t\r\n/>=;&<\"'").find(c) == std::string_view::npos;
}

/// One run over a text.
class XmlParser {
public:
    XmlParser(std::string_view text, const XmlOptions& options, Arena& arena)
        : text_(text),
          options_(options),
          arena_(arena),
          parser_(XML_ParserCreateNS("UTF-8", namespace_end), &XML_ParserFree) {
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), &XmlParser::on_start, &XmlParser::on_end);
        XML_SetCharacterDataHandler(parser_.get(), &XmlParser::on_text);
        XML_SetCommentHandler(parser_.get(), [](void* self, const XML_Char*) {
            static_cast<XmlParser*>(self)->other_node();
        });
        XML_SetProcessingInstructionHandler(parser_.get(),
                                            [](void* self, const XML_Char*, const XML_Char*) {
                                                static_cast<XmlParser*>(self)->other_node();
                                            });
        XML_SetStartDoctypeDeclHandler(
            parser_.get(), [](void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
                static_cast<XmlParser*>(self)->stop("XML with DTD detected");
            });
    }

    std::expected<Value, std::string> parse() {
        const XML_Status status =
            XML_Parse(parser_.get(), text_.data(), static_cast<int>(text_.size()), XML_TRUE);
        if (status == XML_STATUS_OK) {
            return root_;
        }
        return std::unexpected(error_.empty() ? describe(XML_GetErrorCode(parser_.get()))
                                              : std::move(error_));
    }

private:
    static void XMLCALL on_start(void* self, const XML_Char* name, const XML_Char** attributes) {
        static_cast<XmlParser*>(self)->start(name, attributes);
    }
    static void XMLCALL on_end(void* self, const XML_Char*) {
        static_cast<XmlParser*>(self)->end();
    }
    static void XMLCALL on_text(void* self, const XML_Char* text, int size) {
        Element& element = static_cast<XmlParser*>(self)->open_.back();
        element.text.append(text, static_cast<std::size_t>(size));
        element.has_text = true;
    }

    void stop(std::string_view error) {
        error_ = error;
        XML_StopParser(parser_.get(), XML_FALSE);
    }

    [[nodiscard]] std::string_view local_name(std::string_view name) {
        const std::size_t end = name.rfind(namespace_end);
        return arena_.copy(end == std::string_view::npos ? name : name.substr(end + 1));
    }

    void start(const XML_Char* name, const XML_Char** attributes) {
        if (open_.size() == deepest_level) {
            stop("nodes limit reached");
            return;
        }
        if (!open_.empty()) {
            other_node();
        }
        Element& element = open_.emplace_back();
        element.name = local_name(name);
        element.offset = static_cast<std::size_t>(XML_GetCurrentByteIndex(parser_.get()));
        for (; options_.includes_attributes && *attributes != nullptr; attributes += 2) {
            const std::string key =
                std::string(options_.attribute_prefix).append(local_name(attributes[0]));
            element.members.push_back({arena_.copy(key), Value::copy_of(attributes[1], arena_)});
            element.has_attributes = true;
        }
    }

    /// A node that is not text: what text was before it is complete.
    void other_node() {
        if (!open_.empty()) {
            finish_text(open_.back());
            ++open_.back().children;
        }
    }

    void finish_text(Element& element) {
        if (element.has_text) {
            element.members.push_back({options_.text_key, scalar(element.text)});
            element.text.clear();
            element.has_text = false;
            ++element.children;
        }
    }

    void end() {
        Element element = std::move(open_.back());
        open_.pop_back();
        const bool is_text = element.has_text && element.children == 0 && !element.has_attributes &&
                             !options_.always_uses_text_key;
        finish_text(element);
        Member member{element.name,
                      is_text ? element.members.front().value : object(element.members)};
        if (open_.empty()) {
            root_ = object_of({&member, 1}, arena_);
        } else {
            open_.back().members.push_back(member);
        }
    }

    /// Members of equal keys become one array.
    Value object(std::vector<Member>& members) {
        std::ranges::stable_sort(members, {}, &Member::key);
        std::size_t kept = 0;
        for (std::size_t begin = 0; begin < members.size();) {
            std::size_t end = begin + 1;
            while (end < members.size() && members[end].key == members[begin].key) {
                ++end;
            }
            Member merged = members[begin];
            if (end - begin > 1) {
                std::vector<Value> items;
                for (std::size_t i = begin; i < end; ++i) {
                    items.push_back(members[i].value);
                }
                merged.value = array_of(items, arena_);
            }
            members[kept++] = merged;
            begin = end;
        }
        return object_of({members.data(), kept}, arena_);
    }

    Value scalar(std::string_view text) {
        if (options_.parses_null && (text.empty() || text == "null")) {
            return Value::null();
        }
        if (options_.parses_booleans && (text == "true" || text == "false")) {
            return Value::boolean(text == "true");
        }
        if (options_.parses_numbers) {
            if (const auto whole = parse_whole<std::int64_t>(text)) {
                return Value::integer(*whole);
            }
            if (const auto number = parse_decimal(text); number && !std::isnan(*number)) {
                return Value::floating(*number);
            }
        }
        return Value::copy_of(text, arena_);
    }

    // ---- Errors -------------------------------------------------------------------------------

    /// `1:1`: line and column in characters.
    [[nodiscard]] std::string position(std::size_t offset) const {
        const std::string_view before = text_.substr(0, offset);
        const std::size_t line_start = before.rfind('\n') + 1;  // 0 when there is none
        const auto is_first_byte = [](char c) { return (c & 0xc0) != 0x80; };
        return fmt::format("{}:{}", std::ranges::count(before, '\n') + 1,
                           std::ranges::count_if(before.substr(line_start), is_first_byte) + 1);
    }

    [[nodiscard]] std::string_view name_at(std::size_t offset) const {
        std::size_t end = offset;
        while (end < text_.size() && is_name(text_[end])) {
            ++end;
        }
        return text_.substr(std::min(offset, text_.size()), end - offset);
    }

    [[nodiscard]] std::string describe(XML_Error code) const {
        const auto offset = static_cast<std::size_t>(
            std::max<XML_Index>(XML_GetCurrentByteIndex(parser_.get()), 0));
        switch (code) {
            case XML_ERROR_NO_ELEMENTS:
                return open_.empty() ? "the document does not have a root node"
                                     : "the root node was opened but never closed";
            case XML_ERROR_TAG_MISMATCH:  // at the name
                return fmt::format("expected '{}' tag, not '{}' at {}",
                                   name_at(open_.back().offset + 1), name_at(offset),
                                   position(offset - 2));
            case XML_ERROR_UNDEFINED_ENTITY:
                return fmt::format("unknown entity reference '{}' at {}", name_at(offset + 1),
                                   position(offset));
            case XML_ERROR_DUPLICATE_ATTRIBUTE:
                return fmt::format("attribute '{}' at {} is already defined", name_at(offset),
                                   position(offset));
            case XML_ERROR_UNBOUND_PREFIX: {
                const std::string_view name = name_at(offset + 1);
                return fmt::format("an unknown namespace prefix '{}' at {}",
                                   name.substr(0, name.find(':')), position(offset));
            }
            case XML_ERROR_UNCLOSED_TOKEN:
            case XML_ERROR_PARTIAL_CHAR:
            case XML_ERROR_UNCLOSED_CDATA_SECTION:
                return "unexpected end of stream";
            case XML_ERROR_SYNTAX:
            case XML_ERROR_INVALID_TOKEN:
            case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
                return fmt::format("unknown token at {}", position(offset));
            default:
                return fmt::format("{} at {}", XML_ErrorString(code), position(offset));
        }
    }

    std::string_view text_;
    const XmlOptions& options_;
    Arena& arena_;
    std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_;
    std::vector<Element> open_;
    Value root_;
    std::string error_;
};

}  // namespace

std::expected<Value, std::string> parse_xml(std::string_view text, const XmlOptions& options,
                                            Arena& arena) {
    if (text.size() > std::numeric_limits<std::int32_t>::max()) {
        return std::unexpected("input is too large");
    }
    const std::string trimmed = options.trims ? without_space_between_tags(text) : std::string();
    return XmlParser(options.trims ? std::string_view(trimmed) : text, options, arena).parse();
}

}  // namespace engine
