#include "engine/vrl/grok/grok_patterns.hpp"

#include <map>

namespace engine::vrl {

namespace {

using Patterns = std::map<std::string_view, std::string_view>;

const Patterns& patterns() {
    static const Patterns known = {
        // Words and numbers
        {"WORD", R"re(\b\w+\b)re"},
        {"NOTSPACE", R"re(\S+)re"},
        {"SPACE", R"re(\s*)re"},
        {"DATA", R"re(.*?)re"},
        {"GREEDYDATA", R"re(.*)re"},
        {"USERNAME", R"re([a-zA-Z0-9._-]+)re"},
        {"USER", R"re(%{USERNAME})re"},
        {"EMAILLOCALPART", R"re([a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]+)re"},
        {"EMAILADDRESS", R"re(%{EMAILLOCALPART}@%{HOSTNAME})re"},
        {"INT", R"re([+-]?[0-9]+)re"},
        {"BASE10NUM", R"re((?<![0-9.+-])(?>[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)))re"},
        {"NUMBER", R"re(%{BASE10NUM})re"},
        {"BASE16NUM", R"re((?<![0-9A-Fa-f])[+-]?(?:0x)?[0-9A-Fa-f]+)re"},
        {"BASE16FLOAT",
         R"re(\b(?<![0-9A-Fa-f.])[+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+)\b)re"},
        {"POSINT", R"re(\b[1-9][0-9]*\b)re"},
        {"NONNEGINT", R"re(\b[0-9]+\b)re"},
        {"BOOL", R"re(true|false)re"},
        {"QUOTEDSTRING",
         R"re((?>(?<!\\)(?>"(?>\\.|[^\\"]+)+"|""|'(?>\\.|[^\\']+)+'|''|`(?>\\.|[^\\`]+)+`|``)))re"},
        {"QS", R"re(%{QUOTEDSTRING})re"},
        {"UUID", R"re([A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12})re"},
        // Networks
        {"MAC", R"re((?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC}))re"},
        {"CISCOMAC", R"re((?:[A-Fa-f0-9]{4}\.){2}[A-Fa-f0-9]{4})re"},
        {"WINDOWSMAC", R"re((?:[A-Fa-f0-9]{2}-){5}[A-Fa-f0-9]{2})re"},
        {"COMMONMAC", R"re((?:[A-Fa-f0-9]{2}:){5}[A-Fa-f0-9]{2})re"},
        {"IPV4",
         R"re((?<![0-9])(?:(?:25[0-5]|2[0-4][0-9]|[0-1]?[0-9]{1,2})\.){3}(?:25[0-5]|2[0-4][0-9]|[0-1]?[0-9]{1,2})(?![0-9]))re"},
        {"IPV6",
         R"re((?<![0-9A-Fa-f:])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){6}%{IPV4}|(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?(?::?%{IPV4})?)(?:%[0-9A-Za-z]+)?)re"},
        {"IP", R"re((?:%{IPV6}|%{IPV4}))re"},
        {"HOSTNAME",
         R"re(\b(?:[0-9A-Za-z][0-9A-Za-z-]{0,62})(?:\.(?:[0-9A-Za-z][0-9A-Za-z-]{0,62}))*(?:\.?|\b))re"},
        {"HOST", R"re(%{HOSTNAME})re"},
        {"IPORHOST", R"re((?:%{IP}|%{HOSTNAME}))re"},
        {"HOSTPORT", R"re(%{IPORHOST}:%{POSINT})re"},
        // Paths and addresses
        {"PATH", R"re((?:%{UNIXPATH}|%{WINPATH}))re"},
        {"UNIXPATH", R"re((?>/(?>[\w_%!$@:.,~-]+|\\.)*)+)re"},
        {"TTY", R"re((?:/dev/(?:pts|tty(?:[pq])?)(?:\w+)?/?(?:[0-9]+)))re"},
        {"WINPATH", R"re((?>[A-Za-z]+:|\\)(?:\\[^\\?*]*)+)re"},
        {"URIPROTO", R"re([A-Za-z](?:[A-Za-z0-9+\-.]+)+)re"},
        {"URIHOST", R"re(%{IPORHOST}(?::%{POSINT:port})?)re"},
        {"URIPATH", R"re((?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_\-]*)+)re"},
        {"URIPARAM", R"re(\?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\-\[\]<>]*)re"},
        {"URIPATHPARAM", R"re(%{URIPATH}(?:%{URIPARAM})?)re"},
        {"URI", R"re(%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?)re"},
        // Times
        {"MONTH",
         R"re(\b(?:[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|[Mm]ay|[Jj]une?|[Jj]uly?|[Aa]ug(?:ust)?|[Ss]ep(?:tember)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?)\b)re"},
        {"MONTHNUM", R"re((?:0?[1-9]|1[0-2]))re"},
        {"MONTHNUM2", R"re((?:0[1-9]|1[0-2]))re"},
        {"MONTHDAY", R"re((?:(?:0[1-9])|(?:[12][0-9])|(?:3[01])|[1-9]))re"},
        {"DAY",
         R"re((?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?))re"},
        {"YEAR", R"re((?>\d\d){1,2})re"},
        {"HOUR", R"re((?:2[0123]|[01]?[0-9]))re"},
        {"MINUTE", R"re((?:[0-5][0-9]))re"},
        {"SECOND", R"re((?:(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?))re"},
        {"TIME", R"re((?<![0-9])%{HOUR}:%{MINUTE}(?::%{SECOND})(?![0-9]))re"},
        {"DATE_US", R"re(%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR})re"},
        {"DATE_EU", R"re(%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR})re"},
        {"DATE_X", R"re(%{YEAR}/%{MONTHNUM2}/%{MONTHDAY})re"},
        {"DATE", R"re(%{DATE_US}|%{DATE_EU}|%{DATE_X})re"},
        {"DATESTAMP", R"re(%{DATE}[- ]%{TIME})re"},
        {"TZ", R"re([A-Z]{3})re"},
        {"ISO8601_TIMEZONE", R"re((?:Z|[+-]%{HOUR}(?::?%{MINUTE})))re"},
        {"ISO8601_SECOND", R"re((?:%{SECOND}|60))re"},
        {"TIMESTAMP_ISO8601",
         R"re(%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?)re"},
        {"DATESTAMP_RFC822", R"re(%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ})re"},
        {"DATESTAMP_RFC2822",
         R"re(%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE})re"},
        {"DATESTAMP_OTHER", R"re(%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR})re"},
        {"DATESTAMP_EVENTLOG", R"re(%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND})re"},
        {"HTTPDATE", R"re(%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT})re"},
        // Logs
        {"SYSLOGTIMESTAMP", R"re(%{MONTH} +%{MONTHDAY} %{TIME})re"},
        {"PROG", R"re([\x21-\x5a\x5c\x5e-\x7e]+)re"},
        {"SYSLOGPROG", R"re(%{PROG:program}(?:\[%{POSINT:pid}\])?)re"},
        {"SYSLOGHOST", R"re(%{IPORHOST})re"},
        {"SYSLOGFACILITY", R"re(<%{NONNEGINT:facility}.%{NONNEGINT:priority}>)re"},
        {"SYSLOGBASE",
         R"re(%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:)re"},
        {"COMMONAPACHELOG",
         R"re(%{IPORHOST:clientip} %{USER:ident} %{USER:auth} \[%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" %{NUMBER:response} (?:%{NUMBER:bytes}|-))re"},
        {"COMBINEDAPACHELOG", R"re(%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent})re"},
        {"LOGLEVEL",
         R"re((?:[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo|INFO|[Ww]arn(?:ing)?|WARN(?:ING)?|[Ee]rr(?:or)?|ERR(?:OR)?|[Cc]rit(?:ical)?|CRIT(?:ICAL)?|[Ff]atal|FATAL|[Ss]evere|SEVERE|EMERG(?:ENCY)?|[Ee]merg(?:ency)?))re"},
    };
    return known;
}

}  // namespace

std::string_view grok_pattern(std::string_view name) {
    const auto found = patterns().find(name);
    return found == patterns().end() ? std::string_view() : found->second;
}

}  // namespace engine::vrl
