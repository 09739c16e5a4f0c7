#include "engine/enrichment/csv_reader.hpp"

#include <gtest/gtest.h>

namespace engine::enrichment {
namespace {

using Records = std::vector<std::vector<std::string>>;

Records read(std::string_view text, char delimiter = ',') {
    CsvReader reader(text, delimiter);
    Records records;
    for (std::vector<std::string> fields; reader.next(fields);) {
        records.push_back(fields);
    }
    return records;
}

TEST(CsvReader, EndsRecordsAtAnyLineBreak) {
    EXPECT_EQ(read("a,b\n1,2\r\n3,4"), (Records{{"a", "b"}, {"1", "2"}, {"3", "4"}}));
    EXPECT_EQ(read("\n\na\n\n\r\nb\n"), (Records{{"a"}, {"b"}}));
    EXPECT_EQ(read(""), Records{});
}

TEST(CsvReader, KeepsEmptyFields) {
    EXPECT_EQ(read(",a,\n"), (Records{{"", "a", ""}}));
    EXPECT_EQ(read("\"\"\n"), (Records{{""}}));
    EXPECT_EQ(read("a,"), (Records{{"a", ""}}));
}

TEST(CsvReader, ReadsQuotedFields) {
    EXPECT_EQ(read("\"a,\"\"b\"\"\nc\",d\n"), (Records{{"a,\"b\"\nc", "d"}}));
    EXPECT_EQ(read("\"a\"b,c\n"), (Records{{"ab", "c"}}));
    EXPECT_EQ(read("\"never closed\n"), (Records{{"never closed\n"}}));
}

TEST(CsvReader, TakesAnyDelimiterAndDropsTheByteOrderMark) {
    EXPECT_EQ(read("\xEF\xBB\xBF"
                   "a;b,c\n",
                   ';'),
              (Records{{"a", "b,c"}}));
    EXPECT_EQ(read("a\tb", '\t'), (Records{{"a", "b"}}));
}

}  // namespace
}  // namespace engine::enrichment
