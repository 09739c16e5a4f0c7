#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/vrl/parser/parse.hpp"
#include "tree_text.hpp"

// Runs tests/vrl/syntax/*.txt. A file is a list of cases:
//
//     === name of the case
//     the program, any number of lines
//     ---
//     one line for each statement in prefix notation, and one for each diagnostic as
//     `E203 line:column text of its first label`, in that order

namespace engine::vrl {
namespace {

struct Case {
    std::string file;
    std::string name;
    std::string program;
    std::string expected;
};

std::vector<Case> read_cases(const std::filesystem::path& file) {
    std::vector<Case> cases;
    std::ifstream in(file);
    bool in_program = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("=== ")) {
            cases.push_back({file.filename().string(), line.substr(4), "", ""});
            in_program = true;
        } else if (line == "---" && in_program) {
            in_program = false;
        } else if (!cases.empty()) {
            std::string& text = in_program ? cases.back().program : cases.back().expected;
            text += line + '\n';
        }
    }
    for (Case& each : cases) {
        if (!each.program.empty())
            each.program.pop_back();
        each.expected.erase(each.expected.find_last_not_of('\n') + 1);
    }
    return cases;
}

std::string outcome(const std::string& program) {
    const SourceText source("", program);
    const ParseResult result = parse(source);
    std::string out;
    for (const auto& statement : result.program.statements)
        out += tests::TreeText::of(statement) + '\n';
    for (const auto& diagnostic : result.diagnostics) {
        const auto [line, column] = source.position(diagnostic.begin());
        out += fmt::format("E{} {}:{} {}\n", diagnostic.code, line, column,
                           diagnostic.labels.front().text);
    }
    out.erase(out.find_last_not_of('\n') + 1);
    return out;
}

TEST(Syntax, ProgramsOfTheTextCasesParseAsWritten) {
    std::size_t count = 0;
    const std::filesystem::path folder = std::filesystem::path(ENGINE_TESTS_FOLDER) / "vrl/syntax";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        for (const Case& each : read_cases(entry.path())) {
            ++count;
            EXPECT_EQ(outcome(each.program), each.expected) << each.file << ": " << each.name;
        }
    }
    EXPECT_GT(count, 150U);
}

}  // namespace
}  // namespace engine::vrl
