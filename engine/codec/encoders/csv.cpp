#include <algorithm>
#include <charconv>

#include "engine/codec/encoder.hpp"
#include "engine/codec/plain_text.hpp"

namespace engine {

namespace {

/// The configured fields as one line of comma-separated values, without its line break. Null,
/// missing, and nested fields are empty.
class CsvEncoder final : public Encoder {
public:
    explicit CsvEncoder(const EncodingOptions& options)
        : options_(options.csv),
          timestamps_(options.timestamp_format.value_or(TimestampFormat::Rfc3339)),
          special_{options_.delimiter, options_.quote, '\r', '\n'} {
        if (!options_.double_quote) {
            special_ += options_.escape;
        }
    }

    Result<EncodeOutcome> encode(const Value& root, ByteBuffer& out) const override {
        ByteBuffer text;
        for (std::size_t i = 0; i < options_.fields.size(); ++i) {
            if (i > 0) {
                out.push_back(options_.delimiter);
            }
            const Value* value = get(root, options_.fields[i].segments);
            text.clear();
            if (value != nullptr && !value->is_null() && !value->is_array() &&
                !value->is_object()) {
                write_plain_text(*value, text, timestamps_);
            }
            write_field(text.view(), out);
        }
        return EncodeOutcome::Written;
    }
    Result<EncodeOutcome> encode(const Metric&, ByteBuffer&) const override {
        return EncodeOutcome::Skipped;
    }

private:
    using Style = EncodingOptions::QuoteStyle;

    [[nodiscard]] static bool is_number(std::string_view text) {
        double number = 0;
        const char* end = text.data() + text.size();
        return !text.empty() && std::from_chars(text.data(), end, number).ptr == end;
    }

    [[nodiscard]] bool needs_quotes(std::string_view text) const {
        switch (options_.quote_style) {
            case Style::Always:
                return true;
            case Style::Necessary:
                return text.find_first_of(special_) != std::string_view::npos;
            case Style::Never:
                return false;
            case Style::NonNumeric:
                return !is_number(text);
        }
        return true;
    }

    void write_field(std::string_view text, ByteBuffer& out) const {
        if (!needs_quotes(text)) {
            out.append(text);
            return;
        }
        out.push_back(options_.quote);
        for (const char c : text) {
            if (c == options_.quote) {
                out.push_back(options_.double_quote ? options_.quote : options_.escape);
            }
            out.push_back(c);
        }
        out.push_back(options_.quote);
    }

    EncodingOptions::Csv options_;
    TimestampFormat timestamps_;
    std::string special_;
};

Result<std::unique_ptr<const Encoder>> make(const EncodingOptions& options) {
    return std::make_unique<CsvEncoder>(options);
}

}  // namespace

}  // namespace engine

ENGINE_REGISTER_ENCODER("csv", engine::make)
