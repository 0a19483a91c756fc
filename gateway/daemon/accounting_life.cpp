#include "gateway/daemon/accounting_life.h"

#include <string>
#include <utility>

#include <pthread.h>

#include "gateway/base/backoff.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/completeness/completeness.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

/// Without a commit of the store it still looks whether people put something on record.
constexpr milliseconds kLook = 5s;
/// What waits for a person is looked up so often, and when something was put on record.
constexpr milliseconds kFindingsAge = 60s;
/// What is without a value is looked up so often, and first when two boundaries have come after the start.
constexpr milliseconds kFaultsAge = 15min;
constexpr BackoffLimits kRetries{.first = 1s, .most = 60s};

}  // namespace

std::unique_ptr<AccountingLife> AccountingLife::begin(const Options& options, SampleStore& store,
                                                      Clock& clock, std::function<void()> progress) {
    if (options.items.empty()) return nullptr;
    auto checked = check_items(options);
    if (!checked.ok()) return nullptr;
    auto books = Books::open(options.storage.path / kBooksFile);
    if (!books) {
        log::error("{}", trf("no accounting: {}; what is collected waits in the store",
                             "核算停用：{}；采集的数据在本地存储中等待", books.error().what));
        return nullptr;
    }
    return std::unique_ptr<AccountingLife>(new AccountingLife(
        options, std::move(checked.graph), std::move(*books), store, clock, std::move(progress)));
}

AccountingLife::AccountingLife(const Options& options, ItemGraph graph, std::unique_ptr<Books> books,
                               SampleStore& store, Clock& clock, std::function<void()> progress)
    : options_{options},
      graph_{std::move(graph)},
      plan_{plan_site(options, graph_)},
      books_{std::move(books)},
      store_{store},
      clock_{clock},
      progress_{std::move(progress)},
      accountant_{{options, graph_, plan_}, store, *books_, clock} {
    faults_due_ = clock_.steady() + 2 * options_.site.boundary + kFaultsAge;
    store_.notify(wake_);
    thread_ = std::jthread{[this](const std::stop_token& stop) { live(stop); }};
    ::pthread_setname_np(thread_.native_handle(), "accounting");
}

AccountingLife::~AccountingLife() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    store_.forget(wake_);
}

AccountingStatus AccountingLife::status() const {
    AccountingStatus status = accountant_.status();
    status.trouble = trouble_.copy();
    return status;
}

void AccountingLife::live(const std::stop_token& stop) {
    Backoff retries{kRetries, 0};
    std::string trouble;
    std::string store_changed;
    const auto note = [&](const std::string& now) {
        trouble = now;
        trouble_.with([&](std::string& text) { text = now; });
    };
    while (!stop.stop_requested()) {
        progress_();
        const auto more = accountant_.step();
        if (const auto now = accountant_.status().store_changed; now != store_changed) {
            store_changed = now;
            log::warning("{}", trf("accounting: {}", "核算：{}", store_changed));
        }
        if (more) {
            if (!trouble.empty()) log::info("{}", tr("accounting goes on", "核算恢复"));
            note({});
            retries.reset();
            if (*more) continue;
            look_now();
            look_for_faults();
            clock_.wait(clock_.steady() + kLook, stop, wake_);
            continue;
        }
        if (more.error().what != trouble) {
            note(more.error().what);
            log::error("{}", trf("accounting waits: {}", "核算等待：{}", trouble));
        }
        clock_.wait_until(clock_.steady() + retries.next(), stop);
    }
}

/// An error shows at the next step.
void AccountingLife::look_now() {
    const bool is_old = clock_.steady() - looked_at_ >= kFindingsAge;
    if (!look_due_.exchange(false) && !is_old) return;
    looked_at_ = clock_.steady();
    auto found = look_into(options_, *books_, clock_.utc());
    if (found) findings_.with([&](BooksFindings& findings) { findings = std::move(*found); });
}

void AccountingLife::look_for_faults() {
    if (clock_.steady() < faults_due_) return;
    faults_due_ = clock_.steady() + kFaultsAge;
    const UtcTime now = clock_.utc();
    const auto faults = faults_now(*books_, options_, now);
    if (!faults) return;
    for (const std::string& line : fault_watch_.look(*faults, now, options_.site.utc_offset))
        log::warning("{}", line);
}

}  // namespace mg
