#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "config/options.h"
#include "gateway/base/counters.h"
#include "gateway/base/guarded.h"
#include "gateway/buffer/away_files.h"
#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/data_folder.h"
#include "gateway/buffer/delivery_book.h"
#include "gateway/buffer/drop_book.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/buffer/group_writer.h"
#include "gateway/buffer/housekeeping.h"
#include "gateway/buffer/layout_cache.h"
#include "gateway/buffer/meta_file.h"
#include "gateway/buffer/open_store.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/buffer/store_reader.h"
#include "gateway/buffer/waiting.h"

namespace mg {

/// The SampleStore on disk: append() fills a queue in memory, the thread "buffer" commits it in groups,
/// readers of their own serve peek().
///
///   meta.db                       store id, reserved sequences, progress of the consumers, items set aside,
///                                 epochs, what vouches for the clock, polls without a date
///   boundary-YYYYMMDD-NNNN.db     samples at boundary slots, and all gaps
///   other-YYYYMMDD-NNNN.db        all other samples
///   lock                          held by the process that has the folder
///
/// Only the buffer thread writes the day files; once one is closed it is the housekeeping's. peek(),
/// covered_slots(), set_aside() and the counts may be called from any thread and block for the disk;
/// append(), ack(), newest() and progress() never do.
class SqliteStore final : public SampleStore {
public:
    [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const StorageOptions& options,
                                                                   const SiteOptions& site, Clock& clock,
                                                                   StoreLife life,
                                                                   HousekeepingSetup housekeeping);
    ~SqliteStore() override;

    [[nodiscard]] std::string id() const override { return id_; }
    void append(Sample sample) override;
    void append(Gap gap) override;
    void commit_soon() override;
    bool flush(SteadyTime deadline) override;

    Result<Peeked> peek(Sequence after, std::size_t most) override;
    Result<Peeked> read(const HistoryQuery& query, Sequence after, std::size_t most) override;
    [[nodiscard]] Sequence newest() const override;
    void notify(Signal& signal) override;
    void forget(Signal& signal) override;

    bool knows(const UplinkId& consumer) override;
    Result<> begin(const UplinkId& consumer, Sequence done) override;
    Sequence progress(const UplinkId& consumer) override;
    void ack(const UplinkId& consumer, Sequence through) override;
    Progress settled(const UplinkId& consumer) override;
    void ack_run(const UplinkId& consumer, SequenceRange run) override;
    Deliveries& deliveries() override { return *book_; }
    ClockBook& clock_book() override { return *meta_; }
    Result<> set_aside(const UplinkId& consumer, Sequence sequence, const std::string& why) override;
    std::uint64_t set_aside_count(const UplinkId& consumer) override;
    std::uint64_t backlog(const UplinkId& consumer) override;

    Result<std::vector<Slot>> covered_slots(const MeterId& meter, Slot from, Slot to) override;
    std::optional<Slot> last_slot(const MeterId& meter) override;
    [[nodiscard]] UtcTime last_taken_at() override;
    [[nodiscard]] ClockEpoch last_epoch() override;
    [[nodiscard]] StoreStats stats() override;

private:
    /// When the buffer thread has what to do.
    struct Due {
        std::optional<SteadyTime> commit;
        std::optional<SteadyTime> progress;
        SteadyTime closing{};
    };
    SqliteStore(const StorageOptions& options, const SiteOptions& site, Clock& clock, DataFolder folder,
                StoreLife life);
    Result<> start(HousekeepingSetup setup);
    Result<std::string> open_meta();
    Result<std::string> settle_store_id(const std::vector<FileName>& names);
    /// Gives those that the disk would not give now.
    Result<std::vector<FileName>> take_stock(const std::vector<FileName>& names, const std::string& store_id);
    void add_waiting(bool was_first);

    // ---- the buffer thread ----
    void run(const std::stop_token& stop);
    void plan(Due& due) const;
    bool commit_waiting();
    void count(const GroupTally& tally);
    void tell_everybody();
    void note_trouble(const Error& why);
    void note_recovery();
    void close_leftovers();
    void set_damaged_aside();
    void wake_all();
    void finish(SteadyTime deadline);

    StorageOptions options_;
    SiteOptions site_;
    Clock& clock_;
    DataFolder folder_;
    std::string id_;
    StoreLife life_;
    std::unique_ptr<MetaFile> meta_;
    bool memory_lost_{false};  ///< this start found files and no meta.db
    std::unique_ptr<DeliveryBook> book_;
    std::unique_ptr<DropBook> drops_;
    std::unique_ptr<AwayFiles> away_;
    LayoutCache layouts_;
    Catalogue catalogue_;
    FileReaders readers_;
    DamagedRows damaged_rows_;
    StoreReader reader_;
    Waiting waiting_;
    std::unique_ptr<GroupWriter> writer_;  ///< used by the buffer thread only

    Guarded<std::set<Signal*>> listeners_;
    Guarded<std::string> trouble_;
    Counter committed_;
    Counter commits_;
    Counter duplicates_;
    Counter superseded_;

    Signal wake_;
    std::atomic<bool> urgent_{false};
    std::atomic<std::uint64_t> stored_{0};    ///< arrivals up to here are on disk, or dropped
    std::atomic<std::uint64_t> failures_{0};  ///< attempts that left something behind
    std::unique_ptr<Housekeeping> housekeeping_;
    std::jthread thread_;
};

}  // namespace mg
