#include "client/agent/bisection.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>

using namespace outrider::agent;

namespace {

using Sequences = std::vector<std::int64_t>;

Sequences numbers(std::int64_t first, std::int64_t count) {
    Sequences all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), first);
    return all;
}

// An office that takes no batch with one of `bad` in it.
struct Stern {
    std::set<std::int64_t> bad;
    int requests = 0;
    std::set<std::int64_t> taken{};

    bool send(Bisection& search, const Sequences& batch) {
        ++requests;
        const bool refuses =
            std::any_of(batch.begin(), batch.end(), [&](auto one) { return bad.contains(one); });
        if (refuses) {
            search.refused(batch, "no");
        } else {
            taken.insert(batch.begin(), batch.end());
            search.accepted(batch);
        }
        return !refuses;
    }
    // Sends what the search asks for until it asks no more.
    void search(Bisection& search) {
        for (auto batch = search.next(); !batch.empty(); batch = search.next()) {
            if (requests > 1000) return;
            send(search, batch);
        }
    }
};

Sequences condemned(Bisection& search) {
    Sequences found;
    for (const Culprit& culprit : search.condemned()) found.push_back(culprit.sequence);
    return found;
}

}  // namespace

TEST_SUITE("client/agent/bisection") {
    TEST_CASE("wherever the bad record of a hundred is, eight requests find it") {
        for (std::int64_t bad = 1; bad <= 100; ++bad) {
            CAPTURE(bad);
            Bisection search;
            Stern office{{bad}};
            office.send(search, numbers(1, 100));
            office.search(search);
            CHECK(office.requests <= 8);
            CHECK(search.on_hold(bad));
            Sequences rest;
            for (const auto one : numbers(1, 100)) {
                if (!office.taken.contains(one) && !search.on_hold(one)) rest.push_back(one);
            }
            if (!rest.empty()) CHECK(office.send(search, rest));
            CHECK(condemned(search) == Sequences{bad});
            CHECK(condemned(search).empty());
            CHECK(office.taken.size() == 99);
        }
    }

    TEST_CASE("one refusal in passing condemns nobody") {
        for (std::int64_t count = 2; count <= 100; ++count) {
            CAPTURE(count);
            Bisection search;
            Stern office{{}};
            search.refused(numbers(1, count), "a bad moment");
            office.search(search);
            CHECK(office.requests <= 7);
            CHECK(office.taken.size() == static_cast<std::size_t>(count));
            CHECK(search.idle());
            CHECK(condemned(search).empty());
        }
    }

    TEST_CASE("an office that refuses everything condemns nobody") {
        Bisection search;
        Stern office;
        for (const auto one : numbers(1, 100)) office.bad.insert(one);
        office.send(search, numbers(1, 100));
        office.search(search);
        CHECK(office.requests == 8);
        CHECK(search.hopeless());
        CHECK(condemned(search).empty());
    }

    TEST_CASE("once it takes something again, those on hold are heard again") {
        Bisection search;
        Stern office;
        for (const auto one : numbers(1, 8)) office.bad.insert(one);
        office.send(search, numbers(1, 8));
        office.search(search);
        REQUIRE(search.hopeless());
        office.bad.clear();  // somebody mended the configuration
        search.waited();
        REQUIRE(office.send(search, numbers(2, 7)));
        CHECK(search.next() == Sequences{1});
        office.search(search);
        CHECK(condemned(search).empty());
        CHECK(office.taken.size() == 8);
        CHECK(search.next().empty());
        CHECK_FALSE(search.on_hold(1));
    }

    TEST_CASE("the last record of a queue on hold is heard again when there is nothing else") {
        Bisection search;
        Stern office{{5}};
        office.send(search, {5});
        CHECK(search.hopeless());
        CHECK(search.next().empty());
        search.hear_again();
        CHECK(search.next() == Sequences{5});
        office.search(search);
        CHECK(search.hopeless());
        CHECK(condemned(search).empty());
    }

    TEST_CASE("several bad records are all found, and no good one with them") {
        for (std::int64_t other = 2; other <= 64; ++other) {
            CAPTURE(other);
            Bisection search;
            Stern office{{1, other}};
            Sequences rest = numbers(1, 64);
            Sequences found;
            while (!rest.empty() && office.requests < 100) {
                office.send(search, rest);
                office.search(search);
                if (search.hopeless()) search.waited();
                for (const auto one : condemned(search)) found.push_back(one);
                Sequences left;
                for (const auto one : numbers(1, 64)) {
                    const bool done = office.taken.contains(one) || search.on_hold(one) ||
                                      std::find(found.begin(), found.end(), one) != found.end();
                    if (!done) left.push_back(one);
                }
                rest = left;
            }
            office.search(search);
            for (const auto one : condemned(search)) found.push_back(one);
            std::sort(found.begin(), found.end());
            CHECK(found == Sequences{1, other});
            CHECK(office.taken.size() == 62);
            CHECK(office.requests <= 26);
        }
    }
}
