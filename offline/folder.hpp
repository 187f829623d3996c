#pragma once
// What SQLite does not do with files and a salvage needs: names. A test has its own.

#include "platform/result.hpp"

#include <memory>
#include <string>
#include <vector>

namespace outrider::offline {

class Folder {
public:
    virtual ~Folder() = default;
    // Paths of the files beside `path`, itself included, whose names begin with its name.
    virtual std::vector<std::string> family(const std::string& path) = 0;
    virtual Result<> rename(const std::string& from, const std::string& to) = 0;
    virtual Result<> remove(const std::string& path) = 0;
    // The names are on the disk when this returns.
    virtual Result<> sync(const std::string& path) = 0;
    // Creates an empty file for its owner alone unless there is one.
    virtual Result<> create(const std::string& path) = 0;
    // While it lives no other process opens or mends a database in this folder; an error when
    // another one has it for longer than a moment.
    virtual Result<std::shared_ptr<void>> lock(const std::string& path) = 0;
};

Folder& real_folder();

}  // namespace outrider::offline
