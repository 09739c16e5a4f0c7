#include "engine/vrl/syslog/syslog_message.hpp"

#include <fmt/format.h>

#include <charconv>

#include "engine/vrl/strptime.hpp"

namespace engine::vrl {

namespace {

constexpr std::string_view spaces = " \t\n\v\f\r";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(spaces);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

class SyslogParser {
public:
    SyslogParser(std::string_view text, const absl::TimeZone& zone, absl::Time now)
        : rest_(text), zone_(zone), now_(now) {}

    /// After the priority: `1 2021-01-01T00:00:00Z host app procid msgid [sd] message`.
    [[nodiscard]] std::optional<SyslogMessage> rfc5424() {
        SyslogMessage message;
        if (!priority(message)) {
            return std::nullopt;
        }
        std::int64_t version = 0;
        const std::string_view number = word();
        const auto [end, error] =
            std::from_chars(number.data(), number.data() + number.size(), version);
        if (number.empty() || number.size() > 3 || error != std::errc() ||
            end != number.data() + number.size()) {
            return std::nullopt;
        }
        message.version = version;
        const auto time = parse_time(word(), "%+", zone_);
        if (!time) {
            return std::nullopt;
        }
        message.timestamp = *time;
        for (auto* field : {&message.hostname, &message.appname, &message.procid, &message.msgid}) {
            const std::string_view text = word();
            if (text.empty()) {
                return std::nullopt;
            }
            if (text != "-") {
                *field = text;
            }
        }
        if (!structured_data(message)) {
            return std::nullopt;
        }
        message.message = trimmed(rest_);
        return message;
    }

    /// After the priority: `Oct 11 22:14:15 host app[procid]: message`.
    [[nodiscard]] std::optional<SyslogMessage> rfc3164() {
        SyslogMessage message;
        if (!priority(message)) {
            return std::nullopt;
        }
        const auto time = timestamp();
        if (!time) {
            return std::nullopt;
        }
        message.timestamp = *time;
        if (!tag(message)) {
            std::string_view host = word();
            host.remove_suffix(host.ends_with(':') ? 1 : 0);
            if (!host.empty() && host != "-") {
                message.hostname = host;
            }
            if (!tag(message)) {
                plain_tag(message);
            }
        }
        if (!structured_data_if_any(message)) {
            return std::nullopt;
        }
        message.message = trimmed(rest_);
        return message;
    }

private:
    void skip_spaces() {
        const std::size_t size = rest_.find_first_not_of(spaces);
        rest_.remove_prefix(std::min(size, rest_.size()));
    }

    /// Up to the next space, and the spaces after it.
    std::string_view word() {
        const std::string_view result = rest_.substr(0, rest_.find_first_of(spaces));
        rest_.remove_prefix(result.size());
        skip_spaces();
        return result;
    }

    /// `<13>`; messages without it are accepted.
    bool priority(SyslogMessage& message) {
        skip_spaces();
        if (!rest_.starts_with('<')) {
            return true;
        }
        int value = 0;
        const char* begin = rest_.data() + 1;
        const auto [end, error] = std::from_chars(begin, rest_.data() + rest_.size(), value);
        const bool is_valid = error == std::errc() && value >= 0 && value <= 255 &&
                              end != rest_.data() + rest_.size() && *end == '>';
        if (!is_valid) {
            return false;
        }
        message.priority = value;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()) + 1);
        skip_spaces();
        return true;
    }

    /// `Oct 11 22:14:15`, `Oct 11 2021 22:14:15`, or RFC 3339.
    std::optional<Timestamp> timestamp() {
        const std::string_view before = rest_;
        const std::string_view first = word();
        if (const auto time = parse_time(first, "%+", zone_)) {
            return *time;
        }
        const std::string_view day = word();
        std::string_view third = word();
        third.remove_suffix(third.ends_with(':') ? 1 : 0);
        const bool has_year = third.size() == 4 && third.find(':') == std::string_view::npos;
        std::string text;
        if (has_year) {
            std::string_view clock = word();
            clock.remove_suffix(clock.ends_with(':') ? 1 : 0);
            text = fmt::format("{} {} {} {}", first, day, third, clock);
        } else {
            text = fmt::format("{} {} {} {}", first, day, year_of(first), third);
        }
        const auto time = parse_time(text, "%b %d %Y %H:%M:%S%.f", zone_);
        if (!time) {
            rest_ = before;
            return std::nullopt;
        }
        return *time;
    }

    /// This year; in January, December was last year.
    [[nodiscard]] std::int64_t year_of(std::string_view month) const {
        const auto today = absl::ToCivilDay(now_, zone_);
        const bool is_last_year = today.month() == 1 && month == "Dec";
        return today.year() - (is_last_year ? 1 : 0);
    }

    /// `app[procid]:`
    bool tag(SyslogMessage& message) {
        const std::size_t end = rest_.find_first_of(" \t[:");
        if (end == 0 || end == std::string_view::npos || rest_[end] != '[') {
            return false;
        }
        const std::size_t close = rest_.find(']', end);
        if (close == std::string_view::npos || close == end + 1 ||
            rest_.substr(end, close - end).find(' ') != std::string_view::npos) {
            return false;
        }
        message.appname = rest_.substr(0, end);
        message.procid = rest_.substr(end + 1, close - end - 1);
        rest_.remove_prefix(close + 1);
        rest_.remove_prefix(rest_.starts_with(':') ? 1 : 0);
        skip_spaces();
        return true;
    }

    /// `app:`
    void plain_tag(SyslogMessage& message) {
        const std::size_t end = rest_.find_first_of(" \t[:");
        if (end == 0 || end == std::string_view::npos || rest_[end] != ':') {
            return;
        }
        message.appname = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        skip_spaces();
    }

    bool structured_data(SyslogMessage& message) {
        if (rest_ == "-" || rest_.starts_with("- ")) {
            rest_.remove_prefix(1);
            return true;
        }
        if (!rest_.starts_with('[')) {
            return false;
        }
        while (rest_.starts_with('[')) {
            if (!element(message)) {
                return false;
            }
        }
        return rest_.empty() || spaces.find(rest_[0]) != std::string_view::npos;
    }

    /// In messages of RFC 3164 a bracket may as well begin the text.
    bool structured_data_if_any(SyslogMessage& message) {
        const std::string_view before = rest_;
        if (rest_.starts_with('[') && !structured_data(message)) {
            message.structured_data.clear();
            rest_ = before;
        }
        return true;
    }

    /// `[id name="value" …]`
    bool element(SyslogMessage& message) {
        rest_.remove_prefix(1);
        SyslogMessage::Element result;
        const std::size_t id_end = rest_.find_first_of(" ]=\"");
        if (id_end == 0 || id_end == std::string_view::npos || rest_[id_end] == '=' ||
            rest_[id_end] == '"') {
            return false;
        }
        result.id = rest_.substr(0, id_end);
        rest_.remove_prefix(id_end);
        while (true) {
            skip_spaces();
            if (rest_.starts_with(']')) {
                rest_.remove_prefix(1);
                message.structured_data.push_back(std::move(result));
                return true;
            }
            if (!parameter(result)) {
                return false;
            }
        }
    }

    bool parameter(SyslogMessage::Element& element) {
        const std::size_t equals = rest_.find_first_of(" ]=\"");
        if (equals == 0 || equals == std::string_view::npos ||
            !rest_.substr(equals).starts_with("=\"")) {
            return false;
        }
        const std::string_view name = rest_.substr(0, equals);
        std::string value;
        std::size_t i = equals + 2;
        for (; i < rest_.size() && rest_[i] != '"'; ++i) {
            const bool escapes =
                rest_[i] == '\\' && i + 1 < rest_.size() &&
                std::string_view("\"\\]").find(rest_[i + 1]) != std::string_view::npos;
            i += escapes ? 1 : 0;
            value += rest_[i];
        }
        if (i >= rest_.size()) {
            return false;
        }
        rest_.remove_prefix(i + 1);
        element.parameters.emplace_back(name, std::move(value));
        return true;
    }

    std::string_view rest_;
    const absl::TimeZone& zone_;
    absl::Time now_;
};

}  // namespace

std::optional<SyslogMessage> parse_syslog_message(std::string_view text, const absl::TimeZone& zone,
                                                  absl::Time now) {
    if (auto message = SyslogParser(text, zone, now).rfc5424()) {
        return message;
    }
    return SyslogParser(text, zone, now).rfc3164();
}

}  // namespace engine::vrl
