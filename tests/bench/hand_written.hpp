#pragma once

#include <absl/strings/ascii.h>
#include <absl/time/time.h>
#include <re2/re2.h>
#include <simdjson.h>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the programs of vrl_bench.cpp do, as one would write it in C++ without an engine: the
/// libraries that are known to be quick, and a tree of the standard library's types.
namespace engine::bench {

/// A value, owned by whoever holds it.
struct Tree {
    using Object = std::map<std::string, Tree, std::less<>>;
    using Array = std::vector<Tree>;
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, absl::Time, Array, Object>
        value;

    Object& object() { return std::get<Object>(value); }
};

inline Tree tree_of(simdjson::dom::element element) {
    switch (element.type()) {
        case simdjson::dom::element_type::OBJECT: {
            Tree::Object object;
            for (const auto [key, member] : simdjson::dom::object(element)) {
                object.emplace(std::string(key), tree_of(member));
            }
            return {std::move(object)};
        }
        case simdjson::dom::element_type::ARRAY: {
            Tree::Array array;
            for (const auto item : simdjson::dom::array(element)) {
                array.push_back(tree_of(item));
            }
            return {std::move(array)};
        }
        case simdjson::dom::element_type::STRING:
            return {std::string(std::string_view(element))};
        case simdjson::dom::element_type::INT64:
        case simdjson::dom::element_type::UINT64:
            return {std::int64_t(element)};
        case simdjson::dom::element_type::DOUBLE:
            return {double(element)};
        case simdjson::dom::element_type::BOOL:
            return {bool(element)};
        default:
            return {nullptr};
    }
}

inline Tree json_reshape(std::string message) {
    static simdjson::dom::parser parser;
    Tree event = tree_of(parser.parse(message));
    Tree::Object& object = event.object();
    object["status"] = {std::int64_t{std::stoll(std::get<std::string>(object["status"].value))}};
    absl::AsciiStrToLower(&std::get<std::string>(object["level"].value));
    object["service_name"] = {"svc-" + std::get<std::string>(object["service"].value)};
    object["slow"] = {std::get<double>(object["duration_ms"].value) == 184.25};
    object.erase("debug");
    if (std::get<std::int64_t>(object["status"].value) >= 500) {
        object["alert"] = {true};
    }
    return event;
}

inline absl::Time time_of(const char* format, std::string_view text) {
    absl::Time time;
    std::string error;
    if (!absl::ParseTime(format, absl::string_view(text.data(), text.size()), &time, &error)) {
        throw std::runtime_error(error);
    }
    return time;
}

inline Tree apache_log(std::string message) {
    static const RE2 pattern(
        R"re(^(\S+) (\S+) (\S+) \[([^\]]+)\] "(\w+) (\S+) ([^"]+)" (\d+) (\d+)$)re");
    std::string_view part[9];
    re2::StringPiece piece[9];
    if (!RE2::FullMatch(message, pattern, &piece[0], &piece[1], &piece[2], &piece[3], &piece[4],
                        &piece[5], &piece[6], &piece[7], &piece[8])) {
        throw std::runtime_error("no match");
    }
    for (std::size_t i = 0; i < 9; ++i) {
        part[i] = {piece[i].data(), piece[i].size()};
    }
    Tree::Object object;
    object["host"] = {std::string(part[0])};
    object["user"] = {std::string(part[2])};
    object["timestamp"] = {time_of("%d/%b/%Y:%H:%M:%S %z", part[3])};
    object["message"] = {message.substr(message.find('"') + 1)};
    object["method"] = {std::string(part[4])};
    object["path"] = {std::string(part[5])};
    object["protocol"] = {std::string(part[6])};
    object["status"] = {std::int64_t{std::stoll(std::string(part[7]))}};
    object["size"] = {std::int64_t{std::stoll(std::string(part[8]))}};
    object["ok"] = {std::get<std::int64_t>(object["status"].value) == 200};
    object["source"] = {std::string("web")};
    return {std::move(object)};
}

inline Tree regex(std::string message) {
    static const RE2 pattern(R"(^(\S+ \S+) (\w+) (\S+) status=(\d+) took=(\d+)ms)");
    Tree::Object object;
    std::string text[5];
    if (!RE2::PartialMatch(message, pattern, &text[0], &text[1], &text[2], &text[3], &text[4])) {
        throw std::runtime_error("no match");
    }
    constexpr const char* names[] = {"time", "method", "path", "status", "took"};
    for (std::size_t i = 0; i < 5; ++i) {
        object[names[i]] = {std::move(text[i])};
    }
    object["message"] = {std::move(message)};
    return {std::move(object)};
}

inline Tree key_value(std::string message) {
    Tree::Object object;
    std::string_view rest = message;
    while (!rest.empty()) {
        const std::size_t equals = rest.find('=');
        const std::string key(rest.substr(0, equals));
        rest.remove_prefix(equals + 1);
        const bool is_quoted = rest.starts_with('"');
        const std::size_t end = is_quoted ? rest.find('"', 1) : rest.find(' ');
        object[key] = {std::string(is_quoted ? rest.substr(1, end - 1) : rest.substr(0, end))};
        const std::size_t next = end == rest.npos ? rest.size() : end + 1;
        rest.remove_prefix(next);
        while (rest.starts_with(' ')) {
            rest.remove_prefix(1);
        }
    }
    object["message"] = {std::move(message)};
    return {std::move(object)};
}

inline Tree timestamps(std::string message) {
    const absl::Time time = time_of("%Y-%m-%dT%H:%M:%E*S%Ez", message);
    Tree::Object object;
    object["unix"] = {absl::ToUnixMillis(time)};
    object["day"] = {absl::FormatTime("%Y-%m-%d %H:%M", time, absl::UTCTimeZone())};
    object["message"] = {std::move(message)};
    return {std::move(object)};
}

}  // namespace engine::bench
