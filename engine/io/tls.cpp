#include "engine/io/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "engine/telemetry/log.hpp"

namespace engine::io {

namespace ssl = boost::asio::ssl;
using std::chrono::steady_clock;

namespace {

constexpr std::string_view log_target = "engine::io::tls";
constexpr std::chrono::seconds look_interval{1};
/// Ephemeral keys and authenticated encryption; TLS 1.3 has nothing else.
constexpr const char* tls12_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20";
constexpr unsigned char session_context[] = "engine";

template <auto Free>
struct OpenSslDeleter {
    template <typename T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using BioPointer = std::unique_ptr<BIO, OpenSslDeleter<BIO_free_all>>;
using X509Pointer = std::unique_ptr<X509, OpenSslDeleter<X509_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, OpenSslDeleter<EVP_PKEY_free>>;
using Pkcs12Pointer = std::unique_ptr<PKCS12, OpenSslDeleter<PKCS12_free>>;

void free_certificates(STACK_OF(X509) * stack) {
    sk_X509_pop_free(stack, X509_free);
}
using StackPointer = std::unique_ptr<STACK_OF(X509), OpenSslDeleter<free_certificates>>;

bool is_inline_pem(std::string_view value) {
    return value.find("-----BEGIN") != std::string_view::npos;
}

/// How an option's value is named in an error: never the inline text itself.
std::string describe(std::string_view option, std::string_view value) {
    return is_inline_pem(value) ? fmt::format("the inline `tls.{}`", option)
                                : fmt::format("`tls.{}` \"{}\"", option, value);
}

Result<std::string> load(std::string_view option, const std::string& value) {
    if (is_inline_pem(value))
        return value;
    errno = 0;
    std::ifstream file(value, std::ios::binary);
    if (!file)
        return failure(fmt::format("could not open {}: {}", describe(option, value),
                                   std::strerror(errno != 0 ? errno : ENOENT)));
    std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (file.bad() || bytes.empty())
        return failure(fmt::format("could not read {}: {}", describe(option, value),
                                   bytes.empty() ? "it is empty" : std::strerror(errno)));
    return bytes;
}

std::string openssl_reason() {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    std::string text = reason == nullptr ? "unknown reason" : reason;
    ERR_clear_error();
    return text;
}

BioPointer bio_of(const std::string& bytes) {
    return BioPointer(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

int give_password(char* buffer, int size, int, void* data) {
    const auto& password = *static_cast<const std::string*>(data);
    const auto length = std::min(password.size(), static_cast<std::size_t>(size));
    std::memcpy(buffer, password.data(), length);
    return static_cast<int>(length);
}

/// Every certificate of a PEM text; empty when there is none.
std::vector<X509Pointer> read_certificates(const std::string& pem) {
    std::vector<X509Pointer> certificates;
    const BioPointer bio = bio_of(pem);
    while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
        certificates.emplace_back(certificate);
    ERR_clear_error();
    return certificates;
}

Result<void> use_pkcs12(SSL_CTX* context, const std::string& bytes, const TlsOptions& options) {
    const BioPointer bio = bio_of(bytes);
    const Pkcs12Pointer archive(d2i_PKCS12_bio(bio.get(), nullptr));
    if (!archive) {
        ERR_clear_error();
        return failure(
            fmt::format("{} is neither PEM nor PKCS#12", describe("crt_file", options.crt_file)));
    }
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    STACK_OF(X509)* chain = nullptr;
    if (PKCS12_parse(archive.get(), options.key_pass.c_str(), &key, &certificate, &chain) != 1)
        return failure(
            fmt::format("could not open the PKCS#12 archive in {}: {}; is "
                        "`tls.key_pass` right?",
                        describe("crt_file", options.crt_file), openssl_reason()));
    const KeyPointer key_owner(key);
    const X509Pointer certificate_owner(certificate);
    const StackPointer chain_owner(chain);
    if (key == nullptr || certificate == nullptr)
        return failure(fmt::format("the PKCS#12 archive in {} needs a certificate and its key",
                                   describe("crt_file", options.crt_file)));
    if (SSL_CTX_use_cert_and_key(context, certificate, key, chain, 1) != 1)
        return failure(fmt::format("could not use the PKCS#12 archive in {}: {}",
                                   describe("crt_file", options.crt_file), openssl_reason()));
    return {};
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned offered_length, void* data) {
    const auto& ours = *static_cast<const std::string*>(data);
    unsigned char* chosen = nullptr;
    const int outcome = SSL_select_next_proto(
        &chosen, out_length, reinterpret_cast<const unsigned char*>(ours.data()),
        static_cast<unsigned>(ours.size()), offered, offered_length);
    *out = chosen;
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

TlsMaterial::TlsMaterial(const TlsOptions& options, TlsRole role)
    : options_(options),
      context_(role == TlsRole::Server ? ssl::context::tls_server : ssl::context::tls_client) {}

Result<std::shared_ptr<TlsMaterial>> TlsMaterial::make(const TlsOptions& options, TlsRole role) {
    const std::shared_ptr<TlsMaterial> material(new TlsMaterial(options, role));
    ENGINE_TRY(material->restrict_protocol());
    ENGINE_TRY(material->load_authorities(role));
    ENGINE_TRY(material->load_identity());
    ENGINE_TRY(material->set_alpn(role));
    if (role == TlsRole::Server && options.crt_file.empty())
        return failure("`tls.crt_file` and `tls.key_file` are needed to accept TLS connections");
    return material;
}

Result<void> TlsMaterial::restrict_protocol() {
    SSL_CTX* raw = context_.native_handle();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
    // A client could have the server do key exchanges without end.
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    if (SSL_CTX_set_cipher_list(raw, tls12_ciphers) != 1)
        return failure("OpenSSL has none of the TLS 1.2 ciphers: " + openssl_reason());
    // Without it, a client that shows a certificate could not resume its session.
    SSL_CTX_set_session_id_context(raw, session_context, sizeof session_context);
    return {};
}

Result<void> TlsMaterial::load_authorities(TlsRole role) {
    SSL_CTX* raw = context_.native_handle();
    const bool verify = options_.verify_certificate.value_or(role == TlsRole::Client);
    if (options_.ca_file.empty()) {
        SSL_CTX_set_default_verify_paths(raw);
    } else {
        const std::string pem = ENGINE_TRY(load("ca_file", options_.ca_file));
        const auto certificates = read_certificates(pem);
        if (certificates.empty())
            return failure(
                fmt::format("{} holds no PEM certificate", describe("ca_file", options_.ca_file)));
        X509_STORE* store = SSL_CTX_get_cert_store(raw);
        for (const auto& certificate : certificates) {
            X509_STORE_add_cert(store, certificate.get());
            if (role == TlsRole::Server)
                SSL_CTX_add_client_CA(raw, certificate.get());
        }
    }
    const int required = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(raw, verify ? required : SSL_VERIFY_NONE, nullptr);
    return {};
}

Result<void> TlsMaterial::load_identity() {
    if (options_.crt_file.empty()) {
        if (!options_.key_file.empty())
            return failure("`tls.key_file` is given without `tls.crt_file`");
        return {};
    }
    const std::string certificate = ENGINE_TRY(load("crt_file", options_.crt_file));
    if (is_inline_pem(certificate))
        return load_pem_identity(certificate);
    if (!options_.key_file.empty())
        return failure(
            fmt::format("{} is not PEM; a PKCS#12 archive brings its own key, so "
                        "`tls.key_file` must not be given",
                        describe("crt_file", options_.crt_file)));
    return use_pkcs12(context_.native_handle(), certificate, options_);
}

Result<void> TlsMaterial::load_pem_identity(const std::string& certificate) {
    SSL_CTX* raw = context_.native_handle();
    if (options_.key_file.empty())
        return failure("`tls.crt_file` is given without `tls.key_file`");
    const std::string key_pem = ENGINE_TRY(load("key_file", options_.key_file));
    const auto chain = read_certificates(certificate);
    if (chain.empty() || SSL_CTX_use_certificate(raw, chain.front().get()) != 1)
        return failure(fmt::format("could not use the certificate in {}: {}",
                                   describe("crt_file", options_.crt_file), openssl_reason()));
    for (std::size_t index = 1; index < chain.size(); ++index)
        SSL_CTX_add1_chain_cert(raw, chain[index].get());
    const BioPointer bio = bio_of(key_pem);
    const KeyPointer key(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password, &options_.key_pass));
    if (!key)
        return failure(fmt::format(
            "could not read a private key from {}: {}{}", describe("key_file", options_.key_file),
            openssl_reason(),
            key_pem.find("ENCRYPTED") == std::string::npos ? "" : "; is `tls.key_pass` right?"));
    if (SSL_CTX_use_PrivateKey(raw, key.get()) != 1 || SSL_CTX_check_private_key(raw) != 1)
        return failure(fmt::format("the key in {} does not match the certificate in {}: {}",
                                   describe("key_file", options_.key_file),
                                   describe("crt_file", options_.crt_file), openssl_reason()));
    return {};
}

Result<void> TlsMaterial::set_alpn(TlsRole role) {
    for (const std::string& protocol : options_.alpn_protocols) {
        if (protocol.empty() || protocol.size() > 255)
            return failure(
                fmt::format("`tls.alpn_protocols` holds \"{}\": a protocol name has 1 to "
                            "255 bytes",
                            protocol));
        alpn_wire_.push_back(static_cast<char>(protocol.size()));
        alpn_wire_ += protocol;
    }
    if (alpn_wire_.empty())
        return {};
    SSL_CTX* raw = context_.native_handle();
    if (role == TlsRole::Server)
        SSL_CTX_set_alpn_select_cb(raw, choose_protocol, &alpn_wire_);
    else
        SSL_CTX_set_alpn_protos(raw, reinterpret_cast<const unsigned char*>(alpn_wire_.data()),
                                static_cast<unsigned>(alpn_wire_.size()));
    return {};
}

Result<std::shared_ptr<TlsContext>> TlsContext::build(const TlsOptions& options, TlsRole role) {
    const std::shared_ptr<TlsContext> tls(new TlsContext(options, role));
    // Looked at first: what changes while it is read is read again.
    tls->stamps_ = tls->look_at_files();
    tls->next_look_ = steady_clock::now() + look_interval;
    tls->material_ = ENGINE_TRY(TlsMaterial::make(options, role));
    return tls;
}

TlsContext::FileStamps TlsContext::look_at_files() const {
    FileStamps stamps;
    for (const std::string* file : {&options_.ca_file, &options_.crt_file, &options_.key_file}) {
        struct stat status{};
        if (file->empty() || is_inline_pem(*file) || ::stat(file->c_str(), &status) != 0)
            stamps.emplace_back();
        else
            stamps.push_back(fmt::format("{}:{}:{}.{}:{}.{}", status.st_ino, status.st_size,
                                         status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                                         status.st_ctim.tv_sec, status.st_ctim.tv_nsec));
    }
    return stamps;
}

std::shared_ptr<TlsMaterial> TlsContext::material() {
    const std::lock_guard lock(mutex_);
    const auto now = steady_clock::now();
    if (now >= next_look_) {
        next_look_ = now + look_interval;
        if (FileStamps stamps = look_at_files(); stamps != stamps_)
            load_again(stamps);
    }
    return material_;
}

// A certificate and its key are two files: between the two writes they do not match. That is
// reported, and tried again when the other file changes.
void TlsContext::load_again(const FileStamps& stamps) {
    stamps_ = stamps;
    auto loaded = TlsMaterial::make(options_, role_);
    if (!loaded) {
        telemetry::Logger().error(log_target,
                                  "Changed TLS files cannot be used; the previous ones stay.",
                                  {telemetry::field("error", loaded.error().message)});
        return;
    }
    material_ = std::move(*loaded);
    telemetry::Logger().info(
        log_target, "New connections use the changed TLS files.",
        {telemetry::field("crt_file",
                          is_inline_pem(options_.crt_file) ? "(inline)" : options_.crt_file),
         telemetry::field("ca_file",
                          is_inline_pem(options_.ca_file) ? "(inline)" : options_.ca_file)});
}

std::string tls_failure(const boost::system::error_code& error, SSL* ssl) {
    const long verdict = SSL_get_verify_result(ssl);
    if (verdict != X509_V_OK)
        return fmt::format("the certificate was refused: {}",
                           X509_verify_cert_error_string(verdict));
    return "the TLS handshake failed: " + error.message();
}

void name_tls_peer(SSL* ssl, const TlsOptions& options, const std::string& host) {
    const std::string& name = options.server_name.empty() ? host : options.server_name;
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(name, not_an_address);
    if (not_an_address)
        SSL_set_tlsext_host_name(ssl, name.c_str());
    if (!options.verify_hostname || !options.verify_certificate.value_or(true))
        return;
    if (not_an_address)
        SSL_set1_host(ssl, name.c_str());
    else
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str());
}

}  // namespace engine::io
