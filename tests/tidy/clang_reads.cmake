# clang_reads: clang 14 parses by itself every header of the program that no source begins with
# (layering.cmake sees to it that sources begin with their own). The sources, and those of the tests,
# it compiles for the sanitizers. All libraries live in /usr/include, so one set of flags serves
# every folder.
set(flags -std=c++20 -fsyntax-only -I${PROJECT_SOURCE_DIR}
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
    -Woverloaded-virtual -Wunused-result -Werror -Wno-pragma-once-outside-header
    -DBOOST_ASIO_SEPARATE_COMPILATION -DBOOST_BEAST_SEPARATE_COMPILATION -DBOOST_ASIO_NO_DEPRECATED
    -DOUTRIDER_VERSION="" -DPROJECT_FOLDER="" -DBUILD_FOLDER="")

file(GLOB_RECURSE read_by_clang CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
    ${PROJECT_SOURCE_DIR}/platform/*.[hc]pp ${PROJECT_SOURCE_DIR}/gps/*.[hc]pp
    ${PROJECT_SOURCE_DIR}/offline/*.[hc]pp ${PROJECT_SOURCE_DIR}/client/*.[hc]pp)
set(with_source ${read_by_clang})
list(FILTER with_source INCLUDE REGEX "\\.cpp$")
list(FILTER read_by_clang EXCLUDE REGEX "\\.cpp$")
list(TRANSFORM with_source REPLACE "\\.cpp$" ".hpp")
list(REMOVE_ITEM read_by_clang ${with_source})
set(stamps)
foreach(header IN LISTS read_by_clang)
    set(stamp ${CMAKE_CURRENT_BINARY_DIR}/read/${header}.read)
    cmake_path(GET stamp PARENT_PATH directory)
    file(MAKE_DIRECTORY ${directory})
    add_custom_command(OUTPUT ${stamp}
        COMMAND clang++-14 ${flags} -MD -MF ${stamp}.d -MT ${stamp} -x c++
                ${PROJECT_SOURCE_DIR}/${header}
        COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
        DEPENDS ${PROJECT_SOURCE_DIR}/${header} DEPFILE ${stamp}.d
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        COMMENT "clang reads ${header}" VERBATIM)
    list(APPEND stamps ${stamp})
endforeach()
add_custom_target(clang_reads DEPENDS ${stamps})
