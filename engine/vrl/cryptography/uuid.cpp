#include "engine/vrl/cryptography/uuid.hpp"

#include <cstring>

#include "engine/vrl/random.hpp"

namespace engine::vrl {

Uuid random_uuid() {
    const std::uint64_t halves[] = {random_engine()(), random_engine()()};
    Uuid id;
    static_assert(sizeof halves == sizeof id);
    std::memcpy(id.data(), halves, sizeof halves);
    return id;
}

void set_uuid_version(Uuid& id, unsigned version) {
    id[6] = static_cast<std::uint8_t>((id[6] & 0x0f) | version << 4);
    id[8] = static_cast<std::uint8_t>((id[8] & 0x3f) | 0x80);
}

Value uuid_text(const Uuid& id, Arena& arena) {
    static constexpr char digits[] = "0123456789abcdef";
    char text[36];
    char* out = text;
    for (std::size_t i = 0; i < id.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *out++ = '-';
        }
        *out++ = digits[id[i] >> 4];
        *out++ = digits[id[i] & 15];
    }
    return Value::copy_of({text, sizeof text}, arena);
}

}  // namespace engine::vrl
