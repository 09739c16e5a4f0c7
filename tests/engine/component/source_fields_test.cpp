#include "engine/component/source_fields.hpp"

#include <gtest/gtest.h>

#include "engine/codec/json_parser.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/event/container.hpp"

namespace engine::component {
namespace {

constexpr Timestamp now{1'700'000'000, 0};

/// The events after `host` (at `host_path`) and the standard fields have been added, as JSON.
std::vector<std::string> added(const std::vector<std::string>& events, std::string_view host_path,
                               bool log_namespace = false) {
    const config::GlobalOptions globals;
    const SourceFields fields(globals, log_namespace, "test");
    const std::optional<Path> path = SourceFields::path_of(host_path);
    const std::vector<PathSegment> metadata = fields.metadata_name("host");
    BatchRef batch = Batch::make(EventKind::Log);
    for (const std::string& event : events) {
        const SlabRef slab = SlabRef::copy_of(event);
        batch->retain(slab);
        batch->push(JsonParser::local().parse(slab.view(), batch->arena()).value());
    }
    const SourceField host{path, metadata, Value::bytes("h")};
    fields.add_to_all(*batch, {&host, 1}, now);
    std::vector<std::string> result;
    for (std::size_t i = 0; i < batch->size(); ++i) {
        ByteBuffer text;
        write_json(batch->root(i), text);
        result.emplace_back(text.view());
    }
    return result;
}

const std::string standard = R"("source_type":"test","timestamp":"2023-11-14T22:13:20Z")";

TEST(SourceFields, AddsTheSameToAlikeEventsAndToOthers) {
    EXPECT_EQ(added({R"({"m":1,"z":[1]})", R"({"m":2,"z":[2]})", R"({"a":3})", R"({"m":4,"z":4})",
                     R"({"m":5,"z":{}})"},
                    "host"),
              (std::vector<std::string>{
                  R"({"host":"h","m":1,)" + standard + R"(,"z":[1]})",
                  R"({"host":"h","m":2,)" + standard + R"(,"z":[2]})",
                  R"({"a":3,"host":"h",)" + standard + "}",
                  R"({"host":"h","m":4,)" + standard + R"(,"z":4})",
                  R"({"host":"h","m":5,)" + standard + R"(,"z":{}})",
              }));
}

TEST(SourceFields, KeepsWhatEventsHaveAlready) {
    EXPECT_EQ(added({R"({"host":"x","timestamp":1})", R"({"host":"y","timestamp":2})"}, "host"),
              (std::vector<std::string>{R"({"host":"x","source_type":"test","timestamp":1})",
                                        R"({"host":"y","source_type":"test","timestamp":2})"}));
}

TEST(SourceFields, LooksAtEachEventWhereAFieldLiesDeeper) {
    EXPECT_EQ(added({R"({"o":{"host":"x"}})", R"({"o":{}})"}, "o.host"),
              (std::vector<std::string>{R"({"o":{"host":"x"},)" + standard + "}",
                                        R"({"o":{"host":"h"},)" + standard + "}"}));
}

TEST(SourceFields, LeavesEventsWithoutFieldsAndTheOtherNamespaceAlone) {
    EXPECT_EQ(added({"1", R"({"a":1})", "2", R"({"a":2})"}, "host"),
              (std::vector<std::string>{"1", R"({"a":1,"host":"h",)" + standard + "}", "2",
                                        R"({"a":2,"host":"h",)" + standard + "}"}));
    EXPECT_EQ(added({R"({"a":1})", R"({"a":2})"}, "host", true),
              (std::vector<std::string>{R"({"a":1})", R"({"a":2})"}));
}

}  // namespace
}  // namespace engine::component
