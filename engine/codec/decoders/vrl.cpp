#include "engine/vrl/program.hpp"

#include "engine/codec/decoder.hpp"
#include "engine/diagnostic/render.hpp"
#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/timezone.hpp"

namespace engine {

namespace {

Value message_object(Value message, Arena& arena) {
    Member member{"message", message};
    return object_of({&member, 1}, arena);
}

/// Each frame as the `message` of an event, which a program then turns into what it likes: an array
/// becomes several events.
class VrlDecoder final : public Decoder {
public:
    explicit VrlDecoder(std::shared_ptr<const vrl::Program> program)
        : program_(std::move(program)) {}

    Result<void> decode(std::string_view frame, DecodedEvents& events) const override {
        Batch& batch = events.logs();
        Arena& arena = batch.arena();
        if (batch.empty()) {
            batch.retain(program_);
        }
        thread_local vrl::Context context(arena);
        context.set_arena(arena);
        vrl::Target target;
        target.event = message_object(Value::bytes(frame), arena);
        const vrl::Outcome outcome =
            vrl::run(*program_, target, context, vrl::memory_allowance(arena));
        if (!outcome.ok()) {
            return failure(outcome.message.empty() ? std::string("aborted")
                                                   : std::string(outcome.message));
        }
        if (!target.event.is_array()) {
            push(batch, target.event, target);
            return {};
        }
        freeze(target.metadata, arena);
        freeze(target.secrets, arena);
        for (const Value& item : target.event.as_array().view()) {
            freeze(item, arena);
            push(batch, item, target);
        }
        return {};
    }

private:
    static void push(Batch& batch, Value root, const vrl::Target& target) {
        batch.push(root.is_object() ? root : message_object(root, batch.arena()));
        if (target.metadata_changed) {
            batch.writable_metadata(batch.size() - 1) = target.metadata;
        }
        if (target.secrets_changed) {
            batch.writable_secrets(batch.size() - 1) = target.secrets;
        }
    }

    std::shared_ptr<const vrl::Program> program_;
};

Result<std::unique_ptr<const Decoder>> make(const DecodingOptions& options) {
    if (!options.vrl) {
        return failure("missing field `vrl`");
    }
    vrl::CompileOptions compile;
    compile.has_metrics = true;
    compile.timezone = vrl::timezone_of(options.vrl->timezone);
    const SourceText source("", options.vrl->source.value);
    auto program = vrl::compile(source, compile);
    if (!program) {
        std::string text;
        for (const Diagnostic& diagnostic : program.error()) {
            text += "\n" + render(diagnostic, source, RenderStyle::Program);
        }
        return failure(std::move(text));
    }
    return std::make_unique<VrlDecoder>(std::move(*program));
}

}  // namespace

}  // namespace engine

ENGINE_REGISTER_DECODER("vrl", engine::make)
