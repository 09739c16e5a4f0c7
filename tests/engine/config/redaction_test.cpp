#include "engine/config/redaction.hpp"

#include <gtest/gtest.h>

namespace engine::config {
namespace {

TEST(RedactSecrets, HidesValuesOfSecretOptionsInEverySyntax) {
    EXPECT_EQ(redact_secrets(R"(auth = { user = "u", password = "p\"w", x = 1 })"),
              R"(auth = { user = "u", password = "****", x = 1 })");
    EXPECT_EQ(redact_secrets("auth.token: abc # why"), "auth.token: *** # why");
    EXPECT_EQ(redact_secrets(R"({"key_pass": "abc", "n": 1})"), R"({"key_pass": "***", "n": 1})");
    EXPECT_EQ(redact_secrets("password = 123\nuser = 5"), "password = ***\nuser = 5");
    EXPECT_EQ(redact_secrets("token = \"\"\"a\nb\"\"\"\nx = 1"), "token = \"\"\"*\n*\"\"\"\nx = 1");
    EXPECT_EQ(redact_secrets("token = \"not ended\nx = 1"), "token = \"*********\nx = 1");
}

TEST(RedactSecrets, HidesPasswordsInAddressesAndPrivateKeys) {
    EXPECT_EQ(redact_secrets(R"(uri = "http://me:word@host:80/a:b@c")"),
              R"(uri = "http://me:****@host:80/a:b@c")");
    EXPECT_EQ(redact_secrets("-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----"),
              "-----BEGIN PRIVATE KEY-----\n***\n-----END PRIVATE KEY-----");
}

TEST(RedactSecrets, LeavesTheRest) {
    for (const char* text :
         {"", "=", "password", "password =", "a = \"b\"", "token = \"${TOKEN}\"",
          "token = \"SECRET[vault.token]\"", "uri = \"http://host/a@b\"", "[secret.file]\nx = 1"})
        EXPECT_EQ(redact_secrets(text), text);
}

}  // namespace
}  // namespace engine::config
