#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diagnostic/diagnostic.hpp"
#include "engine/event/path.hpp"
#include "engine/vrl/context.hpp"
#include "engine/vrl/node.hpp"
#include "engine/vrl/type.hpp"

namespace engine::enrichment {
class Tables;
}

namespace engine::vrl {

/// A name that a program may read although it assigns nothing to it: short for a path. A text that
/// is missing reads as the empty one when the type says that it is a text.
struct BoundName {
    std::string name;
    Path path;
    Type type;
};

/// A path that programs may not write to (E315).
struct ReadOnlyPath {
    Path path;
    bool recursive = false;
};

/// What a program is compiled for.
struct CompileOptions {
    Type event = kinds::object;
    Type metadata = kinds::object;
    std::vector<BoundName> bound;
    std::vector<ReadOnlyPath> read_only;
    absl::TimeZone timezone = absl::UTCTimeZone();
    /// Whether functions may look at the process's own metrics.
    bool has_metrics = false;
    /// What the enrichment functions look things up in; null where there is no configuration.
    std::shared_ptr<const enrichment::Tables> tables = nullptr;
};

/// A compiled program: immutable, shared by all threads. Values of its constants may enter events,
/// so a batch that it wrote to retains it.
class Program {
public:
    /// Type of the result, and whether a run may end in an error or an abort.
    [[nodiscard]] const Type& type() const { return type_; }
    [[nodiscard]] bool may_fail() const { return may_fail_; }
    [[nodiscard]] bool may_abort() const { return may_abort_; }
    /// Whether it may change the event or its metadata.
    [[nodiscard]] bool writes() const { return writes_; }
    /// Whether it reads or writes `%request`.
    [[nodiscard]] bool uses_request() const { return uses_request_; }
    /// Problems that did not keep it from compiling.
    [[nodiscard]] const std::vector<Diagnostic>& warnings() const { return warnings_; }
    /// Slots that a run needs.
    [[nodiscard]] std::size_t variable_count() const { return variable_count_; }

private:
    friend class Compiler;
    friend class CallCompiler;
    friend struct Outcome resume(const Program& program, Target& target, Context& context,
                                 std::span<const Value> variables, std::size_t memory);
    Arena constants_;
    std::vector<std::shared_ptr<const void>> owned_;  // regexes that constants point to
    std::vector<NodePtr> statements_;
    std::uint32_t variable_count_ = 0;
    Type type_;
    absl::TimeZone timezone_;
    bool may_fail_ = false;
    bool may_abort_ = false;
    bool writes_ = false;
    bool uses_request_ = false;
    std::vector<Diagnostic> warnings_;
};

/// The program, or all that is wrong with it. Any thread.
[[nodiscard]] std::expected<std::shared_ptr<const Program>, std::vector<Diagnostic>> compile(
    const SourceText& source, const CompileOptions& options);

/// How a run ended. Error and Abort mean that the target is to be thrown away.
struct Outcome {
    enum class Kind : std::uint8_t { Ok, Error, Abort };
    Kind kind = Kind::Ok;
    /// Result of the last expression, or of `return`.
    Value value;
    /// Of an error or an abort; lives in the context's arena or the program.
    std::string_view message;

    [[nodiscard]] bool ok() const { return kind == Kind::Ok; }
};

/// Runs the program over the target. Values that the target and the outcome get live in the
/// context's arena, the target's batch, or the program. A run that takes more than `memory` bytes
/// of the arena ends in an error; what takes much and fails leaves it free again.
[[nodiscard]] Outcome run(const Program& program, Target& target, Context& context,
                          std::size_t memory = memory_of_run);

/// The same for a program that goes on where others ended: `variables` are the values of its first
/// slots.
[[nodiscard]] Outcome resume(const Program& program, Target& target, Context& context,
                             std::span<const Value> variables, std::size_t memory = memory_of_run);

}  // namespace engine::vrl
