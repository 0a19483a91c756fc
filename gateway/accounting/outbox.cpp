#include "gateway/accounting/outbox.h"

#include "gateway/base/language.h"

namespace mg {

std::string_view to_string(RecordOutcome outcome) {
    switch (outcome) {
        case RecordOutcome::accepted:
            return "accepted";
        case RecordOutcome::set_aside:
            return "set_aside";
        case RecordOutcome::kept:
            return "kept";
        case RecordOutcome::no_value:
            return "no_value";
    }
    return {};
}

std::string_view label_of(RecordOutcome outcome) {
    switch (outcome) {
        case RecordOutcome::accepted:
            return tr("accepted", "已接收");
        case RecordOutcome::set_aside:
            return tr("set aside", "搁置");
        case RecordOutcome::kept:
            return tr("to be sent again", "待重传");
        case RecordOutcome::no_value:
            return tr("no value, not sent", "无数值，未上传");
    }
    return {};
}

Result<> Outbox::settle(const UplinkId& uplink, const std::vector<Settlement>& settlements) {
    return settle(uplink, settlements, {});
}

Result<bool> Outbox::was_accepted(const RecordName& record) {
    return was_accepted(record, std::nullopt);
}

Result<> Outbox::each_receipt(ReceiptQuery query, const std::function<bool(const RecordReceipt&)>& use) {
    while (query.most > 0) {
        const auto page = history(query);
        if (!page) return tl::unexpected<Error>(page.error());
        for (const RecordReceipt& receipt : *page) {
            if (!use(receipt)) return {};
        }
        if (page->size() < query.most) return {};
        query.after = page->back().name();
    }
    return {};
}

}  // namespace mg
