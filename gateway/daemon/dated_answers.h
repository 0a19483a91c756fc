#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/item_graph.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/control/control_server.h"
#include "gateway/control/dated_report.h"

namespace mg {

/// Who answers for a record, as the request says (`by`, else the user of the connection), and whether it
/// waits for a second person.
DatedRecord signed_record(DatedBody body, const ControlRequest& request, const Options& options, UtcTime now);

/// What people put on record over the control socket, and what is on record; docs/control-socket.md. Each
/// call blocks for the disk; thread-safe as the books are. rejected: the request is wrong, says what is
/// allowed. Whatever is answered is on disk.
class DatedAnswers {
public:
    /// All given outlive this; `changed` is called after each change. `graph`: nullptr where items are not
    /// known to be right; then it is not said which items a record touches.
    DatedAnswers(const Options& options, Books& books, Clock& clock, const ItemGraph* graph,
                 std::function<void()> changed);

    Result<std::string> put(const ControlRequest& request);
    Result<std::string> confirm(const ControlRequest& request);
    Result<std::string> revoke(const ControlRequest& request);
    Result<std::string> list(const ControlRequest& request);
    Result<std::string> coefficients(const ControlRequest& request);
    Result<std::string> breaks(const ControlRequest& request);

private:
    /// The record with this id in the argument `record`.
    Result<DatedRecord> named(const ControlRequest& request);
    /// What is computed again when this comes into force or goes out of it.
    [[nodiscard]] RecordEffect effect_of(const DatedBody& body) const;
    [[nodiscard]] std::vector<std::string> items_touched(const DatedBody& body) const;
    Result<std::string> changed(DatedId id, bool effective);

    const Options& options_;
    Books& books_;
    Clock& clock_;
    const ItemGraph* graph_;
    std::function<void()> changed_;
};

}  // namespace mg
