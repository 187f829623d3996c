#include "platform/files.hpp"

#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace outrider {
namespace {

using test::TemporaryDirectory;

std::string put(const TemporaryDirectory& directory, const std::string& name,
                const std::string& content, mode_t mode) {
    const std::string path = directory.file(name);
    std::ofstream(path) << content;
    ::chmod(path.c_str(), mode);
    return path;
}

mode_t mode_of(const std::string& path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777;
}

TEST_CASE("a file is read up to a limit") {
    const TemporaryDirectory directory;
    const std::string path = put(directory, "f", std::string(100'000, 'x'), 0600);
    const Result<std::string> whole = read_file(path, 100'000);
    REQUIRE(whole);
    CHECK(whole->size() == 100'000);
    CHECK(read_file(path, 99'999).error().fault == Fault::too_large);
    CHECK(read_file(directory.file("none"), 10).error().fault == Fault::storage);
    CHECK(read_file(directory.path(), 10).error().fault == Fault::storage);
}

TEST_CASE("a secret is for nobody else to read or write") {
    const TemporaryDirectory directory;
    for (const mode_t mode : {0600U, 0400U, 0700U, 0500U}) {
        CAPTURE(mode);
        const std::string path = put(directory, "s", "secret\n", 0600);
        ::chmod(path.c_str(), mode);
        const Result<std::string> secret = read_secret(path);
        REQUIRE(secret);
        CHECK(*secret == "secret");
    }
    for (const mode_t mode : {0644U, 0640U, 0604U, 0620U, 0602U, 0610U, 0601U}) {
        CAPTURE(mode);
        const Result<std::string> secret = read_secret(put(directory, "s", "secret\n", mode));
        REQUIRE_FALSE(secret);
        CHECK(secret.error().detail.find("chmod 0600") != std::string::npos);
    }
}

TEST_CASE("a private file is kept like a secret, and may have many lines") {
    const TemporaryDirectory directory;
    const std::string key = "-----BEGIN\nabc\n-----END\n";
    CHECK(read_private_file(put(directory, "k", key, 0600), 100).value() == key);
    CHECK(read_private_file(put(directory, "k", key, 0640), 100).error().fault == Fault::refused);
    CHECK(read_private_file(put(directory, "k", key, 0600), 10).error().fault == Fault::too_large);
}

TEST_CASE("a secret loses its final newline and nothing else") {
    const TemporaryDirectory directory;
    const std::pair<std::string, std::string> examples[] = {
        {"a", "a"}, {"a\n", "a"}, {"a\r\n", "a"}, {" a \n", " a "}};
    for (const auto& [content, expected] : examples) {
        const Result<std::string> secret = read_secret(put(directory, "s", content, 0600));
        REQUIRE(secret);
        CHECK(*secret == expected);
    }
    // No header could carry it.
    for (const char* content : {"a\nb\n", " a \n\n", "a\tb"}) {
        CHECK(read_secret(put(directory, "s", content, 0600)).error().fault == Fault::malformed);
    }
    CHECK(read_secret(put(directory, "s", "", 0600)).error().fault == Fault::malformed);
    CHECK(read_secret(put(directory, "s", "\n", 0600)).error().fault == Fault::malformed);
    CHECK(read_secret(put(directory, "s", std::string(4096, 'x'), 0600)));
    CHECK(read_secret(put(directory, "s", std::string(4097, 'x'), 0600)).error().fault ==
          Fault::too_large);
}

TEST_CASE("a secret may be a symlink, but not a fifo, a directory or somebody else's") {
    const TemporaryDirectory directory;
    const std::string path = put(directory, "s", "secret", 0600);
    std::filesystem::create_symlink(path, directory.file("link"));
    CHECK(read_secret(directory.file("link")));
    REQUIRE(::mkfifo(directory.file("fifo").c_str(), 0600) == 0);
    CHECK(read_secret(directory.file("fifo")).error().fault == Fault::refused);
    CHECK_FALSE(read_secret(directory.path()));
    CHECK(read_secret(directory.file("none")).error().fault == Fault::storage);
    if (::geteuid() == 0) {
        REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
        CHECK(read_secret(path).error().fault == Fault::refused);
    }
}

TEST_CASE("systemd's credentials keep the modes that systemd gives them") {
    const TemporaryDirectory directory;
    const std::string path = put(directory, "s", "secret", 0440);
    CHECK_FALSE(read_secret(path));
    ::setenv("CREDENTIALS_DIRECTORY", directory.path().c_str(), 1);
    CHECK(read_secret(path));
    CHECK(read_secret(directory.path() + "/./s"));
    const TemporaryDirectory elsewhere;
    const std::string other = put(elsewhere, "s", "secret", 0440);
    const std::string name = std::filesystem::path(elsewhere.path()).filename();
    CHECK_FALSE(read_secret(other));
    CHECK_FALSE(read_secret(directory.path() + "/../" + name + "/s"));
    ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_CASE("a file is replaced whole, and nothing is left beside it") {
    const TemporaryDirectory directory;
    const std::string path = put(directory, "f", "old", 0600);
    REQUIRE(replace_file(path, "new"));
    CHECK(read_file(path, 10).value() == "new");
    REQUIRE(replace_file(directory.file("fresh"), ""));
    CHECK(read_file(directory.file("fresh"), 10).value().empty());
    CHECK(replace_file(directory.file("none/f"), "x").error().fault == Fault::storage);
    std::filesystem::create_directory(directory.file("folder"));
    CHECK(replace_file(directory.file("folder"), "x").error().fault == Fault::storage);
    const std::filesystem::directory_iterator entries(directory.path());
    CHECK(std::distance(begin(entries), end(entries)) == 3);
}

TEST_CASE("directories are made for their owner alone") {
    const TemporaryDirectory directory;
    REQUIRE(make_directories(directory.file("a/b/c")));
    CHECK(mode_of(directory.file("a/b/c")) == 0700);
    CHECK(make_directories(directory.file("a/b/c/")));
    put(directory, "file", "", 0600);
    CHECK(make_directories(directory.file("file")).error().fault == Fault::storage);
    CHECK(make_directories(directory.file("file/x")).error().fault == Fault::storage);
}

}  // namespace
}  // namespace outrider
