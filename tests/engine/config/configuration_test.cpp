#include "engine/config/configuration.hpp"

#include <gtest/gtest.h>

#include "engine/config/known_components.hpp"
#include "engine/config/reference.hpp"
#include "engine/topology/graph.hpp"
#include "tests/engine/config/test_catalog.hpp"

namespace engine::config {
namespace {

struct Checked {
    Configuration configuration;
    topology::Graph graph;
    std::string problems;
};

Checked check(std::string text, Syntax syntax = Syntax::Toml) {
    Problems problems;
    Document document;
    EXPECT_TRUE(document.add("vector.toml", std::move(text), syntax, {}, problems))
        << problems.render();
    Checked checked;
    checked.configuration = read_configuration(std::move(document), test::TestCatalog(), problems);
    checked.graph = topology::resolve_graph(checked.configuration, problems);
    checked.problems = problems.render();
    return checked;
}

TEST(Configuration, StoresAndForwards) {
    const Checked checked = check(R"([sources.http_in]
type = "http_server"
address = "0.0.0.0:8080"

[sinks.http_out]
type = "http"
inputs = ["http_in"]
uri = "http://api-flow:8080"
encoding.codec = "json"

retries = 5
backoff = "exponential"

[sinks.http_out.buffer]
type = "disk"
max_size = 100_000_000 # 100 MB
)");
    EXPECT_EQ(checked.problems, "");
    const Component* sink = checked.configuration.find("http_out");
    ASSERT_NE(sink, nullptr);
    EXPECT_TRUE(sink->buffer.durable());
    EXPECT_EQ(std::get<DiskBufferOptions>(sink->buffer.stages[0]).max_size, 100'000'000U);
    EXPECT_EQ(sink->inputs.at(0).value, "http_in");
    EXPECT_EQ(sink->path(), "sinks.http_out");
}

TEST(Configuration, Partitions) {
    std::string text = R"([sources.http_in]
type = "http_server"
address = "0.0.0.0:8080"

[transforms.partition]
type = "partition"
inputs = ["http_in"]
partition.key = "{{ headers.x-process-id }}"
partitions = 3
)";
    for (const char* number : {"0", "1", "2"})
        text += std::string("[sinks.http_") + number +
                "]\ntype = \"http\"\ninputs = [\"partition\"]\n" + "uri = \"http://api-flow-" +
                number + ":8080\"\ncondition = \"partition == " + number + "\"\n";
    const Checked checked = check(std::move(text));
    EXPECT_EQ(checked.problems, "");
    EXPECT_EQ(checked.graph.edges().size(), 4U);
    const Component* sink = checked.configuration.find("http_1");
    ASSERT_TRUE(sink->condition.has_value());
    EXPECT_EQ(sink->condition->source.value, "partition == 1");
    EXPECT_EQ(place(sink->condition->source.location), "vector.toml:19:13");
}

TEST(Configuration, ReadsGlobalOptions) {
    const Checked checked = check(R"(
data_dir = "/tmp/x"
timezone = "Europe/Bratislava"
acknowledgements = true
wildcard_matching = "relaxed"
[log_schema]
message_key = ".msg"
[schema]
log_namespace = true
[healthchecks]
require_healthy = true
[api]
enabled = false
[sources.in]
type = "stdin"
[sinks.out]
type = "blackhole"
inputs = ["in", "none*"]
healthcheck = false
[[tests]]
name = "t"
)");
    EXPECT_EQ(checked.problems, "");
    const GlobalOptions& globals = checked.configuration.globals;
    EXPECT_EQ(globals.data_dir.value, "/tmp/x");
    EXPECT_EQ(globals.timezone, "Europe/Bratislava");
    EXPECT_EQ(globals.acknowledgements.enabled, true);
    EXPECT_EQ(globals.log_schema.message_key, ".msg");
    EXPECT_EQ(globals.schema.log_namespace, true);
    EXPECT_TRUE(globals.healthchecks.require_healthy);
    EXPECT_FALSE(checked.configuration.find("out")->healthcheck.enabled);
    EXPECT_EQ(checked.configuration.tests.items().size(), 1U);
}

TEST(Configuration, SaysNothingOfOutputsOfTypesItLacks) {
    const Checked checked = check(
        "[sources.in]\ntype = \"stdin\"\n[transforms.t]\ntype = \"lua\"\n"
        "inputs = [\"in\"]\nversion = \"2\"\n[sinks.out]\n"
        "type = \"blackhole\"\ninputs = [\"t\", \"t.dropped\"]\n");
    EXPECT_EQ(checked.problems.find("doesn't match"), std::string::npos) << checked.problems;
    EXPECT_NE(checked.problems.find("the transform `lua` is not supported by this build yet"),
              std::string::npos)
        << checked.problems;
}

TEST(Configuration, KnowsTheTypesOfTheReference) {
    EXPECT_EQ(known_components(ComponentKind::Source).size(), 47U);
    EXPECT_EQ(known_components(ComponentKind::Transform).size(), 18U);
    EXPECT_EQ(known_components(ComponentKind::Sink).size(), 61U);
    EXPECT_TRUE(is_known_component(ComponentKind::Sink, "loki"));
}

TEST(Configuration, HasASchema) {
    const auto sink = test::http_options().describe();
    auto options = common_options(ComponentKind::Sink);
    options.insert(options.end(), sink.begin(), sink.end());
    const std::string schema = configuration_schema(global_options().describe(), {}, {},
                                                    {{"http", "Sends requests.", options}});
    for (const char* part : {"\"title\": \"http\"", "\"const\": \"disk\"", "\"data_dir\""})
        EXPECT_NE(schema.find(part), std::string::npos) << part;
}

}  // namespace
}  // namespace engine::config
