#pragma once

#include <string>
#include <string_view>

namespace engine::vrl {

/// What a quick look at a user agent tells, as Project Woothee classifies them. Empty: unknown.
/// The views are literals.
struct AgentClass {
    std::string_view browser;
    std::string_view category;
    std::string_view os;
    std::string browser_version;
    std::string os_version;
};

/// Looks for known words only; linear in the text.
[[nodiscard]] AgentClass classify_agent(std::string_view agent);

}  // namespace engine::vrl
