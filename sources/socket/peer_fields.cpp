#include "sources/socket/peer_fields.hpp"

#include <absl/container/inlined_vector.h>

#include "engine/event/container.hpp"

namespace engine::sources::socket {

PeerFields::PeerFields(const Options& options, const config::GlobalOptions& globals)
    : fields_(globals, options.log_namespace, "socket"),
      host_key_(options.host_key ? component::SourceFields::path_of(*options.host_key)
                                 : fields_.host_key()),
      host_metadata_(fields_.metadata_name("host")),
      port_metadata_(fields_.metadata_name("port")),
      client_metadata_(fields_.metadata_name("tls_client_metadata")),
      unwrap_(options.decoding.codec == "bytes") {
    if (const auto* tcp = std::get_if<TcpOptions>(&options.mode)) {
        port_key_ = component::SourceFields::path_of(tcp->port_key);
        client_key_ = component::SourceFields::path_of(tcp->tls.client_metadata_key.value_or(""));
    } else if (const auto* udp = std::get_if<UdpOptions>(&options.mode)) {
        port_key_ = component::SourceFields::path_of(udp->port_key);
    }
}

void PeerFields::add(Batch& batch, std::size_t first, const Peer& peer, Timestamp now) const {
    if (batch.kind() == EventKind::Metric) {
        return;
    }
    if (unwrap_ && first == 0) {
        fields_.place_messages(batch);
    }
    const bool everywhere = fields_.vector_namespace();
    absl::InlinedVector<component::SourceField, 3> fields;
    if (host_key_ || everywhere) {
        fields.push_back({host_key_, host_metadata_, Value::copy_of(peer.host, batch.arena())});
    }
    if (peer.port != 0 && (port_key_ || everywhere)) {
        fields.push_back({port_key_, port_metadata_, Value::integer(peer.port)});
    }
    if (client_key_ && !peer.subject.empty()) {
        Member members[] = {{"subject", Value::copy_of(peer.subject, batch.arena())}};
        const Value client = object_of(members, batch.arena());
        freeze(client, batch.arena());  // all events get it
        fields.push_back({client_key_, client_metadata_, client});
    }
    fields_.add_to_all(batch, fields, now, first);
}

}  // namespace engine::sources::socket
