#pragma once
// What is written to standard error, the log above all, while this lives.

#include <unistd.h>

#include <cstdio>
#include <string>

namespace outrider::test {

class Overheard {
public:
    Overheard() : before_(::dup(STDERR_FILENO)), file_(std::tmpfile()) {
        ::dup2(::fileno(file_), STDERR_FILENO);
    }
    ~Overheard() {
        ::dup2(before_, STDERR_FILENO);
        ::close(before_);
        std::fclose(file_);
    }
    Overheard(const Overheard&) = delete;
    Overheard& operator=(const Overheard&) = delete;

    std::string text() const {
        std::string text;
        char piece[4096];
        off_t at = 0;
        for (ssize_t got = 0; (got = ::pread(::fileno(file_), piece, sizeof piece, at)) > 0;) {
            text.append(piece, static_cast<std::size_t>(got));
            at += got;
        }
        return text;
    }
    // How often it was said.
    int times(const std::string& words) const {
        const std::string all = text();
        int count = 0;
        for (auto at = all.find(words); at != all.npos; at = all.find(words, at + 1)) ++count;
        return count;
    }

private:
    int before_;
    std::FILE* file_;
};

}  // namespace outrider::test
