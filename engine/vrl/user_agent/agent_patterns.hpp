#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace engine::vrl {

/// A name with the parts of its version, as far as the agent tells them.
struct AgentProduct {
    std::optional<std::string> family;
    std::optional<std::string> major;
    std::optional<std::string> minor;
    std::optional<std::string> patch;
    std::optional<std::string> patch_minor;
};

struct AgentDevice {
    std::optional<std::string> family;
    std::optional<std::string> brand;
    std::optional<std::string> model;
};

/// The patterns that ua-parsers share (`regexes.yaml` of uap-core): browsers, systems and devices,
/// each a list in which the first match counts. Loaded from the distribution's file on first use
/// and kept; any thread may match with it. Time is linear in the agent's length.
class AgentPatterns {
public:
    /// The one of this process; the error names the file and what to do.
    [[nodiscard]] static const std::expected<std::shared_ptr<const AgentPatterns>, std::string>&
    shared();
    [[nodiscard]] static std::expected<std::shared_ptr<const AgentPatterns>, std::string> load(
        const std::string& path);
    ~AgentPatterns();
    AgentPatterns(const AgentPatterns&) = delete;
    AgentPatterns& operator=(const AgentPatterns&) = delete;

    [[nodiscard]] AgentProduct browser(std::string_view agent) const;
    [[nodiscard]] AgentProduct system(std::string_view agent) const;
    [[nodiscard]] AgentDevice device(std::string_view agent) const;

private:
    struct Lists;
    AgentPatterns();
    std::unique_ptr<Lists> lists_;
};

}  // namespace engine::vrl
