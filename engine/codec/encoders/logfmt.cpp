#include "engine/codec/encoder.hpp"
#include "engine/codec/plain_text.hpp"
#include "engine/event/shape.hpp"

namespace engine {

namespace {

/// Writes one event as `key=value` pairs. Nested fields have the path as their key (`a.b.0`); true
/// is the key alone; empty arrays and objects leave no trace.
class LogfmtWriter {
public:
    LogfmtWriter(ByteBuffer& out, TimestampFormat timestamps)
        : out_(out), timestamps_(timestamps), begin_(out.size()) {}

    void write(const Value& value) {
        if (value.is_object()) {
            const ObjectNode& object = value.as_object();
            for (std::uint32_t i = 0; i < object.size(); ++i) {
                write_child(object.shape->key(i), object.values[i]);
            }
        } else if (value.is_array()) {
            for (std::uint32_t i = 0; i < value.as_array().size; ++i) {
                write_child(std::to_string(i), value.as_array().items[i]);
            }
        } else {
            write_pair(value);
        }
    }

private:
    void write_child(std::string_view name, const Value& value) {
        const std::size_t size = key_.size();
        if (size > 0) {
            key_ += '.';
        }
        key_ += name;
        write(value);
        key_.resize(size);
    }

    void write_pair(const Value& value) {
        if (out_.size() > begin_) {
            out_.push_back(' ');
        }
        write_string(key_);
        if (value.is_boolean() && value.as_boolean()) {
            return;
        }
        out_.push_back('=');
        if (value.is_null()) {
            out_.append("null");
            return;
        }
        text_.clear();
        write_plain_text(value, text_, timestamps_);
        write_string(text_.view());
    }

    void write_string(std::string_view text) {
        const bool quoted = text.find_first_of(" \t\n\v\f\r\"=") != std::string_view::npos;
        if (quoted) {
            out_.push_back('"');
        }
        for (const char c : text) {
            if (c == '\n') {
                out_.append("\\\\n");
                continue;
            }
            if (c == '"' || c == '\\') {
                out_.push_back('\\');
            }
            out_.push_back(c);
        }
        if (quoted) {
            out_.push_back('"');
        }
    }

    ByteBuffer& out_;
    TimestampFormat timestamps_;
    std::size_t begin_;
    std::string key_;
    ByteBuffer text_;
};

class LogfmtEncoder final : public Encoder {
public:
    explicit LogfmtEncoder(const EncodingOptions& options)
        : timestamps_(options.timestamp_format.value_or(TimestampFormat::Rfc3339)) {}

    Result<EncodeOutcome> encode(const Value& root, ByteBuffer& out) const override {
        LogfmtWriter(out, timestamps_).write(root);
        return EncodeOutcome::Written;
    }
    Result<EncodeOutcome> encode(const Metric&, ByteBuffer&) const override {
        return EncodeOutcome::Skipped;
    }

private:
    TimestampFormat timestamps_;
};

Result<std::unique_ptr<const Encoder>> make(const EncodingOptions& options) {
    return std::make_unique<LogfmtEncoder>(options);
}

}  // namespace

}  // namespace engine

ENGINE_REGISTER_ENCODER("logfmt", engine::make)
