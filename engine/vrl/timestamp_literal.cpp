#include "engine/vrl/timestamp_literal.hpp"

#include <cctype>
#include <chrono>

namespace engine::vrl {

namespace {

/// Reads one RFC 3339 text; the first problem decides.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::string problem;

    [[nodiscard]] bool ok() const { return problem.empty(); }
    [[nodiscard]] bool done() const { return position_ == text_.size(); }
    [[nodiscard]] char peek() const { return done() ? '\0' : text_[position_]; }
    void skip() { ++position_; }

    int number(std::size_t digits, int low, int high) {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (!expect_digit()) {
                return 0;
            }
            value = value * 10 + (text_[position_++] - '0');
        }
        if (ok() && (value < low || value > high)) {
            problem = "input is out of range";
        }
        return value;
    }
    void literal(std::string_view any_of) {
        if (!ok()) {
            return;
        }
        if (done()) {
            problem = "premature end of input";
        } else if (any_of.find(peek()) == std::string_view::npos) {
            problem = "input contains invalid characters";
        } else {
            skip();
        }
    }
    std::uint32_t fraction() {
        std::uint32_t value = 0;
        int digits = 0;
        while (std::isdigit(static_cast<unsigned char>(peek())) != 0) {
            if (digits++ < 9) {
                value = value * 10 + static_cast<std::uint32_t>(peek() - '0');
            }
            skip();
        }
        for (; digits < 9; ++digits) {
            value *= 10;
        }
        return value;
    }

private:
    bool expect_digit() {
        if (ok() && done()) {
            problem = "premature end of input";
        } else if (ok() && std::isdigit(static_cast<unsigned char>(peek())) == 0) {
            problem = "input contains invalid characters";
        }
        return ok();
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

int offset_seconds(Reader& reader) {
    if (reader.peek() == 'Z' || reader.peek() == 'z') {
        reader.skip();
        return 0;
    }
    const int sign = reader.peek() == '-' ? -1 : 1;
    reader.literal("+-");
    const int hours = reader.number(2, 0, 23);
    reader.literal(":");
    return sign * (hours * 3600 + reader.number(2, 0, 59) * 60);
}

}  // namespace

std::expected<Timestamp, std::string> parse_timestamp_literal(std::string_view text) {
    using namespace std::chrono;
    Reader reader(text);
    const int year = reader.number(4, 0, 9999);
    reader.literal("-");
    const int month = reader.number(2, 1, 12);
    reader.literal("-");
    const int day = reader.number(2, 1, 31);
    reader.literal("Tt ");
    const int hour = reader.number(2, 0, 23);
    reader.literal(":");
    const int minute = reader.number(2, 0, 59);
    reader.literal(":");
    const int second = reader.number(2, 0, 60);
    std::uint32_t nanoseconds = 0;
    if (reader.ok() && reader.peek() == '.') {
        reader.skip();
        nanoseconds = reader.fraction();
    }
    const int offset = offset_seconds(reader);
    const bool leap = second == 60;
    nanoseconds += leap ? 1'000'000'000 : 0;
    if (reader.ok() && !reader.done()) {
        reader.problem = "trailing input";
    }
    const year_month_day date{std::chrono::year(year),
                              std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day))};
    if (reader.ok() && !date.ok()) {
        reader.problem = "input is out of range";
    }
    if (!reader.ok()) {
        return std::unexpected(reader.problem);
    }
    const auto days = sys_days{date}.time_since_epoch().count();
    return Timestamp{
        std::int64_t{days} * 86400 + hour * 3600 + minute * 60 + second - (leap ? 1 : 0) - offset,
        nanoseconds};
}

}  // namespace engine::vrl
