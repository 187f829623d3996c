#include "client/fleet/shard.hpp"

#include <fmt/format.h>

#include <charconv>

namespace outrider::fleet {

namespace {

constexpr const char* slurm_id = "SLURM_ARRAY_TASK_ID";
constexpr const char* slurm_count = "SLURM_ARRAY_TASK_COUNT";
constexpr const char* slurm_min = "SLURM_ARRAY_TASK_MIN";
constexpr const char* slurm_max = "SLURM_ARRAY_TASK_MAX";
constexpr const char* pod_index = "JOB_COMPLETION_INDEX";

using Get = std::function<std::string(std::string_view)>;

std::optional<std::int64_t> whole_number(std::string_view text) {
    constexpr std::int64_t most = 4'294'967'295;
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number < 0 || number > most) return {};
    return number;
}

Result<std::int64_t> variable(const Get& get, const char* name) {
    const std::string text = get(name);
    if (text.empty())
        return Error(Fault::malformed,
                     fmt::format("{} is not set: give --shard NUMBER/HOW_MANY", name));
    if (const auto number = whole_number(text)) return *number;
    return Error(Fault::malformed,
                 fmt::format("{} is \"{}\", no whole number: correct or unset it, or give --shard "
                             "NUMBER/HOW_MANY",
                             name, text));
}

Result<Shard> checked(Shard shard, std::string_view from) {
    if (shard.of < 1 || shard.of > Shard::most)
        return Error(Fault::malformed,
                     fmt::format("{} shards (by {}): give 1 to {}", shard.of, from, Shard::most));
    if (shard.number < shard.of) return shard;
    return Error(Fault::malformed, fmt::format("shard {} (by {}): {} shards are numbered 0 to {}",
                                               shard.number, from, shard.of, shard.of - 1));
}

// An array need not begin at 0; one with holes does not say which is the how-manieth.
Result<Shard> of_slurm(const Get& get) {
    const auto id = variable(get, slurm_id);
    if (!id) return id.error();
    const auto count = variable(get, slurm_count);
    if (!count) return count.error();
    Result<std::int64_t> least = std::int64_t{0};
    if (!get(slurm_min).empty()) least = variable(get, slurm_min);
    if (!least) return least.error();
    Result<std::int64_t> most = *least + *count - 1;
    if (!get(slurm_max).empty()) most = variable(get, slurm_max);
    if (!most) return most.error();
    if (*most - *least + 1 != *count)
        return Error(Fault::malformed,
                     fmt::format("{} is {} of an array from {} to {}: give the array without steps "
                                 "and holes, such as --array=0-{}, or --shard NUMBER/HOW_MANY",
                                 slurm_count, *count, *least, *most, *count - 1));
    if (*id < *least)
        return Error(Fault::malformed,
                     fmt::format("{} is {}, below {} {}: give --shard NUMBER/HOW_MANY", slurm_id,
                                 *id, slurm_min, *least));
    Shard shard;
    shard.number = *id - *least;
    shard.of = *count;
    return checked(shard, fmt::format("{} {}", slurm_id, *id));
}

Result<Shard> of_pod(const Get& get, const std::optional<ShardFlag>& flag) {
    if (!flag)
        return Error(Fault::malformed, fmt::format("{} is set, and nothing says how many there "
                                                   "are: give --shard /HOW_MANY",
                                                   pod_index));
    const auto index = variable(get, pod_index);
    if (!index) return index.error();
    Shard shard;
    shard.number = *index;
    shard.of = flag->of;
    return checked(shard, pod_index);
}

}  // namespace

std::string to_string(Shard shard) { return fmt::format("{}/{}", shard.number, shard.of); }

Range share(Range whole, Shard shard) {
    // Without overflow: each has the quotient, and the remainder is spread over all.
    const std::int64_t each = whole.size() / shard.of, rest = whole.size() % shard.of;
    const auto edge = [&](std::int64_t number) {
        return whole.first + each * number + rest * number / shard.of;
    };
    Range range;
    range.first = edge(shard.number);
    range.last = edge(shard.number + 1);
    return range;
}

Result<ShardFlag> parse_shard(std::string_view text) {
    const auto slash = text.find('/');
    const auto number = whole_number(text.substr(0, slash));
    const auto of =
        slash == std::string_view::npos ? std::nullopt : whole_number(text.substr(slash + 1));
    if (!of || (slash > 0 && !number))
        return Error(Fault::malformed,
                     fmt::format("--shard {}: give NUMBER/HOW_MANY, such as 0/4", text));
    Shard shard;
    shard.number = number.value_or(0);
    shard.of = *of;
    if (const auto good = checked(shard, fmt::format("--shard {}", text)); !good)
        return good.error();
    ShardFlag flag;
    if (slash > 0) flag.number = number;
    flag.of = *of;
    return flag;
}

Result<Shard> find_shard(const std::optional<ShardFlag>& flag, const Get& get) {
    Shard shard;
    if (flag && flag->number) {
        shard.number = *flag->number;
        shard.of = flag->of;
        return shard;
    }
    const bool slurm = !get(slurm_id).empty(), pod = !get(pod_index).empty();
    if (!slurm && !pod) {
        if (!flag) return shard;
        return Error(Fault::malformed,
                     fmt::format("--shard /{}: neither {} nor {} is set: give the number, too, "
                                 "such as --shard 0/{}",
                                 flag->of, slurm_id, pod_index, flag->of));
    }
    if (slurm && pod)
        return Error(Fault::malformed, fmt::format("both {} and {} are set: unset one, or give "
                                                   "--shard NUMBER/HOW_MANY",
                                                   slurm_id, pod_index));
    if (pod) return of_pod(get, flag);
    auto found = of_slurm(get);
    if (found && flag && flag->of != found->of)
        return Error(Fault::malformed,
                     fmt::format("--shard /{}, but {} is {}: to play one shard again give its "
                                 "number, such as --shard 0/{}",
                                 flag->of, slurm_count, found->of, flag->of));
    return found;
}

}  // namespace outrider::fleet
