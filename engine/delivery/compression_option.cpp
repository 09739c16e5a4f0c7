#include "engine/delivery/compression_option.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace engine::delivery {

namespace {

using config::Node;
using config::OptionContext;

struct Algorithm {
    std::string_view name;
    CompressionAlgorithm value;
    int highest_level;  // 0: has none
    std::string_view description;
};

constexpr std::array<Algorithm, 5> algorithms{{
    {"none", CompressionAlgorithm::None, 0, "As it is."},
    {"gzip", CompressionAlgorithm::Gzip, 9, "gzip."},
    {"zlib", CompressionAlgorithm::Zlib, 9, "zlib, which HTTP calls deflate."},
    {"zstd", CompressionAlgorithm::Zstd, 21, "Zstandard."},
    {"snappy", CompressionAlgorithm::Snappy, 0, "Snappy."},
}};

const Algorithm* find(std::string_view name) {
    for (const Algorithm& each : algorithms) {
        if (each.name == name) {
            return &each;
        }
    }
    return nullptr;
}

bool read_algorithm(const Node& node, const Algorithm*& algorithm, OptionContext& context) {
    std::string word;
    if (!config::option_type::read_string(node, word, context)) {
        return false;
    }
    algorithm = find(word);
    return algorithm != nullptr ||
           context.wrong_value(node, R"("none" or "gzip" or "zlib" or "zstd" or "snappy")");
}

bool read_level(const Node& node, const Algorithm& algorithm, Compression& value,
                OptionContext& context) {
    if (node.is(Node::Kind::String)) {
        constexpr std::array<std::pair<std::string_view, int>, 4> words{
            {{"none", 0}, {"fast", 1}, {"default", -1}, {"best", 100}}};
        for (const auto& [word, level] : words) {
            if (node.as_string() == word) {
                if (level >= 0) {
                    value.level = std::min(level, algorithm.highest_level);
                }
                return true;
            }
        }
        return context.unknown_variant(node, {"none", "fast", "default", "best"});
    }
    std::int64_t level = 0;
    if (!config::option_type::read_integer(node, 0, INT32_MAX, level, context)) {
        return false;
    }
    if (level > algorithm.highest_level) {
        context.error(node.location(),
                      fmt::format("invalid value `{}`, expected value in range [0, {}]", level,
                                  algorithm.highest_level));
        return false;
    }
    value.level = static_cast<int>(level);
    return true;
}

bool read_table(const Node& node, Compression& value, OptionContext& context) {
    config::KnownKeys keys;
    keys.add("algorithm");
    keys.add("level");
    if (!keys.report_unknown(node, context, config::KnownKeys::Unknown::Error)) {
        return false;
    }
    const Node::Entry* name = node.find("algorithm");
    const Node::Entry* level = node.find("level");
    if (name == nullptr) {
        context.error(node.location(), "missing field `algorithm`");
        return false;
    }
    const Algorithm* algorithm = nullptr;
    if (!read_algorithm(name->value, algorithm, context)) {
        return false;
    }
    value.algorithm = algorithm->value;
    if (level == nullptr) {
        return true;
    }
    if (algorithm->highest_level == 0) {
        context.error(level->key_location, "unknown field `level`",
                      fmt::format("`{}` has no levels", algorithm->name));
        return false;
    }
    return read_level(level->value, *algorithm, value, context);
}

}  // namespace

config::Type<Compression> compression_option() {
    using Kind = config::TypeDescription::Kind;
    config::TypeDescription word = config::option_type::plain(Kind::Choice);
    for (const Algorithm& each : algorithms) {
        word.choices.push_back({std::string(each.name), std::string(each.description)});
    }
    config::TypeDescription table = config::option_type::plain(Kind::Table);
    table.options = {
        {.name = "algorithm", .description = "How.", .required = true, .type = word},
        {.name = "level",
         .description = "How hard, from 0 or \"fast\" to 9 (zstd 21) or \"best\".",
         .type = config::option_type::plain(Kind::Any)},
    };
    config::TypeDescription description = config::option_type::plain(Kind::AnyOf);
    description.parts = {std::move(word), std::move(table)};
    auto type = config::custom<Compression>(
        std::move(description), [](const Node& node, Compression& value, OptionContext& context) {
            if (node.is(Node::Kind::Table)) {
                return read_table(node, value, context);
            }
            const Algorithm* algorithm = nullptr;
            if (!read_algorithm(node, algorithm, context)) {
                return false;
            }
            value.algorithm = algorithm->value;
            return true;
        });
    type.show = [](const Compression& value) {
        for (const Algorithm& each : algorithms) {
            if (each.value == value.algorithm) {
                return config::quote_json(each.name);
            }
        }
        return std::string();
    };
    return type;
}

}  // namespace engine::delivery
