#include "engine/config/unit_test.hpp"

namespace engine::config {

namespace {

/// As written: `input` is an older way to give one.
struct WrittenTest {
    UnitTest test;
    std::optional<UnitTestInput> input;
};

Type<UnitTestInput> input_type() {
    const OptionTable<UnitTestInput> table = {
        required("insert_at", &UnitTestInput::insert_at, "Transform that the event is given to.",
                 located(type_of<std::string>())),
        optional("type", &UnitTestInput::type, "How the event is given.",
                 choice<std::string>({{"raw", "raw", "A log event with the message `value`."},
                                      {"log", "log", "A log event with the fields `log_fields`."},
                                      {"metric", "metric", "The metric `metric`."},
                                      {"vrl", "vrl", "What the program `source` makes."}})),
        optional("value", &UnitTestInput::value, "Of type raw: the message."),
        optional("source", &UnitTestInput::source, "Of type vrl: the program.",
                 nullable(located(type_of<std::string>()))),
        optional("log_fields", &UnitTestInput::log_fields, "Of type log: values by path.",
                 map_of(type_of<Node>())),
        optional("metric", &UnitTestInput::metric, "Of type metric: the metric.",
                 nullable(type_of<Node>())),
    };
    Type<UnitTestInput> type = table.type();
    type.read = [read = type.read](const Node& node, UnitTestInput& input, OptionContext& context) {
        input.location = node.location();
        return read(node, input, context);
    };
    return type;
}

Type<UnitTestOutput> output_type() {
    const OptionTable<UnitTestOutput> table = {
        required("extract_from", &UnitTestOutput::extract_from,
                 "Outputs of transforms whose events are looked at.",
                 one_or_many(located(type_of<std::string>()))),
        optional("conditions", &UnitTestOutput::conditions,
                 "Conditions that one event has to fulfil.", array_of(condition())),
        optional("expected_event_count", &UnitTestOutput::expected_event_count,
                 "How many events have to come."),
    };
    return table.type();
}

OptionTable<WrittenTest> test_table() {
    const OptionTable<UnitTest> table = {
        required("name", &UnitTest::name, "Name of the test.", located(type_of<std::string>())),
        optional("inputs", &UnitTest::inputs, "Events and where they go.", array_of(input_type())),
        optional("outputs", &UnitTest::outputs, "What has to come out.", array_of(output_type())),
        optional("no_outputs_from", &UnitTest::no_outputs_from,
                 "Outputs of transforms that nothing may come from.",
                 array_of(located(type_of<std::string>()))),
    };
    return {
        flattened(&WrittenTest::test, table),
        optional("input", &WrittenTest::input, "One more of `inputs`.", nullable(input_type())),
    };
}

}  // namespace

std::vector<UnitTest> read_unit_tests(const Node& tests, Problems& problems) {
    std::vector<UnitTest> result;
    if (!tests.is(Node::Kind::Array)) {
        return result;
    }
    const OptionTable<WrittenTest> table = test_table();
    OptionContext context("tests", problems);
    for (std::size_t i = 0; i < tests.items().size(); ++i) {
        const OptionPath path(context, i);
        auto written = table.parse(tests.items()[i], context);
        if (!written) {
            continue;
        }
        if (written->input) {
            written->test.inputs.push_back(std::move(*written->input));
        }
        result.push_back(std::move(written->test));
    }
    return result;
}

}  // namespace engine::config
