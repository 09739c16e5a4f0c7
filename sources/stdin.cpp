// Takes events in from standard input. A thread of its own reads, because a pipe or terminal may
// block for ever; it gives blocks to the source's worker through a bounded channel, and stops
// reading while that is full. The worker has them decoded by all workers, as many at once as the
// stream admits, so that a full sink holds back whoever writes to the pipe.
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "engine/codec/codec_options.hpp"
#include "engine/component/registry.hpp"
#include "engine/component/source_decoding.hpp"
#include "engine/component/source_fields.hpp"
#include "engine/component/stream_intake.hpp"
#include "engine/diagnostic/assert.hpp"
#include "engine/io/channel.hpp"
#include "engine/io/event.hpp"

namespace engine {

namespace {

constexpr std::string_view log_target = "engine::sources::stdin";
constexpr std::string_view source_type = "stdin";
/// What a pipe holds; a block of it makes a batch of some hundred to a thousand lines.
constexpr std::size_t block_size = std::size_t{64} << 10;
constexpr std::size_t blocks_ahead = 4;

/// A file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    [[nodiscard]] int get() const { return number_; }

private:
    int number_;
};

/// Reads a descriptor block by block on its own thread. Owned by the source, whose worker receives
/// the blocks; `stop` ends it even while a read blocks.
class BlockReader {
public:
    BlockReader(Descriptor input, Descriptor wake)
        : input_(std::move(input)), wake_(std::move(wake)), thread_([this] { run(); }) {}
    ~BlockReader() {
        stop();
        thread_.join();
    }
    BlockReader(const BlockReader&) = delete;
    BlockReader& operator=(const BlockReader&) = delete;

    /// The next block; nullopt at the end of the input.
    io::Task<std::optional<SlabRef>> receive() {
        std::optional<SlabRef> block = co_await blocks_.pop();
        {
            const std::scoped_lock lock(mutex_);
        }  // the thread either sees the room or waits
        room_.notify_one();
        co_return block;
    }
    void stop() {
        {
            const std::scoped_lock lock(mutex_);
            stopping_ = true;
        }
        room_.notify_one();
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
    }
    /// Why reading ended before the end of the input; 0 when it did not. To be asked after the end.
    [[nodiscard]] int error() const { return error_; }

private:
    void run() {
        SlabRef block;
        while (readable()) {
            if (!block) {
                block = SlabRef::with_capacity(block_size);
            }
            const ssize_t count = ::read(input_.get(), block.spare().data(), block.capacity());
            if (count > 0) {
                if (hand_over(filled(block, static_cast<std::size_t>(count))) == Next::Stop) {
                    break;
                }
            } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
                error_ = count == 0 ? 0 : errno;
                break;
            }
        }
        blocks_.close();
    }

    /// The block with what was read; a copy when that is little, because events keep all of it.
    static SlabRef filled(SlabRef& block, std::size_t count) {
        if (count < block_size / 2) {
            return SlabRef::copy_of({block.spare().data(), count});
        }
        block.commit(count);
        return std::exchange(block, {});
    }

    /// Waits for input; false when asked to stop.
    bool readable() {
        std::array<pollfd, 2> waiting{{{input_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
        while (::poll(waiting.data(), waiting.size(), -1) < 0) {
            if (errno != EINTR) {
                error_ = errno;
                return false;
            }
        }
        return waiting[1].revents == 0;
    }

    /// Waits for room, unless a stop was asked for: what has been read is still sent, since its
    /// writer cannot repeat it. There is room for one such block.
    enum class Next : std::uint8_t { Read, Stop };
    [[nodiscard]] Next hand_over(SlabRef block) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return stopping_ || blocks_.size() < blocks_ahead; });
        const std::size_t bytes = block.size();
        const bool pushed = blocks_.try_push(std::move(block), bytes);
        ENGINE_ASSERT(pushed, "the channel has room for one more block than is read ahead");
        return stopping_ ? Next::Stop : Next::Read;
    }

    Descriptor input_;
    Descriptor wake_;
    io::Channel<SlabRef> blocks_{blocks_ahead + 1, (blocks_ahead + 1) * block_size};
    std::mutex mutex_;
    std::condition_variable room_;
    bool stopping_ = false;
    int error_ = 0;
    std::thread thread_;
};

struct Options {
    std::uint64_t max_length = 102400;
    std::optional<std::string> host_key;
    std::optional<FramingOptions> framing;
    DecodingOptions decoding;
    std::optional<bool> log_namespace;
};

config::OptionTable<Options> options() {
    using O = Options;
    using config::optional;
    config::OptionTable<Options> table{
        optional("max_length", &O::max_length,
                 "Accepted for compatibility, without effect: lines are limited by "
                 "`framing.newline_delimited.max_length`.",
                 config::bytes()),
        optional("host_key", &O::host_key,
                 "Field for the host's name; `log_schema.host_key` when not set."),
        optional("framing", &O::framing, "How frames are told apart.", framing_options()),
        optional("decoding", &O::decoding, "How events are made of frames.", decoding_options()),
        optional("log_namespace", &O::log_namespace,
                 "Whether what the source knows goes to the metadata, not into the event."),
    };
    return table.check(
        [](const O& options, const config::Node& node, config::OptionContext& context) {
            component::check_decoding(options.decoding, options.framing, node, context);
        });
}

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

class Stdin final : public component::Source {
public:
    Stdin(const Options& options, EventDecoder decoder, const config::GlobalOptions& globals)
        : fields_(globals, options.log_namespace, source_type),
          host_key_(options.host_key ? component::SourceFields::path_of(*options.host_key)
                                     : fields_.host_key()),
          host_metadata_(fields_.metadata_name("host")),
          unwrap_(options.decoding.codec == "bytes"),
          requests_(options.decoding.codec == "request_json"),
          decoder_(std::move(decoder)) {}

    io::Task<Result<void>> start(component::SourceContext& context) override {
        context_ = &context;
        Descriptor input(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
        Descriptor wake(::eventfd(0, EFD_CLOEXEC));
        if (input.get() < 0 || wake.get() < 0) {
            co_return failure("standard input cannot be read: " +
                              std::generic_category().message(errno));
        }
        reader_ = std::make_unique<BlockReader>(std::move(input), std::move(wake));
        context.worker.spawn(run());
        co_return Result<void>{};
    }

    io::Task<void> stop() override {
        if (reader_ != nullptr) {
            reader_->stop();
            co_await ended_.wait();
        }
    }

    [[nodiscard]] bool provides_requests() const override { return requests_; }

private:
    io::Task<> run() {
        using component::StreamIntake;
        StreamIntake intake(*context_, decoder_, rules_);
        telemetry::Counter& received = context_->metrics.received_bytes("none");
        bool framed = true;
        while (framed) {
            std::optional<SlabRef> block = co_await reader_->receive();
            if (!block) {
                break;
            }
            received.add(block->size());
            framed = co_await intake.take(std::move(*block), StreamIntake::Workers::All);
        }
        const auto rest = framed ? StreamIntake::Rest::Decoded : StreamIntake::Rest::Dropped;
        co_await intake.finish(rest);
        reader_->stop();
        if (reader_->error() != 0) {
            context_->log.error(
                log_target, "Unable to read from source.",
                {telemetry::field("error", std::generic_category().message(reader_->error()))});
            context_->metrics.error("io_failed", "receiving");
        }
        context_->log.info(log_target, "Finished sending.");
        context_->finished();
        ended_.set();
    }

    void add_fields(const DecodedEvents& events) const {
        const Timestamp now = Timestamp::now();
        for (const BatchRef& batch : events.batches()) {
            if (batch->kind() == EventKind::Log) {
                add_fields(*batch, now);
            }
        }
    }

    void add_fields(Batch& batch, Timestamp now) const {
        if (unwrap_) {
            fields_.place_messages(batch);
        }
        const component::SourceField host{host_key_, host_metadata_,
                                          Value::copy_of(host_, batch.arena())};
        fields_.add_to_all(batch, {&host, host_key_ ? 1U : 0U}, now);
    }

    void report_discarded(std::uint64_t count) const {
        context_->log.warn("engine::codec", "Discarding frame larger than max_length.",
                           {telemetry::field("count", static_cast<std::int64_t>(count))});
    }

    const component::SourceFields fields_;
    const std::optional<Path> host_key_;
    const std::vector<PathSegment> host_metadata_;
    const std::string host_ = host_name();
    const bool unwrap_;
    const bool requests_;
    const EventDecoder decoder_;
    const component::StreamIntakeRules rules_{
        [this](DecodedEvents& events) { add_fields(events); },
        [this](std::uint64_t count) { report_discarded(count); }};

    component::SourceContext* context_ = nullptr;
    std::unique_ptr<BlockReader> reader_;
    io::Event ended_;
};

std::unique_ptr<component::Source> build(Options options, component::BuildContext& context) {
    Result<EventDecoder> decoder = EventDecoder::make(options.decoding, options.framing);
    if (!decoder) {
        context.problems.error({}, decoder.error().message);
        return nullptr;
    }
    return std::make_unique<Stdin>(options, std::move(*decoder), context.globals);
}

config::ComponentShape shape(const Options& options) {
    config::ComponentShape shape;
    shape.outputs.push_back(
        {.name = {}, .types = component::decoded_types(options.decoding.codec)});
    shape.resources.push_back({"file descriptor:", "0", {}});
    return shape;
}

}  // namespace

}  // namespace engine

ENGINE_REGISTER_SOURCE(engine::Options, {.type = "stdin",
                                         .summary = "Takes events in from standard input.",
                                         .options = engine::options,
                                         .build = engine::build,
                                         .shape = engine::shape})
