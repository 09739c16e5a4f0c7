#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "engine/component/registry.hpp"
#include "engine/config/configuration.hpp"
#include "engine/config/document.hpp"
#include "engine/config/global_options.hpp"
#include "engine/config/reference.hpp"

// What component/SPEC.md demands of every component's declaration. Each registered component goes
// through all of it: a new one is tested without being named here.
namespace engine::component {
namespace {

using config::ComponentKind;
using config::OptionDescription;
using config::TypeDescription;

/// A registered component of any kind.
struct Subject {
    ComponentKind kind;
    std::string type;
    std::string summary;
    std::vector<OptionDescription> options;
    std::function<void(const config::Node&, config::KnownKeys&, config::OptionContext&)> check;
    std::function<bool(const config::Node&, BuildContext&)> builds;
};

std::string name_of(const Subject& subject) {
    return subject.type + "_" + std::string(config::name_of(subject.kind));
}
void PrintTo(const Subject& subject, std::ostream* out) {
    *out << name_of(subject);
}

template <typename C>
void collect(ComponentKind kind, std::vector<Subject>& subjects) {
    for (const Registration<C>& each : Registry<C>::instance().all()) {
        auto builds = [build = each.build](const config::Node& node, BuildContext& context) {
            return build(node, context) != nullptr;
        };
        subjects.push_back({kind, std::string(each.type), std::string(each.summary),
                            each.describe(), each.check, std::move(builds)});
    }
}

std::vector<Subject> all_components() {
    std::vector<Subject> subjects;
    collect<Source>(ComponentKind::Source, subjects);
    collect<Transform>(ComponentKind::Transform, subjects);
    collect<Sink>(ComponentKind::Sink, subjects);
    return subjects;
}

/// What a component needs that no single option is required for: one of several must be given.
std::string_view one_of_several(std::string_view type) {
    static const std::map<std::string_view, std::string_view> needed = {
        {"remap", "source = '.'\n"}};
    const auto found = needed.find(type);
    return found == needed.end() ? std::string_view() : found->second;
}

/// Text that ends as a sentence does.
bool is_sentence(const std::string& text) {
    return text.size() > 3 && text.back() == '.' &&
           !std::islower(static_cast<unsigned char>(text.front()));
}

/// Names of others, such as HTTP methods, which speak for themselves.
bool is_name(const std::string& word) {
    return std::ranges::all_of(word,
                               [](char character) { return character >= 'A' && character <= 'Z'; });
}

/// Paths of options whose description is not a sentence, or whose words have none.
void undescribed(const std::vector<OptionDescription>& options, const std::string& prefix,
                 std::vector<std::string>& found);

void undescribed(const TypeDescription& type, const std::string& path,
                 std::vector<std::string>& found) {
    const bool described = std::ranges::any_of(
        type.choices, [](const config::Choice& choice) { return !choice.description.empty(); });
    for (const config::Choice& choice : type.choices) {
        if (described && !is_name(choice.name) && choice.description.empty())
            found.push_back(path + " = " + choice.name);
    }
    for (const config::TaggedForm& form : type.forms) {
        if (form.description.empty())
            found.push_back(path + "." + type.discriminator + " = " + form.name);
        undescribed(form.options, path + ".", found);
    }
    for (const TypeDescription& part : type.parts)
        undescribed(part, path, found);
    undescribed(type.options, path + ".", found);
}

void undescribed(const std::vector<OptionDescription>& options, const std::string& prefix,
                 std::vector<std::string>& found) {
    for (const OptionDescription& option : options) {
        if (!option.flattened && !is_sentence(option.description))
            found.push_back(prefix + option.name + ": " + option.description);
        undescribed(option.type, prefix + option.name, found);
    }
}

class ComponentCompliance : public ::testing::TestWithParam<Subject> {
protected:
    /// The problems that the component reports about a table of options.
    std::string problems_of(const std::string& toml) {
        config::Problems problems;
        document_.emplace();
        document_->add("options.toml", toml, config::Syntax::Toml, {}, problems);
        EXPECT_FALSE(problems.has_errors()) << toml << problems.render();
        config::OptionContext context("component", problems);
        config::KnownKeys common = config::common_keys(GetParam().kind);
        GetParam().check(document_->root(), common, context);
        errors_ = problems.has_errors();
        return problems.render();
    }
    std::string minimal() const {
        return config::toml_snippet(GetParam().options, config::SnippetDetail::Required) +
               std::string(one_of_several(GetParam().type));
    }

    std::optional<config::Document> document_;
    bool errors_ = false;
};

TEST_P(ComponentCompliance, HasASummaryThatIsASentence) {
    EXPECT_TRUE(is_sentence(GetParam().summary)) << GetParam().summary;
}

TEST_P(ComponentCompliance, HasANameOfLowerCaseWords) {
    EXPECT_TRUE(std::ranges::all_of(GetParam().type, [](char character) {
        return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
               character == '_';
    }));
}

TEST_P(ComponentCompliance, DescribesEveryOptionAndEveryWord) {
    std::vector<std::string> found;
    undescribed(GetParam().options, "", found);
    EXPECT_EQ(found, std::vector<std::string>());
}

TEST_P(ComponentCompliance, NamesEachOptionOnce) {
    std::set<std::string> names;
    for (const OptionDescription& each : GetParam().options) {
        if (!each.flattened) {
            EXPECT_TRUE(names.insert(each.name).second) << each.name << " is there twice";
        }
    }
}

TEST_P(ComponentCompliance, TakesItsRequiredOptionsWithTheirExamples) {
    const std::string problems = problems_of(minimal());
    EXPECT_FALSE(errors_) << "the example of a required option is what `engine generate` prints\n"
                          << problems;
    config::Problems building;
    config::OptionContext context("component", building);
    const config::GlobalOptions globals;
    BuildContext build{"component", globals, context, {true, std::nullopt}};
    EXPECT_TRUE(GetParam().builds(document_->root(), build)) << building.render();
}

TEST_P(ComponentCompliance, ReportsEveryRequiredOptionThatIsMissing) {
    const std::string problems = problems_of("");
    for (const OptionDescription& each : GetParam().options) {
        if (each.required && !each.flattened) {
            EXPECT_NE(problems.find("missing field `" + each.name + "`"), std::string::npos)
                << problems;
        }
    }
}

TEST_P(ComponentCompliance, ReportsAnUnknownOptionAndSuggestsTheRightOne) {
    for (const OptionDescription& each : GetParam().options) {
        if (each.flattened || each.name.size() < 5)
            continue;
        const std::string wrong = each.name + "q";
        const std::string problems = problems_of(minimal() + wrong + " = 1\n");
        EXPECT_NE(problems.find("unknown field `" + wrong + "`"), std::string::npos) << problems;
        EXPECT_NE(problems.find("did you mean `" + each.name + "`?"), std::string::npos)
            << problems;
    }
    const std::string problems = problems_of(minimal() + "qqqqqqqqqqqq = 1\n");
    EXPECT_NE(problems.find("unknown field `qqqqqqqqqqqq`"), std::string::npos) << problems;
}

TEST_P(ComponentCompliance, ReportsAWrongTypeWhereverItStands) {
    const config::KnownKeys common = config::common_keys(GetParam().kind);
    for (const OptionDescription& each : GetParam().options) {
        if (each.flattened || each.type.kind == TypeDescription::Kind::Any ||
            each.type.kind == TypeDescription::Kind::AnyOf || common.contains(each.name))
            continue;
        const std::string problems = problems_of(each.name + " = 1979-05-27T07:32:00Z\n");
        EXPECT_NE(problems.find("component." + each.name), std::string::npos) << problems;
    }
}

TEST_P(ComponentCompliance, HasAJsonSchema) {
    config::Problems problems;
    config::Document document;
    document.add("schema.json", config::json_schema(GetParam().options), config::Syntax::Json, {},
                 problems);
    EXPECT_FALSE(problems.has_errors()) << problems.render();
    const config::Node::Entry* properties = document.root().find("properties");
    ASSERT_NE(properties, nullptr);
    for (const OptionDescription& each : GetParam().options) {
        if (!each.flattened) {
            EXPECT_NE(properties->value.find(each.name), nullptr) << each.name;
        }
    }
}

TEST_P(ComponentCompliance, HasAReferencePageAndASnippetOfAllOptions) {
    const std::string page =
        config::reference_page({GetParam().type, GetParam().summary, GetParam().options});
    for (const OptionDescription& each : GetParam().options) {
        if (!each.flattened) {
            EXPECT_NE(page.find("| `" + each.name + "` |"), std::string::npos) << each.name;
        }
    }
    config::Problems problems;
    config::Document document;
    document.add("all.toml", config::toml_snippet(GetParam().options, config::SnippetDetail::All),
                 config::Syntax::Toml, {}, problems);
    EXPECT_FALSE(problems.has_errors()) << problems.render();
}

INSTANTIATE_TEST_SUITE_P(All, ComponentCompliance, ::testing::ValuesIn(all_components()),
                         [](const auto& info) { return name_of(info.param); });

TEST(ComponentRegistry, HasEachTypeOnce) {
    std::set<std::string> names;
    for (const Subject& each : all_components())
        EXPECT_TRUE(names.insert(name_of(each)).second) << name_of(each);
    EXPECT_FALSE(names.empty());
}

}  // namespace
}  // namespace engine::component
