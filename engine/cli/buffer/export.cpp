#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <system_error>

#include "engine/buffer/disk/buffer_scan.hpp"
#include "engine/cli/buffer/buffer.hpp"
#include "engine/codec/event_encoder.hpp"
#include "engine/codec/record.hpp"

namespace engine::cli {
namespace {

using buffer::disk::RecordState;
using buffer::disk::StoredRecord;

/// Writes events to a file, one a line. Owned by the command.
class EventWriter {
public:
    [[nodiscard]] static Result<EventWriter> open(const std::filesystem::path& path) {
        EncodingOptions options;
        options.codec = "json";
        EventEncoder events = ENGINE_TRY(EventEncoder::make(options));
        EventWriter writer(std::move(events));
        if (!path.empty()) {
            writer.file_.reset(std::fopen(path.c_str(), "wx"));
            if (!writer.file_)
                return failure(fmt::format("cannot create {}: {}", path.string(),
                                           std::generic_category().message(errno)));
        }
        return writer;
    }

    Result<void> write(const Batch& batch) {
        const RequestEnvelope* last_request = nullptr;
        for (std::size_t index = 0; index < batch.size(); ++index) {
            const EnvelopeRef request = batch.envelope(index);
            // Several events of one request: it is written once.
            if (request && &*request == last_request)
                continue;
            last_request = request ? &*request : nullptr;
            line_.clear();
            const EventEncoder* encoder = ENGINE_TRY(encoder_for(request));
            const EncodeOutcome outcome = ENGINE_TRY(encoder->encode(batch, index, line_));
            if (outcome != EncodeOutcome::Written)
                continue;
            line_.append("\n");
            ++lines_;
            std::FILE* target = file_ ? file_.get() : stdout;
            if (std::fwrite(line_.data(), 1, line_.size(), target) != line_.size())
                return write_failure();
        }
        return {};
    }

    Result<void> close() {
        std::FILE* target = file_ ? file_.release() : stdout;
        const int closed = target == stdout ? std::fflush(target) : std::fclose(target);
        return closed == 0 ? Result<void>{} : write_failure();
    }
    [[nodiscard]] std::uint64_t lines() const { return lines_; }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    explicit EventWriter(EventEncoder events) : events_(std::move(events)) {}

    Result<const EventEncoder*> encoder_for(const EnvelopeRef& request) {
        if (!request)
            return &events_;
        if (!requests_) {
            EncodingOptions options;
            options.codec = "request_json";
            requests_ = ENGINE_TRY(EventEncoder::make(options));
        }
        return &*requests_;
    }
    static std::unexpected<Error> write_failure() {
        return failure(fmt::format("cannot write: {}", std::generic_category().message(errno)));
    }

    EventEncoder events_;
    std::optional<EventEncoder> requests_;
    std::unique_ptr<std::FILE, Close> file_;
    ByteBuffer line_;
    std::uint64_t lines_ = 0;
};

Result<void> export_all(const BufferArguments& arguments,
                        const std::vector<std::filesystem::path>& folders) {
    EventWriter writer = ENGINE_TRY(EventWriter::open(arguments.output));
    const auto visit = [&](const StoredRecord& record, RecordState state) -> Result<void> {
        if (state == RecordState::Delivered && !arguments.all)
            return {};
        const Result<BatchRef> batch = read_record(record.payload);
        if (!batch) {
            fmt::print(stderr, "warning: record {} is left out: {}\n", record.header.number,
                       batch.error().message);
            return {};
        }
        return writer.write(**batch);
    };
    for (const std::filesystem::path& folder : folders) {
        ENGINE_TRY(buffer::disk::scan_buffer(buffer::disk::real_file_system(), folder, visit));
    }
    ENGINE_TRY(writer.close());
    fmt::print(stderr, "{} lines written\n", writer.lines());
    return {};
}

}  // namespace

ExitCode buffer_export(const BufferArguments& arguments) {
    const std::vector<std::filesystem::path> folders = buffer_folders(arguments.folder);
    if (folders.empty())
        return ExitCode::Failure;
    if (const Result<void> exported = export_all(arguments, folders); !exported) {
        fmt::print(stderr, "error: {}\n", exported.error().message);
        return ExitCode::Failure;
    }
    return ExitCode::Ok;
}

}  // namespace engine::cli
