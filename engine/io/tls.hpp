#pragma once

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <memory>
#include <mutex>
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

/// A ready OpenSSL context, made of one state of the files. Immutable; shared by the connections
/// that began with it, on any thread.
class TlsMaterial {
public:
    /// TLS 1.2 or newer, with forward secrecy and authenticated encryption only. Errors are
    /// sentences that name the option and the file.
    [[nodiscard]] static Result<std::shared_ptr<TlsMaterial>> make(const TlsOptions& options,
                                                                   TlsRole role);

    [[nodiscard]] boost::asio::ssl::context& context() { return context_; }

private:
    TlsMaterial(const TlsOptions& options, TlsRole role);
    [[nodiscard]] Result<void> restrict_protocol();
    [[nodiscard]] Result<void> load_authorities(TlsRole role);
    [[nodiscard]] Result<void> load_identity();
    [[nodiscard]] Result<void> load_pem_identity(const std::string& certificate);
    [[nodiscard]] Result<void> set_alpn(TlsRole role);

    TlsOptions options_;
    std::string alpn_wire_;
    boost::asio::ssl::context context_;
};

/// The `tls` table of one component, for all its connections; any thread. When a file that it names
/// has changed, connections made from then on use what it holds now; the others go on with what
/// they began with. Files that cannot be used are reported, and the last good ones stay in use.
class TlsContext {
public:
    /// As TlsMaterial::make.
    [[nodiscard]] static Result<std::shared_ptr<TlsContext>> build(const TlsOptions& options,
                                                                   TlsRole role);

    /// What a new connection uses. Looks at the files once a second at most.
    [[nodiscard]] std::shared_ptr<TlsMaterial> material();
    [[nodiscard]] const TlsOptions& options() const { return options_; }

private:
    /// When a file was changed last, by its inode, size and times; empty for inline text.
    using FileStamps = std::vector<std::string>;

    TlsContext(const TlsOptions& options, TlsRole role) : options_(options), role_(role) {}
    [[nodiscard]] FileStamps look_at_files() const;
    void load_again(const FileStamps& stamps);

    const TlsOptions options_;
    const TlsRole role_;
    std::mutex mutex_;  // guards the rest
    std::shared_ptr<TlsMaterial> material_;
    FileStamps stamps_;  // of the last attempt, successful or not
    std::chrono::steady_clock::time_point next_look_;
};

/// Before a client's handshake: which name to ask for, and which the certificate must be for.
void name_tls_peer(SSL* ssl, const TlsOptions& options, const std::string& host);
/// Why a handshake failed, in words for the user.
[[nodiscard]] std::string tls_failure(const boost::system::error_code& error, SSL* ssl);

}  // namespace engine::io
