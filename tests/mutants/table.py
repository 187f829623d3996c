"""The mutants: name, file, what stands there (once), what the mutant makes of it, and the test
programs of which one must notice. The compiler takes warnings for errors: leave nothing unused."""

PROMISE = [  # no fix is lost, each is accounted for
    ("commits are not synced to the disk", "offline/database.hpp",
     "Durability durability = Durability::full;", "Durability durability = Durability::off;",
     ["offline_tests"]),
    ("envelopes leave the disk before the office answers", "client/agent/courier.cpp",
     "    state_ = State::sending;\n",
     "    state_ = State::sending;\n"
     "    {\n"
     "        std::vector<std::int64_t> all;\n"
     "        for (const auto& envelope : load->envelopes) all.push_back(envelope.sequence);\n"
     "        (void)store_.commit(clock_.now(), [&] {\n"
     "            return store_.outbox().deliver(load->lane, all, clock_.now());\n"
     "        });\n"
     "    }\n",
     ["agent_tests"]),
    ("a settled batch is forgotten when the disk refuses it", "client/agent/courier.cpp",
     "        unsettled_.emplace(load, answers);\n", "", ["agent_tests"]),
    ("a refused ping is thrown away", "client/agent/courier.cpp",
     "store_.outbox().bury(load.lane, answer.sequence, answer.words, now);",
     "Result<>();", ["agent_tests"]),
    ("captured is not counted with the ping", "client/agent/tracker.cpp",
     '            store_.ledger().count("captured");\n            store_.ledger().count(unit_account_);',
     "            store_.ledger().count(unit_account_);", ["agent_tests"]),
    ("pings the disk would not take are dropped", "client/agent/tracker.cpp",
     "    if (!stored) return stored;\n    last_commit_",
     "    if (!stored) unstored_.clear();\n    if (!stored) return stored;\n    last_commit_",
     ["agent_tests"]),
    ("the last fix is not reported at a clean stop", "client/agent/agent.cpp",
     "    tracker_.finish();\n", "", ["agent_tests"]),
    ("the ledger is written after the transaction", "offline/store.cpp",
     "        return ledger_.write(database_);\n    });",
     "        return {};\n    });\n    if (done) static_cast<void>(ledger_.write(database_));",
     ["offline_tests"]),
    ("a failed commit stays in the books", "offline/store.cpp",
     "        ledger_.take_back();\n", "        ledger_.written();\n", ["offline_tests"]),
    ("the journal forgets what a failed commit held", "offline/store.cpp",
     "        ledger_.take_back();\n", "        ledger_.take_back();\n        journal_.written();\n",
     ["offline_tests"]),
    ("the audit does not compare the fixes", "offline/store.cpp",
     '    compare(audit.discrepancies, "fixes", "captured", audit.captured, judged);',
     '    compare(audit.discrepancies, "fixes", "captured", judged, judged);', ["offline_tests"]),
    ("sequences are used again", "offline/outbox.cpp",
     "ledger_.balance(text.accepted) + 1;",
     "ledger_.balance(text.accepted) - ledger_.balance(text.delivered) + 1;", ["offline_tests"]),
    ("what was not in the queue is delivered", "offline/outbox.cpp",
     "static_cast<std::int64_t>(gone.size())", "static_cast<std::int64_t>(sequences.size())",
     ["offline_tests"]),
    ("receipts are kept for what was not sent", "offline/outbox.cpp",
     "return for_each_run(std::move(gone), [&]",
     "return for_each_run({sequences.begin(), sequences.end()}, [&]", ["offline_tests"]),
    ("envelopes for two destinations travel together", "offline/outbox.cpp",
     "if (!found.empty() && envelope.destination != found.front().destination) break;", "",
     ["offline_tests"]),
    ("expired pings are not counted", "offline/outbox.cpp",
     "    ledger_.count(texts(Lane::pings).expired, expired);\n", "", ["offline_tests"]),
]

DISK = [  # the file itself
    ("a newer schema is opened", "offline/database.cpp",
     "if (*version > newest) {", "if (*version > newest + 1000) {", ["offline_tests"]),
    ("a damaged file is opened", "offline/database.cpp",
     'if (verdict != "ok")', 'if (verdict.empty())', ["offline_tests"]),
    ("a second process may open the database", "offline/database.cpp",
     "PRAGMA locking_mode = EXCLUSIVE; ", "PRAGMA locking_mode = NORMAL; ", ["offline_tests"]),
    ("the database is readable by everybody", "offline/database.cpp",
     "O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)", "O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)",
     ["offline_tests"]),
]

OFFICE = [  # what is said to the office, and what of its answer is believed
    ("results are matched by their order", "client/api/servicetitan.cpp",
     "        const auto sent = batch.sequences.find(result.external_id);\n",
     "        const auto turn = [&](const auto& one) {\n"
     "            return std::pair(answered.contains(one.second), one.second);\n"
     "        };\n"
     "        const auto sent = std::min_element(\n"
     "            batch.sequences.begin(), batch.sequences.end(),\n"
     "            [&](const auto& a, const auto& b) { return turn(a) < turn(b); });\n",
     ["api_tests"]),
    ("an answer that is not declared as JSON is believed", "client/api/servicetitan.cpp",
     "    if (!is_json(response.headers)) {", "    if (response.body.empty()) {", ["api_tests"]),
    ("a 2xx without the contract's shape means success", "client/api/servicetitan.cpp",
     "    if (!results) return not_the_contract(destination, results.error().detail);\n",
     "    if (!results) {\n"
     "        for (const auto& [id, sequence] : batch.sequences) {\n"
     "            batch.answers.push_back({sequence, true, std::string()});\n"
     "        }\n"
     "        return std::move(batch.answers);\n"
     "    }\n",
     ["api_tests"]),
    ("a result without status is one", "client/api/results.cpp",
     "if (depth_ == 2 && !seen_status_)", "if (depth_ == 3 && !seen_status_)", ["api_tests"]),
    ("a resend has other ids", "client/api/servicetitan.cpp",
     "external_id(identity, envelope.sequence);",
     "external_id(identity ^ reinterpret_cast<std::uintptr_t>(&envelope), envelope.sequence);",
     ["api_tests"]),
    ("a resend has other bytes", "client/api/servicetitan.cpp",
     '    batch.body = "[";\n',
     "    static std::size_t resends = 0;\n"
     "    batch.body = std::string(++resends, ' ') + \"[\";\n",
     ["api_tests"]),
    ("every ping is the unit's first", "client/agent/tracker.cpp",
     "store_.ledger().balance(unit_account_) == 0;", "store_.ledger().balance(unit_account_) >= 0;",
     ["agent_tests"]),
    ("pings go to an API they are not owed to", "client/api/servicetitan.cpp",
     "    if (destination->origin != origin_) {",
     "    if (destination->origin != origin_ && destination->tenant.empty()) {", ["api_tests"]),
    ("a 401 does not renew the token", "client/api/servicetitan.cpp",
     "        if (response->status != 401) break;", "        if (response->status > 0) break;",
     ["api_tests"]),
    ("the token is not renewed early", "client/api/token.cpp",
     "token->life - early", "token->life - 0 * early", ["api_tests"]),
    ("Retry-After is not read", "client/api/fault_of.cpp",
     "    if (meaning.fault == Fault::busy) {", "    if (meaning.fault == Fault::cancelled) {",
     ["api_tests"]),
    ("Retry-After is not obeyed", "client/agent/courier.cpp",
     "    if (error.wait) wait = std::max<Duration>(wait, *error.wait);\n", "", ["agent_tests"]),
    ("a new ping cuts a backoff short", "client/agent/courier.cpp",
     "    if (retry_at_) return", "    if (retry_at_ && state_ == State::paused) return",
     ["agent_tests"]),
    ("the backoff has no jitter", "client/agent/courier.cpp",
     "return Duration(pick(dice_));", "return std::max(Duration(pick(dice_)), ceiling);",
     ["agent_tests"]),
    ("the backoff does not grow", "client/agent/courier.cpp",
     "    ceiling_ = std::min(ceiling_ * 2, retry_.cap);\n", "", ["agent_tests"]),
    ("a batch that is too large stays so", "client/agent/courier.cpp",
     "        batch_ /= 2;\n", "", ["agent_tests"]),
]

DOORS = [  # secrets and strangers
    ("plain http is allowed to any host", "client/cli/config_table.cpp",
     "if (!parsed->tls && !parsed->loopback()) {", "if (!parsed->tls && parsed->host.empty()) {",
     ["cli_tests"]),
    ("a secret file's mode is not looked at", "platform/files.cpp",
     "if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {", "if ((info.st_mode & 0U) != 0) {",
     ["platform_tests"]),
    ("the certificate's host name is not verified", "platform/sockets.cpp",
     "::SSL_set1_host(handle, host.c_str()) == 1;", "handle != nullptr;", ["platform_tests"]),
    ("certificates are not verified", "platform/sockets.cpp",
     "context.set_verify_mode(ssl::verify_peer);", "context.set_verify_mode(ssl::verify_none);",
     ["platform_tests"]),
    ("TLS 1.0 is good enough", "platform/sockets.cpp",
     "TLS1_2_VERSION, nullptr", "TLS1_VERSION, nullptr", ["platform_tests"]),
    ("a dead connection is used again", "platform/http_client.cpp",
     "if (connection_ && connection_->quiet())", "if (connection_)", ["platform_tests"]),
    ("a broken request is never ambiguous", "platform/http_client.cpp",
     "error.ambiguous = exchange.sent();", "error.ambiguous = exchange.sent() && false;",
     ["platform_tests"]),
    ("the stand-in takes a ping without a required member", "client/office/gps_pings.cpp",
     "if (!seen && all_members[i].required)", "if (!seen && depth_ == 3)", ["office_tests"]),
]

FIXES = [  # which to believe, which to report
    ("courses are compared without the wrap at north", "gps/cadence.cpp",
     "std::abs(std::remainder(a_deg - b_deg, 360.0));", "std::abs(a_deg - b_deg);", ["gps_tests"]),
    ("0, 0 is a place", "gps/sieve.cpp",
     "< null_island_deg)", "< 0 * null_island_deg)", ["gps_tests"]),
    ("a repeated fix is believed", "gps/sieve.cpp",
     "    if (last_ && fix.time == last_->time) return verdict(Verdict::duplicate);\n", "",
     ["gps_tests"]),
    ("an older fix is believed", "gps/sieve.cpp",
     "if (seconds < 0) return", "if (seconds < -1e12) return", ["gps_tests"]),
    ("a jump is believed", "gps/sieve.cpp",
     "    if (metres > limit * seconds)", "    if (metres > 1e9 + limit * seconds)", ["gps_tests"]),
    ("a wrong start is believed for ever", "gps/sieve.cpp",
     "return agreeing_ >= convincing;", "return agreeing_ > 1000 * convincing;", ["gps_tests"]),
    ("a parked vehicle has no heartbeat", "gps/cadence.cpp",
     "    if (since < settings_.heartbeat_interval)", "    if (parked)", ["gps_tests"]),
    ("a mode that gpsd does not have is passed on", "gps/gpsd_reader.cpp",
     "if (value >= 0 && value <= most) clean", "if (value >= 0 || value <= most) clean",
     ["gps_tests"]),
    ("text is never too deep for the JSON parser", "gps/gpsd_reader.cpp",
     "if (++depth > deepest) return true;", "if (++depth < 0) return true;", ["gps_tests"]),
]

MUTANTS = PROMISE + DISK + OFFICE + DOORS + FIXES
