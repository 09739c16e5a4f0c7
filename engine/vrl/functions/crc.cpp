#include "engine/vrl/encoding/crc.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

std::vector<std::string_view> names() {
    std::vector<std::string_view> result;
    for (const CrcAlgorithm& algorithm : crc_algorithms()) {
        result.push_back(algorithm.name);
    }
    return result;
}

std::string upper(std::string_view name) {
    std::string result(name);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    });
    return result;
}

Prepared prepare(Preparation& call) {
    const auto& name = call.constant(1);
    const CrcAlgorithm* const algorithm =
        name && name->is_bytes() ? find_crc(upper(name->as_bytes())) : nullptr;
    if (algorithm == nullptr) {
        return nullptr;
    }
    return std::make_shared<const CrcTable>(*algorithm);
}

Value run(Call& call) {
    if (const auto* const table = call.state<CrcTable>()) {
        return call.text(decimal(table->of(call.bytes(0))));
    }
    const std::string name = upper(call.bytes(1));
    const CrcAlgorithm* const algorithm = find_crc(name);
    if (algorithm == nullptr) {
        return call.fail("Invalid CRC algorithm: {}", name);
    }
    return call.text(decimal(CrcTable(*algorithm).of(call.bytes(0))));
}

const Function crc{
    .name = "crc",
    .category = "Checksum",
    .summary = "The cyclic redundancy check of the bytes, as decimal digits.",
    .parameters = {required("value", kinds::bytes, "The bytes to check."),
                   optional("algorithm", kinds::bytes, "The algorithm; case does not matter.",
                            Value::bytes("CRC_32_ISO_HDLC"))
                       .one_of(names())},
    .returns = kinds::bytes,
    .examples = {{"The usual one", R"(crc("foo"))", R"("2356372769")"},
                 {"Another", R"(crc("foo", algorithm: "CRC_32_CKSUM"))", R"("4271552933")"},
                 {"Unknown", R"(crc("foo", algorithm: "CRC_99"))",
                  R"(function call error for "crc" at (0:31): Invalid CRC algorithm: CRC_99)"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(crc);
}  // namespace engine::vrl
