#!/usr/bin/env python3
"""includes.py PROJECT <HEADER>...: debug builds read most library headers from a precompiled one, so a source that forgot to include
one compiles there, and fails where it is shipped. This finds the library headers a source of the
program needs that neither it nor a header of the project's it includes asks for."""

import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
FOLDERS = ("platform", "gps", "offline", "client")

# The names each of them is needed for.
NAMES = {
    "algorithm": r"std::ranges::\w+|std::(any_of|all_of|none_of|find|find_if|sort|stable_sort|max|min|"
                 r"minmax|clamp|copy|copy_n|fill|fill_n|equal|reverse|rotate|transform|count|count_if|"
                 r"lower_bound|upper_bound|unique|remove_if|partition|search|mismatch|shuffle|nth_element)\b",
    "array": r"std::(array|to_array)\b",
    "chrono": r"std::chrono::\w+|std::chrono_literals\b",
    "cmath": r"std::(sqrt|hypot|abs|floor|ceil|round|lround|llround|trunc|fmod|sin|cos|tan|asin|acos|"
             r"atan2?|pow|exp|log|isfinite|isnan|isinf|remainder)\(",
    "cstdint": r"std::u?int(8|16|32|64|max|ptr)_t\b",
    "filesystem": r"std::filesystem\b",
    "fstream": r"std::[io]?fstream\b",
    "functional": r"std::(function|bind_front|invoke|hash|reference_wrapper|ref|cref|plus|less|greater)\b",
    "map": r"std::(multi)?map\b",
    "memory": r"std::(unique_ptr|shared_ptr|weak_ptr|make_unique|make_shared|enable_shared_from_this|"
              r"addressof)\b",
    "optional": r"std::(optional|nullopt|nullopt_t|make_optional)\b",
    "random": r"std::(mt19937|mt19937_64|uniform_int_distribution|uniform_real_distribution|"
              r"normal_distribution|random_device|seed_seq)\b",
    "span": r"std::(span|as_bytes|as_writable_bytes)\b",
    "sstream": r"std::[io]?stringstream\b",
    "string": r"std::(string|to_string|stoi|stol|stoul|stoull|stod|getline)\b(?!_)",
    "string_view": r"std::string_view\b",
    "utility": r"std::(move|forward|exchange|pair|swap|in_range|cmp_less|unreachable|as_const)\b",
    "vector": r"std::vector\b",
    "fmt/format.h": r"fmt::(format|format_to|join)\b",
    "nlohmann/json.hpp": r"nlohmann::\w+",
    "boost/asio/awaitable.hpp": r"asio::awaitable\b",
    "boost/asio/any_io_executor.hpp": r"asio::any_io_executor\b",
    "boost/asio/as_tuple.hpp": r"asio::as_tuple\b",
    "boost/asio/use_awaitable.hpp": r"asio::use_awaitable\b",
}
INCLUDE = re.compile(r'^\s*#include\s+(?:<([^>]+)>|"([^"]+)")', re.MULTILINE)
NO_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


@functools.cache
def asked_for(path):
    """The library headers that a file of the project's brings by its own and its headers' includes."""
    found, todo, seen = set(), [path], {path}
    while todo:
        for library, own in INCLUDE.findall((ROOT / todo.pop()).read_text()):
            if library:
                found.add(library)
            elif own not in seen and (ROOT / own).exists():
                seen.add(own)
                todo.append(own)
    return found


def main():
    hidden = [word.strip("<>") for word in sys.argv[2:]]
    wrong = [f"tests/tidy/includes.py: for which names is <{header}> needed?"
             for header in hidden if header not in NAMES]
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.[hc]pp")):
            name = str(path.relative_to(ROOT))
            code = NO_CODE.sub("", path.read_text())
            for header in NAMES.keys() & hidden:
                use = re.search(NAMES[header], code)
                if use and header not in asked_for(name):
                    wrong.append(f"{name} uses {use[0]} and includes no <{header}>")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
