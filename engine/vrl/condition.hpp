#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/config/global_options.hpp"
#include "engine/config/option_context.hpp"
#include "engine/config/options.hpp"
#include "engine/event/batch.hpp"
#include "engine/vrl/datadog/search.hpp"
#include "engine/vrl/program.hpp"

namespace engine::vrl {

/// What a condition may name beside the event.
struct ConditionScope {
    /// `method`, `path`, `query` and `headers` of the request.
    bool request = false;
    /// `partition` and `partition_key`; a `partition` transform is upstream.
    bool partition = false;
};

/// A condition of the configuration, compiled. Immutable; all threads may evaluate it at once.
class Condition {
public:
    /// Nullopt after reporting to `problems` why it does not compile, may fail, or is not boolean.
    [[nodiscard]] static std::optional<Condition> compile(const config::ConditionSource& source,
                                                          ConditionScope scope,
                                                          const config::GlobalOptions& globals,
                                                          config::OptionContext& problems);

    /// False as well where evaluation fails. Changes nothing.
    [[nodiscard]] bool matches(const Batch& batch, std::size_t index) const;
    /// Why it does not hold for the event, as unit tests show it; nullopt when it does.
    [[nodiscard]] std::optional<std::string> failure(const Batch& batch, std::size_t index) const;
    /// Whether it holds for events of a partition, where nothing but the number decides that.
    [[nodiscard]] std::optional<bool> holds_for_partition(std::uint32_t partition) const;
    [[nodiscard]] bool reads_request() const { return program_ && program_->uses_request(); }

private:
    [[nodiscard]] Outcome run_on(const Batch& batch, std::size_t index) const;

    /// Set for `is_log`, `is_metric`, `is_trace`.
    std::optional<EventKind> kind_;
    /// Set for `datadog_search`.
    std::shared_ptr<const datadog::Search> search_;
    std::shared_ptr<const Program> program_;
    std::string text_;  // of the program
    bool decided_by_partition_ = false;
};

}  // namespace engine::vrl
