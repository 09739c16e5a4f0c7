#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "engine/vrl/function.hpp"
#include "tests/vrl/golden_file.hpp"

namespace engine::vrl {
namespace {

const std::filesystem::path folder = std::filesystem::path(ENGINE_TESTS_FOLDER) / "vrl";

/// What the enrichment functions' examples look into.
constexpr const char* users_table = R"(id,name,team,joined
1,Alice,blue,2023-01-15
2,Bob,red,2023-02-01
3,Carol,blue,2023-06-30
)";

std::set<std::string> waiting_files() {
    std::ifstream file(folder / "waiting.txt");
    std::set<std::string> names;
    for (std::string line; std::getline(file, line);) {
        names.insert(line);
    }
    return names;
}

TEST(VrlGoldens, AllFilesThatDoNotWaitPass) {
    ::setenv("GOLDEN_ENV", "from the environment", 1);
    const std::set<std::string> waiting = waiting_files();
    for (const std::string area : {"language", "diagnostics", "functions"}) {
        for (const auto& entry : std::filesystem::directory_iterator(folder / area)) {
            const std::string name = area + "/" + entry.path().filename().string();
            if (waiting.contains(name)) {
                continue;
            }
            for (const golden::Case& one : golden::read(entry.path().string())) {
                EXPECT_EQ(golden::run(one), "") << name << ":" << one.line << " " << one.name;
            }
        }
    }
}

TEST(FunctionExamples, GiveWhatTheySay) {
    for (const Function* function : FunctionRegistry::all()) {
        for (const Example& example : function->examples) {
            golden::Case one;
            one.program = example.source;
            if (!example.event.empty()) {
                one.sections["event"] = example.event;
            }
            one.sections["metrics"] = "";
            if (!example.file.empty()) {
                one.sections["file " + std::string(example.file)] = example.file_text;
            }
            one.sections["table users"] = users_table;
            one.sections["schema users"] = "id=integer\njoined=date";
            one.sections["result"] = example.result;
            const std::string as_result = golden::run(one);
            one.sections.erase("result");
            one.sections["error"] = example.result;
            EXPECT_TRUE(as_result.empty() || golden::run(one).empty())
                << function->name << ": " << example.title << "\n"
                << example.source << "\n"
                << as_result;
        }
    }
}

TEST(FunctionExamples, EachFunctionHasThree) {
    for (const Function* function : FunctionRegistry::all()) {
        EXPECT_GE(function->examples.size(), 3U) << function->name;
        EXPECT_FALSE(function->summary.empty()) << function->name;
    }
}

}  // namespace
}  // namespace engine::vrl
