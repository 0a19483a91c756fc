#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/control/control_server.h"
#include "gateway/control/item_report.h"
#include "gateway/inbound/entry_desk.h"
#include "gateway/reading/stat_period.h"

namespace mg {

/// What the books say about the items of the configuration, and what people enter into them;
/// docs/control-socket.md, items, records, enter. Each call blocks for the disk; thread-safe as the books
/// are. rejected: the request is wrong, says what is allowed. Inner figures and periods that an item does not
/// report are never shown.
class AccountingAnswers {
public:
    /// All given outlive this.
    AccountingAnswers(const Options& options, Books& books, EntryDesk& desk, Clock& clock);

    Result<std::string> items(const ControlRequest& request);
    Result<std::string> records(const ControlRequest& request);
    /// On disk when it is answered.
    Result<std::string> enter(const ControlRequest& request);
    /// A table of them; all of it or nothing.
    Result<std::string> enter_values(const ControlRequest& request);

private:
    using Versions = std::vector<const ItemOptions*>;

    [[nodiscard]] SiteCalendar calendar(const ItemOptions& item) const;
    [[nodiscard]] std::optional<RecordReport> shown(const ItemRecord& record, const Versions& versions) const;
    Result<std::optional<RecordReport>> newest(const Versions& versions, StatType type);
    Result<ItemReport> report_of(const Versions& versions);

    const Options& options_;
    Books& books_;
    EntryDesk& desk_;
    Clock& clock_;
};

}  // namespace mg
