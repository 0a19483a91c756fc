#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/outbox.h"
#include "gateway/base/result.h"
#include "gateway/control/platform_report.h"

namespace mg {

/// Whose receipts, and from where on.
struct ReceiptQuestion {
    UplinkId uplink;
    std::vector<std::string> items;  ///< empty: all
    std::optional<StatType> type;
    UtcTime from{UtcTime::min()};  ///< periods that begin in [from, to)
    UtcTime to{UtcTime::max()};
};

/// What the outbox keeps of the records of a platform, page by page, in words that leave the process: with
/// the units of the configuration and periods of the site. However much there is, a page at a time is in
/// memory. Each call blocks for the books. One thread.
class ReceiptPages {
public:
    /// Both outlive this.
    ReceiptPages(const Options& options, Outbox& outbox);

    /// `after`: `next` of the page before, empty: the first. rejected: that is none, or an item that neither
    /// the configuration nor the books know.
    Result<ReceiptsReport> receipts(const ReceiptQuestion& question, std::string_view after,
                                    std::size_t most);
    Result<SetAsideRecords> set_aside(const UplinkId& uplink, std::string_view after, std::size_t most);

private:
    Result<> look_for(const ReceiptQuestion& question, const std::string& item);
    [[nodiscard]] SentRecord shown(const ItemRecord& record) const;

    const Options& options_;
    Outbox& outbox_;
    std::map<std::string, std::vector<const ItemOptions*>, std::less<>> versions_;
};

}  // namespace mg
