#include "engine/component/stream_intake.hpp"

#include <utility>

#include "engine/component/output.hpp"
#include "engine/component/source_decoding.hpp"

namespace engine::component {

namespace {

void send_all(DecodedEvents events, TicketOutput& output) {
    for (BatchRef& batch : events.take()) {
        output.send({std::move(batch), {}});
    }
}

}  // namespace

StreamIntake::StreamIntake(SourceContext& context, const EventDecoder& decoder,
                           const StreamIntakeRules& rules)
    : context_(context), decoder_(decoder), rules_(rules), stream_(decoder.open()) {}

io::Task<bool> StreamIntake::take(SlabRef block, Workers workers) {
    const bool spread = workers == Workers::All && context_.runtime.size() > 1 &&
                        block.size() >= OrderedStream::smallest_block;
    if (!spread) {
        DecodedEvents events;
        const bool framed = take_here(block, events);
        block = {};
        co_await send_here(std::move(events));
        co_return framed;
    }
    if (!decoder_.splits()) {
        DecodedEvents events;
        const bool framed = take_here(block, events);
        OrderedStream::Work work = [events = std::move(events)](TicketOutput& output) mutable {
            send_all(std::move(events), output);
        };
        co_await ordered().submit(std::move(work));
        co_return framed;
    }
    Result<FrameRun> run = stream_.split(block);
    block = {};
    if (!run) {
        report_undecodable(context_, run.error());
        co_return false;
    }
    report({}, stream_.discarded());
    if (!run->empty()) {
        OrderedStream::Work work = work_on(std::move(*run));
        co_await ordered().submit(std::move(work));
    }
    co_return true;
}

io::Task<> StreamIntake::finish(Rest rest) {
    DecodedEvents events;
    if (rest == Rest::Decoded) {
        (void)check(stream_.finish(events));
        report(stream_.take_errors(), stream_.discarded());
        rules_.add_fields(events);
    }
    co_await send_here(std::move(events));
}

bool StreamIntake::take_here(const SlabRef& block, DecodedEvents& events) {
    const bool framed = check(stream_.decode(block, events));
    report(stream_.take_errors(), stream_.discarded());
    rules_.add_fields(events);
    return framed;
}

bool StreamIntake::check(const Result<void>& decoded) const {
    if (!decoded) {
        report_undecodable(context_, decoded.error());
    }
    return decoded.has_value();
}

/// Frames that could not be read here, and how many were dropped here so far.
void StreamIntake::report(const std::vector<Error>& errors, std::uint64_t discarded) {
    for (const Error& error : errors) {
        report_undecodable(context_, error);
    }
    if (const std::uint64_t more = discarded - std::exchange(discarded_, discarded); more > 0) {
        rules_.report_discarded(more);
    }
}

io::Task<> StreamIntake::send_here(DecodedEvents events) {
    if (ordered_ != nullptr) {
        co_await ordered_->drain();
    }
    for (BatchRef& batch : events.take()) {
        Delivery delivery{std::move(batch), {}};
        ENGINE_CO_SEND(context_.output, std::move(delivery));
    }
}

OrderedStream& StreamIntake::ordered() {
    if (ordered_ == nullptr) {
        ordered_ = context_.output.open_stream(context_.runtime);
    }
    return *ordered_;
}

OrderedStream::Work StreamIntake::work_on(FrameRun run) const {
    return [this, run = std::move(run)](TicketOutput& output) {
        DecodedRun decoded = decoder_.decode(run);
        for (const Error& error : decoded.errors) {
            report_undecodable(context_, error);
        }
        if (decoded.discarded > 0) {
            rules_.report_discarded(decoded.discarded);
        }
        rules_.add_fields(decoded.events);
        send_all(std::move(decoded.events), output);
    };
}

}  // namespace engine::component
