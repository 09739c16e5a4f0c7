#include "engine/vrl/session.hpp"

#include "engine/event/container.hpp"

namespace engine::vrl {

Session::Session(CompileOptions options, Arena& arena)
    : options_(std::move(options)), context_(arena) {
    forget_event();
}

void Session::forget_event() {
    state_.event = options_.event;
    state_.metadata = options_.metadata;
}

std::expected<Outcome, std::vector<Diagnostic>> Session::run(const SourceText& source,
                                                             Target& target) {
    TypeState after = state_;
    auto program = compile_after(source, options_, after, values_.size());
    if (!program) {
        return std::unexpected(std::move(program.error()));
    }
    programs_.push_back(*program);
    const Outcome outcome = resume(**program, target, context_, values_);
    if (outcome.ok()) {
        state_ = std::move(after);
        values_.clear();
        for (std::size_t slot = 0; slot < (*program)->variable_count(); ++slot) {
            // A variable that is changed later must not change values that shared its container.
            freeze(context_.variable(slot), context_.arena());
            values_.push_back(context_.variable(slot));
        }
        freeze(target.event, context_.arena());
        freeze(target.metadata, context_.arena());
    }
    return outcome;
}

std::vector<std::string> Session::variable_names() const {
    std::vector<std::string> names;
    for (const auto& [name, variable] : state_.variables) {
        names.push_back(name);
    }
    return names;
}

}  // namespace engine::vrl
