// Any bytes as a record: reading never goes wrong, and what was read is the same when it was
// written and read again.
#include <cstdint>
#include <cstdlib>

#include "engine/codec/record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace engine;
    const SlabRef slab =
        SlabRef::copy_of(std::string_view(reinterpret_cast<const char*>(data), size));
    static_cast<void>(record_content(slab.view()));
    static_cast<void>(read_request_record(slab, slab.view()));
    const Result<BatchRef> batch = read_record(slab);
    if (!batch) {
        return 0;
    }
    ByteBuffer written;
    write_record(**batch, 0, (*batch)->size(), written);
    const Result<BatchRef> again = read_record(SlabRef::copy_of(written.view()));
    if (!again || (*again)->size() != (*batch)->size()) {
        std::abort();
    }
    for (std::size_t i = 0; i < (*batch)->size() && (*batch)->kind() != EventKind::Metric; ++i) {
        if (!equal((*batch)->root(i), (*again)->root(i))) {
            std::abort();
        }
    }
    return 0;
}
