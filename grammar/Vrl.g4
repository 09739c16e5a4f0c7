// The syntax of VRL 0.58. README.md beside this file says how lexer, token pass and parser share the
// work, and why expressions are flat lists here.
grammar Vrl;

// Given out by the token pass (engine/vrl/parser/token_pass.cpp), never matched by a lexer rule:
// what a token is depends on what stands beside it.
tokens {
    FUNCTION_NAME,      // a name directly before `(` or `!(`
    RESERVED,           // a name that the language keeps for itself
    UNDERSCORE,         // `_` alone
    ROOT,               // `.` or `%` that stands for the whole event or its metadata
    ROOT_START,         // `.` or `%` directly before the first segment of a path
    SEGMENT_DOT,        // `.` within a path
    INDEX_OPEN,         // `[` within a path
    PATH_END            // where a path ends although a segment has to follow
}

// ---- statements

/// One statement of the program; the parser is called once for each, so that an error in one leaves
/// the others alone.
root_statement : expression end_of_statement;
end_of_statement : SEMICOLON | NEWLINE | EOF;

statements : NEWLINE? expression (separator expression)* separator?;
separator : SEMICOLON NEWLINE? | NEWLINE;

// ---- expressions

expression
    : assignment
    | if_expression
    | abort_expression
    | return_expression
    | operation
    ;

assignment : target (COMMA target)? (ASSIGN | MERGE_ASSIGN) NEWLINE? expression;
target : UNDERSCORE | IDENTIFIER segment* | root_path;

if_expression
    : IF predicate NEWLINE? block (ELSE NEWLINE? IF predicate NEWLINE? block)* (ELSE NEWLINE? block)?
    ;
predicate : operation | LEFT_PARENTHESIS statements RIGHT_PARENTHESIS;

abort_expression : ABORT expression?;
return_expression : RETURN expression;

/// Operands and operators as they stand; the tree builder orders them by precedence.
operation : operand (binary_operator NEWLINE? operand)*;
binary_operator
    : MULTIPLY | DIVIDE | ADD | SUBTRACT
    | GREATER | GREATER_EQUAL | LESS | LESS_EQUAL | EQUAL | NOT_EQUAL
    | AND | OR | COALESCE | BAR
    ;
operand : NOT* primary;

primary
    : literal
    | IDENTIFIER segment*
    | root_path
    | call segment*
    | array segment*
    | object segment*
    | block segment*
    | group
    ;
literal : NULL_WORD | TRUE | FALSE | INTEGER | FLOAT | STRING | RAW_STRING | REGEX | TIMESTAMP;
group : LEFT_PARENTHESIS (assignment | operation) RIGHT_PARENTHESIS;
block : LEFT_BRACE statements RIGHT_BRACE;
array : LEFT_BRACKET NEWLINE? (operation (comma operation)* comma_or_newline?)? RIGHT_BRACKET;
object : LEFT_BRACE NEWLINE? (entry (comma entry)* comma_or_newline?)? RIGHT_BRACE;
entry : STRING COLON operation;
comma : NEWLINE? COMMA NEWLINE?;
comma_or_newline : comma | NEWLINE;

// ---- paths

root_path : ROOT | ROOT_START (field | index) segment*;
segment : SEGMENT_DOT field | index;
field : IDENTIFIER | PATH_FIELD | STRING;  // keywords come as IDENTIFIER here
index : INDEX_OPEN INTEGER RIGHT_BRACKET;

// ---- function calls

call : FUNCTION_NAME NOT? LEFT_PARENTHESIS NEWLINE? arguments? RIGHT_PARENTHESIS closure?;
arguments : argument (comma argument)* comma_or_newline?;
argument : ((IDENTIFIER | RESERVED | keyword) COLON)? operation;
closure : ARROW parameters NEWLINE? block;
parameters : OR | BAR (parameter (COMMA parameter)*)? BAR;
parameter : IDENTIFIER | UNDERSCORE;

keyword : IF | ELSE | NULL_WORD | TRUE | FALSE | ABORT | RETURN;

// ---- tokens

IF : 'if';
ELSE : 'else';
NULL_WORD : 'null';
TRUE : 'true';
FALSE : 'false';
ABORT : 'abort';
RETURN : 'return';

// `-` directly before a digit belongs to the number.
INTEGER : '-'? DIGIT (DIGIT | '_')*;
FLOAT : '-'? DIGIT (DIGIT | '_')* '.' (DIGIT | '_')*;
IDENTIFIER : WORD+;
PATH_FIELD : (WORD | '@')+;
fragment DIGIT : [0-9];
fragment WORD : [a-zA-Z0-9_];

STRING : '"' (~["\\] | '\\' .)* '"';
RAW_STRING : 's\'' QUOTED;
REGEX : 'r\'' QUOTED;
TIMESTAMP : 't\'' QUOTED;
fragment QUOTED : (~['\\] | '\\' .)* '\'';
UNCLOSED_STRING : '"';
UNCLOSED_LITERAL : [srt] '\'';

SEMICOLON : ';';
COMMA : ',';
COLON : ':';
LEFT_PARENTHESIS : '(';
RIGHT_PARENTHESIS : ')';
LEFT_BRACKET : '[';
RIGHT_BRACKET : ']';
LEFT_BRACE : '{';
RIGHT_BRACE : '}';
DOT : '.';
PERCENT : '%';

ARROW : '->';
ASSIGN : '=';
MERGE_ASSIGN : '|=';
COALESCE : '??';
OR : '||';
AND : '&&';
EQUAL : '==';
NOT_EQUAL : '!=';
GREATER_EQUAL : '>=';
GREATER : '>';
LESS_EQUAL : '<=';
LESS : '<';
ADD : '+';
SUBTRACT : '-';
MULTIPLY : '*';
DIVIDE : '/';
BAR : '|';
NOT : '!';
QUESTION : '?';
AMPERSAND : '&';
// Operator characters are taken together, as many as there are: `===`, `??=` and `--` are no tokens
// of the language.
UNKNOWN_OPERATOR
    : [&*+/<=>?|] OPERATOR_CHARACTER+
    | '-' [&*+\-/<=?|] OPERATOR_CHARACTER*  // `->|x|` begins with an arrow
    ;
fragment OPERATOR_CHARACTER : [&*+\-/<=>?|];

NEWLINE : '\n';
CONTINUATION : '\\' '\r'? '\n' -> skip;
SPACE : ([ \t\r\u000B\u000C] | UNICODE_SPACE)+ -> skip;
// The lexer reads bytes: these are U+0085, U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F,
// U+205F and U+3000 in UTF-8.
fragment UNICODE_SPACE
    : '\u00C2' [\u0085\u00A0]
    | '\u00E1\u009A\u0080'
    | '\u00E2' ('\u0080' [\u0080-\u008A\u00A8\u00A9\u00AF] | '\u0081\u009F')
    | '\u00E3\u0080\u0080'
    ;
COMMENT : '#' ~[\n]* -> skip;
ESCAPE : '\\';
INVALID : .;
