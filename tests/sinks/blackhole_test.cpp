#include <gtest/gtest.h>

#include "engine/component/registry.hpp"

namespace engine {
namespace {

TEST(Blackhole, IsRegisteredWithItsOptions) {
    const auto* registration = component::Registry<component::Sink>::instance().find("blackhole");
    ASSERT_NE(registration, nullptr);
    EXPECT_EQ(registration->describe().size(), 3U);
}

}  // namespace
}  // namespace engine
