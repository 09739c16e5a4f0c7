#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/container.hpp"

namespace engine::vrl {

/// A compiled grok pattern. Immutable; any thread may match with it. Matching gives up after a
/// bounded number of steps, so that hostile input can't hold a thread.
class Grok {
public:
    /// The error is the reference's text.
    [[nodiscard]] static std::expected<std::shared_ptr<const Grok>, std::string> compile(
        std::string_view pattern);
    ~Grok();
    Grok(const Grok&) = delete;
    Grok& operator=(const Grok&) = delete;

    /// The named parts of the first match as views of `text`; those that took no part are left out.
    [[nodiscard]] std::optional<Value> match(std::string_view text, Arena& arena) const;

private:
    struct Machine;
    struct Name {
        std::string text;
        int group;
    };
    Grok();
    [[nodiscard]] std::expected<void, std::string> build(const std::string& regex,
                                                         std::vector<std::string> aliases);
    std::unique_ptr<Machine> machine_;
    std::vector<Name> names_;
};

}  // namespace engine::vrl
