#include <gtest/gtest.h>

#include "engine/component/registry.hpp"

namespace engine {
namespace {

TEST(Console, IsRegisteredWithItsOptions) {
    const auto* registration = component::Registry<component::Sink>::instance().find("console");
    ASSERT_NE(registration, nullptr);
    EXPECT_EQ(registration->describe().size(), 4U);
}

}  // namespace
}  // namespace engine
