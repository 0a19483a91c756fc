#include "tests/unit/accounting/outbox_fixture.h"

#include <limits>

#include <fmt/format.h>

#include "tests/unit/accounting/books_fixture.h"

namespace mg::test {
namespace {

using std::chrono::days;

const std::vector<UplinkId> kUplinks{{"province"}, {"group"}};
const std::vector<std::string> kItems{"elec_purchased", "coal_in", "clinker_out", "heat"};
const std::vector<StatType> kTypes{StatType::real_time, StatType::day, StatType::month, StatType::year};

UtcTime about_midnight(Inventor& invent) {
    return kMidnight + kQuarter * static_cast<int>(invent.below(60)) - days{1};
}

OutboxPlan invent_plan(Inventor& invent) {
    OutboxPlan plan;
    if (invent.one_in(2)) plan.start = about_midnight(invent);
    for (const std::string& item : kItems) {
        for (std::size_t spans = invent.below(3); spans > 0; --spans) {
            EnrolledItem each{.item = item};
            for (const StatType type : kTypes) {
                if (!invent.one_in(3)) each.types.insert(type);
            }
            if (invent.one_in(3)) each.from = about_midnight(invent);
            if (invent.one_in(3)) each.to = about_midnight(invent);
            plan.items.push_back(each);
        }
    }
    return plan;
}

/// What a destination says to the i-th of a page.
Settlement answer_to(const ItemRecord& record, std::uint64_t dice, std::size_t i) {
    const std::uint64_t said = (dice >> (i % 20U)) % 7U;
    Settlement settlement{.record = {record.item, record.period},
                          .revision = record.revision,
                          .outcome = RecordOutcome::accepted,
                          .words = said % 2 == 0 ? "成功" : "",
                          .at = kMidnight + milliseconds{dice % 100'000}};
    if (said == 4) settlement.outcome = RecordOutcome::set_aside;
    if (said >= 5) settlement.outcome = RecordOutcome::kept;
    return settlement;
}

template <class T>
Result<std::string> in_words(const Result<T>& result, const std::string& words) {
    if (!result) return tl::unexpected<Error>(result.error());
    return words;
}

}  // namespace

OutboxStep invent_outbox_step(Inventor& invent) {
    const UplinkId uplink = kUplinks[invent.below(kUplinks.size())];
    const std::size_t size = 1 + invent.below(12);
    const std::uint64_t dice = static_cast<std::uint64_t>(invent.below(std::size_t{1} << 60U));
    const DestinationState state = invent.one_in(3)
                                       ? DestinationState{{"deviceId", invent.text()}, {"regVersion", "3"}}
                                       : DestinationState{};
    switch (invent.below(8)) {
        case 0:
        case 1: {
            const OutboxPlan plan = invent_plan(invent);
            return [=](Books& books) -> Result<std::string> {
                const auto done = books.outbox().enrol(uplink, plan);
                return in_words(
                    done,
                    done ? fmt::format("enrolled {} {} {}", done->is_new, done->added, done->left) : "");
            };
        }
        case 2: {
            const auto chosen = invent.item_record();
            return [=](Books& books) -> Result<std::string> {
                const auto done = books.outbox().release(
                    uplink,
                    dice % 2 == 0 ? std::nullopt : std::optional{RecordName{chosen.item, chosen.period}});
                return in_words(done, done ? fmt::format("released {}", *done) : "");
            };
        }
        case 3: {
            ResendQuery query{.from = about_midnight(invent), .to = about_midnight(invent) + days{3}};
            if (invent.one_in(2)) query.items = {"coal_in", "unknown"};
            if (invent.one_in(2)) query.type = StatType::day;
            return [=](Books& books) -> Result<std::string> {
                const auto done = books.outbox().resend(uplink, query);
                return in_words(done, done ? fmt::format("again {}", *done) : "");
            };
        }
        case 4:
            return [=](Books& books) -> Result<std::string> {
                return in_words(books.outbox().put_state(uplink, state), "state");
            };
        case 5:
            // Late, or to what is not the newest.
            return [=](Books& books) -> Result<std::string> {
                const auto records = books.records({.all_revisions = true, .most = 200});
                if (!records) return tl::unexpected<Error>(records.error());
                std::vector<Settlement> settlements;
                for (std::size_t i = 0; i < size && !records->empty(); ++i)
                    settlements.push_back(answer_to((*records)[(dice + 7 * i) % records->size()], dice, i));
                return in_words(books.outbox().settle(uplink, settlements, state), "settled late");
            };
        default:
            return [=](Books& books) -> Result<std::string> {
                WaitingQuery query{.most = size};
                if (dice % 3 == 0) query.types = {StatType::day, StatType::real_time};
                const auto records = books.outbox().waiting(uplink, query);
                if (!records) return tl::unexpected<Error>(records.error());
                std::vector<Settlement> settlements;
                std::string words;
                for (const ItemRecord& record : *records) {
                    words += text_of(record) + '\n';
                    settlements.push_back(answer_to(record, dice, settlements.size()));
                }
                return in_words(books.outbox().settle(uplink, settlements, state), words);
            };
    }
}

std::string contents(Outbox& outbox) {
    std::string text;
    const auto destinations = outbox.destinations();
    if (!destinations) return "error: " + destinations.error().what;
    const auto number = [](UtcTime time) { return time.time_since_epoch().count(); };
    for (const UplinkId& uplink : *destinations) {
        text += "destination " + uplink.text + '\n';
        const auto state = outbox.state(uplink);
        text += state ? "" : "error: " + state.error().what;
        for (const auto& [key, value] : state ? *state : DestinationState{})
            text += key + ": " + value + '\n';
        const auto status = outbox.status(uplink);
        text += status ? "" : "error: " + status.error().what;
        for (std::size_t type = 0; status && type < status->waiting.size(); ++type) {
            text += fmt::format("{} wait since {}\n", status->waiting.at(type),
                                number(status->oldest_from.at(type).value_or(UtcTime{})));
        }
        if (status) text += fmt::format("{} set aside\n", status->set_aside);
        const auto waiting = outbox.waiting(uplink, {.most = std::numeric_limits<std::size_t>::max()});
        text += waiting ? "" : "error: " + waiting.error().what;
        for (const ItemRecord& record : waiting ? *waiting : std::vector<ItemRecord>{})
            text += "waits: " + text_of(record) + '\n';
        const auto aside = outbox.set_aside(uplink, {.most = 1000});
        text += aside ? "" : "error: " + aside.error().what;
        for (const auto& each : aside ? *aside : std::vector<RecordSetAside>{})
            text += fmt::format("aside: {} {} {}\n", text_of(each.record), each.words, number(each.at));
    }
    const auto read = outbox.each_receipt({.most = 7}, [&](const RecordReceipt& each) {
        text += fmt::format("receipt {} {} {} {} {} at {}..{} x{}\n", each.uplink.text, text_of(each.record),
                            each.line, to_string(each.outcome), each.words, number(each.at),
                            number(each.last_at), each.times);
        const auto accepted = outbox.was_accepted(each.name().record, each.uplink);
        text += accepted ? (*accepted ? "accepted\n" : "") : "error: " + accepted.error().what;
        return true;
    });
    return text + (read ? "" : "error: " + read.error().what);
}

}  // namespace mg::test
