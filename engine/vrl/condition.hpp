#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "engine/config/global_options.hpp"
#include "engine/config/options.hpp"
#include "engine/event/batch.hpp"
#include "engine/vrl/program.hpp"

namespace engine::vrl {

/// What a condition may name beside the event.
struct ConditionScope {
    bool request = false;    // `method`, `path`, `query`, `headers` of the received request
    bool partition = false;  // `partition`, `partition_key`: a partition transform is upstream
};

/// A condition on events, as configurations have them: a VRL expression, or a test of the event's kind.
/// Immutable; any thread. Events are only read.
class Condition {
public:
    /// Nothing after reporting what is wrong: programs that do not compile, are not boolean, or write.
    [[nodiscard]] static std::optional<Condition> compile(const config::ConditionSource& source,
                                                          ConditionScope scope,
                                                          const config::GlobalOptions& globals,
                                                          config::OptionContext& problems);

    /// Whether it holds for event `index`. A program that fails holds for nothing.
    [[nodiscard]] bool matches(const Batch& batch, std::size_t index) const;
    /// The same for a value that is in no batch.
    [[nodiscard]] bool matches(const Value& event) const;
    /// Whether it needs the request envelope.
    [[nodiscard]] bool reads_request() const { return reads_request_; }

private:
    Condition() = default;
    [[nodiscard]] bool holds(Target& target) const;

    struct Names {
        bool method = false, path = false, query = false, headers = false;
    };
    std::optional<EventKind> kind_;  // a test of the kind, without program
    std::shared_ptr<const Program> program_;
    ConditionScope scope_;
    Names used_;
    bool reads_request_ = false;
};

}  // namespace engine::vrl
