#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/diagnostic/error.hpp"

namespace engine::io {

/// The `tls` table of a component. Files may be given as a path or as inline PEM; `crt_file` may be
/// a PKCS#12 archive, which then brings its key. Empty strings mean "not given".
struct TlsOptions {
    bool enabled = false;
    std::string ca_file;
    std::string crt_file;
    std::string key_file;
    std::string key_pass;
    /// Unset: a client verifies, a server asks for no client certificate.
    std::optional<bool> verify_certificate;
    bool verify_hostname = true;
    std::vector<std::string> alpn_protocols;
    /// The name asked for by SNI and checked in the certificate, instead of the host.
    std::string server_name;
};

/// Which side of the handshake a context is for.
enum class TlsRole { Client, Server };

/// A ready OpenSSL context, shared by connections on any thread; immutable once built. Connections
/// that outlive a reload keep the old one, hence shared.
class TlsContext {
public:
    /// TLS 1.2 or newer. Errors are sentences that name the option and the file.
    [[nodiscard]] static Result<std::shared_ptr<TlsContext>> build(const TlsOptions& options,
                                                                   TlsRole role);

    [[nodiscard]] boost::asio::ssl::context& context() { return context_; }
    [[nodiscard]] const TlsOptions& options() const { return options_; }

private:
    TlsContext(const TlsOptions& options, TlsRole role);
    [[nodiscard]] Result<void> load_authorities(TlsRole role);
    [[nodiscard]] Result<void> load_identity();
    [[nodiscard]] Result<void> load_pem_identity(const std::string& certificate);
    [[nodiscard]] Result<void> set_alpn(TlsRole role);

    TlsOptions options_;
    std::string alpn_wire_;
    boost::asio::ssl::context context_;
};

/// Before a client's handshake: which name to ask for, and which the certificate must be for.
void name_tls_peer(SSL* ssl, const TlsOptions& options, const std::string& host);
/// Why a handshake failed, in words for the user.
[[nodiscard]] std::string tls_failure(const boost::system::error_code& error, SSL* ssl);

}  // namespace engine::io
