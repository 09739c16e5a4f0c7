#include "engine/vrl/user_agent/agent_patterns.hpp"

#include <absl/strings/ascii.h>
#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <array>
#include <fstream>
#include <iterator>
#include <span>
#include <vector>

#include "engine/config/document.hpp"

namespace engine::vrl {
namespace {

constexpr const char* patterns_file = "/usr/share/uap-core/regexes.yaml";
constexpr std::size_t most_groups = 10;
/// Agents are cut there: header lines are shorter, and the work for one is bounded.
constexpr std::size_t longest_agent = 8192;

using Captures = std::array<re2::StringPiece, most_groups>;
using Text = std::optional<std::string>;

/// One list. A quick search for words that each pattern needs leaves few patterns to try.
class PatternList {
public:
    /// `replacements` are the keys of the texts, by field.
    std::string add(const config::Node& entries, std::span<const std::string_view> replacements) {
        for (const config::Node& entry : entries.items()) {
            const config::Node::Entry* regex = entry.find("regex");
            if (regex == nullptr || !regex->value.is(config::Node::Kind::String)) {
                return "an entry has no regex";
            }
            RE2::Options options;
            options.set_log_errors(false);
            const config::Node::Entry* flag = entry.find("regex_flag");
            options.set_case_sensitive(flag == nullptr ||
                                       !flag->value.is(config::Node::Kind::String) ||
                                       flag->value.as_string() != "i");
            int id = 0;
            const std::string& pattern = regex->value.as_string();
            if (patterns_.Add({pattern.data(), pattern.size()}, options, &id) != RE2::NoError) {
                return "the pattern " + pattern + " can't be compiled";
            }
            std::vector<Text> texts;
            for (const std::string_view key : replacements) {
                const config::Node::Entry* text = entry.find(key);
                texts.push_back(text != nullptr && text->value.is(config::Node::Kind::String)
                                    ? Text(text->value.as_string())
                                    : std::nullopt);
            }
            replacements_.push_back(std::move(texts));
        }
        patterns_.Compile(&atoms_);
        return {};
    }

    /// The first pattern that matches, and what its groups hold.
    [[nodiscard]] const std::vector<Text>* find(std::string_view agent, std::string_view lower,
                                                Captures& captures) const {
        std::vector<int> found;
        for (std::size_t i = 0; i < atoms_.size(); ++i) {
            if (lower.find(atoms_[i]) != std::string_view::npos) {
                found.push_back(static_cast<int>(i));
            }
        }
        const re2::StringPiece text(agent.data(), agent.size());
        const int first = patterns_.FirstMatch(text, found);
        if (first < 0) {
            return nullptr;
        }
        const RE2& pattern = patterns_.GetRE2(first);
        const int groups =
            std::min(pattern.NumberOfCapturingGroups() + 1, static_cast<int>(most_groups));
        pattern.Match(text, 0, text.size(), RE2::UNANCHORED, captures.data(), groups);
        return &replacements_[static_cast<std::size_t>(first)];
    }

private:
    re2::FilteredRE2 patterns_{3};
    std::vector<std::string> atoms_;
    std::vector<std::vector<Text>> replacements_;
};

Text trimmed(std::string text) {
    const absl::string_view part = absl::StripAsciiWhitespace({text.data(), text.size()});
    return part.empty() ? std::nullopt : Text(std::string(part));
}

/// The replacement with `$1` … filled in, or else the group.
Text resolve(const Text& replacement, const Captures& captures, std::size_t group) {
    if (!replacement) {
        return group == 0 ? std::nullopt : trimmed(std::string(captures[group]));
    }
    std::string text;
    for (std::size_t i = 0; i < replacement->size(); ++i) {
        const char next = i + 1 < replacement->size() ? (*replacement)[i + 1] : '\0';
        if ((*replacement)[i] == '$' && next >= '1' && next <= '9') {
            text += std::string(captures[static_cast<std::size_t>(next - '0')]);
            ++i;
        } else {
            text += (*replacement)[i];
        }
    }
    return trimmed(std::move(text));
}

Text unless_other(Text family) {
    return family == "Other" ? std::nullopt : family;
}

AgentProduct product(const PatternList& list, std::string_view agent) {
    agent = agent.substr(0, longest_agent);
    Captures captures;
    const std::string lower = absl::AsciiStrToLower({agent.data(), agent.size()});
    const std::vector<Text>* texts = list.find(agent, lower, captures);
    if (texts == nullptr) {
        return {};
    }
    const auto field = [&](std::size_t index) {
        return resolve((*texts)[index], captures, index + 1);
    };
    return {unless_other(field(0)), field(1), field(2), field(3), field(4)};
}

constexpr std::array<std::string_view, 5> browser_keys = {
    "family_replacement", "v1_replacement", "v2_replacement", "v3_replacement", "v4_replacement"};
constexpr std::array<std::string_view, 5> system_keys = {"os_replacement", "os_v1_replacement",
                                                         "os_v2_replacement", "os_v3_replacement",
                                                         "os_v4_replacement"};
constexpr std::array<std::string_view, 3> device_keys = {"device_replacement", "brand_replacement",
                                                         "model_replacement"};

}  // namespace

struct AgentPatterns::Lists {
    PatternList browsers;
    PatternList systems;
    PatternList devices;
};

AgentPatterns::AgentPatterns() : lists_(std::make_unique<Lists>()) {}
AgentPatterns::~AgentPatterns() = default;

const std::expected<std::shared_ptr<const AgentPatterns>, std::string>& AgentPatterns::shared() {
    static const auto loaded = load(patterns_file);
    return loaded;
}

std::expected<std::shared_ptr<const AgentPatterns>, std::string> AgentPatterns::load(
    const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        return std::unexpected("unable to read " + path +
                               ", the patterns of user agents: install the package uap-core");
    }
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    config::Document document;
    config::Problems problems;
    if (!document.add(path, std::move(text), config::Syntax::Yaml, {}, problems)) {
        return std::unexpected(path + ": " + problems.render());
    }
    std::shared_ptr<AgentPatterns> patterns(new AgentPatterns);
    Lists& lists = *patterns->lists_;
    struct Section {
        std::string_view key;
        PatternList& list;
        std::span<const std::string_view> replacements;
    };
    for (const Section& section : {Section{"user_agent_parsers", lists.browsers, browser_keys},
                                   Section{"os_parsers", lists.systems, system_keys},
                                   Section{"device_parsers", lists.devices, device_keys}}) {
        const config::Node::Entry* entry = document.root().find(section.key);
        const std::string error = entry == nullptr || !entry->value.is(config::Node::Kind::Array)
                                      ? "it has no list " + std::string(section.key)
                                      : section.list.add(entry->value, section.replacements);
        if (!error.empty()) {
            return std::unexpected(path + ": " + error);
        }
    }
    return patterns;
}

AgentProduct AgentPatterns::browser(std::string_view agent) const {
    return product(lists_->browsers, agent);
}

AgentProduct AgentPatterns::system(std::string_view agent) const {
    return product(lists_->systems, agent);
}

AgentDevice AgentPatterns::device(std::string_view agent) const {
    agent = agent.substr(0, longest_agent);
    Captures captures;
    const std::string lower = absl::AsciiStrToLower({agent.data(), agent.size()});
    const std::vector<Text>* texts = lists_->devices.find(agent, lower, captures);
    if (texts == nullptr) {
        return {};
    }
    AgentDevice device{unless_other(resolve((*texts)[0], captures, 1)),
                       resolve((*texts)[1], captures, 0), resolve((*texts)[2], captures, 1)};
    if (!device.family) {
        return {};
    }
    return device;
}

}  // namespace engine::vrl
