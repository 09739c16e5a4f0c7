#include "engine/enrichment/csv_reader.hpp"

namespace engine::enrichment {

CsvReader::CsvReader(std::string_view text, char delimiter) : rest_(text), delimiter_(delimiter) {
    if (rest_.starts_with("\xEF\xBB\xBF")) {
        rest_.remove_prefix(3);
    }
}

void CsvReader::read_quoted(std::string& field) {
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
        const std::size_t quote = rest_.find('"');
        field += rest_.substr(0, quote);
        if (quote == std::string_view::npos) {
            rest_ = {};
            return;
        }
        rest_.remove_prefix(quote + 1);
        if (!rest_.starts_with('"')) {
            return;
        }
        field += '"';
        rest_.remove_prefix(1);
    }
}

bool CsvReader::next(std::vector<std::string>& fields) {
    fields.clear();
    while (!rest_.empty() && (rest_.front() == '\n' || rest_.front() == '\r')) {
        rest_.remove_prefix(1);
    }
    if (rest_.empty()) {
        return false;
    }
    const char ends[] = {delimiter_, '\r', '\n'};
    while (true) {
        std::string& field = fields.emplace_back();
        if (rest_.starts_with('"')) {
            read_quoted(field);
        }
        const std::size_t end = std::min(rest_.find_first_of({ends, 3}), rest_.size());
        field += rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (!rest_.starts_with(delimiter_)) {
            return true;  // the line break goes with the empty lines before the next record
        }
        rest_.remove_prefix(1);
    }
}

}  // namespace engine::enrichment
