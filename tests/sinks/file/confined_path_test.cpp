#include "sinks/file/confined_path.hpp"

#include <gtest/gtest.h>

namespace engine::file_sink {
namespace {

std::string confined(const ConfinedPath& path, std::string rendered) {
    const Result<void> inside = path.confine(rendered);
    return inside ? rendered : "refused";
}

TEST(ConfinedPath, KeepsPathsInTheLiteralFolder) {
    const ConfinedPath path("", "/logs/app-", ConfinedPath::Absolute::Refused);
    EXPECT_EQ(path.base(), "/logs/");
    EXPECT_EQ(confined(path, "/logs/app-1.log"), "/logs/app-1.log");
    EXPECT_EQ(confined(path, "/logs/app-a/b.log"), "/logs/app-a/b.log");
    EXPECT_EQ(confined(path, "/logs/app-../x.log"), "/logs/app-../x.log");
    EXPECT_EQ(confined(path, "/logs/app-/../../x.log"), "refused");
    EXPECT_EQ(confined(path, "/logs/app-/.."), "refused");
}

TEST(ConfinedPath, LetsTheOperatorGoUp) {
    const ConfinedPath path("", "../logs/", ConfinedPath::Absolute::Refused);
    EXPECT_EQ(confined(path, "../logs/a.log"), "../logs/a.log");
    EXPECT_EQ(confined(path, "../logs/../a.log"), "refused");
}

TEST(ConfinedPath, WithoutALiteralFolderStaysInTheWorkingFolder) {
    const ConfinedPath refused("", "", ConfinedPath::Absolute::Refused);
    EXPECT_EQ(confined(refused, "a/b.log"), "a/b.log");
    EXPECT_EQ(confined(refused, "/etc/passwd"), "refused");
    EXPECT_EQ(confined(refused, "../a"), "refused");
    const ConfinedPath allowed("", "", ConfinedPath::Absolute::Allowed);
    EXPECT_EQ(confined(allowed, "/var/log/a"), "/var/log/a");
    EXPECT_EQ(confined(allowed, "/var/log/../a"), "refused");
}

TEST(ConfinedPath, JoinsRelativePathsToTheBaseFolder) {
    const ConfinedPath path("/base//", "x-", ConfinedPath::Absolute::Refused);
    EXPECT_EQ(confined(path, "x-1.log"), "/base/x-1.log");
    EXPECT_EQ(confined(path, "/base/x-1.log"), "/base/x-1.log");
    EXPECT_EQ(confined(path, "/based/x-1.log"), "refused");
    EXPECT_EQ(confined(path, "x/../../y"), "refused");
}

TEST(ConfinedPath, RefusesNullBytes) {
    const ConfinedPath path("", "logs/", ConfinedPath::Absolute::Refused);
    EXPECT_EQ(confined(path, std::string("logs/a\0.log", 11)), "refused");
}

}  // namespace
}  // namespace engine::file_sink
