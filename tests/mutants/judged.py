"""What the judge must find by itself: mutants, and of each the seed of a history in which it does
(`outrider fleet --virtual --replay SEED`). Seeds grow old when histories change: the runner then
tells of another one."""

OWN = [  # name, file, what stands there (once), what the mutant makes of it
    ("commits are never synced", "offline/database.cpp",
     '        case Durability::full: return "PRAGMA synchronous = FULL";\n',
     '        case Durability::full: return "PRAGMA synchronous = OFF";\n'),
    ("taps are told newest first", "client/agent/workday_carry.cpp",
     "    for (std::size_t i = 0; i < pending_.size(); ++i) {\n"
     "        const Id appointment",
     "    for (std::size_t i = pending_.size(); i-- > 0;) {\n"
     "        const Id appointment"),
    ("fixes from off shift are kept", "client/agent/agent_privacy.cpp",
     "        const bool kept = privacy_->judge(fix) == Keeping::yes && on_duty_then(fix);\n",
     "        const bool kept = privacy_->judge(fix) == Keeping::yes || on_duty_then(fix);\n"),
    ("whoever is not checked in is on duty", "client/agent/workday_view.cpp",
     "    if (!office_.rights.checked_in || office_.as_of == Instant{}) return false;\n",
     "    if (office_.as_of == Instant{}) return false;\n"),
    ("the bound of the track is three times too wide", "gps/cadence.cpp",
     "    cone_.emplace(settings_.bound_m, reported_);\n",
     "    cone_.emplace(3 * settings_.bound_m, reported_);\n"),
    ("a tap is judged without the others that wait", "client/agent/workday.cpp",
     "    const Day day = projected();\n"
     "    if (!wanted) {\n",
     "    const Day day = present();\n"
     "    if (!wanted) {\n"),
    ("an ambiguous request counts as delivered", "client/agent/courier_carry.cpp",
     "        if (uplink_.reads_back()) doubtful_ = *load;\n",
     "        std::vector<api::Answer> all;\n"
     "        for (const auto& envelope : load->envelopes) {\n"
     '            all.push_back({envelope.sequence, true, ""});\n'
     "        }\n"
     "        co_return settle(*load, all);\n"),
    ("what the office holds of the doubtful is told again", "client/agent/courier_carry.cpp",
     "        Result<> written = write_down(asked, answers);\n"
     "        if (!written) co_return written;\n",
     "        answers.clear();\n"
     "        Result<> written = write_down(asked, answers);\n"
     "        if (!written) co_return written;\n"),
    ("every result is a success", "client/api/servicetitan.cpp",
     "        answer.accepted = result.status == PingResult::Status::success;\n",
     "        answer.accepted = result.status != PingResult::Status::success || index < sequences.size();\n"),
    ("a tap's time is that of its telling", "client/agent/workday_carry.cpp",
     "    move.happened = tap.happened;\n",
     "    move.happened = clock_.now();\n"),
    ("a stale dispatch is told to the customer", "client/agent/workday_carry.cpp",
     "    return !tells_customer(intents, index, now, settings_.stale_dispatch);\n",
     "    return !tells_customer(intents, index, tap.happened, settings_.stale_dispatch) && now < tap.happened;\n"),
    ("a delivered ping stays in the queue", "client/agent/courier_carry.cpp",
     "        if (auto gone = store_.outbox().deliver(load.lane, accepted, now); !gone) return gone;\n",
     "        if (accepted.size() > 1) accepted.pop_back();\n"
     "        if (auto gone = store_.outbox().deliver(load.lane, accepted, now); !gone) return gone;\n"),
    ("a ping's speed is in another unit", "client/api/ping.cpp",
     "    append_speed(out, pack_speed(ping.speed_mps), destination.speed_unit);\n",
     "    append_speed(out, pack_speed(ping.speed_mps), SpeedUnit::metres_per_second);\n"),
]

SEEDS = {  # of those above, and of some of the other tables
    "commits are never synced": 152860345812385600,
    "taps are told newest first": 11676912793821348,
    "fixes from off shift are kept": 152860345812385600,
    "whoever is not checked in is on duty": 152860345812385600,
    "the bound of the track is three times too wide": 11676912793821348,
    "a tap is judged without the others that wait": 11676912793821348,
    "an ambiguous request counts as delivered": 152860345812385600,
    "what the office holds of the doubtful is told again": 282282838857286927,
    "every result is a success": 152860345812385600,
    "a tap's time is that of its telling": 11676912793821348,
    "a stale dispatch is told to the customer": 11676912793821348,
    "a delivered ping stays in the queue": 11676912793821348,
    "a ping's speed is in another unit": 11676912793821348,
    "half a frame's header, of an older log, counts as the end of a commit": 3180655668621465425,
    "what is read at a start need not be on the disk": 2113514687002421125,
    "leap seconds are learnt again and again": 17863997008390488076,
    "envelopes leave the disk before the office answers": 11676912793821348,
    "the ledger is written after the transaction": 282282838857286927,
    "sequences are used again": 11676912793821348,
    "what is gone leaves no receipt": 11676912793821348,
    "an office that fails every ping has them buried": 5128291853157646538,
    "a lost answer is not asked about": 231162128236045210,
    "what an earlier run may have sent is not asked about": 377681996581550517,
    "a 2xx without the contract's shape means success": 687914395538539494,
    "a resend has other ids": 11676912793821348,
    "Retry-After is not read": 11676912793821348,
    "somebody who is not checked in is dispatched": 152860345812385600,
    "two appointments are under way at once": 152860345812385600,
    "customers are told of a dispatch that is long ago": 282282838857286927,
    "customers are told of a dispatch that something follows": 11676912793821348,
    "what is held holds nothing that follows it": 6863456278201398862,
    "an arrival is settled by a dispatch": 11676912793821348,
    "a fix waits for as long as it takes": 1461952986126482741,
    "0, 0 is a place": 4172706399138287711,
}


def judged(tables):
    """The rows that the judge is to find, those of the other tables under their names."""
    rows = {row[0]: row[:4] for row in [*tables, *OWN]}
    return [(f"{name}, in a history", *rows[name][1:], [f"judge:{seed}"])
            for name, seed in SEEDS.items()]
