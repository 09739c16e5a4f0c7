# ANTLR generates the VRL lexer and parser. Debian's tool (4.7.2) and runtime (4.9) work together
# when the generated files alone are compiled without char8_t.
find_program(ANTLR4 antlr4 REQUIRED)
find_path(ANTLR4_INCLUDE antlr4-runtime.h PATH_SUFFIXES antlr4-runtime REQUIRED)
find_library(ANTLR4_RUNTIME antlr4-runtime REQUIRED)

add_library(engine_grammar INTERFACE)
set(grammar ${PROJECT_SOURCE_DIR}/grammar/Vrl.g4)
if(EXISTS ${grammar})
    set(out ${PROJECT_BINARY_DIR}/generated/grammar)
    set(generated ${out}/VrlLexer.cpp ${out}/VrlParser.cpp)
    add_custom_command(
        OUTPUT ${generated} ${out}/VrlLexer.h ${out}/VrlParser.h
        COMMAND ${CMAKE_COMMAND} -E make_directory ${out}
        COMMAND ${ANTLR4} -Dlanguage=Cpp -no-listener -visitor -package engine::vrl::grammar
                -Xexact-output-dir -o ${out} ${grammar}
        DEPENDS ${grammar} VERBATIM)
    add_library(grammar_generated OBJECT ${generated})
    target_include_directories(grammar_generated SYSTEM PUBLIC ${ANTLR4_INCLUDE})
    target_compile_options(grammar_generated PRIVATE -fno-char8_t -w)
    target_link_libraries(grammar_generated PRIVATE engine_options)
    target_sources(engine_grammar INTERFACE $<TARGET_OBJECTS:grammar_generated>)
    add_dependencies(engine_grammar grammar_generated)
endif()
target_include_directories(engine_dependencies SYSTEM INTERFACE ${ANTLR4_INCLUDE})
target_link_libraries(engine_dependencies INTERFACE ${ANTLR4_RUNTIME})
