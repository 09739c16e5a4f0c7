#include "engine/vrl/template.hpp"

#include <gtest/gtest.h>

#include "engine/event/container.hpp"

namespace engine::vrl {
namespace {

BatchRef batch_of(std::initializer_list<Member> members) {
    BatchRef batch = Batch::make(EventKind::Log);
    std::vector<Member> copy(members);
    batch->push(object_of(copy, batch->arena()));
    return batch;
}

std::string rendered(std::string_view text, const BatchRef& batch,
                     TemplateScope scope = TemplateScope::Event) {
    auto parsed = Template::parse(text, scope, absl::UTCTimeZone());
    if (!parsed) {
        return "invalid: " + parsed.error().message;
    }
    std::string out;
    const auto result = parsed->render(*batch, 0, out);
    return result ? out : "error: " + result.error().message;
}

TEST(Template, PutsFieldsIntoText) {
    const BatchRef batch = batch_of({{"host", Value::bytes("web")}, {"n", Value::integer(7)}});
    EXPECT_EQ(rendered("logs/{{ host }}/{{n}}.log", batch), "logs/web/7.log");
    EXPECT_EQ(rendered("plain", batch), "plain");
}

TEST(Template, NamesMissingFields) {
    const BatchRef batch = batch_of({{"a", Value::integer(1)}});
    EXPECT_EQ(rendered("{{ a }}{{ b }}{{ c }}", batch),
              "error: Missing fields on event: [\"b\", \"c\"]");
}

TEST(Template, FormatsTheEventsTime) {
    const BatchRef batch = batch_of({{"timestamp", Value::timestamp({1612324506, 0})}});
    EXPECT_EQ(rendered("%Y-%m-%d/%H", batch), "2021-02-03/03");
    EXPECT_EQ(rendered("100%%", batch), "100%");
}

TEST(Template, EscapedBracesAreText) {
    const BatchRef batch = batch_of({{"a", Value::integer(1)}});
    EXPECT_EQ(rendered("\\{{ a }}", batch), "{{ a }}");
}

TEST(Template, ReadsTheRequestOnlyInItsScope) {
    const BatchRef batch = batch_of({{"method", Value::bytes("from the event")}});
    auto* envelope = new RequestEnvelope;
    envelope->method = "PUT";
    envelope->path = "/orders";
    envelope->headers = {{"X-Process-Id", "p7"}};
    batch->set_envelope(EnvelopeRef(envelope));
    EXPECT_EQ(rendered("{{ method }}", batch), "from the event");
    EXPECT_EQ(rendered("{{ method }} {{ path }} {{ headers.x-process-id }}", batch,
                       TemplateScope::Request),
              "PUT /orders p7");
    EXPECT_EQ(rendered("{{ .method }}", batch, TemplateScope::Request), "from the event");
}

TEST(Template, KnowsItsLiteralPrefixAndFields) {
    const auto parsed =
        Template::parse("/var/{{ a.b }}/x", TemplateScope::Event, absl::UTCTimeZone());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->literal_prefix(), "/var/");
    EXPECT_TRUE(parsed->is_dynamic());
    EXPECT_EQ(parsed->fields(), std::vector<std::string_view>{"a.b"});
}

}  // namespace
}  // namespace engine::vrl
