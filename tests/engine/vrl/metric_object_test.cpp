#include "engine/vrl/metric_object.hpp"

#include <gtest/gtest.h>

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/json_parser.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/codec/metric_reader.hpp"
#include "engine/codec/metric_text.hpp"
#include "engine/vrl/compiler.hpp"
#include "engine/vrl/program.hpp"
#include "engine/vrl/target.hpp"

namespace engine::vrl {
namespace {

/// Metrics as JSON, and what programs make of them.
class MetricObjectTest : public ::testing::Test {
protected:
    Metric metric(const std::string& json) {
        text_ = json + std::string(64, ' ');
        const Value object = JsonParser::local().parse({text_.data(), json.size()}, arena_).value();
        return *read_metric(object, arena_).value();
    }

    std::string shown(const std::string& json, TagValues tags) {
        ByteBuffer out;
        write_json(metric_object(metric(json), tags, arena_), out);
        return std::string(out.view());
    }

    std::string changed(const std::string& json, const std::string& program,
                        TagValues tags = TagValues::Single) {
        const BatchRef batch = Batch::make(EventKind::Metric);
        Metric written = metric(json);
        batch->push(&written);
        auto compiled = compile(SourceText("", program), {});
        EXPECT_TRUE(compiled.has_value()) << program;
        Context context(arena_);
        Target target = target_of(*batch, 0, Access::Read, arena_, tags);
        EXPECT_TRUE(run(**compiled, target, context).ok()) << program;
        write_metric(target.event, tags, written, arena_);
        ByteBuffer out;
        write_metric_json(written, MetricTagValues::Full, JsonLayout::Compact, out);
        return std::string(out.view());
    }

    Arena arena_;
    std::string text_;
};

constexpr const char* counter = R"({"name":"c","kind":"incremental","counter":{"value":2.0}})";
constexpr const char* tagged =
    R"({"name":"c","namespace":"ns","tags":{"a":["1","2",null],"b":"3"},"kind":"absolute","gauge":{"value":2.0}})";

TEST_F(MetricObjectTest, ShowsWhatTheMetricHas) {
    EXPECT_EQ(shown(counter, TagValues::Single),
              R"({"kind":"incremental","name":"c","type":"counter"})");
    EXPECT_EQ(
        shown(tagged, TagValues::Single),
        R"({"kind":"absolute","name":"c","namespace":"ns","tags":{"a":"2","b":"3"},"type":"gauge"})");
    EXPECT_EQ(
        shown(tagged, TagValues::Full),
        R"({"kind":"absolute","name":"c","namespace":"ns","tags":{"a":["1","2",null],"b":["3"]},"type":"gauge"})");
    EXPECT_EQ(
        shown(tagged, TagValues::Auto),
        R"({"kind":"absolute","name":"c","namespace":"ns","tags":{"a":["1","2",null],"b":"3"},"type":"gauge"})");
}

TEST_F(MetricObjectTest, IsWrittenBack) {
    EXPECT_EQ(
        changed(
            counter,
            R"(.name = "renamed"; .namespace = "n"; .kind = "absolute"; .tags.t = "v"; .timestamp = t'2024-01-02T03:04:05Z')"),
        R"({"name":"renamed","namespace":"n","tags":{"t":"v"},"timestamp":"2024-01-02T03:04:05Z","kind":"absolute","counter":{"value":2.0}})");
    EXPECT_EQ(changed(tagged, "del(.namespace); del(.tags.a)"),
              R"({"name":"c","tags":{"b":"3"},"kind":"absolute","gauge":{"value":2.0}})");
    EXPECT_EQ(changed(tagged, R"(.tags = {"x": "1"}; del(.namespace))"),
              R"({"name":"c","tags":{"x":"1"},"kind":"absolute","gauge":{"value":2.0}})");
}

TEST_F(MetricObjectTest, KeepsWhatNobodyChanged) {
    EXPECT_EQ(
        changed(tagged, R"(.tags.c = "4")"),
        R"({"name":"c","namespace":"ns","tags":{"a":["1","2",null],"b":"3","c":"4"},"kind":"absolute","gauge":{"value":2.0}})");
}

TEST_F(MetricObjectTest, DoesNotTakeWhatAMetricCannotBe) {
    for (const char* program :
         {".name = 5", ".kind = \"both\"", ".timestamp = \"now\"", ".namespace = null",
          ".counter.value = 5.0", ".type = \"gauge\"", ".other = 1", ". = {}", "del(.name)",
          "del(.kind)", ".tags.a.b = 1", ".tags = 1", ".tags.l = [\"x\"]", ".name.x = \"y\""}) {
        EXPECT_EQ(changed(counter, program), counter) << program;
    }
    // The program sees its own metric, not what was refused.
    EXPECT_EQ(changed(counter, ".name = 5; .tags.was = to_string!(.name)"),
              R"({"name":"c","tags":{"was":"c"},"kind":"incremental","counter":{"value":2.0}})");
}

TEST_F(MetricObjectTest, ArraysAreSeveralValues) {
    EXPECT_EQ(
        changed(counter, R"(.tags.l = ["x", "y", null, 5])", TagValues::Full),
        R"({"name":"c","tags":{"l":["x","y",null]},"kind":"incremental","counter":{"value":2.0}})");
    EXPECT_EQ(
        changed(tagged, R"(.tags.a = [])", TagValues::Full),
        R"({"name":"c","namespace":"ns","tags":{"b":"3"},"kind":"absolute","gauge":{"value":2.0}})");
}

}  // namespace
}  // namespace engine::vrl
