#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "engine/vrl/display.hpp"
#include "engine/vrl/logs/apache_formats.hpp"
#include "engine/vrl/logs/nginx_formats.hpp"
#include "engine/vrl/regex/regex.hpp"

// What a recogniser takes, the pattern must read in the same way: lines near the ordinary form,
// each damaged in up to three places.
namespace engine::vrl {
namespace {

struct Sample {
    const char* name;
    const LogFormat& (*format)();
    std::vector<std::string> lines;

    friend void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.name; }
};

std::string damaged(std::string line, const std::vector<std::string>& lines, std::mt19937& random) {
    constexpr std::array<std::string_view, 26> pieces = {
        " ",      "  ", "-",   "[",     "]",          "\"",         "\\\"", "a",       "0",
        "/",      ":",  ",",   ", ",    "\t",         "\n",         "",     "\u00a0",  "\u00e9",
        "\u0663", "] ", "\" ", "\" \"", ", client: ", ", host: \"", "*1 ",  "[client "};
    for (std::size_t changes = random() % 4; changes > 0 && !line.empty(); --changes) {
        const std::size_t at = random() % line.size();
        if (random() % 8 == 0) {  // a part of another line
            const std::string& other = lines[random() % lines.size()];
            line.insert(at, other.substr(random() % other.size(), random() % 40));
            continue;
        }
        line.replace(at, random() % 3, pieces[random() % pieces.size()]);
    }
    return line;
}

class LogFormatTest : public testing::TestWithParam<Sample> {};

TEST_P(LogFormatTest, RecogniserFindsWhatThePatternFinds) {
    const LogFormat& format = GetParam().format();
    const std::size_t count = format.pattern().group_count();
    std::vector<std::string_view> split(count);
    std::vector<std::string_view> found(count);
    for (const std::string& line : GetParam().lines) {
        EXPECT_TRUE(format.split()(line, split)) << line;
    }
    std::mt19937 random(7);
    std::size_t taken = 0;
    for (int round = 0; round < 10'000; ++round) {
        const auto& lines = GetParam().lines;
        const std::string line = damaged(lines[random() % lines.size()], lines, random);
        std::string buffer;
        const std::string_view text = utf8_lossy(line, buffer);
        if (!format.split()(text, split)) {
            continue;
        }
        ++taken;
        ASSERT_TRUE(format.pattern().find(text, 0, found)) << text;
        for (std::size_t i = 1; i < count; ++i) {
            const std::string& name = format.pattern().group_names()[i];
            ASSERT_EQ(found[i].data() == nullptr, split[i].data() == nullptr) << text << '\n'
                                                                              << name;
            ASSERT_EQ(found[i], split[i]) << text << '\n' << name;
        }
    }
    EXPECT_GT(taken, 2'000U);
}

const std::string common =
    R"(203.0.113.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 -)";
const std::string nginx = R"(::1 - - [10/Oct/2000:13:55:36 -0700] "GET /a?b=[c] HTTP/1.0" 200 5 )";

INSTANTIATE_TEST_SUITE_P(
    All, LogFormatTest,
    testing::Values(
        Sample{"apache_common",
               common_log_format,
               {common, R"(- - - [10/Oct/2000:13:55:36 -0700] "POST /[a HTTP/2" - 17)"}},
        Sample{
            "apache_combined",
            apache_combined_format,
            {common + R"( "http://r/[x] y" "Mozilla/5.0 (X11; [en] ; rv:128.0) Gecko")",
             common + R"( "-" "-")", common + R"( "" "")", common + " \"\u00e9\" \"a]\u00a0\n\""}},
        Sample{"apache_error",
               apache_error_format,
               {"[Mon Mar 01 12:00:19.123 2021] [core:error] [pid 7] File: no [such] file",
                "[Mon Mar 01 12:00:19 2021] [a:warn] [pid 1:tid 2] [client ::1:80] x: y, \u00e9",
                "[time] [a:warn] [pid 1:tid 2] [client ::1:8a] [x]",
                "[time] [a:warn] [pid 1:tid 2] [client 10.0.0.1] x"}},
        Sample{"nginx_combined",
               nginx_combined_format,
               {nginx + R"("-" "c")", nginx + R"("http://r/" "[c] d" "1.25")",
                nginx + R"("" "" "-")", nginx + "\"\u00e9\n\" \"\u00a0\""}},
        Sample{"nginx_main",
               nginx_main_format,
               {nginx + R"("-" "c" "-")", nginx + R"("http://r/" "-" "10.0.0.1, 10.0.0.2")",
                nginx + R"("" "" "")"}},
        Sample{"ingress",
               ingress_format,
               {nginx + R"("-" "c" 17 0.001 [a-b-80] [] 10.0.0.1:80 5 0.002 200 0f8fad5b)",
                nginx + R"("r" "-" 17 0.001 [-] [x y] - - - - 0f8fad5b)"}},
        Sample{
            "nginx_error",
            nginx_error_format,
            {R"(2021/04/01 13:02:31 [warn] 7#9: something odd, really,)",
             R"(2021/04/01 13:02:31 [error] 7#9: *12 open() "/a, b" failed (2: No), client: 10.0.0.1, server: localhost, request: "GET / HTTP/1.1", upstream: "http://u/", host: "h:80", referrer: "r")",
             R"(2021/04/01 13:02:31 [error] 7#9: *12 limiting requests, excess: 0.9 by zone "z", client: ::1, server: _, request: "GET", host: "h")",
             R"(2021/04/01 13:02:31 [error] 7#9: *12 limited, excess: 0.9, by zone "z", client: ::1)"}}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace engine::vrl
