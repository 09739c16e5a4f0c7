# Each folder of the tree is an OBJECT library: static archives would drop the registrars of
# components and functions, which nothing refers to by name.
set(ENGINE_LAYERS diagnostic event config component codec topology buffer delivery enrichment vrl io api telemetry cli)

function(engine_add_layer name folder)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
    if(NOT sources)
        return()
    endif()
    add_library(layer_${name} OBJECT ${sources})
    target_link_libraries(layer_${name} PRIVATE engine_options engine_warnings engine_dependencies)
    target_precompile_headers(layer_${name} REUSE_FROM engine_precompiled)
    target_sources(engine_all INTERFACE $<TARGET_OBJECTS:layer_${name}>)
    add_dependencies(layer_${name} engine_grammar)
endfunction()

function(engine_add_layers)
    file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cpp "")
    add_library(engine_precompiled OBJECT ${PROJECT_BINARY_DIR}/precompiled.cpp)
    target_link_libraries(engine_precompiled PRIVATE engine_options engine_warnings engine_dependencies)
    target_precompile_headers(engine_precompiled PRIVATE
        <algorithm> <array> <atomic> <chrono> <cstdint> <cstring> <deque> <expected> <functional>
        <map> <memory> <mutex> <optional> <set> <span> <string> <string_view> <unordered_map>
        <utility> <variant> <vector> <fmt/format.h> <boost/asio.hpp>)

    add_library(engine_all INTERFACE)
    foreach(layer IN LISTS ENGINE_LAYERS)
        engine_add_layer(${layer} engine/${layer})
    endforeach()
    engine_add_layer(sources sources)
    engine_add_layer(transforms transforms)
    engine_add_layer(sinks sinks)
    target_link_libraries(engine_all INTERFACE engine_options engine_dependencies engine_grammar)
endfunction()

# A file that registers nothing, or that no test names, stops the configuration here rather than
# surprising a user at run time.
function(engine_prove_registrations)
    foreach(folder sources transforms sinks engine/vrl/functions)
        file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
        foreach(file IN LISTS files)
            file(STRINGS ${file} registration REGEX "ENGINE_REGISTER_[A-Z_]+\\(")
            if(NOT registration)
                message(FATAL_ERROR "${file} registers nothing: end it with ENGINE_REGISTER_…(…)")
            endif()
            cmake_path(GET file STEM stem)
            file(GLOB tests ${PROJECT_SOURCE_DIR}/tests/vrl/functions/${stem}.txt ${PROJECT_SOURCE_DIR}/tests/cases/${folder}/${stem}* ${PROJECT_SOURCE_DIR}/tests/${folder}/${stem}* ${PROJECT_SOURCE_DIR}/tests/${folder}/*/${stem}*
                 ${PROJECT_SOURCE_DIR}/tests/goldens/${folder}/${stem}*)
            if(NOT tests)
                message(FATAL_ERROR "${file} has no test: add tests/${folder}/${stem}* or tests/cases/${folder}/${stem}* (functions: tests/vrl/functions/${stem}.txt)")
            endif()
        endforeach()
    endforeach()
endfunction()
