# clang_reads: clang 14 parses every source, and every header by itself. It warns about dropped
# [[nodiscard]] results of co_await, where g++ 12 is silent. All libraries live in /usr/include, so
# one set of flags serves every folder.
set(flags -std=c++20 -fsyntax-only -I${PROJECT_SOURCE_DIR}
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
    -Woverloaded-virtual -Wunused-result -Werror -Wno-pragma-once-outside-header
    -DBOOST_ASIO_SEPARATE_COMPILATION -DBOOST_BEAST_SEPARATE_COMPILATION -DBOOST_ASIO_NO_DEPRECATED
    -DOUTRIDER_VERSION="" -DTEST_DATA="" -DEXPECTED=""
    -DOUTRIDER_BINARY="" -DFEEDER_BINARY="")

file(GLOB_RECURSE read_by_clang CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
    ${PROJECT_SOURCE_DIR}/platform/*.[hc]pp ${PROJECT_SOURCE_DIR}/gps/*.[hc]pp
    ${PROJECT_SOURCE_DIR}/offline/*.[hc]pp ${PROJECT_SOURCE_DIR}/client/*.[hc]pp
    ${PROJECT_SOURCE_DIR}/tests/*.[hc]pp)
set(stamps)
foreach(source IN LISTS read_by_clang)
    set(stamp ${CMAKE_CURRENT_BINARY_DIR}/read/${source}.read)
    cmake_path(GET stamp PARENT_PATH directory)
    file(MAKE_DIRECTORY ${directory})
    add_custom_command(OUTPUT ${stamp}
        COMMAND clang++-14 ${flags} -MD -MF ${stamp}.d -MT ${stamp} -x c++
                ${PROJECT_SOURCE_DIR}/${source}
        COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
        DEPENDS ${PROJECT_SOURCE_DIR}/${source} DEPFILE ${stamp}.d
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        COMMENT "clang reads ${source}" VERBATIM)
    list(APPEND stamps ${stamp})
endforeach()
add_custom_target(clang_reads DEPENDS ${stamps})
