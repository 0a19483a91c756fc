#include "gateway/buffer/day_file.h"
#include "gateway/buffer/meta_file.h"

// Files that could not be read, and where the consumers stood then.
namespace mg {
namespace {

constexpr std::string_view kNote = "INSERT OR IGNORE INTO away(file, since) VALUES(?, ?)";
// Who was noted at an earlier start stood further back: that one counts.
constexpr std::string_view kNoteProgress =
    "INSERT OR IGNORE INTO away_progress(file, consumer, through) VALUES(?, ?, ?)";
constexpr std::string_view kNoteBegin =
    "INSERT OR IGNORE INTO away_progress(file, consumer, through) SELECT file, ?, ? FROM away";
constexpr std::string_view kFiles = "SELECT file FROM away ORDER BY file";
constexpr std::string_view kProgress = "SELECT consumer, through FROM away_progress WHERE file = ?";
constexpr std::string_view kForget = "DELETE FROM away WHERE file = ?";
constexpr std::string_view kForgetProgress = "DELETE FROM away_progress WHERE file = ?";

Result<> write_note(sqlite::Database& file, const std::string& name, UtcTime since,
                    const std::map<UplinkId, Progress>& consumers) {
    auto note = file.prepare(kNote);
    if (!note) return pass_on(note.error());
    if (auto noted = note->bind(1, std::string_view{name}).bind(2, stored(since)).run(); !noted) return noted;
    auto progress = file.prepare(kNoteProgress);
    if (!progress) return pass_on(progress.error());
    for (const auto& [consumer, stands] : consumers) {
        progress->bind(1, std::string_view{name}).bind(2, std::string_view{consumer.text});
        if (auto noted = progress->bind(3, stands.through).run(); !noted) return noted;
    }
    return {};
}

Result<> forget(sqlite::Database& file, const std::string& name) {
    for (const std::string_view sql : {kForget, kForgetProgress}) {
        auto statement = file.prepare(sql);
        if (!statement) return pass_on(statement.error());
        if (auto done = statement->bind(1, std::string_view{name}).run(); !done) return done;
    }
    return {};
}

}  // namespace

Result<> MetaFile::note_away(const std::string& file, UtcTime since,
                             const std::map<UplinkId, Progress>& consumers) {
    const std::scoped_lock lock{mutex_};
    return in_one([&] { return write_note(file_, file, since, consumers); });
}

Result<> MetaFile::note_begin(const UplinkId& consumer, Sequence done) {
    const std::scoped_lock lock{mutex_};
    auto note = file_.prepare(kNoteBegin);
    if (!note) return pass_on(note.error());
    return note->bind(1, std::string_view{consumer.text}).bind(2, done).run();
}

Result<std::vector<AwayNote>> MetaFile::away() {
    const std::scoped_lock lock{mutex_};
    std::vector<AwayNote> notes;
    auto files = file_.prepare(kFiles);
    if (!files) return pass_on(files.error());
    while (true) {
        const auto row = files->step();
        if (!row) return pass_on(row.error());
        if (!*row) break;
        notes.push_back({.file = std::string(files->text(0)), .through = {}});
    }
    auto progress = file_.prepare(kProgress);
    if (!progress) return pass_on(progress.error());
    for (AwayNote& note : notes) {
        progress->bind(1, std::string_view{note.file});
        while (true) {
            const auto row = progress->step();
            if (!row) return pass_on(row.error());
            if (!*row) break;
            note.through[UplinkId{std::string(progress->text(0))}] = progress->integer(1);
        }
    }
    return notes;
}

Result<std::vector<std::uint64_t>> MetaFile::came_back(
    const std::string& file, const std::vector<std::pair<UplinkId, Resend>>& orders) {
    const std::scoped_lock lock{mutex_};
    std::vector<std::uint64_t> ids;
    auto written = in_one([&]() -> Result<> {
        for (const auto& [consumer, order] : orders) {
            const auto id = write_resend(consumer, order);
            if (!id) return pass_on(id.error());
            ids.push_back(*id);
        }
        return forget(file_, file);
    });
    if (!written) return pass_on(written.error());
    return ids;
}

}  // namespace mg
