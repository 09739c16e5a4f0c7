#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/event/container.hpp"
#include "engine/vrl/program.hpp"

// Any bytes through the functions that read text from outside: the first byte chooses one. Each
// ends in a value or an error, and the value can be written.
namespace {

using namespace engine;

constexpr const char* calls[] = {
    "parse_apache_log(.message, \"combined\")",
    "parse_aws_alb_log(.message)",
    "parse_aws_vpc_flow_log(.message)",
    "parse_bytes(.message, \"MiB\")",
    "parse_cbor(.message)",
    "parse_cef(.message)",
    "parse_common_log(.message)",
    "parse_csv(.message)",
    "parse_duration(.message, \"ms\")",
    "parse_float(.message)",
    "parse_glog(.message)",
    "parse_grok(.message, \"%{COMBINEDAPACHELOG}\")",
    "parse_groks(.message, [\"%{IP:ip} %{NUMBER:n}\", \"%{data:d:json}\"])",
    "parse_influxdb(.message)",
    "parse_int(.message)",
    "parse_json(.message, max_depth: 3)",
    "parse_key_value(.message)",
    "parse_klog(.message)",
    "parse_linux_authorization(.message)",
    "parse_logfmt(.message)",
    "parse_nginx_log(.message, \"combined\")",
    "parse_query_string(.message)",
    "parse_ruby_hash(.message)",
    "parse_syslog(.message)",
    "parse_timestamp(.message, \"%Y-%m-%dT%H:%M:%S%.f%z\")",
    "parse_tokens(.message)",
    "parse_url(.message)",
    "parse_user_agent(.message, mode: \"fast\")",
    "parse_xml(.message)",
    "parse_yaml(.message)",
    "parse_regex(.message, r'(?P<a>\\w+)[ =](?P<b>.*)$')",
    "decode_base16(.message)",
    "decode_base64(.message)",
    "decode_charset(.message, \"utf-16le\")",
    "decode_gzip(.message)",
    "decode_lz4(.message)",
    "decode_mime_q(.message)",
    "decode_percent(.message)",
    "decode_punycode(.message)",
    "decode_snappy(.message)",
    "decode_zlib(.message)",
    "parse_dnstap(encode_base64(.message))",
    "decode_zstd(.message)",
    "ip_aton(.message)",
    "ip_cidr_contains(.message, \"10.1.2.3\")",
    "match_datadog_query({\"message\": .message}, \"a*\")",
    "split(.message, r'[,;]')",
    "unflatten({.message: 1})",
    "truncate(.message, 3)",
    "snakecase(.message)",
    "strip_ansi_escape_codes(.message)",
    "redact(.message, filters: [\"us_social_security_number\"])",
    "sieve(.message, r'[a-z0-9]')",
    "basename(.message)",
    "encode_percent(.message)",
};

/// The programs that compile in this build.
std::vector<std::shared_ptr<const vrl::Program>> compile_calls() {
    std::vector<std::shared_ptr<const vrl::Program>> programs;
    for (const std::string_view call : calls) {
        for (const std::string_view prefix : {".result, .error = ", ".result = "}) {
            std::string text = ".message = string!(.message)\n";
            text += prefix;
            text += call;
            if (auto program = vrl::compile(SourceText("fuzz", text), {})) {
                programs.push_back(std::move(*program));
                break;
            }
        }
    }
    if (programs.size() < std::size(calls) / 2)
        std::abort();
    return programs;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto programs = compile_calls();
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    Arena arena;
    vrl::Context context(arena);
    Member member{"message", Value::bytes(bytes)};
    vrl::Target target;
    target.event = object_of({&member, 1}, arena);
    const auto& program = programs[data[0] % programs.size()];
    (void)vrl::run(*program, target, context);
    ByteBuffer text;
    write_json(target.event, text);
    return 0;
}
