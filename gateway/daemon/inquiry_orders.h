#pragma once

#include <string>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/explainer.h"
#include "gateway/base/clock.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/control/control_server.h"
#include "gateway/daemon/order_thread.h"

namespace mg {

/// Questions about figures that take some reading to answer, over the control socket:
/// docs/control-socket.md, explain, doctor. The thread "inquiries" answers them one after the other, so that
/// what people put on record does not wait for them. Requests that wait when this is destroyed are answered
/// with an error.
class InquiryOrders {
public:
    /// All given outlive this.
    InquiryOrders(const AccountingBasis& basis, Books& books, SampleStore& store, Clock& clock);
    InquiryOrders(const InquiryOrders&) = delete;
    InquiryOrders& operator=(const InquiryOrders&) = delete;
    ~InquiryOrders() = default;

    /// Main thread only, as are the handlers that it puts there.
    void answer_on(ControlServer& server);
    /// Where there are no books.
    static void refuse_on(ControlServer& server, const std::string& why);

private:
    Result<std::string> explain(const ControlRequest& request);
    Result<std::string> examine_site();

    AccountingBasis basis_;
    Books& books_;
    SampleStore& store_;
    Clock& clock_;
    Explainer explainer_;
    OrderThread thread_;
};

}  // namespace mg
