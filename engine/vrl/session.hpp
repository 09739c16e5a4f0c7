#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "engine/vrl/compiler.hpp"
#include "engine/vrl/program.hpp"

namespace engine::vrl {

/// Programs that are entered one after the other and see each other's variables, and what is known
/// about them and the event: the REPL. Used by one thread. Keeps every program, since values may
/// point into their constants; the arena must outlive it.
class Session {
public:
    Session(CompileOptions options, Arena& arena);

    /// Compiles and runs one program on the target, which the caller keeps between programs. After
    /// an error or an abort variables are as before, and the caller restores the target.
    [[nodiscard]] std::expected<Outcome, std::vector<Diagnostic>> run(const SourceText& source,
                                                                      Target& target);
    /// Another event: nothing is known about it. Variables stay.
    void forget_event();
    [[nodiscard]] std::vector<std::string> variable_names() const;

private:
    CompileOptions options_;
    TypeState state_;
    std::vector<Value> values_;  // by slot
    std::vector<std::shared_ptr<const Program>> programs_;
    Context context_;
};

}  // namespace engine::vrl
