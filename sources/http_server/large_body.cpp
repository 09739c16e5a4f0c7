#include "sources/http_server/large_body.hpp"

#include <utility>
#include <vector>

#include "engine/io/parallel.hpp"

namespace engine::sources::http_server {

namespace {

/// Some 400 events of ordinary size: a batch, and 0.2 ms of work.
constexpr std::size_t piece_size = std::size_t{128} << 10;

}  // namespace

io::Task<Result<DecodedEvents>> decode_on_all_workers(const SlabRef& body,
                                                      const EventDecoder& decoder,
                                                      io::Runtime& runtime) {
    const std::vector<std::string_view> pieces = decoder.pieces(body.view(), piece_size);
    struct Piece {
        DecodedEvents events;
        Result<void> outcome;
    };
    std::vector<Piece> decoded(pieces.size());
    co_await io::run_on_all_workers(runtime, pieces.size(), [&](std::size_t i) {
        decoded[i].outcome = decoder.decode_message(body, pieces[i], decoded[i].events);
    });
    DecodedEvents all;
    for (Piece& piece : decoded) {
        if (!piece.outcome) {
            co_return std::unexpected(std::move(piece.outcome).error());
        }
        all.add(std::move(piece.events));
    }
    co_return all;
}

io::Task<> send_on_all_workers(DecodedEvents::Batches batches, Acknowledgement acknowledgement,
                               component::SourceOutput& output, io::Runtime& runtime) {
    const auto stream = output.open_stream(runtime);
    for (BatchRef& batch : batches) {
        component::OrderedStream::Work work =
            [delivery = Delivery{std::move(batch), acknowledgement}](
                component::TicketOutput& to) mutable { to.send(std::move(delivery)); };
        co_await stream->submit(std::move(work));
    }
    acknowledgement = {};
    co_await stream->drain();
}

}  // namespace engine::sources::http_server
