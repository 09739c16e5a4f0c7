#include "engine/codec/cbor_parser.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "engine/codec/utf8.hpp"
#include "engine/event/container.hpp"

namespace engine {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr int deepest_level = 256;
constexpr std::string_view any_value = "any valid JSON value";
constexpr std::string_view end_of_file = "Io(EndOfFile(()))";

enum class Major : std::uint8_t { Unsigned, Negative, Bytes, Text, Array, Map, Tag, Simple };

/// What an item begins with.
struct Header {
    Major major;
    /// The low five bits of the first byte.
    std::uint8_t information;
    std::uint64_t argument;
    /// Where it begins.
    std::size_t offset;

    [[nodiscard]] bool is_indefinite() const { return information == 31; }
    [[nodiscard]] bool is_break() const { return major == Major::Simple && is_indefinite(); }
    [[nodiscard]] bool is_float() const {
        return major == Major::Simple && information >= 25 && information <= 27;
    }
};

double half_float(std::uint64_t bits) {
    const auto exponent = static_cast<int>(bits >> 10 & 0x1f);
    const auto mantissa = static_cast<double>(bits & 0x3ff);
    const double magnitude = exponent == 0    ? std::ldexp(mantissa, -24)
                             : exponent != 31 ? std::ldexp(mantissa + 1024, exponent - 25)
                             : mantissa == 0  ? std::numeric_limits<double>::infinity()
                                              : std::numeric_limits<double>::quiet_NaN();
    return (bits >> 15) != 0 ? -magnitude : magnitude;
}

double float_of(const Header& header) {
    switch (header.information) {
        case 25:
            return half_float(header.argument);
        case 26:
            return std::bit_cast<float>(static_cast<std::uint32_t>(header.argument));
        default:
            return std::bit_cast<double>(header.argument);
    }
}

std::string float_text(double number) {
    if (std::isnan(number)) {
        return "NaN";
    }
    if (std::isinf(number)) {
        return number < 0 ? "-inf" : "inf";
    }
    return std::trunc(number) == number ? fmt::format("{:.1f}", number) : fmt::format("{}", number);
}

std::string decimal(Wide number) {
    std::string digits;
    do {
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(number % 10)));
        number /= 10;
    } while (number != 0);
    return digits;
}

/// One run over the bytes. A failure leaves `error_`.
class CborParser {
public:
    CborParser(std::string_view bytes, Arena& arena) : bytes_(bytes), arena_(arena) {}

    std::expected<Value, std::string> parse() {
        const Value value = item(0);
        return error_.empty() ? std::expected<Value, std::string>(value)
                              : std::unexpected(std::move(error_));
    }

private:
    Value fail(std::string_view error) {
        error_ = error;
        return Value::failure();
    }
    Value mismatch(std::string_view found, std::string_view expected) {
        return fail(
            fmt::format("Semantic(None, \"invalid type: {}, expected {}\")", found, expected));
    }
    bool syntax(std::size_t offset) {
        error_ = fmt::format("Syntax({})", offset);
        return false;
    }

    bool take(std::uint64_t count, std::string_view& taken) {
        if (count > bytes_.size() - at_) {
            error_ = end_of_file;
            return false;
        }
        taken = bytes_.substr(at_, count);
        at_ += count;
        return true;
    }

    bool read(Header& header) {
        std::string_view first;
        header.offset = at_;
        if (!take(1, first)) {
            return false;
        }
        const auto byte = static_cast<std::uint8_t>(first[0]);
        header.major = static_cast<Major>(byte >> 5);
        header.information = byte & 0x1f;
        header.argument = header.information;
        if (header.information >= 28 && header.information <= 30) {
            return syntax(header.offset);
        }
        if (header.is_indefinite() &&
            (header.major <= Major::Negative || header.major == Major::Tag)) {
            return syntax(header.offset);
        }
        if (header.information < 24 || header.is_indefinite()) {
            return true;
        }
        std::string_view argument;
        if (!take(std::uint64_t{1} << (header.information - 24), argument)) {
            return false;
        }
        header.argument = 0;
        for (const char c : argument) {
            header.argument = header.argument << 8 | static_cast<std::uint8_t>(c);
        }
        return true;
    }

    Value item(int depth) {
        Header header{};
        if (!read(header)) {
            return Value::failure();
        }
        switch (header.major) {
            case Major::Unsigned:
                return positive(header.argument);
            case Major::Negative:
                return negative(header.argument);
            case Major::Bytes:
                return bytes(header);
            case Major::Text:
                return text(header);
            case Major::Array:
                return depth < deepest_level ? array(header, depth)
                                             : fail("RecursionLimitExceeded");
            case Major::Map:
                return depth < deepest_level ? map(header, depth) : fail("RecursionLimitExceeded");
            case Major::Tag:
                return tagged(header);
            case Major::Simple:
                return simple(header);
        }
        return fail(end_of_file);
    }

    Value positive(Wide number) {
        if (number > std::numeric_limits<std::uint64_t>::max()) {
            return mismatch(fmt::format("integer `{}` as u128", decimal(number)), any_value);
        }
        const auto small = static_cast<std::uint64_t>(number);
        return small <= std::numeric_limits<std::int64_t>::max()
                   ? Value::integer(static_cast<std::int64_t>(small))
                   : Value::floating(static_cast<double>(small));
    }

    /// -1 - number.
    Value negative(Wide number) {
        if (number > std::numeric_limits<std::int64_t>::max()) {
            return mismatch(fmt::format("integer `-{}` as i128", decimal(number + 1)), any_value);
        }
        return Value::integer(-1 - static_cast<std::int64_t>(number));
    }

    /// The string's bytes, in pieces where it has no length.
    bool string(const Header& header, std::string& joined, std::string_view& contents) {
        if (!header.is_indefinite()) {
            return take(header.argument, contents);
        }
        while (true) {
            Header piece{};
            if (!read(piece)) {
                return false;
            }
            if (piece.is_break()) {
                contents = joined;
                return true;
            }
            std::string_view part;
            if (piece.major != header.major || piece.is_indefinite()) {
                return syntax(piece.offset);
            }
            if (!take(piece.argument, part)) {
                return false;
            }
            joined += part;
        }
    }

    Value bytes(const Header& header) {
        std::string joined;
        std::string_view contents;
        return string(header, joined, contents) ? mismatch("byte array", any_value)
                                                : Value::failure();
    }

    Value text(const Header& header) {
        std::string joined;
        std::string_view contents;
        if (!string(header, joined, contents)) {
            return Value::failure();
        }
        if (!is_utf8(contents)) {
            syntax(header.offset);
            return Value::failure();
        }
        return Value::copy_of(contents, arena_);
    }

    /// Whether a container goes on; false at its end and on failure.
    bool goes_on(const Header& header, std::uint64_t done) {
        if (!header.is_indefinite()) {
            return done < header.argument;
        }
        if (at_ < bytes_.size() && static_cast<std::uint8_t>(bytes_[at_]) == 0xff) {
            ++at_;
            return false;
        }
        return true;
    }

    Value array(const Header& header, int depth) {
        std::vector<Value> items;
        while (goes_on(header, items.size())) {
            items.push_back(item(depth + 1));
            if (items.back().is_failure()) {
                return Value::failure();
            }
        }
        return array_of(items, arena_);
    }

    Value map(const Header& header, int depth) {
        std::vector<Member> members;
        while (goes_on(header, members.size())) {
            std::string_view name;
            if (!key(name)) {
                return Value::failure();
            }
            members.push_back({name, item(depth + 1)});
            if (members.back().value.is_failure()) {
                return Value::failure();
            }
        }
        return object_of(members, arena_);
    }

    bool key(std::string_view& name) {
        Header header{};
        do {
            if (!read(header)) {
                return false;
            }
        } while (header.major == Major::Tag);
        if (header.major != Major::Text) {
            mismatch(described(header), "string");
            return false;
        }
        std::string joined;
        if (!string(header, joined, name)) {
            return false;
        }
        if (!is_utf8(name)) {
            return syntax(header.offset);
        }
        name = arena_.copy(name);
        return true;
    }

    static std::string described(const Header& header) {
        switch (header.major) {
            case Major::Unsigned:
                return fmt::format("integer `{}`", header.argument);
            case Major::Negative:
                return fmt::format("integer `-{}`", decimal(Wide{header.argument} + 1));
            case Major::Bytes:
                return "bytes";
            case Major::Array:
                return "sequence";
            case Major::Map:
                return "map";
            default:
                break;
        }
        if (header.is_break()) {
            return "break";
        }
        if (header.is_float()) {
            return fmt::format("floating point `{}`", float_text(float_of(header)));
        }
        switch (header.argument) {
            case 20:
                return "boolean `false`";
            case 21:
                return "boolean `true`";
            case 22:
            case 23:
                return "null";
            default:
                return "simple";
        }
    }

    /// Bignums (tags 2 and 3).
    Value tagged(const Header& header) {
        if (header.argument != 2 && header.argument != 3) {
            return mismatch("enum", any_value);
        }
        Header content{};
        std::string joined;
        std::string_view contents;
        if (!read(content)) {
            return Value::failure();
        }
        if (content.major != Major::Bytes) {
            return mismatch(content.major == Major::Text ? "string" : described(content), "bytes");
        }
        if (!string(content, joined, contents)) {
            return Value::failure();
        }
        contents.remove_prefix(std::min(contents.find_first_not_of('\0'), contents.size()));
        if (contents.size() > sizeof(Wide)) {
            return fail("Semantic(None, \"bigint too large\")");
        }
        Wide number = 0;
        for (const char c : contents) {
            number = number << 8 | static_cast<std::uint8_t>(c);
        }
        return header.argument == 2 ? positive(number) : negative(number);
    }

    Value simple(const Header& header) {
        if (header.is_break()) {
            return mismatch("break", "non-break");
        }
        if (header.is_float()) {
            const double number = float_of(header);
            return std::isnan(number)
                       ? fail(
                             "Semantic(None, \"invalid value: floating point `NaN`, expected any "
                             "valid JSON value\")")
                       : Value::floating(number);
        }
        switch (header.argument) {
            case 20:
            case 21:
                return Value::boolean(header.argument == 21);
            case 22:
            case 23:
                return Value::null();
            default:
                return mismatch("simple", "known simple value");
        }
    }

    std::string_view bytes_;
    Arena& arena_;
    std::size_t at_ = 0;
    std::string error_;
};

}  // namespace

std::expected<Value, std::string> parse_cbor(std::string_view bytes, Arena& arena) {
    return CborParser(bytes, arena).parse();
}

}  // namespace engine
