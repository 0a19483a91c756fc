#include "gateway/buffer/meta_file.h"

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::int64_t kMetaFormat = 1;
constexpr int kMostLogPages = 64;  // then the log is moved into the file

constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -64;";
constexpr const char* kSchema = R"(
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS store(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS progress(consumer TEXT PRIMARY KEY, through INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS set_aside(
        consumer TEXT NOT NULL, seq INTEGER NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY(consumer, seq)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS epochs(epoch INTEGER PRIMARY KEY, at INTEGER NOT NULL, from_seq INTEGER NOT NULL);
    INSERT OR IGNORE INTO store(key, value) VALUES('format', 1);
    COMMIT;
)";
constexpr std::string_view kTables = "SELECT count(*) FROM sqlite_master WHERE name = 'epochs'";
constexpr std::string_view kFormat = "SELECT value FROM store WHERE key = 'format'";
constexpr std::string_view kReadStoreId = "SELECT value FROM store WHERE key = 'id'";
constexpr std::string_view kWriteStoreId = "INSERT OR REPLACE INTO store(key, value) VALUES('id', ?)";
constexpr std::string_view kReadReserved = "SELECT value FROM store WHERE key = 'reserved'";
constexpr std::string_view kWriteReserved = "INSERT OR REPLACE INTO store(key, value) VALUES('reserved', ?)";
constexpr std::string_view kReadProgress = "SELECT consumer, through FROM progress";
constexpr std::string_view kWriteProgress = "INSERT OR REPLACE INTO progress(consumer, through) VALUES(?, ?)";
constexpr std::string_view kSetAside =
    "INSERT OR REPLACE INTO set_aside(consumer, seq, why, at) VALUES(?, ?, ?, ?)";
constexpr std::string_view kCountSetAside = "SELECT count(*) FROM set_aside WHERE consumer = ?";
constexpr std::string_view kNoteEpoch = "INSERT OR IGNORE INTO epochs(epoch, at, from_seq) VALUES(?, ?, ?)";
constexpr std::string_view kLastEpoch = "SELECT max(epoch) FROM epochs";

tl::unexpected<Error> pass_on(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace

Result<std::unique_ptr<MetaFile>> MetaFile::open(const std::filesystem::path& path) {
    auto file = sqlite::Database::open(path, sqlite::Access::create);
    if (!file) return pass_on(file.error());
    if (auto set = file->execute(kSettings); !set) return pass_on(set.error());
    const auto tables = file->integer(kTables);
    if (!tables) return pass_on(tables.error());
    // Asked first, because CREATE IF NOT EXISTS would write at every start.
    if (*tables == 0) {
        if (auto made = file->execute(kSchema); !made) return pass_on(made.error());
    }
    const auto verdict = file->text("PRAGMA quick_check(1)");
    if (!verdict) return pass_on(verdict.error());
    const auto format = file->integer(kFormat);
    if (!format) return pass_on(format.error());
    if (*verdict != "ok" || *format != kMetaFormat) {
        return fail(Failure::corrupt,
                    trf("{}: not usable ({})", "{}：无法使用（{}）", path.native(), *verdict));
    }
    return std::unique_ptr<MetaFile>(new MetaFile(std::move(*file)));
}

Result<> MetaFile::tidied() {
    // The log is tidied here, where we write anyway. That it could not be is no harm to what was written.
    if (file_.log_pages() > kMostLogPages) static_cast<void>(file_.checkpoint(false));
    return {};
}

Result<std::string> MetaFile::store_id() {
    const std::scoped_lock lock{mutex_};
    return file_.text(kReadStoreId);
}

Result<> MetaFile::set_store_id(const std::string& id) {
    const std::scoped_lock lock{mutex_};
    auto write = file_.prepare(kWriteStoreId);
    if (!write) return pass_on(write.error());
    return write->bind(1, std::string_view{id}).run();
}

Result<Sequence> MetaFile::reserved() {
    const std::scoped_lock lock{mutex_};
    return file_.integer(kReadReserved);
}

Result<> MetaFile::reserve(Sequence through) {
    const std::scoped_lock lock{mutex_};
    auto write = file_.prepare(kWriteReserved);
    if (!write) return pass_on(write.error());
    if (auto written = write->bind(1, through).run(); !written) return written;
    return tidied();
}

Result<std::map<UplinkId, Sequence>> MetaFile::progress() {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kReadProgress);
    if (!rows) return pass_on(rows.error());
    std::map<UplinkId, Sequence> progress;
    while (true) {
        const auto row = rows->step();
        if (!row) return pass_on(row.error());
        if (!*row) return progress;
        progress[UplinkId{std::string(rows->text(0))}] = rows->integer(1);
    }
}

Result<> MetaFile::save_progress(const std::map<UplinkId, Sequence>& progress) {
    const std::scoped_lock lock{mutex_};
    auto write = file_.prepare(kWriteProgress);
    if (!write) return pass_on(write.error());
    if (auto begun = file_.execute("BEGIN IMMEDIATE"); !begun) return begun;
    Result<> written;
    for (const auto& [consumer, through] : progress) {
        written = write->bind(1, std::string_view{consumer.text}).bind(2, through).run();
        if (!written) break;
    }
    if (written) written = file_.execute("COMMIT");
    if (!written) {
        if (file_.in_transaction()) static_cast<void>(file_.execute("ROLLBACK"));
        return written;
    }
    return tidied();
}

Result<> MetaFile::set_aside(const UplinkId& consumer, Sequence sequence, const std::string& why,
                             UtcTime at) {
    const std::scoped_lock lock{mutex_};
    auto write = file_.prepare(kSetAside);
    if (!write) return pass_on(write.error());
    write->bind(1, std::string_view{consumer.text}).bind(2, sequence).bind(3, std::string_view{why});
    if (auto written = write->bind(4, at.time_since_epoch().count()).run(); !written) return written;
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

Result<> MetaFile::note_epoch(ClockEpoch epoch, UtcTime at, Sequence from) {
    const std::scoped_lock lock{mutex_};
    auto write = file_.prepare(kNoteEpoch);
    if (!write) return pass_on(write.error());
    return write->bind(1, std::int64_t{epoch}).bind(2, at.time_since_epoch().count()).bind(3, from).run();
}

Result<ClockEpoch> MetaFile::last_epoch() {
    const std::scoped_lock lock{mutex_};
    const auto epoch = file_.integer(kLastEpoch);
    if (!epoch) return pass_on(epoch.error());
    return static_cast<ClockEpoch>(*epoch);
}

}  // namespace mg
