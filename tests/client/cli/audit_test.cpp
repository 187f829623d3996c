#include "client/cli/audit.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::cli;

namespace {

offline::Audit good_books() {
    offline::Audit audit;
    audit.captured = 12345;
    audit.not_reported = {{"held", 10000}, {"impossible_speed", 1}, {"parked", 1140}};
    audit.by_lane[static_cast<std::size_t>(offline::Lane::pings)] = {1204, 3, 1, {1200}};
    return audit;
}

}  // namespace

TEST_CASE("books that balance add up line by line") {
    CHECK(objections(good_books()).empty());
    CHECK(render(good_books(), Style{}) == R"(Every fix the receiver gave us
  delivered to the office                                      1,200
  waiting to be sent                                               3
  refused by the office for good                                   1
  given up as too old                                              0
  not reported: held                                          10,000
  not reported: impossible speed                                   1
  not reported: parked                                         1,140
--------------------------------------------------------------------
accounted for                                                 12,345
captured                                                      12,345

Everything owed to the office: pings
  delivered to the office                                      1,200
  waiting to be sent                                               3
  refused by the office for good                                   1
  given up as too old                                              0
--------------------------------------------------------------------
accounted for                                                  1,204
put in the queue                                               1,204

The books balance: nothing was lost.
)");
}

TEST_CASE("whatever became of them, the lines add up, and no number left out is a fix") {
    auto audit = good_books();
    auto& pings = audit.by_lane[static_cast<std::size_t>(offline::Lane::pings)];
    pings = {1240, 3, 1, {1200, 2, 5, 1, 8, 9, 11}};
    audit.captured = 1240 - 11 + 11141;
    CHECK(objections(audit).empty());
    CHECK(render(audit, Style{}) == R"(Every fix the receiver gave us
  delivered to the office                                      1,200
  waiting to be sent                                               3
  refused by the office for good                                   1
  given up as too old                                              2
  left out to make room, the track keeping its shape               5
  dropped, the queue being full                                    9
  discarded by hand                                                1
  destroyed with the disk                                          8
  not reported: held                                          10,000
  not reported: impossible speed                                   1
  not reported: parked                                         1,140
--------------------------------------------------------------------
accounted for                                                 12,370
captured                                                      12,370

Everything owed to the office: pings
  delivered to the office                                      1,200
  waiting to be sent                                               3
  refused by the office for good                                   1
  given up as too old                                              2
  left out to make room, the track keeping its shape               5
  dropped, the queue being full                                    9
  discarded by hand                                                1
  destroyed with the disk                                          8
  numbers left out after the disk was damaged                     11
--------------------------------------------------------------------
accounted for                                                  1,240
put in the queue                                               1,240

The books balance: 8 destroyed with the disk are in them.
)");
}

TEST_CASE("the proof says what it rests on, and whether it holds") {
    offline::Custody custody;
    custody.proven = 4;
    custody.vouched = 1200;
    CHECK(render(custody, Style{}) == R"(Every record, followed from link to link
  proven: here, and as it was accepted                             4
  receipted: gone, and on record when and why                  1,200
  unproven: nothing before it to follow from                       0

The chain holds: nothing was dropped, invented, reordered or changed.
)");
    custody.discrepancies = {"pings 7 missing: neither waiting, nor dead, nor receipted"};
    CHECK(render(custody, Style{}).ends_with(R"(
  - pings 7 missing: neither waiting, nor dead, nor receipted
The chain is BROKEN: keep the database and report this.
)"));
}

TEST_CASE("a discrepancy the agent found is told, and the verdict is no") {
    auto audit = good_books();
    audit.discrepancies = {"the ledger says 4 pings wait, the table has 3"};
    const std::string text = render(audit, Style{});
    CHECK(text.find("  - the ledger says 4 pings wait, the table has 3\n") != std::string::npos);
    CHECK(text.find("do NOT balance") != std::string::npos);
}

TEST_CASE("a sum that does not come out is a discrepancy whatever the agent says") {
    auto audit = good_books();
    ++audit.captured;
    CHECK(objections(audit) ==
          std::vector<std::string>{"12,346 fixes were captured, 12,345 are accounted for"});
    audit = good_books();
    --audit.by_lane[static_cast<std::size_t>(offline::Lane::pings)].queued;
    CHECK(objections(audit) ==
          std::vector<std::string>{"12,345 fixes were captured, 12,344 are accounted for",
                                   "1,204 pings were accepted, 1,203 are accounted for"});
}
