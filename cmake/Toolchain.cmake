# Compiler launcher, linker, warnings and sanitizers. Everything hangs on the interface target
# `engine_options`, so that no global flag reaches generated or third-party code.
find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(engine_options INTERFACE)
target_include_directories(engine_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_definitions(engine_options INTERFACE ENGINE_VERSION="${PROJECT_VERSION}")

add_library(engine_warnings INTERFACE)
target_compile_options(engine_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports these inside the standard library and Asio when it inlines deeply.
    target_compile_options(engine_warnings INTERFACE
        -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict
        -Wno-dangling-pointer -Wno-free-nonheap-object -Wno-mismatched-new-delete -Wno-tsan -Wno-stringop-overread)
endif()

# Beast asserts on some split messages that it then handles well; asserts of dependencies are for their
# own tests.
target_compile_definitions(engine_options INTERFACE $<$<CONFIG:Release>:BOOST_DISABLE_ASSERTS>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # libstdc++ 12 deprecates what its own stable_sort uses; clang reports it at the call.
    target_compile_options(engine_warnings INTERFACE -Wno-deprecated-declarations)
endif()

find_program(MOLD mold)
if(MOLD)
    target_link_options(engine_options INTERFACE -fuse-ld=mold)
endif()

set(ENGINE_SANITIZE "" CACHE STRING "address,undefined or thread")
if(ENGINE_SANITIZE)
    target_compile_options(engine_options INTERFACE -fsanitize=${ENGINE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(engine_options INTERFACE -fsanitize=${ENGINE_SANITIZE})
    target_compile_definitions(engine_options INTERFACE ENGINE_SANITIZED=1)
endif()
