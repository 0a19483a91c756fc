#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/crash_vfs.h"
#include "tests/support/stepped_clock.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/buffer/store_fixture.h"

namespace mg::test {

/// One store on a disk that may fail, with a plant that fills it and a consumer that follows it; and a ledger
/// of all that the store promised, which law() compares with what is there. Complaints are collected, not
/// thrown, so that a sweep can say which case it was.
///
/// While there is no power the plant's calls do nothing; recover() is the electrician.
class StoreTrial {
public:
    explicit StoreTrial(StorageOptions like = {});
    ~StoreTrial();

    void start();

    // ---- what the plant does ----
    void append(const Sample& sample);
    void append(const Gap& gap);
    /// The same, of what the store may find to bring nothing new and ignore.
    void offer(const Sample& sample);
    /// Asks for a commit and waits for it; the consumer then takes what is new.
    void commit();
    /// Time passes; what falls due in the store is done when this returns.
    void pass(milliseconds time);
    void set_clock_back(milliseconds by) { clock_.step_wall(-by); }
    /// The consumer says that it has everything it took.
    void ack();
    void set_aside(Sequence sequence);
    void restart();
    /// A restart, and all closed files are repacked in between.
    void restart_repacked();

    // ---- trouble ----
    CrashVfs& disk() { return disk_; }
    /// Power on, store open, uncovered slots entered as gaps: what a start of the gateway does.
    void recover();
    /// The disk works again; by itself the store must too.
    void heal();

    /// All that is stored; nothing when the power fails meanwhile.
    std::optional<std::vector<StoredItem>> read_all();

    /// Compares promises and store; adds complaints.
    void law();
    /// The same where nothing is waiting any more: every slot that fell due is stored as read or in a gap,
    /// and nothing is on disk that retention should have taken.
    void final_law();
    [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

    [[nodiscard]] SampleStore& store() { return *store_; }
    [[nodiscard]] UtcTime now() const { return clock_.utc(); }
    [[nodiscard]] Sequence cursor() const { return cursor_; }
    [[nodiscard]] const LayoutRef& meter(std::size_t number) const { return meters_[number]; }
    [[nodiscard]] int cuts() const { return cuts_; }

private:
    struct Handed {
        std::chrono::local_days day;
        bool boundary{false};
    };
    struct Seen {
        std::string text;  ///< with the revision
        std::string identity;
        std::chrono::local_days day;  ///< when it was seen first
        MeterId meter;
        Slot last_slot;
    };
    using Due = std::pair<MeterId, Slot>;

    void open();
    void close();
    void settle();
    void let_the_thread_work();
    void follow();
    void take_note(const StoredItem& item);
    void enter_gaps();
    void enter_what_was_lost();
    void complain(std::string what);
    [[nodiscard]] bool alive() const { return store_ && disk_.powered(); }
    [[nodiscard]] bool may_be_gone(const std::string& identity) const;
    void check_order_and_origin(const std::vector<StoredItem>& items);
    void check_what_was_seen(const std::vector<StoredItem>& items);
    void check_consumer(const std::vector<StoredItem>& items);
    void check_figures();
    void check_due_slots();

    CrashVfs& disk_ = CrashVfs::install();
    TemporaryFolder folder_{"/dev/shm"};
    SteppedClock clock_{kMorning};
    StorageOptions options_;
    std::vector<LayoutRef> meters_;
    std::unique_ptr<SampleStore> store_;
    const UplinkId consumer_{"cloud"};

    std::map<std::string, Handed> handed_over_;  ///< by identity
    std::set<std::string> owed_;                 ///< handed over since the last cut
    std::set<Due> due_;
    std::set<Due> covered_;  ///< by a sample or gap that was visible
    std::map<Sequence, Seen> seen_;
    Sequence announced_{0};
    Sequence cursor_{0};
    Sequence acked_{0};
    Sequence acked_for_sure_{0};
    std::set<Sequence> aside_for_sure_;
    std::set<Sequence> aside_tried_;
    ClockEpoch epoch_seen_{0};
    UtcTime taken_at_seen_{};
    int cuts_{0};
    int cuts_lived_through_{0};
    std::vector<std::string> complaints_;
};

/// Of the site in a trial.
inline constexpr std::chrono::minutes kTrialOffset{480};

/// What an item is about, without its revision and sequence.
std::string identity_of(const StoredItem& item);
/// Meter, slot, values, epoch and kind; of a gap its range and reason. With the revision.
std::string described(const StoredItem& item);

/// One thing that happens to a store; a scenario is a list of them. To test something new under every kind of
/// trouble, add a step.
struct Step {
    const char* name;
    std::function<void(StoreTrial&)> act;
};
using Scenario = std::vector<Step>;

/// Both kinds, gaps, late values, a clock set back, acks, an item set aside, a restart.
Scenario ordinary_day();
/// The day changes, values come late for yesterday, retention takes files.
Scenario days_go_by();
/// Enough for the log to be moved into the file more than once.
Scenario long_log();

/// Lives through all steps, recovering where the power fails, and ends with the final law.
void live_through(StoreTrial& trial, const Scenario& scenario);

}  // namespace mg::test
