#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <string>
#include <utility>

#include "engine/io/runtime.hpp"

namespace engine::io::testing {

/// Runs a coroutine on a worker and waits for its result from the test's thread.
template <typename T>
T run_on(Worker& worker, Task<T> task) {
    auto future = boost::asio::co_spawn(worker.context(), std::move(task), boost::asio::use_future);
    if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready)
        throw std::runtime_error("the coroutine did not end within 30 s");
    return future.get();
}

/// A started runtime that stops with the test.
struct StartedRuntime : Runtime {
    explicit StartedRuntime(std::size_t workers = 1) : Runtime(workers) { start(); }
};

/// A blocking TCP client that sends raw bytes, for what a proper HTTP client would never send.
class RawClient {
public:
    explicit RawClient(std::uint16_t port) : socket_(context_) {
        socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto count =
                ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0)
                return;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }

    /// Bytes up to the end of the connection (or 10 s without any).
    std::string read_to_end() {
        while (receive()) {
        }
        return std::exchange(received_, {});
    }

    /// One response: its head and, by its content-length, its body.
    std::string read_response() {
        for (;;) {
            if (const auto end = received_.find("\r\n\r\n"); end != std::string::npos) {
                const auto field = received_.find("content-length: ");
                const std::size_t length =
                    field < end ? std::stoul(received_.substr(field + 16)) : 0;
                if (received_.size() >= end + 4 + length) {
                    std::string response = received_.substr(0, end + 4 + length);
                    received_.erase(0, end + 4 + length);
                    return response;
                }
            }
            if (!receive())
                return std::exchange(received_, {});
        }
    }

    /// True when the peer closes within the time.
    bool closes_within(std::chrono::milliseconds time) {
        pollfd wait{socket_.native_handle(), POLLIN, 0};
        if (::poll(&wait, 1, static_cast<int>(time.count())) != 1)
            return false;
        char byte = 0;
        return ::recv(wait.fd, &byte, 1, 0) <= 0;
    }

    void shutdown_send() { socket_.shutdown(boost::asio::socket_base::shutdown_send); }

private:
    bool receive() {
        pollfd wait{socket_.native_handle(), POLLIN, 0};
        if (::poll(&wait, 1, 10'000) != 1)
            return false;
        char buffer[65536];
        const auto count = ::recv(wait.fd, buffer, sizeof buffer, 0);
        if (count <= 0)
            return false;
        received_.append(buffer, static_cast<std::size_t>(count));
        return true;
    }

    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_;
    std::string received_;
};

/// A self-signed certificate for "localhost" and 127.0.0.1, as PEM.
struct TestCertificate {
    std::string certificate;
    std::string key;

    static TestCertificate make() {
        EVP_PKEY* key = EVP_EC_gen("P-256");
        X509* certificate = X509_new();
        X509_set_version(certificate, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_NAME* name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
        X509_set_issuer_name(certificate, name);
        add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
        add_extension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
        X509_sign(certificate, key, EVP_sha256());
        TestCertificate made{pem([certificate](BIO* bio) { PEM_write_bio_X509(bio, certificate); }),
                             pem([key](BIO* bio) {
                                 PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr,
                                                          nullptr);
                             })};
        X509_free(certificate);
        EVP_PKEY_free(key);
        return made;
    }

private:
    static void add_extension(X509* certificate, int kind, const char* value) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    template <typename Write>
    static std::string pem(Write write) {
        BIO* bio = BIO_new(BIO_s_mem());
        write(bio);
        char* data = nullptr;
        const long size = BIO_get_mem_data(bio, &data);
        std::string text(data, static_cast<std::size_t>(size));
        BIO_free(bio);
        return text;
    }
};

}  // namespace engine::io::testing
