#include "gateway/buffer/day_file.h"
#include "gateway/buffer/meta_file.h"

// The tables of meta.db that belong to the consumers: progress, orders, receipts, items set aside.
namespace mg {
namespace {

constexpr std::string_view kReadProgress = "SELECT consumer, through FROM progress";
constexpr std::string_view kWriteProgress = "INSERT OR REPLACE INTO progress(consumer, through) VALUES(?, ?)";
constexpr std::string_view kReadRuns =
    "SELECT consumer, first, last FROM progress_runs ORDER BY consumer, first";
constexpr std::string_view kDropRuns = "DELETE FROM progress_runs WHERE consumer = ?";
constexpr std::string_view kWriteRun = "INSERT INTO progress_runs(consumer, first, last) VALUES(?, ?, ?)";
constexpr std::string_view kReadPaused = "SELECT consumer FROM paused";
constexpr std::string_view kPause = "INSERT OR REPLACE INTO paused(consumer, at) VALUES(?, ?)";
constexpr std::string_view kResume = "DELETE FROM paused WHERE consumer = ?";
constexpr std::string_view kReadResends =
    "SELECT id, consumer, \"from\", \"to\", meters, done, until, ordered_at, ordered_by FROM resends ORDER "
    "BY id";
constexpr std::string_view kAddResend =
    "INSERT INTO resends(consumer, \"from\", \"to\", meters, done, until, ordered_at, ordered_by) "
    "VALUES(?, ?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kLastResend = "SELECT max(id) FROM resends";
constexpr std::string_view kMoveResend = "UPDATE resends SET done = ? WHERE id = ?";
constexpr std::string_view kEndResend = "DELETE FROM resends WHERE id = ?";
constexpr std::string_view kWriteReceipt =
    "INSERT OR REPLACE INTO receipts(consumer, first_at, lane, first, last, samples, gaps, last_at, answer) "
    "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kReadReceipts =
    "SELECT first_at, lane, first, last, samples, gaps, last_at, answer FROM receipts "
    "WHERE consumer = ? AND last_at >= ? ORDER BY first_at, lane, first LIMIT ?";
constexpr std::string_view kDropReceipts = "DELETE FROM receipts WHERE last_at < ?";
constexpr std::string_view kReadTraffic =
    "SELECT consumer, day, since, bytes, messages FROM traffic ORDER BY consumer, day";
constexpr std::string_view kWriteTraffic =
    "INSERT OR REPLACE INTO traffic(consumer, day, since, bytes, messages) VALUES(?, ?, ?, ?, ?)";
constexpr std::string_view kDropTraffic = "DELETE FROM traffic WHERE consumer = ? AND day <= ?";
constexpr std::string_view kSetAside =
    "INSERT OR REPLACE INTO set_aside(consumer, seq, why, at) VALUES(?, ?, ?, ?)";
constexpr std::string_view kCountSetAside = "SELECT count(*) FROM set_aside WHERE consumer = ?";
constexpr std::string_view kReadSetAside =
    "SELECT seq, why, at FROM set_aside WHERE consumer = ? ORDER BY seq LIMIT ?";
constexpr std::string_view kTakeBack = "DELETE FROM set_aside WHERE consumer = ? AND seq BETWEEN ? AND ?";

/// Ids have no spaces.
std::string joined(const std::vector<MeterId>& meters) {
    std::string text;
    for (const MeterId& meter : meters) {
        if (!text.empty()) text += ' ';
        text += meter.text;
    }
    return text;
}

std::vector<MeterId> split(std::string_view text) {
    std::vector<MeterId> meters;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        meters.push_back(MeterId{std::string(text.substr(0, end))});
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return meters;
}

Lane lane_from(std::int64_t number) {
    switch (number) {
        case static_cast<std::int64_t>(Lane::backlog):
            return Lane::backlog;
        case static_cast<std::int64_t>(Lane::resend):
            return Lane::resend;
        default:
            return Lane::live;
    }
}

/// Calls `use` for each row.
template <class Use>
Result<> each_row(sqlite::Statement& rows, const Use& use) {
    while (true) {
        const auto row = rows.step();
        if (!row) return pass_on(row.error());
        if (!*row) return {};
        use();
    }
}

}  // namespace

Result<std::map<UplinkId, DeliveryRow>> MetaFile::deliveries() {
    const std::scoped_lock lock{mutex_};
    std::map<UplinkId, DeliveryRow> rows;
    if (auto loaded = load_progress(rows); !loaded) return pass_on(loaded.error());
    if (auto loaded = load_orders(rows); !loaded) return pass_on(loaded.error());
    if (auto loaded = load_traffic(rows); !loaded) return pass_on(loaded.error());
    return rows;
}

Result<> MetaFile::load_progress(std::map<UplinkId, DeliveryRow>& rows) {
    auto progress = file_.prepare(kReadProgress);
    if (!progress) return pass_on(progress.error());
    auto runs = file_.prepare(kReadRuns);
    if (!runs) return pass_on(runs.error());
    const auto loaded = each_row(*progress, [&] {
        DeliveryRow& row = rows[UplinkId{std::string(progress->text(0))}];
        row.known = true;
        row.progress.through = progress->integer(1);
    });
    if (!loaded) return loaded;
    return each_row(*runs, [&] {
        // settle() puts right what a damaged row may say.
        rows[UplinkId{std::string(runs->text(0))}].progress.settle({runs->integer(1), runs->integer(2)});
    });
}

Result<> MetaFile::load_orders(std::map<UplinkId, DeliveryRow>& rows) {
    auto paused = file_.prepare(kReadPaused);
    if (!paused) return pass_on(paused.error());
    auto resends = file_.prepare(kReadResends);
    if (!resends) return pass_on(resends.error());
    const auto loaded =
        each_row(*paused, [&] { rows[UplinkId{std::string(paused->text(0))}].paused = true; });
    if (!loaded) return loaded;
    return each_row(*resends, [&] {
        rows[UplinkId{std::string(resends->text(1))}].resends.push_back(
            {.id = static_cast<std::uint64_t>(resends->integer(0)),
             .from = {time_from(resends->integer(2))},
             .to = {time_from(resends->integer(3))},
             .meters = split(resends->text(4)),
             .done = resends->integer(5),
             .until = resends->integer(6),
             .ordered_at = time_from(resends->integer(7)),
             .ordered_by = std::string(resends->text(8))});
    });
}

Result<> MetaFile::load_traffic(std::map<UplinkId, DeliveryRow>& rows) {
    auto days = file_.prepare(kReadTraffic);
    if (!days) return pass_on(days.error());
    return each_row(*days, [&] {
        rows[UplinkId{std::string(days->text(0))}].traffic.push_back(
            {.day = std::chrono::sys_days{std::chrono::days{days->integer(1)}},
             .since = time_from(days->integer(2)),
             .bytes = static_cast<std::uint64_t>(days->integer(3)),
             .messages = static_cast<std::uint64_t>(days->integer(4))});
    });
}

Result<> MetaFile::write_traffic(const UplinkId& consumer, const std::vector<TrafficDay>& days) {
    if (days.empty()) return {};
    auto write = file_.prepare(kWriteTraffic);
    if (!write) return pass_on(write.error());
    auto drop = file_.prepare(kDropTraffic);
    if (!drop) return pass_on(drop.error());
    const std::string_view id{consumer.text};
    for (const TrafficDay& day : days) {
        write->bind(1, id).bind(2, std::int64_t{day.day.time_since_epoch().count()});
        write->bind(3, stored(day.since)).bind(4, static_cast<std::int64_t>(day.bytes));
        if (auto done = write->bind(5, static_cast<std::int64_t>(day.messages)).run(); !done) return done;
    }
    const auto oldest = days.back().day - std::chrono::days{Deliveries::kTrafficDays};
    return drop->bind(1, id).bind(2, std::int64_t{oldest.time_since_epoch().count()}).run();
}

Result<> MetaFile::save_deliveries(const std::map<UplinkId, DeliveryRow>& rows) {
    const std::scoped_lock lock{mutex_};
    if (auto begun = file_.execute("BEGIN IMMEDIATE"); !begun) return begun;
    Result<> written;
    for (const auto& [consumer, row] : rows) {
        if (row.moved) written = write(consumer, row);
        if (written && row.moved) written = write_traffic(consumer, row.traffic);
        if (written) written = write_receipts(consumer, row.receipts);
        if (!written) break;
    }
    if (written) written = file_.execute("COMMIT");
    if (!written) {
        if (file_.in_transaction()) static_cast<void>(file_.execute("ROLLBACK"));
        return written;
    }
    return tidied();
}

Result<> MetaFile::write(const UplinkId& consumer, const DeliveryRow& row) {
    auto progress = file_.prepare(kWriteProgress);
    if (!progress) return pass_on(progress.error());
    auto drop = file_.prepare(kDropRuns);
    if (!drop) return pass_on(drop.error());
    auto run = file_.prepare(kWriteRun);
    if (!run) return pass_on(run.error());
    auto resend = file_.prepare(kMoveResend);
    if (!resend) return pass_on(resend.error());
    const std::string_view id{consumer.text};
    if (auto done = progress->bind(1, id).bind(2, row.progress.through).run(); !done) return done;
    if (auto done = drop->bind(1, id).run(); !done) return done;
    for (const SequenceRange& range : row.progress.beyond) {
        if (auto done = run->bind(1, id).bind(2, range.first).bind(3, range.last).run(); !done) return done;
    }
    for (const Resend& order : row.resends) {
        resend->bind(1, order.done).bind(2, static_cast<std::int64_t>(order.id));
        if (auto done = resend->run(); !done) return done;
    }
    return {};
}

Result<> MetaFile::write_receipts(const UplinkId& consumer, const std::vector<Receipt>& receipts) {
    auto write = file_.prepare(kWriteReceipt);
    if (!write) return pass_on(write.error());
    for (const Receipt& receipt : receipts) {
        write->bind(1, std::string_view{consumer.text}).bind(2, stored(receipt.first_at));
        write->bind(3, static_cast<std::int64_t>(receipt.lane)).bind(4, receipt.items.first);
        write->bind(5, receipt.items.last).bind(6, static_cast<std::int64_t>(receipt.samples));
        write->bind(7, static_cast<std::int64_t>(receipt.gaps)).bind(8, stored(receipt.last_at));
        if (auto done = write->bind(9, std::string_view{receipt.answer}).run(); !done) return done;
    }
    return {};
}

Result<> MetaFile::set_paused(const UplinkId& consumer, bool paused, UtcTime at) {
    const std::scoped_lock lock{mutex_};
    auto write = file_.prepare(paused ? kPause : kResume);
    if (!write) return pass_on(write.error());
    write->bind(1, std::string_view{consumer.text});
    if (paused) write->bind(2, stored(at));
    if (auto written = write->run(); !written) return written;
    return tidied();
}

Result<std::uint64_t> MetaFile::add_resend(const UplinkId& consumer, const Resend& order) {
    const std::scoped_lock lock{mutex_};
    return write_resend(consumer, order);
}

Result<std::uint64_t> MetaFile::write_resend(const UplinkId& consumer, const Resend& order) {
    auto add = file_.prepare(kAddResend);
    if (!add) return pass_on(add.error());
    const std::string meters = joined(order.meters);
    add->bind(1, std::string_view{consumer.text}).bind(2, stored(order.from.at)).bind(3, stored(order.to.at));
    add->bind(4, std::string_view{meters}).bind(5, order.done).bind(6, order.until);
    add->bind(7, stored(order.ordered_at)).bind(8, std::string_view{order.ordered_by});
    if (auto added = add->run(); !added) return pass_on(added.error());
    const auto id = file_.integer(kLastResend);
    if (!id) return pass_on(id.error());
    return static_cast<std::uint64_t>(*id);
}

Result<> MetaFile::end_resend(std::uint64_t id) {
    const std::scoped_lock lock{mutex_};
    auto end = file_.prepare(kEndResend);
    if (!end) return pass_on(end.error());
    return end->bind(1, static_cast<std::int64_t>(id)).run();
}

Result<std::vector<Receipt>> MetaFile::receipts(const UplinkId& consumer, UtcTime since, std::size_t most) {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kReadReceipts);
    if (!rows) return pass_on(rows.error());
    rows->bind(1, std::string_view{consumer.text}).bind(2, stored(since));
    rows->bind(3, static_cast<std::int64_t>(most));
    std::vector<Receipt> found;
    const auto read = each_row(*rows, [&] {
        found.push_back({.items = {rows->integer(2), rows->integer(3)},
                         .samples = static_cast<std::uint64_t>(rows->integer(4)),
                         .gaps = static_cast<std::uint64_t>(rows->integer(5)),
                         .lane = lane_from(rows->integer(1)),
                         .first_at = time_from(rows->integer(0)),
                         .last_at = time_from(rows->integer(6)),
                         .answer = std::string(rows->text(7))});
    });
    if (!read) return pass_on(read.error());
    return found;
}

Result<> MetaFile::drop_receipts(UtcTime before) {
    const std::scoped_lock lock{mutex_};
    auto drop = file_.prepare(kDropReceipts);
    if (!drop) return pass_on(drop.error());
    return drop->bind(1, stored(before)).run();
}

Result<> MetaFile::set_aside(const UplinkId& consumer, Sequence sequence, const std::string& why,
                             UtcTime at) {
    const std::scoped_lock lock{mutex_};
    auto write = file_.prepare(kSetAside);
    if (!write) return pass_on(write.error());
    write->bind(1, std::string_view{consumer.text}).bind(2, sequence).bind(3, std::string_view{why});
    if (auto written = write->bind(4, stored(at)).run(); !written) return written;
    return tidied();
}

Result<std::uint64_t> MetaFile::set_aside_count(const UplinkId& consumer) {
    const std::scoped_lock lock{mutex_};
    auto count = file_.prepare(kCountSetAside);
    if (!count) return pass_on(count.error());
    const auto row = count->bind(1, std::string_view{consumer.text}).step();
    if (!row) return pass_on(row.error());
    return static_cast<std::uint64_t>(count->integer(0));
}

Result<std::vector<SetAside>> MetaFile::set_aside_items(const UplinkId& consumer, std::size_t most) {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kReadSetAside);
    if (!rows) return pass_on(rows.error());
    rows->bind(1, std::string_view{consumer.text}).bind(2, static_cast<std::int64_t>(most));
    std::vector<SetAside> found;
    const auto read = each_row(*rows, [&] {
        found.push_back({rows->integer(0), std::string(rows->text(1)), time_from(rows->integer(2))});
    });
    if (!read) return pass_on(read.error());
    return found;
}

Result<> MetaFile::taken_after_all(const UplinkId& consumer, SequenceRange items) {
    const std::scoped_lock lock{mutex_};
    auto drop = file_.prepare(kTakeBack);
    if (!drop) return pass_on(drop.error());
    return drop->bind(1, std::string_view{consumer.text}).bind(2, items.first).bind(3, items.last).run();
}

}  // namespace mg
