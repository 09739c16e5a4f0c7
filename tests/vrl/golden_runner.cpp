#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

#include "tests/vrl/golden_file.hpp"

/// vrl_goldens [-q] FILE…: runs the cases, prints the failures (not with -q), a line a file and the
/// total. Exit code 1 when a case failed.
int main(int argc, char** argv) {
    using namespace engine::vrl;
    ::setenv("GOLDEN_ENV", "from the environment", 1);
    ::setenv("TZ", "UTC", 1);
    bool quiet = false;
    std::size_t passed = 0;
    std::size_t failed = 0;
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "-q") {
            quiet = true;
            continue;
        }
        std::size_t file_passed = 0;
        std::size_t file_failed = 0;
        for (const golden::Case& one : golden::read(argv[i])) {
            const std::string problem = golden::run(one);
            ++(problem.empty() ? file_passed : file_failed);
            if (!problem.empty() && !quiet) {
                fmt::print("FAIL {}:{} {}\n{}\n{}\n", argv[i], one.line, one.name, one.program,
                           problem);
            }
        }
        fmt::print("{}: {} passed, {} failed\n", argv[i], file_passed, file_failed);
        std::fflush(stdout);
        passed += file_passed;
        failed += file_failed;
    }
    fmt::print("{} passed, {} failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
