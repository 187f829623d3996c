#include "client/fleet/shard.hpp"

#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <string>

using namespace outrider;
using namespace outrider::fleet;

namespace {

struct Machine {
    std::map<std::string, std::string, std::less<>> variables;

    Result<Shard> shard(const std::string& flag = "") const {
        std::optional<ShardFlag> given;
        if (!flag.empty()) {
            const auto parsed = parse_shard(flag);
            if (!parsed) return parsed.error();
            given = *parsed;
        }
        return find_shard(given, [this](std::string_view name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::string() : found->second;
        });
    }
    std::string found(const std::string& flag = "") const {
        const auto shard = this->shard(flag);
        return shard ? to_string(*shard) : shard.error().detail;
    }
    bool complains(const std::string& words, const std::string& flag = "") const {
        const std::string said = found(flag);
        const bool good = !shard(flag) && said.find(words) != std::string::npos;
        if (!good) MESSAGE(said);
        return good;
    }
};

Machine slurm(const std::string& id, const std::string& count, const std::string& least = "",
              const std::string& most = "") {
    Machine machine;
    machine.variables = {{"SLURM_ARRAY_TASK_ID", id}, {"SLURM_ARRAY_TASK_COUNT", count}};
    if (!least.empty()) machine.variables["SLURM_ARRAY_TASK_MIN"] = least;
    if (!most.empty()) machine.variables["SLURM_ARRAY_TASK_MAX"] = most;
    return machine;
}

Machine pod(const std::string& index) {
    Machine machine;
    machine.variables = {{"JOB_COMPLETION_INDEX", index}};
    return machine;
}

}  // namespace

TEST_CASE("shards cover the whole, one after the other, and are alike") {
    constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max() / 2;
    for (const std::int64_t size : {std::int64_t{0}, std::int64_t{3}, std::int64_t{100}, huge}) {
        for (const std::int64_t of : {1, 4, 7, 32}) {
            std::int64_t next = 10;
            for (std::int64_t number = 0; number < of; ++number) {
                const Range range = share({10, 10 + size}, {number, of});
                CHECK(range.first == next);
                CHECK(range.size() >= size / of);
                CHECK(range.size() <= size / of + 1);
                next = range.last;
            }
            CHECK(next == 10 + size);
        }
    }
}

TEST_CASE("a shard is what the flag says, whatever the environment does") {
    CHECK(Machine().found() == "0/1");
    CHECK(Machine().found("3/32") == "3/32");
    CHECK(slurm("5", "8", "0", "7").found("3/32") == "3/32");
    CHECK(slurm("x", "").found("0/1") == "0/1");
}

TEST_CASE("a shard is found in what Slurm and Kubernetes say") {
    CHECK(slurm("5", "8").found() == "5/8");
    CHECK(slurm("5", "8", "0", "7").found() == "5/8");
    CHECK(slurm("1", "32", "1", "32").found() == "0/32");
    CHECK(slurm("32", "32", "1", "32").found("/32") == "31/32");
    CHECK(pod("31").found("/32") == "31/32");
}

TEST_CASE("absurd shards are refused, by the name of what says them") {
    for (const char* flag : {"3", "3/", "a/4", "-1/4", "3/b", "1/2/3", "4/4", "0/0", "0/1000000",
                             "/0", "/", "0x1/4", " 1/4", "1/99999999999999999999"}) {
        CAPTURE(flag);
        CHECK(Machine().complains("--shard", flag));
    }
    CHECK(Machine().complains("JOB_COMPLETION_INDEX is set", "/4"));
    CHECK(slurm("x", "8").complains("SLURM_ARRAY_TASK_ID is \"x\""));
    CHECK(slurm("3", "").complains("SLURM_ARRAY_TASK_COUNT is not set"));
    CHECK(slurm("3", "-8").complains("SLURM_ARRAY_TASK_COUNT is \"-8\""));
    CHECK(slurm("3", "0").complains("SLURM_ARRAY_TASK_ID"));
    CHECK(slurm("8", "8").complains("SLURM_ARRAY_TASK_ID 8"));
    CHECK(slurm("0", "8", "1").complains("SLURM_ARRAY_TASK_MIN"));
    CHECK(slurm("3", "4", "1", "7").complains("without steps"));
    CHECK(slurm("7", "1", "7", "7").complains("SLURM_ARRAY_TASK_COUNT is 1", "/32"));
    CHECK(pod("3").complains("JOB_COMPLETION_INDEX is set"));
    CHECK(pod("32").complains("JOB_COMPLETION_INDEX", "/32"));
    CHECK(pod("three").complains("JOB_COMPLETION_INDEX is \"three\"", "/32"));
    Machine both = slurm("3", "8");
    both.variables["JOB_COMPLETION_INDEX"] = "3";
    CHECK(both.complains("both SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX"));
}
