#include "sources/demo_logs/line_generator.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <ctime>
#include <string_view>

namespace engine::sources::demo_logs {

namespace {

constexpr std::array<std::string_view, 8> users{"anna",  "bruno", "carla", "dmitri",
                                                "elena", "farid", "grace", "hiro"};
constexpr std::array<std::string_view, 6> methods{"GET", "GET", "GET", "POST", "PUT", "DELETE"};
constexpr std::array<std::string_view, 8> paths{
    "/",      "/cart/checkout", "/orders/latest", "/search?q=lamp",
    "/login", "/products",      "/img/logo.svg",  "/api/v1/stock"};
constexpr std::array<std::string_view, 9> statuses{"200", "200", "200", "201", "204",
                                                   "304", "404", "429", "500"};
constexpr std::array<std::string_view, 4> protocols{"HTTP/1.0", "HTTP/1.1", "HTTP/1.1", "HTTP/2.0"};
constexpr std::array<std::string_view, 4> hosts{"shop.example.com", "api.example.org",
                                                "edge-1.example.net", "db.example.com"};
constexpr std::array<std::string_view, 5> applications{"checkout", "stock", "mailer", "search",
                                                       "cron"};
constexpr std::array<std::string_view, 5> modules{"core", "proxy", "ssl", "rewrite", "authz"};
constexpr std::array<std::string_view, 6> levels{"error", "warn", "notice",
                                                 "info",  "crit", "alert"};
constexpr std::array<std::string_view, 8> messages{
    "The queue has been drained",
    "A worker took longer than expected and was replaced",
    "Nightly report written",
    "The upstream closed the connection before it answered",
    "Certificate renewed, valid for 90 days",
    "Disk usage is back below the threshold",
    "Order could not be priced, trying again",
    "Session of an unknown device was refused",
};

std::tm utc(Timestamp now) {
    const auto seconds = static_cast<std::time_t>(now.seconds);
    std::tm time{};
    ::gmtime_r(&seconds, &time);
    return time;
}

}  // namespace

LineGenerator::LineGenerator(Format format, std::vector<std::string> lines, bool sequence,
                             std::uint64_t seed)
    : format_(format), lines_(std::move(lines)), sequence_(sequence), random_(seed) {}

std::string LineGenerator::next(Timestamp now) {
    switch (format_) {
        case Format::Shuffle:
            return shuffled();
        case Format::ApacheCommon:
            return apache_common(now);
        case Format::ApacheError:
            return apache_error(now);
        case Format::Syslog:
            return syslog(now);
        case Format::BsdSyslog:
            return bsd_syslog(now);
        case Format::Json:
            break;
    }
    return json(now);
}

unsigned LineGenerator::number(unsigned minimum, unsigned maximum) {
    return std::uniform_int_distribution<unsigned>(minimum, maximum)(random_);
}

std::string LineGenerator::address() {
    return fmt::format("{}.{}.{}.{}", number(1, 223), number(0, 255), number(0, 255),
                       number(1, 254));
}

template <typename Words>
std::string_view LineGenerator::pick(const Words& words) {
    return words[number(0, static_cast<unsigned>(words.size() - 1))];
}

std::string LineGenerator::shuffled() {
    const std::string_view line = pick(lines_);
    return sequence_ ? fmt::format("{} {}", count_++, line) : std::string(line);
}

std::string LineGenerator::apache_common(Timestamp now) {
    return fmt::format("{} - {} [{:%d/%b/%Y:%H:%M:%S} +0000] \"{} {} {}\" {} {}", address(),
                       pick(users), utc(now), pick(methods), pick(paths), pick(protocols),
                       pick(statuses), number(0, 50'000));
}

std::string LineGenerator::apache_error(Timestamp now) {
    const std::tm time = utc(now);
    return fmt::format(
        "[{:%a %b %d %H:%M:%S}.{:06} {:%Y}] [{}:{}] [pid {}:tid {}] [client {}:{}] {}", time,
        now.nanoseconds / 1000, time, pick(modules), pick(levels), number(100, 9'999),
        number(1, 64), address(), number(1'024, 65'535), pick(messages));
}

std::string LineGenerator::syslog(Timestamp now) {
    return fmt::format("<{}>1 {:%Y-%m-%dT%H:%M:%S}.{:03}Z {} {} {} ID{} - {}", number(0, 191),
                       utc(now), now.nanoseconds / 1'000'000, pick(hosts), pick(applications),
                       number(100, 9'999), number(1, 999), pick(messages));
}

std::string LineGenerator::bsd_syslog(Timestamp now) {
    return fmt::format("<{}>{:%b %e %H:%M:%S} {} {}[{}]: {}", number(0, 191), utc(now), pick(hosts),
                       pick(applications), number(100, 9'999), pick(messages));
}

std::string LineGenerator::json(Timestamp now) {
    return fmt::format(
        R"({{"host":"{}","user-identifier":"{}","datetime":"{:%d/%b/%Y:%H:%M:%S} +0000",)"
        R"("method":"{}","request":"{}","protocol":"{}","status":"{}","bytes":{},)"
        R"("referer":"https://{}{}"}})",
        address(), pick(users), utc(now), pick(methods), pick(paths), pick(protocols),
        pick(statuses), number(0, 50'000), pick(hosts), pick(paths));
}

}  // namespace engine::sources::demo_logs
