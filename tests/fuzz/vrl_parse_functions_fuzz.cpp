#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/json_writer.hpp"
#include "engine/diagnostic/assert.hpp"
#include "engine/event/batch.hpp"
#include "engine/event/container.hpp"
#include "engine/vrl/program.hpp"
#include "engine/vrl/target.hpp"

namespace {

using namespace engine;

/// Calls that read text or bytes from outside; `.m` is the input.
constexpr std::string_view calls[] = {
    "parse_apache_log(.m, format: \"common\")",
    "parse_apache_log(.m, format: \"combined\")",
    "parse_apache_log(.m, format: \"error\")",
    "parse_aws_alb_log(.m)",
    "parse_aws_cloudwatch_log_subscription_message(.m)",
    "parse_aws_vpc_flow_log(.m)",
    "parse_bytes(.m, unit: \"MiB\")",
    "parse_cbor(.m)",
    "parse_cef(.m, translate_custom_fields: true)",
    "parse_common_log(.m)",
    "parse_csv(.m)",
    "parse_dnstap(encode_base64(.m))",
    "parse_duration(.m, unit: \"s\")",
    "parse_etld(.m)",
    "parse_float(.m)",
    "parse_glog(.m)",
    "parse_grok(.m, \"%{COMBINEDAPACHELOG}\")",
    "parse_groks(.m, [\"%{data::keyvalue}\", \"%{word:w} %{date(\\\"yyyy-MM-dd\\\"):d}\"])",
    "parse_influxdb(.m)",
    "parse_int(.m)",
    "parse_json(.m)",
    "parse_json(.m, max_depth: 3)",
    "parse_key_value(.m)",
    "parse_key_value(.m, accept_standalone_key: false, whitespace: \"strict\")",
    "parse_klog(.m)",
    "parse_linux_authorization(.m)",
    "parse_logfmt(.m)",
    "parse_nginx_log(.m, format: \"combined\")",
    "parse_nginx_log(.m, format: \"error\")",
    "parse_nginx_log(.m, format: \"ingress_upstreaminfo\")",
    "parse_query_string(.m)",
    "parse_regex(.m, r'(?P<a>\\w+)=(?P<b>[^ ]*)')",
    "parse_regex_all(.m, r'(?P<a>\\w+)=(?P<b>[^ ]*)')",
    "parse_ruby_hash(.m)",
    "parse_syslog(.m)",
    "parse_timestamp(.m, format: \"%Y-%m-%dT%H:%M:%S%.f%z\")",
    "parse_timestamp(.m, format: \"%a, %d %b %Y %T %Z\")",
    "parse_tokens(.m)",
    "parse_url(.m)",
    "parse_user_agent(.m)",
    "parse_xml(.m)",
    "parse_yaml(.m)",
    "decode_base16(.m)",
    "decode_base64(.m)",
    "decode_charset(.m, \"utf-16\")",
    "decode_gzip(.m)",
    "decode_lz4(.m)",
    "decode_lz4(.m, prepended_size: true)",
    "decode_mime_q(.m)",
    "decode_percent(.m)",
    "decode_punycode(.m)",
    "decode_snappy(.m)",
    "decode_zlib(.m)",
    "decode_zstd(.m)",
};

std::vector<std::shared_ptr<const vrl::Program>> compiled() {
    std::vector<std::shared_ptr<const vrl::Program>> programs;
    for (const std::string_view call : calls) {
        const std::string text =
            std::string(".m = string!(.m)\nr, err = ") + std::string(call) + "\nr";
        auto program = vrl::compile(SourceText("fuzz", text), {});
        if (program) {
            programs.push_back(*program);
            continue;
        }
        // Some cannot fail.
        program = vrl::compile(SourceText("fuzz", ".m = string!(.m)\n" + std::string(call)), {});
        ENGINE_ASSERT(program.has_value(), "the calls above compile");
        programs.push_back(*program);
    }
    return programs;
}

}  // namespace

/// The first byte chooses the function, the rest is its input: a value that can be written comes
/// out, or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto programs = compiled();
    if (size == 0) {
        return 0;
    }
    const auto& program = *programs[data[0] % programs.size()];
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const BatchRef batch = Batch::make(EventKind::Log);
    Member member{"m", Value::copy_of(input, batch->arena())};
    batch->push(object_of({&member, 1}, batch->arena()));
    vrl::Context context(batch->arena());
    vrl::Target target = vrl::target_of(*batch, 0, vrl::Access::Read, batch->arena());
    const vrl::Outcome outcome = vrl::run(program, target, context);
    ENGINE_ASSERT(outcome.ok(), "errors are values");
    ByteBuffer out;
    write_json(outcome.value, out);
    return 0;
}
