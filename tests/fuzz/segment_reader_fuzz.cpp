// Segment files and ledger slots from arbitrary bytes. The first byte chooses: raw bytes, or bytes
// whose headers are given right checksums, so that the fuzzer gets past them.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/buffer/disk/ledger.hpp"
#include "engine/buffer/disk/segment_reader.hpp"
#include "engine/diagnostic/assert.hpp"

namespace {

using namespace engine;
using namespace engine::buffer::disk;

/// A file that is a string; can be read only.
class StringFile final : public File {
public:
    explicit StringFile(std::string bytes) : bytes_(std::move(bytes)) {}
    Result<std::size_t> write_some(std::uint64_t, std::span<const std::string_view>) override {
        return failure("read only");
    }
    Result<std::size_t> read(std::uint64_t offset, std::span<char> out) override {
        if (offset >= bytes_.size())
            return std::size_t{0};
        const std::size_t count = std::min<std::size_t>(out.size(), bytes_.size() - offset);
        std::copy_n(bytes_.data() + offset, count, out.data());
        return count;
    }
    Result<void> sync() override { return failure("read only"); }
    Result<void> truncate(std::uint64_t) override { return failure("read only"); }
    Result<std::uint64_t> size() override { return bytes_.size(); }

private:
    std::string bytes_;
};

/// Makes headers of segment 1 with right checksums of what begins with an R.
void mend(std::string& bytes) {
    for (std::size_t at = 0; at + record_header_size <= bytes.size(); at += 8) {
        char* p = bytes.data() + at;
        if (*p == 'R') {
            std::memcpy(p, "REC1", 4);
            store<std::uint64_t>(p + 8, 1);
        }
        if (!looks_like_record(p, SegmentId{1}))
            continue;
        const std::size_t length = load<std::uint32_t>(p + 36);
        const std::size_t rest = bytes.size() - at - record_header_size;
        const std::string_view payload(p + record_header_size, std::min(length, rest));
        store<std::uint64_t>(p + 48, checksum(payload));
        store<std::uint64_t>(p + 56, checksum({p, 56}));
    }
}

void read_segment(const std::string& bytes) {
    SegmentReader reader(std::make_unique<StringFile>(bytes), SegmentId{1});
    static_cast<void>(reader.read_header());
    std::uint64_t previous_end = 0;
    for (;;) {
        const auto record = reader.next(bytes.size(), Unreadable::Fail);
        ENGINE_ASSERT(record.has_value(), "a string can be read");
        if (!*record)
            break;
        ENGINE_ASSERT((*record)->offset >= previous_end, "records do not overlap");
        previous_end = reader.offset();
        ENGINE_ASSERT(previous_end <= bytes.size(), "records end within the file");
    }
}

void read_slot(std::string bytes) {
    const auto slot = decode_slot(bytes);
    if (!slot || slot->version != format_version)
        return;
    const std::string again = encode_slot(slot->state, slot->generation);
    const auto twice = decode_slot(again);
    ENGINE_ASSERT(twice && twice->state.words == slot->state.words, "a slot survives a round trip");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::uint8_t choice = data[0];
    std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    if (choice % 3 == 0) {
        read_slot(bytes);
        return 0;
    }
    if (choice % 3 == 1)
        mend(bytes);
    read_segment(bytes);
    return 0;
}
