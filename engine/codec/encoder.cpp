#include "engine/codec/encoder.hpp"

#include <fmt/format.h>

#include <map>

namespace engine {

namespace {

// A function's static: registrars of other files run in any order.
std::map<std::string_view, EncoderRegistration::Factory>& registry() {
    static std::map<std::string_view, EncoderRegistration::Factory> encoders;
    return encoders;
}

}  // namespace

EncoderRegistration::EncoderRegistration(std::string_view name, Factory factory) {
    registry().emplace(name, factory);
}

Result<std::unique_ptr<const Encoder>> make_encoder(const EncodingOptions& options) {
    const auto found = registry().find(options.codec);
    if (found == registry().end()) {
        return failure(
            fmt::format("the encoding codec `{}` is not available in this build", options.codec));
    }
    return found->second(options);
}

std::vector<std::string_view> encoder_names() {
    std::vector<std::string_view> names;
    for (const auto& entry : registry()) {
        names.push_back(entry.first);
    }
    return names;
}

}  // namespace engine
