#include <antlr4-runtime.h>
#include "engine/vrl/parser/token.hpp"

#include "grammar/VrlParser.h"

namespace engine::vrl {

using L = grammar::VrlParser;

std::string_view met_name(std::size_t type) {
    switch (type) {
        case L::IF:
            return "If";
        case L::ELSE:
            return "Else";
        case L::NULL_WORD:
            return "Null";
        case L::TRUE:
            return "True";
        case L::FALSE:
            return "False";
        case L::ABORT:
            return "Abort";
        case L::RETURN:
            return "Return";
        case L::INTEGER:
            return "IntegerLiteral";
        case L::FLOAT:
            return "FloatLiteral";
        case L::STRING:
            return "StringLiteral";
        case L::RAW_STRING:
            return "RawStringLiteral";
        case L::REGEX:
            return "RegexLiteral";
        case L::TIMESTAMP:
            return "TimestampLiteral";
        case L::IDENTIFIER:
            return "Identifier";
        case L::FUNCTION_NAME:
            return "FunctionCall";
        case L::RESERVED:
            return "ReservedIdentifier";
        case L::PATH_FIELD:
            return "PathField";
        case L::UNDERSCORE:
            return "Underscore";
        case L::ROOT:
        case L::ROOT_START:
        case L::SEGMENT_DOT:
            return "LQuery";
        case L::SEMICOLON:
            return "SemiColon";
        case L::COMMA:
            return "Comma";
        case L::COLON:
            return "Colon";
        case L::LEFT_PARENTHESIS:
            return "LParen";
        case L::RIGHT_PARENTHESIS:
            return "RParen";
        case L::LEFT_BRACKET:
        case L::INDEX_OPEN:
            return "LBracket";
        case L::RIGHT_BRACKET:
            return "RBracket";
        case L::LEFT_BRACE:
            return "LBrace";
        case L::RIGHT_BRACE:
            return "RBrace";
        case L::ARROW:
            return "Arrow";
        case L::ASSIGN:
            return "Equals";
        case L::MERGE_ASSIGN:
            return "MergeEquals";
        case L::QUESTION:
            return "Question";
        case L::AMPERSAND:
            return "Ampersand";
        case L::NEWLINE:
            return "Newline";
        case L::ESCAPE:
            return "Escape";
        case L::INVALID:
            return "InvalidToken";
        default:
            return "Operator";
    }
}

const std::vector<ExpectedName>& expected_names() {
    static const std::vector<ExpectedName> names = {
        {L::IDENTIFIER, R"("identifier")"},
        {L::PATH_FIELD, R"("path field")"},
        {L::STRING, R"("string literal")"},
        {L::RAW_STRING, R"("raw string literal")"},
        {L::INTEGER, R"("integer literal")"},
        {L::FLOAT, R"("float literal")"},
        {L::REGEX, R"("regex literal")"},
        {L::TIMESTAMP, R"("timestamp literal")"},
        {L::FUNCTION_NAME, R"("function call")"},
        {L::RESERVED, R"("reserved identifier")"},
        {L::ROOT, R"("path literal")"},
        {L::IF, R"("if")"},
        {L::ELSE, R"("else")"},
        {L::NULL_WORD, R"("null")"},
        {L::TRUE, R"("true")"},
        {L::FALSE, R"("false")"},
        {L::ABORT, R"("abort")"},
        {L::RETURN, R"("return")"},
        {L::SEMICOLON, R"(";")"},
        {L::NEWLINE, R"("\n")"},
        {L::BAR, R"("|")"},  // the reference has two tokens of this name
        {L::ASSIGN, R"("=")"},
        {L::MERGE_ASSIGN, R"("|=")"},
        {L::ARROW, R"("->")"},
        {L::COMMA, R"(",")"},
        {L::COLON, R"(":")"},
        {L::ADD, R"("+")"},
        {L::MULTIPLY, R"("*")"},
        {L::SUBTRACT, R"("-")"},
        {L::DIVIDE, R"("/")"},
        {L::LESS, R"("<")"},
        {L::LESS_EQUAL, R"("<=")"},
        {L::GREATER, R"(">")"},
        {L::GREATER_EQUAL, R"(">=")"},
        {L::EQUAL, R"("==")"},
        {L::NOT_EQUAL, R"("!=")"},
        {L::UNDERSCORE, R"("_")"},
        {L::BAR, R"("|")"},
        {L::AND, R"("&&")"},
        {L::OR, R"("||")"},
        {L::COALESCE, R"("??")"},
        {L::NOT, R"("!")"},
        {L::LEFT_BRACKET, R"("[")"},
        {L::LEFT_BRACE, R"("{")"},
        {L::LEFT_PARENTHESIS, R"("(")"},
        {L::RIGHT_PARENTHESIS, "\")\""},
        {L::RIGHT_BRACKET, R"("]")"},
        {L::RIGHT_BRACE, R"("}")"},
    };
    return names;
}

}  // namespace engine::vrl
