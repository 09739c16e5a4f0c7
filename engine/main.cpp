#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "engine/cli/buffer/buffer.hpp"
#include "engine/cli/docs.hpp"
#include "engine/cli/graph.hpp"
#include "engine/cli/list.hpp"
#include "engine/cli/run.hpp"
#include "engine/cli/test.hpp"
#include "engine/cli/validate.hpp"
#include "engine/cli/vrl.hpp"

using namespace engine;

int main(int argc, char** argv) {
    CLI::App app{"Runs Vector configurations, and keeps what it has accepted", "engine"};
    app.set_version_flag("-V,--version", fmt::format("engine {}", ENGINE_VERSION));
    app.require_subcommand(0, 1);
    cli::Arguments arguments;
    arguments.add_root_options(app);
    cli::ExitCode code = cli::ExitCode::Ok;
    bool command = false;

    cli::ValidateArguments validate_arguments;
    CLI::App* validate = app.add_subcommand("validate", "Check configuration files");
    arguments.add_config_options(*validate);
    validate->add_option("paths", arguments.config, "Files to check");
    validate->add_flag("--no-environment", validate_arguments.no_environment,
                       "Leave folders, addresses and destinations alone");
    validate->add_flag("-n,--ne", validate_arguments.no_environment, "As --no-environment");
    validate->add_flag("--skip-healthchecks", validate_arguments.skip_healthchecks,
                       "Do not ask destinations whether they can be reached");
    validate->add_flag("-d,--deny-warnings", validate_arguments.deny_warnings,
                       "Take warnings for errors");
    validate->callback([&] {
        command = true;
        code = cli::validate(arguments, validate_arguments);
    });

    cli::TestArguments test_arguments;
    CLI::App* test = app.add_subcommand("test", "Run the unit tests of configuration files");
    arguments.add_config_options(*test);
    test->add_option("paths", arguments.config, "Files with the tests and what they test");
    test->add_option("--junit-report", test_arguments.junit_report,
                     "File to write a JUnit report to");
    test->callback([&] {
        command = true;
        code = cli::test(arguments, test_arguments);
    });

    std::string drawing = "dot";
    CLI::App* graph = app.add_subcommand("graph", "Draw which component sends to which");
    arguments.add_config_options(*graph);
    graph->add_option("--format", drawing, "Language of the drawing")
        ->check(CLI::IsMember({"dot", "mermaid"}));
    graph->callback([&] {
        command = true;
        code = cli::graph(arguments, drawing);
    });

    std::string format = "text";
    CLI::App* list = app.add_subcommand("list", "List the components of this build");
    list->add_option("--format", format)->check(CLI::IsMember({"text", "json"}));
    list->callback([&] {
        command = true;
        code = cli::list(format);
    });

    std::string part;
    CLI::App* docs = app.add_subcommand("docs", "Print the reference of this build in Markdown");
    docs->add_option("part", part, "What of it: components, functions or config (default: all)")
        ->check(CLI::IsMember({"components", "functions", "config"}));
    docs->callback([&] {
        command = true;
        code = cli::docs(part);
    });

    CLI::App* schema = app.add_subcommand("generate-schema",
                                          "Print the JSON Schema of configurations, for editors");
    schema->callback([&] {
        command = true;
        code = cli::generate_schema();
    });

    std::string expression;
    cli::GenerateScope scope = cli::GenerateScope::Whole;
    CLI::App* generate = app.add_subcommand("generate", "Print a configuration to start from");
    generate
        ->add_option("expression", expression,
                     "sources/transforms/sinks, such as stdin/remap/console")
        ->required();
    generate->add_flag_callback(
        "-f,--fragment", [&] { scope = cli::GenerateScope::Fragment; }, "Leave global options out");
    generate->callback([&] {
        command = true;
        code = cli::generate(expression, scope);
    });

    cli::VrlArguments vrl_arguments;
    CLI::App* vrl = app.add_subcommand("vrl", "Run a VRL program, or try expressions");
    vrl_arguments.add_options(*vrl);
    vrl->callback([&] {
        command = true;
        code = cli::vrl(vrl_arguments);
    });

    cli::BufferArguments buffer_arguments;
    CLI::App* buffer =
        app.add_subcommand("buffer", "Look into the disk buffers of sinks, check and repair them");
    buffer_arguments.add_commands(*buffer, [&](cli::ExitCode result) {
        command = true;
        code = result;
    });

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int status = app.exit(error);
        return status == 0 ? 0 : static_cast<int>(cli::ExitCode::Usage);
    }
    return static_cast<int>(command ? code : cli::run(arguments));
}
