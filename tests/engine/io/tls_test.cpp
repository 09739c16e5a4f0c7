#include "engine/io/tls.hpp"

#include <gtest/gtest.h>

#include "tests/engine/io/io_test_support.hpp"

namespace engine::io {
namespace {

using testing::TestCertificate;

std::string error_of(const TlsOptions& options, TlsRole role = TlsRole::Client) {
    const auto context = TlsContext::build(options, role);
    return context ? "" : context.error().message;
}

TEST(TlsContext, TakesInlineCertificates) {
    const TestCertificate identity = TestCertificate::make();
    TlsOptions options;
    options.ca_file = identity.certificate;
    options.crt_file = identity.certificate;
    options.key_file = identity.key;
    options.alpn_protocols = {"http/1.1"};
    EXPECT_EQ(error_of(options), "");
    EXPECT_EQ(error_of(options, TlsRole::Server), "");
}

TEST(TlsContext, NamesTheFileThatIsMissing) {
    TlsOptions options;
    options.ca_file = "/no/such/ca.pem";
    EXPECT_EQ(error_of(options),
              "could not open `tls.ca_file` \"/no/such/ca.pem\": No such file or directory");
}

TEST(TlsContext, SaysThatTheKeyDoesNotMatch) {
    TlsOptions options;
    options.crt_file = TestCertificate::make().certificate;
    options.key_file = TestCertificate::make().key;
    EXPECT_EQ(error_of(options),
              "the key in the inline `tls.key_file` does not match the certificate in the inline "
              "`tls.crt_file`: key values mismatch");
}

TEST(TlsContext, SaysWhatIsIncomplete) {
    const TestCertificate identity = TestCertificate::make();
    TlsOptions options;
    options.crt_file = identity.certificate;
    EXPECT_EQ(error_of(options), "`tls.crt_file` is given without `tls.key_file`");
    EXPECT_EQ(error_of({}, TlsRole::Server),
              "`tls.crt_file` and `tls.key_file` are needed to accept TLS connections");
}

}  // namespace
}  // namespace engine::io
