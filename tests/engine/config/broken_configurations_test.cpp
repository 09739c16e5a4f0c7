#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "engine/config/configuration.hpp"
#include "engine/config/document.hpp"
#include "engine/topology/graph.hpp"
#include "tests/engine/config/test_catalog.hpp"

/// Every file of tests/config/broken is read against the test catalog; the whole text of what is
/// reported stands beside it in `<name>.expected`. A folder is one configuration of several files.
/// ENGINE_UPDATE_GOLDENS=1 writes the expected texts.
namespace engine::config {
namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(ENGINE_TESTS_FOLDER) / "config" / "broken";

std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<std::string> environment(const std::string& name) {
    if (name == "CODEC")
        return "json";
    if (name == "EMPTY")
        return "";
    if (name == "LINES")
        return "one\ntwo";
    return std::nullopt;
}

std::vector<fs::path> files_of(const fs::path& path) {
    if (!fs::is_directory(path))
        return {path};
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path))
        files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

std::string check(const fs::path& path) {
    Problems problems;
    Document document;
    bool read = true;
    for (const fs::path& file : files_of(path))
        read &= document.add(file.filename().string(), contents(file),
                             *syntax_of(file.filename().string()), environment, problems);
    if (read) {
        const Configuration configuration =
            read_configuration(std::move(document), test::TestCatalog(), problems);
        (void)topology::resolve_graph(configuration, problems);
        problems.sort();
        return problems.render();
    }
    problems.sort();
    return problems.render();
}

std::vector<std::string> cases() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() != ".expected")
            names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

class BrokenConfiguration : public testing::TestWithParam<std::string> {};

TEST_P(BrokenConfiguration, IsReportedWhole) {
    const fs::path expected = folder / (GetParam() + ".expected");
    const std::string text = check(folder / GetParam());
    if (std::getenv("ENGINE_UPDATE_GOLDENS") != nullptr) {
        std::ofstream(expected, std::ios::binary) << text;
        return;
    }
    EXPECT_EQ(text, contents(expected));
}

INSTANTIATE_TEST_SUITE_P(Goldens, BrokenConfiguration, testing::ValuesIn(cases()),
                         [](const auto& info) {
                             std::string name = info.param;
                             std::ranges::replace_if(
                                 name, [](char c) { return std::isalnum(c) == 0; }, '_');
                             return name;
                         });

TEST(BrokenConfigurations, AreAtLeastForty) {
    EXPECT_GE(cases().size(), 40U);
}

}  // namespace
}  // namespace engine::config
