#pragma once

#include <optional>
#include <string>

#include "engine/cli/arguments.hpp"

namespace engine::cli {

/// What the command line of `engine vrl` says.
struct VrlArguments {
    std::optional<std::string> program;
    std::optional<std::string> program_file;
    std::optional<std::string> input_file;
    std::optional<std::string> timezone;
    std::string runtime = "ast";  // the one there is; the reference has the option
    bool print_object = false;
    bool print_warnings = false;
    bool quiet = false;

    void add_options(CLI::App& app);
};

/// Runs a program over the events of a file, one JSON value a line (without a file: over one empty
/// object), and prints what it gives for each: results on stdout, failures on stderr. Without a
/// program it reads expressions from the terminal. Exit code 70 when the input or the program can't
/// be read or the program does not compile; a program that fails on an event is no failure of the
/// command.
[[nodiscard]] ExitCode vrl(const VrlArguments& arguments);

}  // namespace engine::cli
