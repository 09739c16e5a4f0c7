#include <gtest/gtest.h>

#include "engine/config/global_options.hpp"
#include "engine/event/container.hpp"
#include "sources/http_server/body.hpp"
#include "sources/http_server/envelope.hpp"
#include "sources/http_server/receipt.hpp"
#include "sources/http_server/request_fields.hpp"
#include "sources/http_server/route.hpp"

namespace engine::sources::http_server {
namespace {

TEST(HttpServerRoute, StrictPathTakesItselfWithOrWithoutSlash) {
    Options options;
    options.path = "/in/logs";
    const Route route(options);
    EXPECT_EQ(route.match("POST", "/in/logs"), Route::Match::Accepted);
    EXPECT_EQ(route.match("POST", "/in/logs/"), Route::Match::Accepted);
    EXPECT_EQ(route.match("POST", "/in/logs/more"), Route::Match::LongerPath);
    EXPECT_EQ(route.match("POST", "/in"), Route::Match::OtherMethodOrPath);
    EXPECT_EQ(route.match("POST", "/IN/logs"), Route::Match::OtherMethodOrPath);
    EXPECT_EQ(route.match("GET", "/in/logs"), Route::Match::OtherMethodOrPath);
}

TEST(HttpServerRoute, RootIsStrictToo) {
    const Route route{Options{}};
    EXPECT_EQ(route.match("POST", "/"), Route::Match::Accepted);
    EXPECT_EQ(route.match("POST", "//"), Route::Match::LongerPath);
    EXPECT_EQ(route.match("POST", "/foo"), Route::Match::LongerPath);
}

TEST(HttpServerRoute, LoosePathTakesWholeSegmentsBelow) {
    Options options;
    options.path = "/in";
    options.strict_path = false;
    options.method = any_method;
    const Route route(options);
    EXPECT_EQ(route.match("PURGE", "/in/x/y"), Route::Match::Accepted);
    EXPECT_EQ(route.match("GET", "/inside"), Route::Match::OtherMethodOrPath);
    EXPECT_EQ(route.match("GET", "/in%20x"), Route::Match::OtherMethodOrPath);
}

TEST(HttpServerFields, WildcardsMatchWholeNames) {
    EXPECT_TRUE(matches_wildcard("x-*", "x-a"));
    EXPECT_TRUE(matches_wildcard("*", ""));
    EXPECT_TRUE(matches_wildcard("a*b*c", "a12b3bc"));
    EXPECT_TRUE(matches_wildcard("a?c", "abc"));
    EXPECT_FALSE(matches_wildcard("x-*", "y-x-a"));
    EXPECT_FALSE(matches_wildcard("*-id", "id-x"));
}

TEST(HttpServerFields, QueriesAreFormDecoded) {
    const auto parameters = parse_query("q=v%20w+x&flag&a%3d=%zz&&b=");
    ASSERT_EQ(parameters.size(), 4U);
    EXPECT_EQ(parameters[0].value, "v w x");
    EXPECT_EQ(parameters[1].name, "flag");
    EXPECT_EQ(parameters[1].value, "");
    EXPECT_EQ(parameters[2].name, "a=");
    EXPECT_EQ(parameters[2].value, "%zz");
    EXPECT_EQ(parameters[3].value, "");
}

std::string text_at(const Batch& batch, std::string_view key) {
    const Value* value = batch.root(0).as_object().find(key);
    if (value == nullptr) {
        return "absent";
    }
    return value->is_null() ? "null" : std::string(value->as_bytes());
}

TEST(HttpServerFields, AddsWhatIsWantedAndNothingThatIsThere) {
    Options options;
    options.headers = {"X-Trace", "x-missing", "y-*"};
    options.query_parameters = {"q"};
    options.host_key = "client";
    const config::GlobalOptions globals;
    const RequestFields fields(options, globals);
    io::HttpRequest request;
    request.path = "/a/rather/long/path";
    request.query = "q=1&q=2";
    request.remote_address = "127.0.0.1";
    request.headers = {{"x-trace", "one"}, {"X-TRACE", "two"}, {"Y-B", "b"}, {"y-b", "c"}};
    const BatchRef batch = Batch::make(EventKind::Log);
    Member members[] = {{"source_type", Value::bytes("own")}};
    batch->push(object_of(members, batch->arena()));

    fields.add(*batch, request, Timestamp{1, 0});

    EXPECT_EQ(text_at(*batch, "path"), "/a/rather/long/path");
    EXPECT_EQ(text_at(*batch, "client"), "127.0.0.1");
    EXPECT_EQ(text_at(*batch, "X-Trace"), "one");
    EXPECT_EQ(text_at(*batch, "x-missing"), "null");
    EXPECT_EQ(text_at(*batch, "y-b"), "b");
    EXPECT_EQ(text_at(*batch, "q"), "2");
    EXPECT_EQ(text_at(*batch, "source_type"), "own");
}

TEST(HttpServerBody, UnknownEncodingsAreRefused) {
    const SlabRef body = SlabRef::copy_of("x");
    for (const char* encoding : {"br", "", "GZIP", "gzip, br"}) {
        const auto expanded = expand_body(body, encoding, 100);
        ASSERT_FALSE(expanded) << encoding;
        EXPECT_EQ(expanded.error().status, 415U) << encoding;
    }
    EXPECT_EQ(expand_body(body, "identity", 100)->view(), "x");
    EXPECT_EQ(expand_body(body, "gzip", 100).error().status, 422U);
}

TEST(HttpServerEnvelope, KeepsIdentifiersOrDrawsThem) {
    io::HttpRequest request;
    request.headers = {{"X-Request-ID", "abc"}};
    const EnvelopeRef given = make_envelope(request, Timestamp{});
    EXPECT_EQ(given->id, "abc");
    EXPECT_EQ(given->idempotency_key.size(), 32U);
    request.headers = {{"Idempotency-Key", "k"}};
    const EnvelopeRef drawn = make_envelope(request, Timestamp{});
    EXPECT_EQ(drawn->idempotency_key, "k");
    EXPECT_EQ(drawn->id.size(), 36U);
    EXPECT_NE(drawn->id, make_envelope(request, Timestamp{})->id);
}

TEST(HttpServerReceipt, KnowsTheWorstOutcomeOnceAllSharesAreGone) {
    const Receipt::Pointer receipt = Receipt::make();
    Acknowledgement share = receipt->acknowledgement();
    Acknowledgement other = share;
    share.finish(DeliveryStatus::Rejected);
    EXPECT_FALSE(receipt->known());
    other.finish(DeliveryStatus::Delivered);
    ASSERT_TRUE(receipt->known());
    EXPECT_EQ(receipt->outcome(), DeliveryStatus::Rejected);
}

TEST(HttpServerReceipt, SharesMayOutliveTheHandler) {
    Receipt::Pointer receipt = Receipt::make();
    Acknowledgement share = receipt->acknowledgement();
    receipt.reset();
    share.finish(DeliveryStatus::Delivered);
}

}  // namespace
}  // namespace engine::sources::http_server
