#include <algorithm>

#include "engine/vrl/compiler.hpp"
#include "engine/vrl/expressions.hpp"
#include "engine/vrl/operators.hpp"
#include "engine/vrl/regex/regex.hpp"
#include "engine/vrl/timestamp_literal.hpp"

namespace engine::vrl {

struct Compiler::Visitor {
    Compiler& compiler;
    Span span;

    Result operator()(const ast::NullLiteral&) { return compiler.constant(Value::null()); }
    Result operator()(const ast::BooleanLiteral& n) {
        return compiler.constant(Value::boolean(n.value));
    }
    Result operator()(const ast::IntegerLiteral& n) {
        return compiler.constant(Value::integer(n.value));
    }
    Result operator()(const ast::FloatLiteral& n) {
        return compiler.constant(Value::floating(n.value));
    }
    Result operator()(const ast::StringLiteral& n) { return compiler.text(n); }
    Result operator()(const ast::TemplateString& n) { return compiler.template_string(n, span); }
    Result operator()(const ast::RegexLiteral& n) { return compiler.regex(n, span); }
    Result operator()(const ast::TimestampLiteral& n) { return compiler.timestamp(n, span); }
    Result operator()(const ast::ArrayLiteral& n) { return compiler.array(n); }
    Result operator()(const ast::ObjectLiteral& n) { return compiler.object(n); }
    Result operator()(const ast::RootQuery& n) { return compiler.root_query(n); }
    Result operator()(const ast::Variable& n) { return compiler.variable(n.name, {}); }
    Result operator()(const ast::VariableQuery& n) { return compiler.variable(n.variable, n.path); }
    Result operator()(const ast::ValueQuery& n) { return compiler.value_query(n); }
    Result operator()(const ast::FunctionCall& n) { return compiler.call(n, span); }
    Result operator()(const ast::Group& n) { return compiler.expression(*n.inner); }
    Result operator()(const ast::Block& n) { return compiler.block(n); }
    Result operator()(const ast::Not& n) { return compiler.negation(n, span); }
    Result operator()(const ast::Binary& n) { return compiler.binary(n, span); }
    Result operator()(const ast::Assignment& n) { return compiler.assignment(n, span); }
    Result operator()(const ast::If& n) { return compiler.if_expression(n, span); }
    Result operator()(const ast::Abort& n) { return compiler.abort(n); }
    Result operator()(const ast::Return& n) { return compiler.leave(n, span); }
};

Compiler::Compiler(const CompileOptions& options, Program& program)
    : options_(options), program_(program) {
    program_.timezone_ = options.timezone;
}

void Compiler::resume(TypeState state, std::size_t variable_count) {
    state_ = std::move(state);
    program_.variable_count_ = static_cast<std::uint32_t>(variable_count);
}

void Compiler::run(const ast::Program& tree) {
    Type type = Type(kinds::null);
    constexpr std::size_t max_errors = 200;
    for (const ast::Expression& statement : tree.statements) {
        if (errors_.size() >= max_errors) {
            break;
        }
        Result compiled = expression(statement);
        if (!compiled) {
            continue;
        }
        std::ranges::move(compiled->unhandled, std::back_inserter(errors_));
        type = compiled->type;
        program_.statements_.push_back(std::move(compiled->node));
    }
    program_.type_ = type.defined();
}

Compiler::Result Compiler::expression(const ast::Expression& expression) {
    return std::visit(Visitor{*this, expression.span}, expression.node);
}

Compiler::Result Compiler::constant(Value value) {
    return constant(value, Type::of(value));
}

Compiler::Result Compiler::constant(Value value, Type type) {
    Compiled compiled;
    compiled.node = std::make_unique<ConstantNode>(value);
    compiled.type = std::move(type);
    compiled.constant = value;
    return compiled;
}

Compiler::Result Compiler::text(const ast::StringLiteral& node) {
    return constant(Value::copy_of(node.value, program_.constants_));
}

Compiler::Result Compiler::sum(Compiled left, Compiled right) {
    const OperationType result =
        operation_type(ast::BinaryOperator::Add, left.type, right.type, nullptr);
    Compiled compiled;
    compiled.type = result.type;
    compiled.fallible = result.fallible || left.fallible;
    compiled.node = std::make_unique<BinaryNode>(ast::BinaryOperator::Add, std::move(left.node),
                                                 std::move(right.node));
    return compiled;
}

Compiler::Result Compiler::template_string(const ast::TemplateString& node, Span span) {
    Result whole;
    for (const auto& segment : node.segments) {
        Result part;
        Span written;
        if (const auto* literal = std::get_if<ast::TemplateString::Text>(&segment)) {
            part = constant(Value::copy_of(literal->value, program_.constants_));
            written = literal->span;
        } else {
            const ast::Name& name = std::get<ast::Name>(segment);
            part = variable(name, {});
            written = name.span;
        }
        if (!part) {
            return std::nullopt;
        }
        if (!whole) {
            whole = std::move(part);
            continue;
        }
        const bool handled = whole->fallible;
        std::vector<Diagnostic> unhandled = std::move(whole->unhandled);
        whole = sum(std::move(*whole), std::move(*part));
        whole->unhandled = std::move(unhandled);
        if (whole->fallible && !handled) {
            const bool to_the_end = written.end + 1 >= span.end;
            whole->unhandled.push_back(
                unhandled_error(to_the_end ? span : Span{span.begin + 1, written.end}));
        }
    }
    return whole;
}

namespace {

/// `\'` is how a quote is written in `r'…'`.
std::string without_escaped_quotes(std::string_view written) {
    std::string pattern;
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (written[i] == '\\' && i + 1 < written.size()) {
            if (written[i + 1] != '\'') {
                pattern += written[i];
            }
            ++i;
        }
        pattern += written[i];
    }
    return pattern;
}

}  // namespace

Compiler::Result Compiler::regex(const ast::RegexLiteral& node, Span span) {
    auto compiled = engine::regex::Regex::compile(without_escaped_quotes(node.pattern));
    if (!compiled) {
        error(Diagnostic::error(101, "invalid regular expression")
                  .primary(span, engine::regex::one_line(compiled.error()))
                  .see("regular expressions", "https://vrl.dev/expressions/#regular-expression"));
        return std::nullopt;
    }
    program_.owned_.push_back(*compiled);
    return constant(Value::regex(compiled->get()));
}

Compiler::Result Compiler::timestamp(const ast::TimestampLiteral& node, Span span) {
    const auto parsed = parse_timestamp_literal(node.text);
    if (!parsed) {
        error(Diagnostic::error(601, "invalid timestamp")
                  .primary(span, "invalid timestamp format: " + parsed.error())
                  .see("timestamps", "https://vrl.dev/expressions/#timestamp"));
        return std::nullopt;
    }
    return constant(Value::timestamp(*parsed));
}

namespace {

/// Counts what a value holds, up to the bound.
std::size_t node_count(const Value& value, std::size_t bound) {
    std::size_t count = 1;
    const auto add = [&](std::span<const Value> children) {
        for (const Value& child : children) {
            if (count > bound) {
                return;
            }
            count += node_count(child, bound - std::min(count, bound));
        }
    };
    if (value.is_array()) {
        add(value.as_array().view());
    } else if (value.is_object()) {
        add({value.as_object().values, value.as_object().size()});
    }
    return count;
}

/// Variables that hold constants now may hold other values when a closure runs again.
bool is_constant(const NodePtr& node) {
    return dynamic_cast<const ConstantNode*>(node.get()) != nullptr;
}

/// Whether the value may be part of a greater constant. Variables that hold constants can be put
/// into each other again and again.
bool is_part_of_constant(const ast::Expression& expression, const Value& value) {
    constexpr std::size_t most = 1000;
    return !expression.is<ast::Variable>() || node_count(value, most) <= most;
}

}  // namespace

Compiler::Result Compiler::array(const ast::ArrayLiteral& node) {
    Compiled whole;
    std::vector<NodePtr> items;
    std::vector<Value> constants;
    Type::Items types;
    for (const ast::Expression& element : node.elements) {
        Result item = expression(element);
        if (!item) {
            return std::nullopt;
        }
        types.emplace(static_cast<std::int64_t>(items.size()), item->type.defined());
        whole.fallible = whole.fallible || item->fallible;
        std::ranges::move(item->unhandled, std::back_inserter(whole.unhandled));
        if (item->constant && is_part_of_constant(element, *item->constant)) {
            constants.push_back(*item->constant);
        }
        items.push_back(std::move(item->node));
    }
    if (constants.size() == items.size()) {
        Value value = array_of(constants, program_.constants_);
        value.array_node()->owner = nullptr;
        Result known = constant(value, Type::array(std::move(types)));
        if (!std::ranges::all_of(items, is_constant)) {
            known->node = std::make_unique<ArrayNodeExpression>(std::move(items));
        }
        return known;
    }
    whole.type = Type::array(std::move(types));
    whole.node = std::make_unique<ArrayNodeExpression>(std::move(items));
    return whole;
}

Compiler::Result Compiler::object(const ast::ObjectLiteral& node) {
    Compiled whole;
    std::vector<std::pair<std::string, NodePtr>> members;
    std::vector<Member> constants;
    Type::Fields types;
    std::vector<std::string_view> keys;
    bool complete = true;
    for (const ast::ObjectEntry& entry : node.entries) {
        Result value = expression(entry.value);
        if (!value) {
            complete = false;  // unlike in an array, the others are looked at, too
            continue;
        }
        types.insert_or_assign(entry.key.text, value->type.defined());
        whole.fallible = whole.fallible || value->fallible;
        std::ranges::move(value->unhandled, std::back_inserter(whole.unhandled));
        if (value->constant && is_part_of_constant(entry.value, *value->constant)) {
            constants.push_back({program_.constants_.copy(entry.key.text), *value->constant});
        }
        members.emplace_back(entry.key.text, std::move(value->node));
        keys.push_back(entry.key.text);
    }
    if (!complete) {
        return std::nullopt;
    }
    if (constants.size() == members.size()) {
        Value value = object_of(constants, program_.constants_);
        value.object_node()->owner = nullptr;
        whole = *constant(value, Type::object(types));
        const auto node_of = [](const auto& member) -> const NodePtr& { return member.second; };
        if (std::ranges::all_of(members, is_constant, node_of)) {
            return whole;
        }
    }
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
    const Shape* shape = Shape::of(keys, program_.constants_);
    std::vector<std::pair<std::uint32_t, NodePtr>> values;
    for (auto& [key, value] : members) {
        values.emplace_back(shape->find(key), std::move(value));
    }
    whole.type = Type::object(std::move(types));
    whole.node = std::make_unique<ObjectNodeExpression>(shape, std::move(values));
    return whole;
}

Compiler::Result Compiler::root_query(const ast::RootQuery& node) {
    Compiled compiled;
    const Type& root = node.root == ast::Root::Event ? state_.event : state_.metadata;
    const auto steps = steps_of(node.path);
    compiled.type = root.at(steps);
    compiled.node = std::make_unique<QueryNode>(query(node));
    return compiled;
}

const Variable* Compiler::find_variable(const ast::Name& name) {
    if (const Variable* found = state_.variables.find(name.text); found != nullptr) {
        return found;
    }
    if (broken_.contains(name.text)) {
        return nullptr;
    }
    std::vector<std::string_view> names;
    for (const auto& [known, variable] : state_.variables) {
        names.push_back(known);
    }
    names.insert(names.end(), {"null", "true", "false"});
    error(Diagnostic::error(701, "call to undefined variable")
              .primary(name.span, "undefined variable")
              .context(name.span, fmt::format("did you mean \"{}\"?", nearest(name.text, names))));
    return nullptr;
}

Compiler::Result Compiler::bound(const BoundName& name, const ast::Path& path) {
    std::vector<PathSegment> segments = name.path.segments;
    std::ranges::move(segments_of(path), std::back_inserter(segments));
    auto origin = Query::Origin::Event;
    if (name.path.target == PathTarget::Metadata) {
        const bool request =
            !segments.empty() && segments[0] == PathSegment(std::string("request"));
        origin = request ? Query::Origin::Request : Query::Origin::Metadata;
        if (request) {
            program_.uses_request_ = true;
            segments.erase(segments.begin());
        }
    }
    Compiled compiled;
    compiled.type = name.type.at(steps_of(path));
    auto query = std::make_unique<Query>(origin, std::move(segments));
    if (compiled.type.kinds() == kinds::bytes) {
        compiled.node = std::make_unique<TextQueryNode>(std::move(query));
    } else {
        compiled.node = std::make_unique<QueryNode>(std::move(query));
    }
    return compiled;
}

Compiler::Result Compiler::variable(const ast::Name& name, const ast::Path& path) {
    const auto known = std::ranges::find(options_.bound, name.text, &BoundName::name);
    if (known != options_.bound.end() && !state_.variables.contains(name.text)) {
        return bound(*known, path);
    }
    const Variable* variable = find_variable(name);
    if (variable == nullptr) {
        return std::nullopt;
    }
    Compiled compiled;
    const auto steps = steps_of(path);
    compiled.type = variable->type.at(steps);
    if (path.empty()) {
        compiled.constant = variable->constant;
        compiled.node = std::make_unique<VariableNode>(variable->slot);
    } else {
        compiled.node = std::make_unique<QueryNode>(query(variable->slot, path));
    }
    return compiled;
}

Compiler::Result Compiler::value_query(const ast::ValueQuery& node) {
    Result target = expression(*node.target);
    if (!target) {
        return std::nullopt;
    }
    const auto steps = steps_of(node.path);
    target->type = target->type.at(steps);
    target->constant.reset();
    target->node = std::make_unique<QueryNode>(
        std::make_unique<Query>(std::move(target->node), segments_of(node.path)));
    return target;
}

Diagnostic Compiler::unhandled_error(Span span) {
    return Diagnostic::error(100, "unhandled error")
        .primary(span, "expression can result in runtime error")
        .context(span, "handle the error case to ensure runtime success")
        .see("error handling", error_handling);
}

std::unique_ptr<Query> Compiler::query(const ast::RootQuery& node) {
    std::vector<PathSegment> segments = segments_of(node.path);
    if (node.root == ast::Root::Event) {
        return std::make_unique<Query>(Query::Origin::Event, std::move(segments));
    }
    if (!segments.empty() && segments[0].field() != nullptr && *segments[0].field() == "request") {
        program_.uses_request_ = true;
        segments.erase(segments.begin());
        return std::make_unique<Query>(Query::Origin::Request, std::move(segments));
    }
    return std::make_unique<Query>(Query::Origin::Metadata, std::move(segments));
}

std::unique_ptr<Query> Compiler::query(std::uint32_t slot, const ast::Path& path) {
    return std::make_unique<Query>(slot, segments_of(path));
}

}  // namespace engine::vrl
