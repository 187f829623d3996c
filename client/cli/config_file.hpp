#pragma once
// TOML files as flat lists of entries, each knowing its place.

#include "client/cli/config_table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace outrider::cli {

struct Reading {
    std::vector<std::string> files;  // those read, in order
    std::vector<Entry> entries;
    std::vector<Problem> problems;  // unreadable files and errors of syntax
};

void read_toml(std::string_view text, const std::string& name, Reading&);
// A file and its drop-ins: the *.toml in the folder beside it that is named like it with .d for
// .toml (outrider.toml and outrider.d), in the order of their names. Later entries win.
Reading read_files(const std::string& file);

}  // namespace outrider::cli
