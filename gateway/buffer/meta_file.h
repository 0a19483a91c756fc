#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/base/sqlite.h"
#include "gateway/buffer/clock_book.h"
#include "gateway/buffer/deliveries.h"
#include "gateway/buffer/drop_tally.h"
#include "gateway/buffer/progress.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/sample.h"

namespace mg {

/// One consumer as it stands in meta.db.
struct DeliveryRow {
    bool moved{true};   ///< progress and resends are to be written, not only receipts
    bool known{false};  ///< only to read: it has a place, be it the very first
    Progress progress;
    bool paused{false};
    std::vector<Resend> resends;
    std::vector<Receipt> receipts;    ///< only to write
    std::vector<TrafficDay> traffic;  ///< to write: those that changed
};

/// A file that was counted as dropped and is to be removed. Its first sequence tells it from a later one that
/// got the same name.
struct GoingFile {
    std::string name;
    Sequence first{0};
};

/// A file that could not be read, and where each consumer stood when that was first seen.
struct AwayNote {
    std::string file;
    std::map<UplinkId, Sequence> through;
};

/// meta.db: what belongs to the store as a whole and to no day. Thread-safe; every write is on disk when it
/// returns and blocks for that long.
class MetaFile final : public ClockBook {
public:
    /// Made if absent; an earlier format is brought up to the present one. corrupt: it is there and cannot be
    /// used. invalid_config: a later version of the program wrote it.
    [[nodiscard]] static Result<std::unique_ptr<MetaFile>> open(const std::filesystem::path& path);

    /// To read only, while a daemon may be writing. invalid_config: of another format; a start of the daemon
    /// brings it up to the present one.
    [[nodiscard]] static Result<std::unique_ptr<MetaFile>> view(const std::filesystem::path& path);

    /// Who this store is: a cursor is (store id, sequence). Empty until set.
    [[nodiscard]] Result<std::string> store_id();
    Result<> set_store_id(const std::string& id);

    /// No sequence above this was ever given out.
    [[nodiscard]] Result<Sequence> reserved();
    /// Raises (or, at an orderly end, gives back down to) the mark.
    Result<> reserve(Sequence through);

    // Of the consumers; in meta_file_deliveries.cpp.
    [[nodiscard]] Result<std::map<UplinkId, DeliveryRow>> deliveries();
    /// All in one transaction.
    Result<> save_deliveries(const std::map<UplinkId, DeliveryRow>& rows);
    Result<> set_paused(const UplinkId& consumer, bool paused, UtcTime at);
    Result<std::uint64_t> add_resend(const UplinkId& consumer, const Resend& order);
    Result<> end_resend(std::uint64_t id);
    [[nodiscard]] Result<std::vector<Receipt>> receipts(const UplinkId& consumer, UtcTime since,
                                                        std::size_t most);
    Result<> drop_receipts(UtcTime before);
    Result<> set_aside(const UplinkId& consumer, Sequence sequence, const std::string& why, UtcTime at);
    [[nodiscard]] Result<std::uint64_t> set_aside_count(const UplinkId& consumer);
    [[nodiscard]] Result<std::vector<SetAside>> set_aside_items(const UplinkId& consumer, std::size_t most);
    Result<> taken_after_all(const UplinkId& consumer, SequenceRange items);

    // Of what is no longer stored; in meta_file_drops.cpp.
    /// Adds to what was dropped, and marks the file as going, in one transaction. A file that is marked is
    /// not counted again. None: nothing is to be removed.
    Result<> note_drop(const std::optional<GoingFile>& file, const DropTally& tally);
    Result<> drop_done(const std::string& file);
    /// Counted, and perhaps not yet removed.
    [[nodiscard]] Result<std::vector<GoingFile>> going();
    [[nodiscard]] Result<DropTally> drops();

    // Of files that could not be read; in meta_file_away.cpp.
    /// What was noted of the file before stays.
    Result<> note_away(const std::string& file, UtcTime since, const std::map<UplinkId, Progress>& consumers);
    /// A consumer begins after `done`: of the files that are away it has everything up to there behind it.
    Result<> note_begin(const UplinkId& consumer, Sequence done);
    [[nodiscard]] Result<std::vector<AwayNote>> away();
    /// The note goes and the orders come, in one transaction; gives the ids of the orders.
    Result<std::vector<std::uint64_t>> came_back(const std::string& file,
                                                 const std::vector<std::pair<UplinkId, Resend>>& orders);

    // Of the wall clock; in meta_file_clock.cpp.
    [[nodiscard]] Result<std::optional<ClockVouch>> vouch() override;
    Result<> keep_vouch(const ClockVouch& vouch) override;
    [[nodiscard]] Result<std::string> last_boot() override;
    Result<> note_boot(const std::string& boot) override;
    Result<> note(const ClockNote& note) override;
    [[nodiscard]] Result<std::vector<ClockNote>> notes(std::size_t most) override;
    Result<> hold(const Layout& layout, const std::string& boot, milliseconds since_boot,
                  const std::vector<Reading>& readings) override;
    [[nodiscard]] Result<std::vector<HeldReadings>> held(const Layout& layout,
                                                         const std::string& boot) override;
    Result<> settle(const std::vector<HeldReadings>& placed) override;
    [[nodiscard]] Result<HeldCounts> held_counts(const std::string& boot) override;

    /// The clock was set back: when that was, and where in the store.
    Result<> note_epoch(ClockEpoch epoch, UtcTime at, Sequence from);
    [[nodiscard]] Result<ClockEpoch> last_epoch();

private:
    explicit MetaFile(sqlite::Database file) : file_{std::move(file)} {}
    Result<> tidied();
    /// One transaction, rolled back when `write` fails.
    template <class Write>
    Result<> in_one(const Write& write) {
        if (auto begun = file_.execute("BEGIN IMMEDIATE"); !begun) return begun;
        Result<> written = write();
        if (written) written = file_.execute("COMMIT");
        if (!written && file_.in_transaction()) static_cast<void>(file_.execute("ROLLBACK"));
        return written;
    }
    Result<std::uint64_t> write_resend(const UplinkId& consumer, const Resend& order);
    Result<> write(const UplinkId& consumer, const DeliveryRow& row);
    Result<> write_traffic(const UplinkId& consumer, const std::vector<TrafficDay>& days);
    Result<> write_receipts(const UplinkId& consumer, const std::vector<Receipt>& receipts);
    Result<> load_progress(std::map<UplinkId, DeliveryRow>& rows);
    Result<> load_traffic(std::map<UplinkId, DeliveryRow>& rows);
    Result<> load_orders(std::map<UplinkId, DeliveryRow>& rows);

    // A mutex of its own instead of Guarded: it is held while the disk works, because the connection is what
    // it guards and one SQLite connection has one user at a time. append() and ack() never come here.
    std::mutex mutex_;
    sqlite::Database file_;
};

}  // namespace mg
