#pragma once

#include <functional>
#include <map>
#include <string>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/base/clock.h"
#include "gateway/control/control_server.h"
#include "gateway/daemon/accounting_answers.h"
#include "gateway/daemon/dated_answers.h"
#include "gateway/daemon/order_thread.h"
#include "gateway/daemon/period_answers.h"
#include "gateway/daemon/span_answers.h"
#include "gateway/inbound/entry_desk.h"

namespace mg {

/// Items, their records, values that are entered by hand, and what else people put on record, over the
/// control socket: docs/control-socket.md. The main thread takes the request; the thread "book-orders"
/// answers it, because the books are on disk. Requests that wait when this is destroyed are answered with an
/// error.
class AccountingOrders {
public:
    /// All given outlive this.
    /// `graph` and `changed`: see DatedAnswers, SpanAnswers.
    AccountingOrders(
        const Options& options, Books& books, EntryDesk& desk, Clock& clock, const ItemGraph* graph = nullptr,
        std::function<void()> changed = [] {});
    AccountingOrders(const AccountingOrders&) = delete;
    AccountingOrders& operator=(const AccountingOrders&) = delete;
    ~AccountingOrders() = default;

    /// Main thread only, as are the handlers that it puts there.
    void answer_on(ControlServer& server);
    /// Where there are no books: every one of these commands is answered with unsupported and this line.
    static void refuse_on(ControlServer& server, const std::string& why);

private:
    using Answer = std::function<Result<std::string>(const ControlRequest&)>;

    AccountingAnswers answers_;
    DatedAnswers dated_;
    PeriodAnswers periods_;
    SpanAnswers spans_;
    std::map<std::string, Answer> commands_;
    OrderThread thread_;
};

}  // namespace mg
