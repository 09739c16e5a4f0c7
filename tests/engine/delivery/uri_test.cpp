#include "engine/delivery/uri.hpp"

#include <gtest/gtest.h>

namespace engine::delivery {
namespace {

std::string parts(std::string_view text) {
    const Result<Uri> uri = Uri::parse(text);
    if (!uri) {
        return uri.error().message;
    }
    const bool https = uri->endpoint.scheme == io::Scheme::Https;
    return std::string(https ? "https " : "http ") + uri->endpoint.host + " " +
           std::to_string(uri->endpoint.port) + " " + uri->target();
}

TEST(Uri, TakesApart) {
    EXPECT_EQ(parts("http://host"), "http host 80 /");
    EXPECT_EQ(parts("HTTPS://host:8443/a/b?c=d#e"), "https host 8443 /a/b?c=d");
    EXPECT_EQ(parts("https://host?x"), "https host 443 /?x");
    EXPECT_EQ(parts("http://[::1]:9/"), "http ::1 9 /");
    EXPECT_EQ(parts("localhost:8080/in"), "http localhost 8080 /in");
}

TEST(Uri, ReadsCredentials) {
    const Result<Uri> uri = Uri::parse("http://us%3Aer:pa%40ss@host/");
    ASSERT_TRUE(uri);
    EXPECT_TRUE(uri->has_credentials);
    EXPECT_EQ(uri->user, "us:er");
    EXPECT_EQ(uri->password, "pa@ss");
    EXPECT_EQ(uri->endpoint.host, "host");
}

TEST(Uri, RefusesWhatIsNone) {
    EXPECT_EQ(parts("not a uri"), "invalid uri character");
    EXPECT_EQ(parts("http://h/a\r\nb"), "invalid uri character");
    EXPECT_EQ(parts("http:///path"), "invalid authority");
    EXPECT_EQ(parts("http://host:http/"), "invalid port value");
    EXPECT_EQ(parts("ftp://host/"), "invalid scheme: http or https is expected");
    EXPECT_EQ(parts(""), "empty string");
}

TEST(Uri, FindsParentSegments) {
    EXPECT_TRUE(has_parent_segment("/a/../b"));
    EXPECT_TRUE(has_parent_segment("/a/.."));
    EXPECT_TRUE(has_parent_segment("/a/%2e%2E/b"));
    EXPECT_TRUE(has_parent_segment("/a%2f../b"));
    EXPECT_FALSE(has_parent_segment("/a/..b/c..d/..."));
}

TEST(Base64, PadsAsTheStandardSays) {
    EXPECT_EQ(encode_base64(""), "");
    EXPECT_EQ(encode_base64("f"), "Zg==");
    EXPECT_EQ(encode_base64("fo"), "Zm8=");
    EXPECT_EQ(encode_base64("foo"), "Zm9v");
    EXPECT_EQ(encode_base64("user:pass"), "dXNlcjpwYXNz");
    EXPECT_EQ(encode_base64("\xff\xfe\xfd"), "//79");
}

}  // namespace
}  // namespace engine::delivery
