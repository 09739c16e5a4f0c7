#include "engine/vrl/user_agent/agent_class.hpp"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <array>
#include <span>

namespace engine::vrl {
namespace {

bool has(std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
}

/// An agent is of this name when it contains both words (`second` may be empty).
struct Sign {
    std::string_view word;
    std::string_view second;
    std::string_view name;
};

constexpr std::array crawlers = {
    Sign{"compatible; Googlebot-Mobile", "", "Googlebot Mobile"},
    Sign{"compatible; Googlebot", "", "Googlebot"},
    Sign{"Googlebot-Image/", "", "Googlebot"},
    Sign{"compatible; Mediapartners-Google", "", "Google Mediapartners"},
    Sign{"Feedfetcher-Google;", "", "Google Feedfetcher"},
    Sign{"AppEngine-Google", "", "Google AppEngine"},
    Sign{"Google Web Preview", "", "Google Web Preview"},
    Sign{"compatible; Yahoo! Slurp", "", "Yahoo! Slurp"},
    Sign{"YahooFeedSeekerJp", "", "Yahoo! Japan"},
    Sign{"YahooFeedSeekerBetaJp", "", "Yahoo! Japan"},
    Sign{"crawler (http://listing.yahoo.co.jp/support/faq/", "", "Yahoo! Japan"},
    Sign{"crawler (http://help.yahoo.co.jp/help/jp/", "", "Yahoo! Japan"},
    Sign{"Y!J-BRW/", "", "Yahoo! Japan"},
    Sign{"Yahoo Pipes", "", "Yahoo! Pipes"},
    Sign{"msnbot", "", "msnbot"},
    Sign{"compatible; bingbot", "", "bingbot"},
    Sign{"BingPreview", "", "BingPreview"},
    Sign{"compatible; Baiduspider", "", "Baiduspider"},
    Sign{"Baiduspider+", "", "Baiduspider"},
    Sign{"Baiduspider-image+", "", "Baiduspider"},
    Sign{"Yeti", "http://help.naver.com/robots", "Naver Yeti"},
    Sign{"Yeti", "http://naver.me/bot", "Naver Yeti"},
    Sign{"FeedBurner/", "", "Google FeedBurner"},
    Sign{"facebookexternalhit", "", "facebook"},
    Sign{"Twitterbot/", "", "twitter"},
    Sign{"ichiro", "http://help.goo.ne.jp/door/crawler.html", "goo"},
    Sign{"ichiro", "compatible; ichiro/mobile goo;", "goo"},
    Sign{"gooblogsearch/", "", "goo"},
    Sign{"Apple-PubSub", "", "Apple iCloud"},
    Sign{"(www.radian6.com/crawler)", "", "salesforce radian6"},
    Sign{"Genieo/", "", "Genieo Web Filter"},
    Sign{"labs.topsy.com/butterfly/", "", "topsy Butterfly"},
    Sign{"rogerbot/1.0 (http://www.seomoz.org/dp/rogerbot", "", "SeoMoz rogerbot"},
    Sign{"compatible; AhrefsBot/", "", "ahref AhrefsBot"},
    Sign{"livedoor FeedFetcher", "", "livedoor FeedFetcher"},
    Sign{"Fastladder FeedFetcher", "", "livedoor FeedFetcher"},
    Sign{"Hatena Antenna", "", "Hatena"},
    Sign{"Hatena Pagetitle Agent", "", "Hatena"},
    Sign{"Hatena Diary RSS", "", "Hatena"},
    Sign{"mixi-check", "", "mixi"},
    Sign{"mixi-crawler", "", "mixi"},
    Sign{"mixi-news-crawler", "", "mixi"},
    Sign{"compatible; Indy Library", "", "Indy Library"},
    Sign{"trendictionbot", "", "trendiction"}};

/// Consoles and television sets.
constexpr std::array appliances = {Sign{"PSP (PlayStation Portable)", "", "PlayStation Portable"},
                                   Sign{"PlayStation Vita", "", "PlayStation Vita"},
                                   Sign{"PLAYSTATION 3 ", "", "PlayStation 3"},
                                   Sign{"PLAYSTATION 3;", "", "PlayStation 3"},
                                   Sign{"PlayStation 4 ", "", "PlayStation 4"},
                                   Sign{"Nintendo 3DS;", "", "Nintendo 3DS"},
                                   Sign{"Nintendo DSi;", "", "Nintendo DSi"},
                                   Sign{"Nintendo Wii;", "", "Nintendo Wii"},
                                   Sign{"(Nintendo WiiU)", "", "Nintendo Wii U"},
                                   Sign{"InettvBrowser/", "", "InternetTVBrowser"}};

constexpr std::array desktop_tools = {Sign{"AppleSyndication/", "", "Safari RSSReader"},
                                      Sign{"compatible; Google Desktop/", "", "Google Desktop"},
                                      Sign{"Windows-RSS-Platform", "", "Windows RSSReader"}};

/// Libraries, by how the agent begins; `name` is the version that is reported.
constexpr std::array libraries = {Sign{"Apache-HttpClient/", "", "Java"},
                                  Sign{"Jakarta Commons-HttpClient/", "", "Java"},
                                  Sign{"Java/", "", "Java"},
                                  Sign{"Wget/", "", "wget"},
                                  Sign{"curl/", "", "curl"},
                                  Sign{"libwww-perl", "", "perl"},
                                  Sign{"WWW-Mechanize", "", "perl"},
                                  Sign{"LWP::Simple", "", "perl"},
                                  Sign{"LWP ", "", "perl"},
                                  Sign{"lwp-trivial", "", "perl"},
                                  Sign{"Ruby", "", "ruby"},
                                  Sign{"feedzirra", "", "ruby"},
                                  Sign{"Typhoeus", "", "ruby"},
                                  Sign{"Python-urllib/", "", "python"},
                                  Sign{"Twisted ", "", "python"},
                                  Sign{"PHP/", "", "php"},
                                  Sign{"WordPress/", "", "php"},
                                  Sign{"CakePHP", "", "php"},
                                  Sign{"PukiWiki/", "", "php"},
                                  Sign{"PECL::HTTP/", "", "php"}};

/// Browsers that say `Safari/` too, before Chrome and Safari themselves: by the word before the
/// version.
constexpr std::array webkit_browsers = {Sign{"Edge/", "", "Edge"},
                                        Sign{"Edg/", "", "Edge"},
                                        Sign{"EdgiOS/", "", "Edge"},
                                        Sign{"EdgA/", "", "Edge"},
                                        Sign{"FxiOS/", "", "Firefox"},
                                        Sign{"GSA/", "", "Google Search App"},
                                        Sign{"Vivaldi/", "", "Vivaldi"},
                                        Sign{"YaBrowser/", "", "Yandex Browser"},
                                        Sign{"SamsungBrowser/", "", "SamsungBrowser"},
                                        Sign{"OPR/", "", "Opera"},
                                        Sign{"OPiOS/", "", "Opera"},
                                        Sign{"CrMo/", "", "Chrome"},
                                        Sign{"CriOS/", "", "Chrome"},
                                        Sign{"Chrome/", "", "Chrome"}};

constexpr std::array<std::array<std::string_view, 2>, 11> windows_versions = {
    {{"NT 10.0", "Windows 10"},
     {"NT 6.3", "Windows 8.1"},
     {"NT 6.2", "Windows 8"},
     {"NT 6.1", "Windows 7"},
     {"NT 6.0", "Windows Vista"},
     {"NT 5.1", "Windows XP"},
     {"NT 5.0", "Windows 2000"},
     {"NT 4.0", "Windows NT 4.0"},
     {"98", "Windows 98"},
     {"95", "Windows 95"},
     {"CE", "Windows CE"}}};

const Sign* find_sign(std::span<const Sign> signs, std::string_view agent) {
    const auto found = std::ranges::find_if(
        signs, [&](const Sign& sign) { return has(agent, sign.word) && has(agent, sign.second); });
    return found == signs.end() ? nullptr : &*found;
}

/// Characters of `allowed` that follow the first `marker` with any.
std::string_view after(std::string_view text, std::string_view marker,
                       std::string_view allowed = ".0123456789") {
    for (std::size_t at = text.find(marker); at != std::string_view::npos;
         at = text.find(marker, at + 1)) {
        const std::string_view rest = text.substr(at + marker.size());
        const std::string_view found = rest.substr(0, rest.find_first_not_of(allowed));
        if (!found.empty()) {
            return found;
        }
    }
    return {};
}

/// Text that follows the marker up to one of `ends`.
std::string_view up_to(std::string_view text, std::string_view marker, std::string_view ends) {
    const std::size_t at = text.find(marker);
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = text.substr(at + marker.size());
    return rest.substr(0, rest.find_first_of(ends));
}

std::string dotted(std::string_view version) {
    std::string text(version);
    std::ranges::replace(text, '_', '.');
    return text;
}

/// One agent while it is looked at; the steps are tried in order.
class Classifier {
public:
    explicit Classifier(std::string_view agent) : agent_(agent) {}

    AgentClass classify() {
        if (agent_.empty() || agent_ == "-" || crawler()) {
            return result_;
        }
        if (browser()) {
            operating_system();
        } else if (!mobile_phone() && !appliance() && !desktop_tool() && !operating_system()) {
            rare_case();
        }
        return result_;
    }

private:
    bool set(std::string_view browser, std::string_view category, std::string_view os = {},
             std::string_view version = {}) {
        result_.browser = browser;
        result_.category = category;
        result_.os = os;
        result_.browser_version = version;
        return true;
    }
    bool set_os(std::string_view os, std::string_view category, std::string version = {}) {
        result_.os = os;
        result_.category = category;
        result_.os_version = std::move(version);
        return true;
    }
    bool set_browser(std::string_view browser, std::string_view version) {
        result_.browser = browser;
        result_.browser_version = version;
        return true;
    }

    bool crawler() {
        if (agent_ == "Mediapartners-Google") {
            return set("Google Mediapartners", "crawler");
        }
        const Sign* sign = find_sign(crawlers, agent_);
        return sign != nullptr && set(sign->name, "crawler");
    }

    bool browser() {
        if (has(agent_, "compatible; MSIE") || has(agent_, "Trident/") ||
            has(agent_, "IEMobile/")) {
            std::string_view version = after(agent_, "MSIE ");
            version = version.empty() ? after(agent_, "IEMobile/") : version;
            return set_browser("Internet Explorer",
                               version.empty() ? after(agent_, "; rv:") : version);
        }
        if (has(agent_, "Safari/")) {
            const Sign* sign = find_sign(webkit_browsers, agent_);
            return sign != nullptr ? set_browser(sign->name, after(agent_, sign->word))
                                   : set_browser("Safari", after(agent_, "Version/"));
        }
        if (has(agent_, "Firefox/")) {
            return set_browser("Firefox", after(agent_, "Firefox/"));
        }
        if (has(agent_, "Opera")) {
            std::string_view version = after(agent_, "Version/");
            version = version.empty() ? after(agent_, "Opera/") : version;
            return set_browser("Opera", version.empty() ? after(agent_, "Opera ") : version);
        }
        const bool is_phone = has(agent_, "iPhone;") || has(agent_, "iPad;") ||
                              has(agent_, "iPod;") || has(agent_, "iPod touch;");
        return is_phone && has(agent_, "like Mac OS X") && set_browser("Webview", {});
    }

    bool mobile_phone() {
        if (has(agent_, "DoCoMo") || has(agent_, ";FOMA;")) {
            const std::string_view words = up_to(agent_, "DoCoMo/", ";()\"'");
            const std::size_t second = words.find_first_of(" /");
            std::string_view version = second == std::string_view::npos ? words.substr(words.size())
                                                                        : words.substr(second + 1);
            version = version.substr(0, version.find_first_of("- /"));
            return set("docomo", "mobilephone", "docomo", version);
        }
        if (has(agent_, "KDDI-")) {
            return set("au by KDDI", "mobilephone", "au", up_to(agent_, "KDDI-", "- /;()\"'"));
        }
        for (const std::string_view word : {"SoftBank", "Vodafone", "J-PHONE"}) {
            if (has(agent_, word)) {
                std::string_view version = up_to(agent_, word, " ;()");
                version.remove_prefix(std::min(version.find('/', 1), version.size()));
                version = version.substr(std::min<std::size_t>(1, version.size()));
                return set("SoftBank Mobile", "mobilephone", "SoftBank",
                           version.substr(0, version.find('/')));
            }
        }
        for (const std::string_view word : {"WILLCOM;", "DDIPOCKET;"}) {
            if (has(agent_, word)) {
                std::string_view version = up_to(agent_, word, " ;()");
                version.remove_prefix(std::min(version.find('/') + 1, version.size()));
                return set("WILLCOM", "mobilephone", "WILLCOM",
                           version.substr(0, version.find('/')));
            }
        }
        return other_mobile_phone();
    }

    bool other_mobile_phone() {
        if (has(agent_, "jig browser")) {
            return set("jig browser", "mobilephone", "jig",
                       up_to(agent_, "jig browser web; ", ");"));
        }
        if (has(agent_, "emobile/") || has(agent_, "OpenBrowser") ||
            has(agent_, "Browser/Obigo-Browser")) {
            return set("emobile", "mobilephone", "emobile");
        }
        if (has(agent_, "SymbianOS")) {
            return set("SymbianOS", "mobilephone", "SymbianOS");
        }
        if (has(agent_, "Hatena-Mobile-Gateway/")) {
            return set("Mobile Transcoder", "mobilephone", "Mobile Transcoder", "Hatena");
        }
        return has(agent_, "livedoor-Mobile-Gateway/") &&
               set("Mobile Transcoder", "mobilephone", "Mobile Transcoder", "livedoor");
    }

    bool appliance() {
        const Sign* sign = find_sign(appliances, agent_);
        return sign != nullptr && set(sign->name, "appliance", sign->name);
    }

    bool desktop_tool() {
        const Sign* sign = find_sign(desktop_tools, agent_);
        return sign != nullptr && set(sign->name, "misc");
    }

    bool operating_system() {
        return windows() || apple() || linux_system() || smartphone() || other_system();
    }

    bool windows() {
        if (!has(agent_, "Windows")) {
            return false;
        }
        if (has(agent_, "Xbox")) {
            return set_os(has(agent_, "Xbox; Xbox One)") ? "Xbox One" : "Xbox 360", "appliance");
        }
        const std::string_view version = up_to(agent_, "Windows ", ";)");
        if (version.starts_with("Phone")) {
            return set_os("Windows Phone OS", "smartphone", std::string(after(version, " ")));
        }
        for (const auto& [known, name] : windows_versions) {
            if (version == known || (version.starts_with(known) && known.starts_with("NT ") &&
                                     version.substr(known.size()).starts_with(' '))) {
                return set_os(name, known == "CE" ? "appliance" : "pc", std::string(known));
            }
        }
        return set_os("Windows UNKNOWN Ver", "pc", std::string(version));
    }

    bool apple() {
        if (!has(agent_, "Mac OS X")) {
            return false;
        }
        if (!has(agent_, "like Mac OS X")) {
            return set_os("Mac OSX", "pc", dotted(after(agent_, "Mac OS X ", "._0123456789")));
        }
        const std::string version = dotted(after(agent_, " OS ", "_0123456789"));
        for (const auto& [word, name] : phones) {
            if (has(agent_, word)) {
                return set_os(name, "smartphone", version);
            }
        }
        return set_os("iOS", "smartphone", version);
    }

    bool linux_system() {
        if (!has(agent_, "Linux")) {
            return false;
        }
        if (has(agent_, "Android")) {
            std::string_view version = after(agent_, "Android ");
            version = version.empty() ? after(agent_, "Android-") : version;
            return set_os("Android", "smartphone", std::string(version));
        }
        return set_os("Linux", "pc");
    }

    bool smartphone() {
        if (result_.browser == "Firefox" && agent_.starts_with("Mozilla/") &&
            has(agent_, "(Mobile;")) {
            return set_os("Firefox OS", "smartphone", std::string(after(agent_, "rv:")));
        }
        for (const auto& [word, name] : phones) {
            if (has(agent_, word.substr(0, word.size() - 1))) {
                return set_os(name, "smartphone");
            }
        }
        if (has(agent_, "Android")) {
            return set_os("Android", "smartphone");
        }
        if (has(agent_, "CFNetwork")) {
            return set_os("iOS", "smartphone");
        }
        if (has(agent_, "BB10")) {
            return set_os("BlackBerry 10", "smartphone", std::string(after(agent_, "Version/")));
        }
        return has(agent_, "BlackBerry") && set_os("BlackBerry", "smartphone");
    }

    bool other_system() {
        if (has(agent_, "CrOS ")) {
            return set_os("ChromeOS", "pc");
        }
        if (has(agent_, "BSD ")) {
            return set_os("BSD", "pc");
        }
        if (has(agent_, "Macintosh") || has(agent_, "Mac_PowerPC")) {
            return set_os("Mac OS Classic", "pc");
        }
        if (has(agent_, "Google Wireless Transcoder") || has(agent_, "Naver Transcoder")) {
            return set("Mobile Transcoder", "mobilephone", "Mobile Transcoder",
                       has(agent_, "Naver Transcoder") ? "Naver" : "Google");
        }
        return false;
    }

    void rare_case() {
        if (has(agent_, "Sleipnir/")) {
            set("Sleipnir", "pc", "Windows UNKNOWN Ver", after(agent_, "Sleipnir/"));
            return;
        }
        const auto library = std::ranges::find_if(
            libraries, [&](const Sign& sign) { return agent_.starts_with(sign.word); });
        if (library != libraries.end()) {
            set("HTTP Library", "misc", {}, library->name);
            return;
        }
        const std::string lower = absl::AsciiStrToLower({agent_.data(), agent_.size()});
        if (names_word(lower, {"rss", "rssreader", "rssbar"}) || has(lower, "headline-reader") ||
            has(agent_, "cococ/")) {
            set("RSSReader", "misc");
        } else if (names_word(lower, {"bot", "crawler", "spider"}) || has(lower, "feed parser") ||
                   has(lower, "feedparser") || has(lower, "web parser") ||
                   has(lower, "webparser") || has(lower, "watchdog") || has(lower, "watch dog") ||
                   agent_.starts_with("Rome Client ") || agent_.starts_with("UnwindFetchor/") ||
                   agent_.starts_with("ia_archiver ") || agent_.starts_with("Summify ") ||
                   agent_.starts_with("PostRank/") || has(agent_, "ASP-Ranker Feed Crawler")) {
            set("misc crawler", "crawler");
        }
    }

    /// Whether one of the words ends there: before punctuation or the end.
    static bool names_word(std::string_view text, std::initializer_list<std::string_view> words) {
        for (const std::string_view word : words) {
            for (std::size_t at = text.find(word); at != std::string_view::npos;
                 at = text.find(word, at + 1)) {
                const std::size_t end = at + word.size();
                if (end == text.size() ||
                    std::string_view("-_ ./;@()").find(text[end]) != std::string_view::npos) {
                    return true;
                }
            }
        }
        return false;
    }

    static constexpr std::array<std::array<std::string_view, 2>, 3> phones = {
        {{"iPhone;", "iPhone"}, {"iPad;", "iPad"}, {"iPod;", "iPod"}}};

    std::string_view agent_;
    AgentClass result_;
};

}  // namespace

AgentClass classify_agent(std::string_view agent) {
    return Classifier(agent).classify();
}

}  // namespace engine::vrl
