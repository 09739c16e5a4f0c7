#include "engine/vrl/function.hpp"
#include "engine/vrl/user_agent/agent_class.hpp"
#include "engine/vrl/user_agent/agent_patterns.hpp"

namespace engine::vrl {
namespace {

enum class Mode { Fast, Reliable, Enriched };

struct State {
    Mode mode = Mode::Fast;
    std::shared_ptr<const AgentPatterns> patterns;
};

Prepared prepare(Preparation& call) {
    State state;
    if (call.constant(1)) {
        const std::string_view mode = call.constant(1)->as_bytes();
        state.mode = mode == "fast"       ? Mode::Fast
                     : mode == "reliable" ? Mode::Reliable
                                          : Mode::Enriched;
    }
    if (state.mode != Mode::Fast) {
        const auto& patterns = AgentPatterns::shared();
        if (!patterns) {
            return std::unexpected(CompileError::plain(403, patterns.error()));
        }
        state.patterns = *patterns;
    }
    return std::make_shared<const State>(std::move(state));
}

Value text_or_null(const std::optional<std::string>& text, Call& call) {
    return text ? call.text(*text) : Value::null();
}

Value known_or_null(std::string_view text, Call& call) {
    return text.empty() ? Value::null() : call.text(text);
}

Value family(const std::optional<std::string>& detailed, std::string_view quick, Call& call) {
    return detailed ? call.text(*detailed) : known_or_null(quick, call);
}

Value result(Value browser, Value device, Value os, Call& call) {
    Member members[] = {{"browser", browser}, {"device", device}, {"os", os}};
    return object_of(members, call.arena());
}

/// Name, version and category: what the quick look knows, with families of the patterns.
Value plain(const AgentClass& quick, const AgentProduct& browser, const AgentProduct& os,
            Call& call) {
    Member browser_members[] = {{"family", family(browser.family, quick.browser, call)},
                                {"version", known_or_null(quick.browser_version, call)}};
    Member device_members[] = {{"category", known_or_null(quick.category, call)}};
    Member os_members[] = {{"family", family(os.family, quick.os, call)},
                           {"version", known_or_null(quick.os_version, call)}};
    return result(object_of(browser_members, call.arena()), object_of(device_members, call.arena()),
                  object_of(os_members, call.arena()), call);
}

Value enriched(const AgentClass& quick, std::string_view agent, const AgentPatterns& patterns,
               Call& call) {
    const AgentProduct browser = patterns.browser(agent);
    const AgentProduct os = patterns.system(agent);
    const AgentDevice device = patterns.device(agent);
    Member browser_members[] = {{"family", family(browser.family, quick.browser, call)},
                                {"major", text_or_null(browser.major, call)},
                                {"minor", text_or_null(browser.minor, call)},
                                {"patch", text_or_null(browser.patch, call)},
                                {"version", known_or_null(quick.browser_version, call)}};
    Member device_members[] = {{"brand", text_or_null(device.brand, call)},
                               {"category", known_or_null(quick.category, call)},
                               {"family", text_or_null(device.family, call)},
                               {"model", text_or_null(device.model, call)}};
    Member os_members[] = {{"family", family(os.family, quick.os, call)},
                           {"major", text_or_null(os.major, call)},
                           {"minor", text_or_null(os.minor, call)},
                           {"patch", text_or_null(os.patch, call)},
                           {"patch_minor", text_or_null(os.patch_minor, call)},
                           {"version", known_or_null(quick.os_version, call)}};
    return result(object_of(browser_members, call.arena()), object_of(device_members, call.arena()),
                  object_of(os_members, call.arena()), call);
}

Value run(Call& call) {
    const State& state = *call.state<State>();
    std::string buffer;
    const std::string_view agent = utf8_lossy(call.bytes(0), buffer);
    const AgentClass quick = classify_agent(agent);
    if (state.mode == Mode::Enriched) {
        return enriched(quick, agent, *state.patterns, call);
    }
    if (state.mode == Mode::Fast || (!quick.browser.empty() && !quick.os.empty())) {
        return plain(quick, {}, {}, call);
    }
    return plain(quick, state.patterns->browser(agent), state.patterns->system(agent), call);
}

const Function parse_user_agent_function{
    .name = "parse_user_agent",
    .category = "Parse",
    .summary = "Browser, device and operating system that a user agent's text names.",
    .parameters = {required("value", kinds::bytes, "The user agent."),
                   optional("mode", kinds::bytes,
                            "How thoroughly to look: `fast` knows the usual ones; `reliable` asks "
                            "uap-core's patterns for others; `enriched` gives their details too.",
                            Value::bytes("fast"))
                       .literal()
                       .one_of({"fast", "reliable", "enriched"})},
    .returns = kinds::object,
    .examples =
        {{"A browser",
          R"(parse_user_agent("Mozilla/5.0 (X11; Linux x86_64; rv:89.0) Gecko/20100101 Firefox/89.0"))",
          R"({ "browser": { "family": "Firefox", "version": "89.0" }, )"
          R"("device": { "category": "pc" }, "os": { "family": "Linux", "version": null } })"},
         {"A tool", R"(parse_user_agent("Go-http-client/1.1", mode: "reliable"))",
          R"({ "browser": { "family": "Go-http-client", "version": null }, )"
          R"("device": { "category": null }, "os": { "family": null, "version": null } })"},
         {"Nothing known", R"(parse_user_agent("-").browser.family)", R"(null)"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_user_agent_function);
}  // namespace engine::vrl
