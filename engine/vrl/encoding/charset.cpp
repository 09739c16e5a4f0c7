#include "engine/vrl/encoding/charset.hpp"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
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
    UErrorCode error = U_ZERO_ERROR;
    const icu::UnicodeString text(bytes.data(), static_cast<std::int32_t>(bytes.size()),
                                  converter.get(), error);
    if (U_FAILURE(error)) {
        return std::nullopt;
    }
    std::string out;
    return text.toUTF8String(out);
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
