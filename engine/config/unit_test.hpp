#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/config/options.hpp"

// The section `tests` of a configuration: events put into transforms, and what has to come out.
namespace engine::config {

/// An event to be made for a test, and the transform that it is given to.
struct UnitTestInput {
    Located<std::string> insert_at;
    std::string type = "raw";                    // raw, log, metric or vrl
    std::optional<std::string> value;            // raw: the message
    std::optional<Located<std::string>> source;  // vrl: the program that makes the event
    std::map<std::string, Node> log_fields;      // log: by path
    std::optional<Node> metric;                  // metric: as the codec native_json has it
    Location location;
};

/// What has to come out of some outputs: as many events as that, one of which fulfils all
/// conditions.
struct UnitTestOutput {
    std::vector<Located<std::string>> extract_from;
    std::vector<ConditionSource> conditions;
    std::optional<std::uint64_t> expected_event_count;
};

struct UnitTest {
    Located<std::string> name;
    std::vector<UnitTestInput> inputs;
    std::vector<UnitTestOutput> outputs;
    std::vector<Located<std::string>> no_outputs_from;
};

/// The tests in `tests`, the section's node; reports what is wrong with them. Those that can't be
/// read are left out.
[[nodiscard]] std::vector<UnitTest> read_unit_tests(const Node& tests, Problems& problems);

}  // namespace engine::config
