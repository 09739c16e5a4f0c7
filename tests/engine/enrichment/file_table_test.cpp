#include "engine/enrichment/file_table.hpp"

#include <gtest/gtest.h>

#include "engine/vrl/display.hpp"

namespace engine::enrichment {
namespace {

std::string convert(std::string_view type, std::string_view text) {
    const auto column = ColumnType::parse(type, absl::UTCTimeZone());
    if (!column) {
        return column.error().message;
    }
    Arena arena;
    const Value value = column->convert(text, arena);
    return value.is_failure() ? "none" : vrl::display(value);
}

TEST(ColumnType, ConvertsTexts) {
    EXPECT_EQ(convert("string", "1"), "\"1\"");
    EXPECT_EQ(convert("integer", "-12"), "-12");
    EXPECT_EQ(convert("int", "1.5"), "none");
    EXPECT_EQ(convert("float", "1.5"), "1.5");
    EXPECT_EQ(convert("boolean", "yes"), "true");
    EXPECT_EQ(convert("bool", "maybe"), "none");
    EXPECT_EQ(convert("date", "2024-02-29"), "t'2024-02-29T00:00:00Z'");
    EXPECT_EQ(convert("date", "2023-02-29"), "none");
    EXPECT_EQ(convert("date|%d.%m.%Y", "29.02.2024"), "t'2024-02-29T00:00:00Z'");
    EXPECT_EQ(convert("timestamp", "2024-02-29T01:02:03+01:00"), "t'2024-02-29T00:02:03Z'");
    EXPECT_EQ(convert("timestamp", "2024-02-29 01:02:03"), "t'2024-02-29T01:02:03Z'");
    EXPECT_EQ(convert("timestamp", "2024-02-29"), "t'2024-02-29T00:00:00Z'");
    EXPECT_EQ(convert("timestamp|%d/%m/%Y %H", "29/02/2024 10"), "none");
    EXPECT_EQ(convert("timestamp|%d/%m/%Y %H:%M", "29/02/2024 10:20"), "t'2024-02-29T10:20:00Z'");
    EXPECT_NE(convert("integer|%F", "1").find("unknown type"), std::string::npos);
}

TEST(ColumnType, TakesDatesInItsTimeZone) {
    absl::TimeZone zone;
    ASSERT_TRUE(absl::LoadTimeZone("Asia/Tokyo", &zone));
    Arena arena;
    EXPECT_EQ(vrl::display(ColumnType::parse("date", zone)->convert("2024-01-02", arena)),
              "t'2024-01-01T15:00:00Z'");
}

std::string error_of(std::string_view text, const CsvOptions& options) {
    const auto table = FileTable::read_csv(text, options);
    return table ? "" : table.error().message;
}

TEST(FileTable, NamesTheRowThatDoesNotFit) {
    CsvOptions options;
    options.schema["b"] = *ColumnType::parse("integer", absl::UTCTimeZone());
    EXPECT_EQ(error_of("a,b\nx,1\ny,z\n", options), "unable to parse z found in row 2");
    EXPECT_EQ(error_of("a,b\nx,1,2\n", options), "row 1 has 3 fields, expected 2");
    EXPECT_EQ(error_of("", options), "");
}

TEST(FileTable, SharesOneIndexAmongEqualQuestions) {
    const auto table = FileTable::read_csv("a,b\n1,2\n", {}).value();
    EXPECT_TRUE(table->prepare({{"a"}, {}, CaseRule::Sensitive}));
    EXPECT_TRUE(table->prepare({{"a"}, {}, CaseRule::Sensitive}));
    const auto missing = table->prepare({{"c"}, {"d"}, CaseRule::Sensitive});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message, "field(s) 'c', 'd' missing from dataset");
}

TEST(FileTable, FindsRowsWithManyFieldsAndAWildcard) {
    const auto table =
        FileTable::read_csv("a,b,c,d,e,f,g\n1,2,3,4,5,6,7\n*,2,3,4,5,6,*\n", {}).value();
    const auto lookup =
        table->prepare({{"a", "b", "c", "d", "e", "f", "g"}, {}, CaseRule::Sensitive}).value();
    std::vector<Value> values;
    for (const char* text : {"1", "2", "3", "4", "5", "6", "7"}) {
        values.push_back(Value::bytes(text));
    }
    Arena arena;
    const Value wildcard = Value::bytes("*");
    Probe probe;
    probe.values = values;
    EXPECT_EQ(lookup->find(probe, arena)->size(), 1U);
    probe.wildcard = &wildcard;
    EXPECT_EQ(lookup->find(probe, arena)->size(), 2U);
    probe.limit = 1;
    EXPECT_EQ(lookup->find(probe, arena)->size(), 1U);
}

}  // namespace
}  // namespace engine::enrichment
