#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine::enrichment {

/// Reads the records of a CSV text (RFC 4180: fields in quotes may hold delimiters, line breaks and
/// doubled quotes). Empty lines are no records. Never fails. Borrows the text.
class CsvReader {
public:
    CsvReader(std::string_view text, char delimiter);

    /// The next record into `fields`; false at the end.
    [[nodiscard]] bool next(std::vector<std::string>& fields);

private:
    void read_quoted(std::string& field);

    std::string_view rest_;
    char delimiter_;
};

}  // namespace engine::enrichment
