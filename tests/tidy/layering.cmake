# Fails when a folder includes a header of a folder it does not name after USES in CMakeLists.txt, or
# a third-party header outside the sources of the folder that hides it.
cmake_minimum_required(VERSION 3.25)

file(STRINGS ${LAYERS} lines)
set(broken "")

# pattern of the header | folders whose .cpp files may include it | headers that may too
set(hidden
    "boost/(asio|beast)/|platform|platform/async.hpp"
    "boost/json/|client/api,client/office|"
    "boost/system/|platform|platform/result.hpp"
    "boost/|platform|platform/async.hpp,platform/result.hpp"
    "openssl/|platform|"
    "sqlite3.h|offline|"
    "gps.h|gps|"
    "expat.h|gps|"
    "nlohmann/|gps,client/api,client/office,client/fleet|client/api/local_json.hpp,client/api/foreign_json.hpp,client/office/wire.hpp"
    "toml|client/cli,client/office|"
    "CLI/|client/cli|"
    "fmt/|*|client/fleet/history.hpp")

function(check_third_party file include)
    foreach(rule IN LISTS hidden)
        string(REGEX MATCH "^([^|]+(\\|[a-z]+\\))?[^|]*)\\|([^|]*)\\|([^|]*)$" _ "${rule}")
        set(pattern ${CMAKE_MATCH_1})
        set(folders ${CMAKE_MATCH_3})
        set(exceptions ${CMAKE_MATCH_4})
        if(NOT include MATCHES "^${pattern}")
            continue()
        endif()
        string(REPLACE "," ";" exceptions "${exceptions}")
        string(REPLACE "," ";" folders "${folders}")
        cmake_path(GET file PARENT_PATH folder)
        if(file IN_LIST exceptions)
            return()
        endif()
        if(file MATCHES "\\.cpp$" AND (folders STREQUAL "*" OR folder IN_LIST folders))
            return()
        endif()
        set(broken "${broken}${file}: <${include}> is hidden in ${folders}\n" PARENT_SCOPE)
        return()
    endforeach()
endfunction()

foreach(line IN LISTS lines)
    string(REGEX MATCH "^([^:]+):(.*)$" _ "${line}")
    set(folder ${CMAKE_MATCH_1})
    string(REPLACE "," ";" allowed "${CMAKE_MATCH_2}")
    file(GLOB files RELATIVE ${SOURCE} ${SOURCE}/${folder}/*.hpp ${SOURCE}/${folder}/*.cpp)
    foreach(file IN LISTS files)
        file(STRINGS ${SOURCE}/${file} includes REGEX "^ *# *include")
        # Own header first: so every header that has a source is known to compile alone.
        string(REGEX REPLACE "\\.cpp$" ".hpp" own ${file})
        if(NOT own STREQUAL file AND EXISTS ${SOURCE}/${own})
            list(GET includes 0 first)
            if(NOT first STREQUAL "#include \"${own}\"")
                string(APPEND broken "${file}: its own header comes first\n")
            endif()
        endif()
        foreach(include IN LISTS includes)
            if(include MATCHES "\"([^\"]+)/[^/\"]+\"")
                set(to ${CMAKE_MATCH_1})
                if(NOT to STREQUAL folder AND NOT to IN_LIST allowed)
                    string(APPEND broken "${file}: ${to} is not among what ${folder} USES\n")
                endif()
            elseif(include MATCHES "\"")
                string(APPEND broken "${file}: includes start from the root: ${include}\n")
            elseif(include MATCHES "<([^>]+)>")
                check_third_party(${file} ${CMAKE_MATCH_1})
            endif()
        endforeach()
    endforeach()
    if(NOT EXISTS ${SOURCE}/${folder}/README.md)
        string(APPEND broken "${folder}: has no README.md\n")
    else()
        file(STRINGS ${SOURCE}/${folder}/README.md readme ENCODING UTF-8)
        list(LENGTH readme length)
        if(length GREATER 10)
            string(APPEND broken "${folder}/README.md: is longer than ten lines\n")
        endif()
    endif()
endforeach()

file(GLOB top RELATIVE ${SOURCE} ${SOURCE}/*)
set(expected CMakeLists.txt client gps offline platform tests packaging README.md
    CMakePresets.json LICENSE CHANGELOG.md dev build)
foreach(entry IN LISTS top)
    if(NOT entry IN_LIST expected AND NOT entry MATCHES "^\\.")
        string(APPEND broken "${entry}: does not belong at the top level\n")
    endif()
endforeach()

if(broken)
    message(FATAL_ERROR "\n${broken}")
endif()
