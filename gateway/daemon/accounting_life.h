#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "config/options.h"
#include "gateway/accounting/accountant.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/item_graph.h"
#include "gateway/accounting/site_plan.h"
#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/completeness/fault_watch.h"
#include "gateway/daemon/books_watch.h"

namespace mg {

/// The accounting of a running gateway: the books, and the thread that leads them on from the store. It goes
/// on with each commit of the store; a disk that does not answer is asked again, ever more seldom.
class AccountingLife {
public:
    /// Opens the books in the data folder. nullptr: there are no items. An error is said and leaves the
    /// gateway without accounting: what it collects waits in the store. Blocks for the disk.
    static std::unique_ptr<AccountingLife> begin(const Options& options, SampleStore& store, Clock& clock,
                                                 std::function<void()> progress);
    AccountingLife(const AccountingLife&) = delete;
    AccountingLife& operator=(const AccountingLife&) = delete;
    ~AccountingLife();

    [[nodiscard]] Books& books() { return *books_; }
    [[nodiscard]] const ItemGraph& graph() const { return graph_; }
    [[nodiscard]] AccountingBasis basis() const { return {options_, graph_, plan_}; }
    /// Something was put on record: to be looked at now.
    void look() {
        look_due_ = true;
        wake_.raise();
    }
    [[nodiscard]] AccountingStatus status() const;
    /// A minute old at most, while the accounting goes on.
    [[nodiscard]] BooksFindings findings() const { return findings_.copy(); }

private:
    AccountingLife(const Options& options, ItemGraph graph, std::unique_ptr<Books> books, SampleStore& store,
                   Clock& clock, std::function<void()> progress);
    void live(const std::stop_token& stop);
    void look_now();
    void look_for_faults();

    const Options& options_;
    ItemGraph graph_;
    SitePlan plan_;
    std::unique_ptr<Books> books_;
    SampleStore& store_;
    Clock& clock_;
    std::function<void()> progress_;
    Accountant accountant_;
    Guarded<BooksFindings> findings_;
    Guarded<std::string> trouble_;
    std::atomic<bool> look_due_{true};
    SteadyTime looked_at_{};
    FaultWatch fault_watch_;
    SteadyTime faults_due_{};
    Signal wake_;
    std::jthread thread_;
};

}  // namespace mg
