#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/component/source_fields.hpp"
#include "engine/event/batch.hpp"
#include "sources/socket/options.hpp"

namespace engine::sources::socket {

/// Where events came from.
struct Peer {
    std::string host;
    std::uint16_t port = 0;  // 0: it has none
    std::string subject;     // of its certificate; empty: none
};

/// What the source adds to its events: the peer, its own type and the time. Immutable; any thread.
class PeerFields {
public:
    PeerFields(const Options& options, const config::GlobalOptions& globals);

    /// To the events of the batch from `first` on.
    void add(Batch& batch, std::size_t first, const Peer& peer, Timestamp now) const;

private:
    const component::SourceFields fields_;
    std::optional<Path> host_key_, port_key_, client_key_;
    const std::vector<PathSegment> host_metadata_, port_metadata_, client_metadata_;
    const bool unwrap_;
};

}  // namespace engine::sources::socket
