#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/accounting/books.h"
#include "gateway/accounting/boundary_strips.h"
#include "gateway/accounting/reckoning.h"
#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"

namespace mg {

/// Under this name the accounting acknowledges in the store what the books know.
extern const UplinkId kAccounting;

inline constexpr std::string_view kSamplesGone = "samples gone";

struct AccountingStatus {
    Sequence through{0};                   ///< the books know the store up to here
    std::uint64_t to_do{0};                ///< recomputations that wait
    std::optional<UtcTime> figures_until;  ///< the newest end of a computed period
    std::uint64_t records{0};              ///< made since the start, revisions among them
    std::uint64_t revisions{0};
    std::uint64_t breaks{0};  ///< steps of indexes that nobody explained yet
    std::string trouble;      ///< why it does not go on now; empty: it does
    std::string
        store_changed;  ///< that this is not the store, or not as long, as the books know; empty: it is
};

/// From the store to the books: takes what is new, computes what can be computed, and computes again what
/// late samples, dated records and entries change. The cursor moves in the transaction that keeps what it
/// produced, and nothing beyond the cursor is ever looked at but in order: the books are the same whenever
/// the power goes, no period skipped or doubled, each revision with its own cause. One thread calls step();
/// status() is for any. Everything given outlives it.
///
/// Figures whose samples are not in the store any more stay as they are, but those of the day that was going
/// on: they rest on the midnight before it, and what lies between that and the first new reading is bridged,
/// so that the day is the difference of its indexes. Revisions by that have the cause kSamplesGone.
///
/// It also leads the strips of the metering points (day_strip.h). An existing store that the books have no
/// strips of is gone through when there is nothing else to do.
class Accountant {
public:
    Accountant(const AccountingBasis& basis, SampleStore& store, Books& books, Clock& clock);

    /// Some milliseconds of work, or one recomputation. True: there is more to do at once. An error leaves
    /// the books as they were: call again later.
    Result<bool> step();
    [[nodiscard]] AccountingStatus status() const { return status_.copy(); }

private:
    Result<> meet_store();
    Result<> take_in_tables();
    Result<> take_orders();
    Result<> take_up();
    Result<bool> take_new();
    Result<bool> catch_up_boundaries();
    Result<> compute_again(const Recomputation& work);
    /// Feeds the samples of [from, to) that the books know, in the order of their slots.
    Result<> feed_day(Reckoning& reckoning, UtcTime from, UtcTime to, Sequence through);
    Result<std::vector<IndexBreak>> keep(Reckoning& reckoning, BooksChange change, const std::string& cause,
                                         UtcTime until);
    /// Up to where the books know this store.
    Result<Sequence> known();
    Result<UtcTime> earliest_day(const std::vector<FlowIndex>& flows);
    [[nodiscard]] std::vector<std::string> with_dependents(const std::vector<std::string>& items) const;
    [[nodiscard]] UtcTime day_of(UtcTime time) const;
    Result<std::optional<UtcTime>> oldest_slot();
    void wake_stalled(BooksChange& change);
    void wake_late_beginners(BooksChange& change);

    AccountingBasis basis_;
    SampleStore& store_;
    Books& books_;
    Clock& clock_;
    bool store_is_met_{false};
    bool tables_are_in_{false};
    std::map<std::string, UtcTime> done_until_;  ///< by item, when the figures were taken up
    std::unique_ptr<Reckoning> live_;
    Sequence cursor_{0};           ///< taken in up to here
    SteadyTime cursor_kept_at_{};  ///< when the books were last told
    BoundaryStrips boundaries_;
    UtcTime newest_boundary_{UtcTime::min()};
    std::map<FlowIndex, UtcTime> woken_;
    std::vector<FlowIndex> unbegun_;  ///< without a figure when the others were taken up
    Guarded<AccountingStatus> status_;
};

}  // namespace mg
