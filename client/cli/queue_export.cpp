// `outrider queue export`: what waits, written as it arrives, so that a queue of a week costs no
// memory.

#include "client/cli/exit_code.hpp"
#include "client/cli/queue.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace outrider::cli {

namespace {

constexpr std::size_t piece = 64 * 1024;  // written at a time

// Beside its place under another name, until it is whole.
class Part {
public:
    explicit Part(std::string path) : path_(std::move(path)), part_(path_ + ".part") {
        std::error_code ignored;
        std::filesystem::remove(part_, ignored);
        file_.open(part_, std::ios::binary | std::ios::trunc);
        std::filesystem::permissions(
            part_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
            ignored);
    }
    ~Part() {
        std::error_code ignored;
        if (!whole_) std::filesystem::remove(part_, ignored);
    }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    Result<> write(std::string_view text) {
        file_.write(text.data(), static_cast<std::streamsize>(text.size()));
        return file_ ? Result<>() : failure();
    }
    Result<> finish() {
        file_.close();
        if (!file_) return failure();
        std::error_code error;
        std::filesystem::rename(part_, path_, error);
        if (error) return Error(Fault::storage, path_ + ": " + error.message());
        whole_ = true;
        return {};
    }

private:
    Error failure() const {
        return {Fault::storage,
                fmt::format("{} cannot be written: {}", part_, std::strerror(errno))};
    }

    std::string path_, part_;
    std::ofstream file_;
    bool whole_ = false;
};

}  // namespace

Async<int> save_queue(Context& context, AgentLink& link, QueueCommand command) {
    const Console& console = context.console;
    const bool to_file = command.output != "-";
    std::optional<Part> part;
    if (to_file) part.emplace(command.output);
    const auto put = [&](const std::string& text) {
        return to_file ? part->write(text) : console.out(text);
    };
    std::string gathered;
    std::int64_t count = 0;
    AgentLink::Each each = [&](std::string_view line) -> Result<> {
        ++count;
        gathered += line;
        gathered += '\n';
        if (gathered.size() < piece) return {};
        Result<> written = put(gathered);
        gathered.clear();
        return written;
    };
    std::string target = "/v1/queue";
    if (command.lane) target += fmt::format("?lane={}", name(*command.lane));
    const auto read = co_await link.lines(target, std::move(each));
    if (!read) co_return complain(console, read.error());
    Result<> written = put(gathered);
    if (written && to_file) written = part->finish();
    if (!written) co_return complain(console, written.error());
    console.err(fmt::format("outrider: {} records{}\n", grouped(count),
                            to_file ? " written to " + command.output : std::string()));
    co_return exit_ok;
}

}  // namespace outrider::cli
