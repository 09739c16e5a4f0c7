#include "engine/component/tls_options.hpp"

namespace engine::component {

config::OptionTable<io::TlsOptions> tls_options() {
    using O = io::TlsOptions;
    using config::optional;
    return {
        optional("enabled", &O::enabled, "Whether connections are encrypted."),
        optional("ca_file", &O::ca_file,
                 "Certificates of the authorities that the peer's certificate may come from, as "
                 "a PEM file or inline."),
        optional("crt_file", &O::crt_file,
                 "Own certificate, as a PEM or PKCS#12 file or inline PEM."),
        optional("key_file", &O::key_file, "Its private key, as a PEM file or inline."),
        optional("key_pass", &O::key_pass, "Passphrase of the key."),
        optional("verify_certificate", &O::verify_certificate,
                 "Whether the peer must show a certificate that an authority vouches for."),
        optional("verify_hostname", &O::verify_hostname,
                 "Whether the certificate must be for the host that was asked for."),
        optional("alpn_protocols", &O::alpn_protocols,
                 "Protocols offered in the handshake, best first."),
        optional("server_name", &O::server_name,
                 "Name asked for in the handshake, instead of the host."),
    };
}

}  // namespace engine::component
