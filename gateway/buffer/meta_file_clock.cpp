#include "gateway/base/language.h"
#include "gateway/buffer/day_file.h"
#include "gateway/buffer/layout_text.h"
#include "gateway/buffer/meta_file.h"

// What is kept about the wall clock.
namespace mg {
namespace {

constexpr std::string_view kReadVouch = R"(SELECT "by", who, at, "offset", boot FROM clock_vouch)";
constexpr std::string_view kKeepVouch =
    R"(INSERT OR REPLACE INTO clock_vouch(id, "by", who, at, "offset", boot) VALUES(1, ?, ?, ?, ?, ?))";
constexpr std::string_view kReadBoot = "SELECT value FROM store WHERE key = 'boot'";
constexpr std::string_view kWriteBoot = "INSERT OR REPLACE INTO store(key, value) VALUES('boot', ?)";
constexpr std::string_view kNote =
    "INSERT INTO clock_notes(at, epoch, from_seq, reason, who) VALUES(?, ?, ?, ?, ?)";
constexpr std::string_view kNotes =
    "SELECT at, epoch, from_seq, reason, who FROM clock_notes ORDER BY id DESC LIMIT ?";
constexpr std::string_view kHeldRows = "SELECT count(*) FROM held";
constexpr std::string_view kKeepLayout = "INSERT OR IGNORE INTO held_layouts(text) VALUES(?)";
constexpr std::string_view kHold = R"(INSERT INTO held(layout, boot, since_boot, readings)
    SELECT id, ?, ?, ? FROM held_layouts WHERE text = ?)";
constexpr std::string_view kHeld = R"(SELECT held.id, since_boot, readings FROM held JOIN held_layouts ON
    held_layouts.id = layout WHERE text = ? AND boot = ? ORDER BY since_boot, held.id)";
constexpr std::string_view kSettle = "DELETE FROM held WHERE id = ?";
constexpr std::string_view kHeldCounts = "SELECT count(*) FILTER (WHERE boot = ?), count(*) FROM held";

/// Eight bytes of bits, little-endian, and one of quality for each reading.
constexpr std::size_t kReadingBytes = 9;

std::vector<std::uint8_t> bytes_of(const std::vector<Reading>& readings) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(readings.size() * kReadingBytes);
    for (const Reading& reading : readings) {
        for (unsigned shift = 0; shift < 64; shift += 8)
            bytes.push_back(static_cast<std::uint8_t>(reading.bits >> shift));
        bytes.push_back(static_cast<std::uint8_t>(reading.quality));
    }
    return bytes;
}

std::vector<Reading> readings_of(std::span<const std::uint8_t> bytes) {
    std::vector<Reading> readings(bytes.size() / kReadingBytes);
    for (std::size_t i = 0; i < readings.size(); ++i) {
        const auto cell = bytes.subspan(i * kReadingBytes, kReadingBytes);
        for (unsigned n = 0; n < 8; ++n) readings[i].bits |= std::uint64_t{cell[n]} << (8 * n);
        readings[i].quality = static_cast<Quality>(cell[8]);
    }
    return readings;
}

}  // namespace

Result<std::optional<ClockVouch>> MetaFile::vouch() {
    const std::scoped_lock lock{mutex_};
    auto read = file_.prepare(kReadVouch);
    if (!read) return pass_on(read.error());
    const auto row = read->step();
    if (!row) return pass_on(row.error());
    if (!*row) return std::optional<ClockVouch>{};
    const std::int64_t by = read->integer(0);
    if (by < 0 || by > static_cast<int>(ClockVouch::By::person)) return std::optional<ClockVouch>{};
    return std::optional{ClockVouch{.by = static_cast<ClockVouch::By>(by),
                                    .who = std::string{read->text(1)},
                                    .at = UtcTime{milliseconds{read->integer(2)}},
                                    .offset = milliseconds{read->integer(3)},
                                    .boot = std::string{read->text(4)}}};
}

Result<> MetaFile::keep_vouch(const ClockVouch& vouch) {
    const std::scoped_lock lock{mutex_};
    auto write = file_.prepare(kKeepVouch);
    if (!write) return pass_on(write.error());
    write->bind(1, static_cast<std::int64_t>(vouch.by)).bind(2, std::string_view{vouch.who});
    write->bind(3, stored(vouch.at)).bind(4, std::int64_t{vouch.offset.count()});
    if (auto written = write->bind(5, std::string_view{vouch.boot}).run(); !written) return written;
    return tidied();
}

Result<std::string> MetaFile::last_boot() {
    const std::scoped_lock lock{mutex_};
    return file_.text(kReadBoot);
}

Result<> MetaFile::note_boot(const std::string& boot) {
    const std::scoped_lock lock{mutex_};
    auto write = file_.prepare(kWriteBoot);
    if (!write) return pass_on(write.error());
    return write->bind(1, std::string_view{boot}).run();
}

Result<> MetaFile::note(const ClockNote& note) {
    const std::scoped_lock lock{mutex_};
    auto write = file_.prepare(kNote);
    if (!write) return pass_on(write.error());
    write->bind(1, stored(note.at)).bind(2, std::int64_t{note.epoch}).bind(3, note.sequence);
    write->bind(4, std::string_view{note.reason}).bind(5, std::string_view{note.who});
    if (auto written = write->run(); !written) return written;
    return tidied();
}

Result<std::vector<ClockNote>> MetaFile::notes(std::size_t most) {
    const std::scoped_lock lock{mutex_};
    auto read = file_.prepare(kNotes);
    if (!read) return pass_on(read.error());
    read->bind(1, static_cast<std::int64_t>(most));
    std::vector<ClockNote> notes;
    for (auto row = read->step();; row = read->step()) {
        if (!row) return pass_on(row.error());
        if (!*row) return notes;
        notes.push_back({.at = UtcTime{milliseconds{read->integer(0)}},
                         .epoch = static_cast<ClockEpoch>(read->integer(1)),
                         .sequence = read->integer(2),
                         .reason = std::string{read->text(3)},
                         .who = std::string{read->text(4)}});
    }
}

Result<> MetaFile::hold(const Layout& layout, const std::string& boot, milliseconds since_boot,
                        const std::vector<Reading>& readings) {
    const std::scoped_lock lock{mutex_};
    const auto rows = file_.integer(kHeldRows);
    if (!rows) return pass_on(rows.error());
    if (*rows >= kMostHeld) {
        return fail(Failure::storage_full, trf("{} polls wait for the right time already",
                                               "已有 {} 次采集在等待正确的时间", kMostHeld));
    }
    const std::string text = layout_text(layout);
    const auto bytes = bytes_of(readings);
    auto held = in_one([&]() -> Result<> {
        auto keep = file_.prepare(kKeepLayout);
        if (!keep) return pass_on(keep.error());
        if (auto kept = keep->bind(1, std::string_view{text}).run(); !kept) return kept;
        auto write = file_.prepare(kHold);
        if (!write) return pass_on(write.error());
        write->bind(1, std::string_view{boot}).bind(2, std::int64_t{since_boot.count()});
        return write->bind(3, bytes).bind(4, std::string_view{text}).run();
    });
    return held ? tidied() : held;
}

Result<std::vector<HeldReadings>> MetaFile::held(const Layout& layout, const std::string& boot) {
    const std::scoped_lock lock{mutex_};
    const std::string text = layout_text(layout);
    auto read = file_.prepare(kHeld);
    if (!read) return pass_on(read.error());
    read->bind(1, std::string_view{text}).bind(2, std::string_view{boot});
    std::vector<HeldReadings> all;
    for (auto row = read->step();; row = read->step()) {
        if (!row) return pass_on(row.error());
        if (!*row) return all;
        HeldReadings one{.id = read->integer(0),
                         .since_boot = milliseconds{read->integer(1)},
                         .readings = readings_of(read->bytes(2))};
        if (one.readings.size() == layout.points.size()) all.push_back(std::move(one));
    }
}

Result<> MetaFile::settle(const std::vector<HeldReadings>& placed) {
    if (placed.empty()) return {};
    const std::scoped_lock lock{mutex_};
    auto settled = in_one([&]() -> Result<> {
        auto remove = file_.prepare(kSettle);
        if (!remove) return pass_on(remove.error());
        for (const HeldReadings& one : placed) {
            if (auto removed = remove->bind(1, one.id).run(); !removed) return removed;
        }
        return {};
    });
    return settled ? tidied() : settled;
}

Result<HeldCounts> MetaFile::held_counts(const std::string& boot) {
    const std::scoped_lock lock{mutex_};
    auto read = file_.prepare(kHeldCounts);
    if (!read) return pass_on(read.error());
    const auto row = read->bind(1, std::string_view{boot}).step();
    if (!row) return pass_on(row.error());
    const auto here = static_cast<std::uint64_t>(read->integer(0));
    return HeldCounts{here, static_cast<std::uint64_t>(read->integer(1)) - here};
}

}  // namespace mg
