#include "gateway/buffer/day_file.h"
#include "gateway/buffer/meta_file.h"

// The tables of meta.db that say what is no longer stored.
namespace mg {
namespace {

constexpr std::string_view kAddDropped =
    "INSERT INTO drops(meter, kind, reason, samples, gaps, first, last, at) VALUES(?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT(meter, kind, reason) DO UPDATE SET samples = samples + excluded.samples, "
    "gaps = gaps + excluded.gaps, first = min(first, excluded.first), last = max(last, excluded.last), "
    "at = excluded.at";
constexpr std::string_view kAddUnsettled =
    "INSERT INTO drops_unsettled(consumer, meter, items) VALUES(?, ?, ?) "
    "ON CONFLICT(consumer, meter) DO UPDATE SET items = items + excluded.items";
constexpr std::string_view kReadDropped =
    "SELECT meter, kind, reason, samples, gaps, first, last, at FROM drops";
constexpr std::string_view kReadUnsettled = "SELECT consumer, meter, items FROM drops_unsettled";
constexpr std::string_view kMarkGoing = "INSERT OR IGNORE INTO going(file, first_sequence) VALUES(?, ?)";
constexpr std::string_view kUnmarkGoing = "DELETE FROM going WHERE file = ?";
constexpr std::string_view kReadGoing = "SELECT file, first_sequence FROM going";

template <class Use>
Result<> each_row(sqlite::Statement& rows, const Use& use) {
    while (true) {
        const auto row = rows.step();
        if (!row) return pass_on(row.error());
        if (!*row) return {};
        use();
    }
}

Result<> add(sqlite::Database& file, const DropTally& tally) {
    auto dropped = file.prepare(kAddDropped);
    if (!dropped) return pass_on(dropped.error());
    for (const auto& [key, count] : tally.dropped) {
        dropped->bind(1, std::string_view{key.meter.text}).bind(2, static_cast<std::int64_t>(key.kind));
        dropped->bind(3, static_cast<std::int64_t>(key.reason));
        dropped->bind(4, static_cast<std::int64_t>(count.samples));
        dropped->bind(5, static_cast<std::int64_t>(count.gaps)).bind(6, stored(count.first.at));
        dropped->bind(7, stored(count.last.at)).bind(8, stored(count.at));
        if (auto done = dropped->run(); !done) return done;
    }
    auto unsettled = file.prepare(kAddUnsettled);
    if (!unsettled) return pass_on(unsettled.error());
    for (const auto& [key, items] : tally.unsettled) {
        unsettled->bind(1, std::string_view{key.first.text}).bind(2, std::string_view{key.second.text});
        if (auto done = unsettled->bind(3, static_cast<std::int64_t>(items)).run(); !done) return done;
    }
    return {};
}

}  // namespace

Result<> MetaFile::note_drop(const std::optional<GoingFile>& file, const DropTally& tally) {
    const std::scoped_lock lock{mutex_};
    if (auto begun = file_.execute("BEGIN IMMEDIATE"); !begun) return begun;
    const auto write = [&]() -> Result<> {
        if (file) {
            auto mark = file_.prepare(kMarkGoing);
            if (!mark) return pass_on(mark.error());
            if (auto marked = mark->bind(1, std::string_view{file->name}).bind(2, file->first).run(); !marked)
                return marked;
            // It was counted before; only its removal was cut short.
            if (file_.changes() == 0) return {};
        }
        return add(file_, tally);
    };
    auto written = write();
    if (written) written = file_.execute("COMMIT");
    if (!written) {
        if (file_.in_transaction()) static_cast<void>(file_.execute("ROLLBACK"));
        return written;
    }
    return tidied();
}

Result<> MetaFile::drop_done(const std::string& file) {
    const std::scoped_lock lock{mutex_};
    auto unmark = file_.prepare(kUnmarkGoing);
    if (!unmark) return pass_on(unmark.error());
    return unmark->bind(1, std::string_view{file}).run();
}

Result<std::vector<GoingFile>> MetaFile::going() {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kReadGoing);
    if (!rows) return pass_on(rows.error());
    std::vector<GoingFile> files;
    const auto read =
        each_row(*rows, [&] { files.push_back({std::string(rows->text(0)), rows->integer(1)}); });
    if (!read) return pass_on(read.error());
    return files;
}

Result<DropTally> MetaFile::drops() {
    const std::scoped_lock lock{mutex_};
    DropTally tally;
    auto rows = file_.prepare(kReadDropped);
    if (!rows) return pass_on(rows.error());
    auto read = each_row(*rows, [&] {
        tally.dropped[{MeterId{std::string(rows->text(0))}, static_cast<FileKind>(rows->integer(1)),
                       static_cast<DropReason>(rows->integer(2))}] = {
            .samples = static_cast<std::uint64_t>(rows->integer(3)),
            .gaps = static_cast<std::uint64_t>(rows->integer(4)),
            .first = {time_from(rows->integer(5))},
            .last = {time_from(rows->integer(6))},
            .at = time_from(rows->integer(7))};
    });
    if (!read) return pass_on(read.error());
    auto unsettled = file_.prepare(kReadUnsettled);
    if (!unsettled) return pass_on(unsettled.error());
    read = each_row(*unsettled, [&] {
        tally.unsettled[{UplinkId{std::string(unsettled->text(0))},
                         MeterId{std::string(unsettled->text(1))}}] =
            static_cast<std::uint64_t>(unsettled->integer(2));
    });
    if (!read) return pass_on(read.error());
    return tally;
}

}  // namespace mg
