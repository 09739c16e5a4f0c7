#include "engine/codec/decoder.hpp"
#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine {

namespace {

/// The frame as it is, in the field `message`.
class BytesDecoder final : public Decoder {
public:
    Result<void> decode(std::string_view frame, DecodedEvents& events) const override {
        Batch& batch = events.logs();
        ObjectNode* root = new_object(shape_, batch.arena());
        root->values[0] = Value::bytes(frame);
        batch.push(Value::object(root));
        return {};
    }

private:
    Arena memory_;
    const Shape* shape_ = message_shape(memory_);

    static const Shape* message_shape(Arena& arena) {
        constexpr std::string_view keys[] = {"message"};
        return Shape::of(keys, arena);
    }
};

Result<std::unique_ptr<const Decoder>> make(const DecodingOptions&) {
    return std::make_unique<BytesDecoder>();
}

}  // namespace

}  // namespace engine

ENGINE_REGISTER_DECODER("bytes", engine::make)
