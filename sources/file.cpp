// Takes in the lines of files, and goes on as they grow, rotate and vanish. One thread searches for
// files and reads them in blocks of whole lines (reader); a lane on each worker makes one batch of
// each block, whose values point into it, and sends it (lane). Checkpoints follow what was handed
// over, or, with acknowledgements, what was delivered (progress), and are saved once a second.
#include <filesystem>
#include <memory>

#include "engine/component/registry.hpp"
#include "engine/vrl/encoding/charset.hpp"
#include "sources/file/reader.hpp"

namespace engine::sources::file {

namespace {

class FileSource final : public component::Source {
public:
    FileSource(Options options, LineRules rules, std::filesystem::path folder)
        : options_(std::move(options)), rules_(std::move(rules)), folder_(std::move(folder)) {}

    io::Task<Result<void>> start(component::SourceContext& context) override {
        auto checkpoints = std::make_shared<Checkpoints>();
        if (auto opened = checkpoints->open(folder_, options_.forgets_checkpoints()); !opened) {
            co_return std::unexpected(std::move(opened).error());
        }
        reader_ = std::make_unique<Reader>(context, options_, rules_, std::move(checkpoints));
        // One lane keeps the order of files.
        const std::size_t lanes = options_.oldest_first ? 1 : context.runtime.size();
        for (std::size_t index = 0; index < lanes; ++index) {
            const std::size_t worker = (context.worker.index() + index) % context.runtime.size();
            lanes_.push_back(std::make_shared<Lane>(context, rules_, stopping_.get_token(),
                                                    [reader = reader_.get()] { reader->wake(); }));
            io::Worker& runs_on = context.runtime.worker(worker);
            runs_on.spawn(lanes_.back()->run(runs_on));
        }
        reader_->start(lanes_);
        co_return Result<void>{};
    }

    io::Task<void> stop() override {
        if (reader_ == nullptr) {
            co_return;
        }
        stopping_.request_stop();
        reader_->stop();
        for (const auto& lane : lanes_) {
            co_await lane->ended();
        }
    }

    [[nodiscard]] bool can_acknowledge() const override { return true; }

private:
    const Options options_;
    const LineRules rules_;
    const std::filesystem::path folder_;
    io::StopSource stopping_;
    std::vector<std::shared_ptr<Lane>> lanes_;
    std::unique_ptr<Reader> reader_;
};

LineDelimiter delimiter_of(const Options& options, const std::string& charset) {
    if (charset.empty()) {
        return {options.line_delimiter, 1};
    }
    if (charset.starts_with("UTF-16")) {
        const auto order = charset == "UTF-16BE" ? std::endian::big : std::endian::little;
        return {utf16_bytes(options.line_delimiter, order), 2};
    }
    const auto encoded = vrl::charset_encoded(options.line_delimiter, charset);
    return {encoded.value_or(options.line_delimiter), 1};
}

std::unique_ptr<component::Source> build(Options options, component::BuildContext& context) {
    std::string charset;
    if (options.encoding) {
        charset = vrl::charset_of(options.encoding->charset).value_or("");
    }
    LineRules rules{LineFormat(options, context.globals), delimiter_of(options, charset), charset,
                    options.max_line_bytes, options.grouping()};
    const std::filesystem::path folder = options.data_dir.value_or(context.globals.data_dir.value);
    return std::make_unique<FileSource>(std::move(options), std::move(rules), folder / context.id);
}

config::ComponentShape shape(const Options&) {
    config::ComponentShape shape;
    shape.outputs.push_back({.name = {}, .types = config::EventTypes::Log});
    return shape;
}

}  // namespace

}  // namespace engine::sources::file

ENGINE_REGISTER_SOURCE(engine::sources::file::Options, {.type = "file",
                                                        .summary = "Takes in the lines of files.",
                                                        .options = engine::sources::file::options,
                                                        .build = engine::sources::file::build,
                                                        .shape = engine::sources::file::shape})
