#include "offline/outbox_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace outrider::offline {

Texts::Texts(std::string_view lane)
    : accepted(fmt::format("accepted:{}", lane)),
      dead(fmt::format("dead:{}", lane)),
      forgotten(fmt::format("forgotten:{}", lane)),
      forgotten_to(fmt::format("forgotten_to:{}", lane)),
      bytes(fmt::format("bytes:{}", lane)),
      add(fmt::format("INSERT INTO {} (sequence, written, destination, owner, link, body) "
                      "VALUES (?, ?, ?, ?, ?, ?)",
                      lane)),
      from(fmt::format("SELECT {} FROM {} WHERE sequence >= ? ORDER BY sequence LIMIT ?", columns,
                       lane)),
      newest(fmt::format("SELECT {} FROM {} ORDER BY sequence DESC LIMIT 1", columns, lane)),
      oldest_written(fmt::format("SELECT written FROM {} ORDER BY sequence LIMIT 1", lane)),
      sum(fmt::format("SELECT count(*), sum(length(body)), (SELECT link FROM {0} WHERE sequence = "
                      "?2) FROM {0} WHERE sequence BETWEEN ?1 AND ?2",
                      lane)),
      take_all(fmt::format("DELETE FROM {} WHERE sequence BETWEEN ? AND ?", lane)),
      take(fmt::format("DELETE FROM {} WHERE sequence BETWEEN ? AND ? "
                       "RETURNING sequence, length(body), link",
                       lane)),
      bury(fmt::format("INSERT INTO dead ({0}, lane, buried, words) "
                       "SELECT {0}, ?, ?, ? FROM {1} WHERE sequence = ?",
                       columns, lane)),
      length(
          fmt::format("SELECT length(body) + {} FROM {} WHERE sequence = ?", row_overhead, lane)),
      remove(fmt::format("DELETE FROM {} WHERE sequence = ?", lane)),
      revive(fmt::format("INSERT INTO {1} ({0}) SELECT {0} FROM dead "
                         "WHERE lane = '{1}' AND sequence = ?",
                         columns, lane)),
      link(fmt::format("SELECT link FROM {0} WHERE sequence = ?1 UNION ALL "
                       "SELECT link FROM dead WHERE lane = '{0}' AND sequence = ?1 UNION ALL "
                       "SELECT link FROM departure WHERE lane = '{0}' AND last = ?1 AND first = "
                       "(SELECT max(first) FROM departure WHERE lane = '{0}' AND first <= ?1)",
                       lane)),
      audit(fmt::format(
          "SELECT (SELECT count(*) FROM {0}), (SELECT count(*) FROM dead WHERE lane = '{0}'), "
          "max(coalesce((SELECT max(sequence) FROM {0}), 0), "
          "coalesce((SELECT max(sequence) FROM dead WHERE lane = '{0}'), 0)), "
          "(SELECT coalesce(sum(last - first + 1), 0) FROM departure WHERE lane = '{0}')",
          lane)) {
    for (std::size_t i = 0; i < causes.size(); ++i) {
        gone[i] = fmt::format("{}:{}", name(causes[i]), lane);
    }
}

const Texts& texts(Lane lane) {
    static const std::array<Texts, lanes.size()> all = {Texts(name(Lane::actions)),
                                                        Texts(name(Lane::pings))};
    return all[static_cast<std::size_t>(lane)];
}

std::int64_t as_limit(std::size_t limit) {
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int64_t>(std::min<std::size_t>(limit, most));
}

Envelope read_envelope(const Statement& row, Lane lane) {
    Envelope envelope;
    envelope.lane = lane;
    envelope.sequence = row.integer(0);
    envelope.written = row.instant(1);
    envelope.destination = row.integer(2);
    envelope.owner = row.integer(3);
    envelope.body = row.text(4);
    envelope.link = row.text(5);
    return envelope;
}

}  // namespace outrider::offline
