#include "engine/vrl/csv_line.hpp"

#include <algorithm>

namespace engine::vrl {

namespace {

bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

class CsvParser {
public:
    CsvParser(std::string_view text, char delimiter, Arena& arena)
        : rest_(text), delimiter_(delimiter), arena_(arena) {}

    [[nodiscard]] std::vector<Value> record() {
        std::vector<Value> fields;
        while (!rest_.empty() && is_line_end(rest_.front())) {
            rest_.remove_prefix(1);
        }
        if (rest_.empty()) {
            return fields;
        }
        while (true) {
            fields.push_back(rest_.starts_with('"') ? quoted() : plain());
            if (rest_.empty() || rest_.front() != delimiter_) {
                return fields;
            }
            rest_.remove_prefix(1);
        }
    }

private:
    [[nodiscard]] std::size_t plain_size() const {
        std::size_t size = 0;
        while (size < rest_.size() && rest_[size] != delimiter_ && !is_line_end(rest_[size])) {
            ++size;
        }
        return size;
    }

    Value plain() {
        const std::string_view field = rest_.substr(0, plain_size());
        rest_.remove_prefix(field.size());
        return Value::bytes(field);
    }

    /// What stands between the closing quote and the delimiter belongs to the field.
    Value quoted() {
        rest_.remove_prefix(1);
        std::string field;
        while (!rest_.empty()) {
            const std::size_t quote = std::min(rest_.find('"'), rest_.size());
            field += rest_.substr(0, quote);
            rest_.remove_prefix(std::min(quote + 1, rest_.size()));
            if (!rest_.starts_with('"')) {
                const std::size_t size = plain_size();
                field += rest_.substr(0, size);
                rest_.remove_prefix(size);
                break;
            }
            field += '"';
            rest_.remove_prefix(1);
        }
        return Value::copy_of(field, arena_);
    }

    std::string_view rest_;
    char delimiter_;
    Arena& arena_;
};

}  // namespace

std::vector<Value> parse_csv_record(std::string_view text, char delimiter, Arena& arena) {
    return CsvParser(text, delimiter, arena).record();
}

void write_csv_record(std::span<const Value> fields, char delimiter, std::string& out) {
    const std::string special = std::string("\"\n\r") + delimiter;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) {
            out += delimiter;
        }
        const std::string_view field = fields[i].as_bytes();
        const bool is_lone_empty = field.empty() && fields.size() == 1;
        if (!is_lone_empty && field.find_first_of(special) == std::string_view::npos) {
            out += field;
            continue;
        }
        out += '"';
        for (const char c : field) {
            out += c;
            if (c == '"') {
                out += c;
            }
        }
        out += '"';
    }
}

}  // namespace engine::vrl
