#pragma once

#include <cstddef>

#include "engine/codec/stream_decoder.hpp"
#include "engine/component/output.hpp"
#include "engine/io/runtime.hpp"
#include "engine/io/task.hpp"

namespace engine::sources::http_server {

/// Smaller bodies are decoded, and go through the pipeline, on their connection's worker: there is
/// not enough work in them for others.
constexpr std::size_t large_body = std::size_t{256} << 10;

/// Decodes a body on all workers; the events keep their order. All of it or, at the first error in
/// the order of the body, none. Arguments outlive the task.
[[nodiscard]] io::Task<Result<DecodedEvents>> decode_on_all_workers(const SlabRef& body,
                                                                    const EventDecoder& decoder,
                                                                    io::Runtime& runtime);

/// Runs the stages behind the source on all workers; completes when every sink has the events, in
/// their order.
[[nodiscard]] io::Task<> send_on_all_workers(DecodedEvents::Batches batches,
                                             Acknowledgement acknowledgement,
                                             component::SourceOutput& output, io::Runtime& runtime);

}  // namespace engine::sources::http_server
