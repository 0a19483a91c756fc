#include "gateway/buffer/meta_file.h"

#include <array>

#include "gateway/base/language.h"

namespace mg {
namespace {

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
// How a file of format n becomes one of n + 1. A new file takes the same way, so that every format that was
// ever shipped is made by the statements that made it then.
constexpr std::array kUpgrades{
    R"(
    BEGIN IMMEDIATE;
    CREATE TABLE progress_runs(
        consumer TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        PRIMARY KEY(consumer, first)) WITHOUT ROWID;
    CREATE TABLE paused(consumer TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE resends(
        id INTEGER PRIMARY KEY AUTOINCREMENT, consumer TEXT NOT NULL, "from" INTEGER NOT NULL,
        "to" INTEGER NOT NULL, meters TEXT NOT NULL, done INTEGER NOT NULL, until INTEGER NOT NULL,
        ordered_at INTEGER NOT NULL, ordered_by TEXT NOT NULL);
    CREATE TABLE receipts(
        consumer TEXT NOT NULL, first_at INTEGER NOT NULL, lane INTEGER NOT NULL, first INTEGER NOT NULL,
        last INTEGER NOT NULL, samples INTEGER NOT NULL, gaps INTEGER NOT NULL, last_at INTEGER NOT NULL,
        answer TEXT NOT NULL, PRIMARY KEY(consumer, first_at, lane, first)) WITHOUT ROWID;
    UPDATE store SET value = 2 WHERE key = 'format';
    COMMIT;
)",
    R"(
    BEGIN IMMEDIATE;
    CREATE TABLE traffic(
        consumer TEXT NOT NULL, day INTEGER NOT NULL, since INTEGER NOT NULL, bytes INTEGER NOT NULL,
        messages INTEGER NOT NULL, PRIMARY KEY(consumer, day)) WITHOUT ROWID;
    UPDATE store SET value = 3 WHERE key = 'format';
    COMMIT;
)",
    R"(
    BEGIN IMMEDIATE;
    CREATE TABLE drops(
        meter TEXT NOT NULL, kind INTEGER NOT NULL, reason INTEGER NOT NULL, samples INTEGER NOT NULL,
        gaps INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY(meter, kind, reason)) WITHOUT ROWID;
    CREATE TABLE drops_unsettled(
        consumer TEXT NOT NULL, meter TEXT NOT NULL, items INTEGER NOT NULL,
        PRIMARY KEY(consumer, meter)) WITHOUT ROWID;
    CREATE TABLE going(file TEXT PRIMARY KEY, first_sequence INTEGER NOT NULL) WITHOUT ROWID;
    UPDATE store SET value = 4 WHERE key = 'format';
    COMMIT;
)",
    R"(
    BEGIN IMMEDIATE;
    CREATE TABLE away(file TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE away_progress(
        file TEXT NOT NULL, consumer TEXT NOT NULL, through INTEGER NOT NULL,
        PRIMARY KEY(file, consumer)) WITHOUT ROWID;
    UPDATE store SET value = 5 WHERE key = 'format';
    COMMIT;
)",
    R"(
    BEGIN IMMEDIATE;
    CREATE TABLE clock_vouch(
        id INTEGER PRIMARY KEY, "by" INTEGER NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL,
        "offset" INTEGER NOT NULL, boot TEXT NOT NULL);
    CREATE TABLE clock_notes(
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, epoch INTEGER NOT NULL, from_seq INTEGER NOT NULL,
        reason TEXT NOT NULL, who TEXT NOT NULL);
    CREATE TABLE held_layouts(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
    CREATE TABLE held(
        id INTEGER PRIMARY KEY, layout INTEGER NOT NULL, boot TEXT NOT NULL, since_boot INTEGER NOT NULL,
        readings BLOB NOT NULL);
    UPDATE store SET value = 6 WHERE key = 'format';
    COMMIT;
)"};
constexpr std::int64_t kMetaFormat = 1 + static_cast<std::int64_t>(kUpgrades.size());

constexpr std::string_view kTables = "SELECT count(*) FROM sqlite_master WHERE name = 'epochs'";
constexpr std::string_view kFormat = "SELECT value FROM store WHERE key = 'format'";
constexpr std::string_view kReadStoreId = "SELECT value FROM store WHERE key = 'id'";
constexpr std::string_view kWriteStoreId = "INSERT OR REPLACE INTO store(key, value) VALUES('id', ?)";
constexpr std::string_view kReadReserved = "SELECT value FROM store WHERE key = 'reserved'";
constexpr std::string_view kWriteReserved = "INSERT OR REPLACE INTO store(key, value) VALUES('reserved', ?)";
constexpr std::string_view kNoteEpoch = "INSERT OR IGNORE INTO epochs(epoch, at, from_seq) VALUES(?, ?, ?)";
constexpr std::string_view kLastEpoch = "SELECT max(epoch) FROM epochs";

tl::unexpected<Error> not_usable(const std::filesystem::path& path, const std::string& why) {
    return fail(Failure::corrupt, trf("{}: not usable ({})", "{}：无法使用（{}）", path.native(), why));
}

Result<> upgrade(sqlite::Database& file, const std::filesystem::path& path) {
    const auto format = file.integer(kFormat);
    if (!format) return pass_on(format.error());
    if (*format > kMetaFormat) {
        return fail(Failure::invalid_config,
                    trf("{0}: written by a later version (format {1}; this one knows up to {2})",
                        "{0}：由更新的版本写入（格式 {1}，本版本最高支持 {2}）", path.native(), *format,
                        kMetaFormat));
    }
    if (*format < 1) return not_usable(path, "format");
    for (auto next = static_cast<std::size_t>(*format - 1); next < kUpgrades.size(); ++next) {
        if (auto upgraded = file.execute(kUpgrades.at(next)); !upgraded) {
            if (file.in_transaction()) static_cast<void>(file.execute("ROLLBACK"));
            return upgraded;
        }
    }
    return {};
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
    if (auto sound = file->check(); !sound) return pass_on(sound.error());
    if (auto upgraded = upgrade(*file, path); !upgraded) return pass_on(upgraded.error());
    return std::unique_ptr<MetaFile>(new MetaFile(std::move(*file)));
}

Result<std::unique_ptr<MetaFile>> MetaFile::view(const std::filesystem::path& path) {
    auto file = sqlite::Database::open(path, sqlite::Access::query);
    if (!file) return pass_on(file.error());
    const auto format = file->integer(kFormat);
    if (!format) return pass_on(format.error());
    if (*format != kMetaFormat) {
        return fail(
            Failure::invalid_config,
            trf("{0}: of format {1}, this version reads {2}; starting the gateway upgrades older ones",
                "{0}：格式为 {1}，本版本读取 {2}；较旧的格式在网关启动时升级", path.native(), *format,
                kMetaFormat));
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
