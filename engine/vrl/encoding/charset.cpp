#include "engine/vrl/encoding/charset.hpp"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <memory>

#include "engine/vrl/display.hpp"

namespace engine::vrl {

namespace {

using Converter = std::unique_ptr<UConverter, decltype(&ucnv_close)>;

Converter open(const std::string& charset) {
    UErrorCode error = U_ZERO_ERROR;
    Converter converter(ucnv_open(charset.c_str(), &error), &ucnv_close);
    return U_SUCCESS(error) ? std::move(converter) : Converter(nullptr, &ucnv_close);
}

/// Labels whose meaning on the web is not what their name says, or that ICU lacks
/// (encoding.spec.whatwg.org, section 4.2).
const std::map<std::string, std::string, std::less<>>& web_labels() {
    static const std::map<std::string, std::string, std::less<>> labels{
        {"ascii", "windows-1252"},
        {"us-ascii", "windows-1252"},
        {"iso-8859-1", "windows-1252"},
        {"iso8859-1", "windows-1252"},
        {"iso_8859-1", "windows-1252"},
        {"latin1", "windows-1252"},
        {"l1", "windows-1252"},
        {"cp1252", "windows-1252"},
        {"iso-8859-9", "windows-1254"},
        {"latin5", "windows-1254"},
        {"iso-8859-11", "windows-874"},
        {"tis-620", "windows-874"},
        {"utf8", "UTF-8"},
        {"utf-8", "UTF-8"},
        {"unicode-1-1-utf-8", "UTF-8"},
        {"utf-16", "UTF-16LE"},
        {"utf-16le", "UTF-16LE"},
        {"utf-16be", "UTF-16BE"},
        {"gb2312", "GBK"},
        {"gbk", "GBK"},
        {"chinese", "GBK"},
        {"x-gbk", "GBK"},
        {"gb18030", "gb18030"},
        {"big5", "Big5-HKSCS"},
        {"big5-hkscs", "Big5-HKSCS"},
        {"shift_jis", "ibm-943_P15A-2003"},
        {"shift-jis", "ibm-943_P15A-2003"},
        {"sjis", "ibm-943_P15A-2003"},
        {"windows-31j", "ibm-943_P15A-2003"},
        {"x-sjis", "ibm-943_P15A-2003"},
        {"euc-kr", "windows-949"},
        {"ks_c_5601-1987", "windows-949"},
        {"korean", "windows-949"},
        {"windows-949", "windows-949"},
        {"euc-jp", "EUC-JP"},
        {"x-euc-jp", "EUC-JP"},
        {"iso-2022-jp", "ISO-2022-JP"},
        {"koi8-r", "KOI8-R"},
        {"koi8", "KOI8-R"},
        {"koi", "KOI8-R"},
        {"koi8-u", "KOI8-U"},
        {"macintosh", "macintosh"},
        {"ibm866", "IBM866"},
        {"cp866", "IBM866"},
    };
    return labels;
}

/// `iso-8859-2` to `-16` and `windows-1250` to `-1258`, which ICU calls the same.
bool is_numbered(std::string_view label) {
    return (label.starts_with("iso-8859-") && label.size() <= 11) ||
           (label.starts_with("windows-125") && label.size() == 12);
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : 0;
}

/// One step of a decoder: how many bytes it takes, and whether they are a character.
struct Sequence {
    std::size_t size;
    bool is_valid;
};

/// The sequence at `at`, whose first byte is not ASCII, where the second is in the ranges given. A
/// wrong ASCII byte is not part of it (encoding.spec.whatwg.org, "Big5 decoder").
Sequence pair_at(std::string_view bytes, std::size_t at, bool is_trail) {
    if (is_trail) {
        return {2, true};
    }
    return {at + 1 >= bytes.size() || byte_at(bytes, at + 1) < 0x80 ? 1U : 2U, false};
}

Sequence big5_sequence(std::string_view bytes, std::size_t at) {
    const std::uint8_t lead = byte_at(bytes, at);
    const std::uint8_t trail = byte_at(bytes, at + 1);
    if (lead < 0x81 || lead == 0xff) {
        return {1, false};
    }
    return pair_at(bytes, at, (trail >= 0x40 && trail <= 0x7e) || (trail >= 0xa1 && trail <= 0xfe));
}

Sequence euc_jp_sequence(std::string_view bytes, std::size_t at) {
    const auto is_kanji = [](std::uint8_t byte) { return byte >= 0xa1 && byte <= 0xfe; };
    const std::uint8_t lead = byte_at(bytes, at);
    const std::uint8_t trail = byte_at(bytes, at + 1);
    if (lead == 0x8e) {
        return pair_at(bytes, at, trail >= 0xa1 && trail <= 0xdf);
    }
    if (lead == 0x8f && is_kanji(trail)) {
        const Sequence rest = pair_at(bytes, at + 1, is_kanji(byte_at(bytes, at + 2)));
        return {rest.size + 1, rest.is_valid};
    }
    if (lead != 0x8f && !is_kanji(lead)) {
        return {1, false};
    }
    return pair_at(bytes, at, lead != 0x8f && is_kanji(trail));
}

using SequenceAt = Sequence (*)(std::string_view, std::size_t);

/// The charsets where ICU and the web's standard differ on malformed bytes and on which characters
/// may be written; null for others.
SequenceAt sequences_of(const std::string& charset) {
    return charset == "Big5-HKSCS" ? big5_sequence
           : charset == "EUC-JP"   ? euc_jp_sequence
                                   : nullptr;
}

/// The web's encoders leave out JIS X 0212 (after 8F) and Big5's extension to HKSCS (below A1).
bool is_written(const std::string& charset, std::uint8_t lead) {
    return charset == "Big5-HKSCS" ? lead >= 0xa1 : lead != 0x8f;
}

bool append_converted(std::string_view bytes, UConverter& converter, std::string& out) {
    UErrorCode error = U_ZERO_ERROR;
    const icu::UnicodeString text(bytes.data(), static_cast<std::int32_t>(bytes.size()), &converter,
                                  error);
    text.toUTF8String(out);
    return U_SUCCESS(error) != 0;
}

/// Decodes in runs of well-formed sequences.
std::optional<std::string> decoded_by_sequence(std::string_view bytes, UConverter& converter,
                                               SequenceAt sequence_at) {
    std::string out;
    std::size_t begin = 0;
    std::size_t at = 0;
    const auto flush = [&](std::size_t end) {
        return begin == end || append_converted(bytes.substr(begin, end - begin), converter, out);
    };
    while (at < bytes.size()) {
        if (byte_at(bytes, at) < 0x80) {
            ++at;
            continue;
        }
        const Sequence sequence = sequence_at(bytes, at);
        if (!sequence.is_valid) {
            if (!flush(at)) {
                return std::nullopt;
            }
            out += "\xef\xbf\xbd";
            begin = at + sequence.size;
        }
        at += sequence.size;
    }
    return flush(bytes.size()) ? std::optional(out) : std::nullopt;
}

std::optional<std::string> encoded_by_character(const icu::UnicodeString& text,
                                                UConverter& converter, const std::string& charset) {
    std::string out;
    for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
        const UChar32 character = text.char32At(at);
        if (character < 0x80) {
            out += static_cast<char>(character);
            continue;
        }
        std::array<char, 16> bytes{};  // `&#1114111;` is the longest
        UErrorCode error = U_ZERO_ERROR;
        const std::int32_t size = icu::UnicodeString(character).extract(
            bytes.data(), std::ssize(bytes), &converter, error);
        if (U_FAILURE(error)) {
            return std::nullopt;
        }
        out += is_written(charset, static_cast<std::uint8_t>(bytes[0]))
                   ? std::string(bytes.data(), static_cast<std::size_t>(size))
                   : "&#" + std::to_string(character) + ";";
    }
    return out;
}

}  // namespace

std::optional<std::string> charset_of(std::string_view label) {
    const std::size_t begin = label.find_first_not_of(" \t\n\f\r");
    if (begin == std::string_view::npos || label.size() > 64) {
        return std::nullopt;
    }
    std::string name(label.substr(begin, label.find_last_not_of(" \t\n\f\r") - begin + 1));
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    if (const auto found = web_labels().find(name); found != web_labels().end()) {
        return found->second;
    }
    return is_numbered(name) && open(name) ? std::optional(name) : std::nullopt;
}

std::optional<std::string> charset_decoded(std::string_view bytes, const std::string& charset) {
    const Converter converter = open(charset);
    if (!converter || bytes.size() > std::numeric_limits<std::int32_t>::max()) {
        return std::nullopt;
    }
    if (const SequenceAt sequence_at = sequences_of(charset)) {
        return decoded_by_sequence(bytes, *converter, sequence_at);
    }
    std::string out;
    return append_converted(bytes, *converter, out) ? std::optional(out) : std::nullopt;
}

std::optional<std::string> charset_encoded(std::string_view text, const std::string& charset) {
    const bool is_unicode = charset.starts_with("UTF-");  // WHATWG: written as UTF-8
    const Converter converter = open(is_unicode ? "UTF-8" : charset);
    if (!converter || text.size() > std::numeric_limits<std::int32_t>::max()) {
        return std::nullopt;
    }
    UErrorCode error = U_ZERO_ERROR;
    ucnv_setFallback(converter.get(), 0);
    ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_ESCAPE, UCNV_ESCAPE_XML_DEC,
                          nullptr, nullptr, &error);
    std::string clean;
    const icu::UnicodeString source =
        icu::UnicodeString::fromUTF8(std::string(utf8_lossy(text, clean)));
    if (sequences_of(charset) != nullptr) {
        return encoded_by_character(source, *converter, charset);
    }
    const std::int32_t size = source.extract(nullptr, 0, converter.get(), error);
    if (error != U_BUFFER_OVERFLOW_ERROR && U_FAILURE(error)) {
        return std::nullopt;
    }
    error = U_ZERO_ERROR;
    std::string out(static_cast<std::size_t>(size) + 1, '\0');
    source.extract(out.data(), size + 1, converter.get(), error);
    out.resize(static_cast<std::size_t>(size));
    return U_SUCCESS(error) ? std::optional(out) : std::nullopt;
}

}  // namespace engine::vrl
