#include <algorithm>
#include <set>

#include "tests/unit/accounting/outbox_fixture.h"

// The outbox in maps: as plain as the promise, and as slow.
namespace mg::test {

bool NaiveOutbox::Destination::covers(const RecordName& name) const {
    return plan && std::ranges::any_of(plan->items, [&](const EnrolledItem& each) {
               return each.item == name.item && each.types.contains(name.period.type) &&
                      each.from < name.period.to && (!each.to || name.period.to <= *each.to);
           });
}

bool NaiveOutbox::Destination::carries(const RecordName& name) const {
    return covers(name) && name.period.to > plan->start;
}

void NaiveOutbox::Destination::note(const RecordName& name, std::uint32_t revision, const Line& line) {
    auto& lines = receipts[{name, revision}];
    if (!lines.empty() && lines.back().outcome == line.outcome && lines.back().words == line.words) {
        lines.back().last_at = line.at;
        ++lines.back().times;
    } else {
        lines.push_back(line);
    }
}

NaiveOutbox::Destination* NaiveOutbox::find(const UplinkId& uplink) {
    const auto found = std::ranges::find(destinations_, uplink, &Destination::uplink);
    return found == destinations_.end() ? nullptr : &*found;
}

NaiveOutbox::Destination& NaiveOutbox::make(const UplinkId& uplink) {
    if (Destination* known = find(uplink); known != nullptr) return *known;
    destinations_.push_back({.uplink = uplink});
    return destinations_.back();
}

void NaiveOutbox::take(const ItemRecord& revision) {
    const RecordName name{revision.item, revision.period};
    records_[name].push_back(revision);
    for (Destination& each : destinations_) {
        const bool answered = std::ranges::any_of(
            each.receipts, [&](const auto& entry) { return std::get<0>(entry.first) == name; });
        if (!each.covers(name) || (!each.carries(name) && !answered)) continue;
        each.aside.erase(name);
        if (revision.value) {
            each.waiting[name] = revision.revision;
        } else {
            each.waiting.erase(name);
            each.note(name, revision.revision,
                      {RecordOutcome::no_value, {}, revision.computed_at, revision.computed_at, 1});
        }
    }
}

void NaiveOutbox::carry(const ItemRecord& newest) {
    records_[{newest.item, newest.period}].back() = newest;
}

Result<Enrolment> NaiveOutbox::enrol(const UplinkId& uplink, const OutboxPlan& plan) {
    for (const EnrolledItem& each : plan.items) {
        if (each.to && *each.to <= each.from) return fail(Failure::rejected, "");
    }
    for (const EnrolledItem& each : plan.items) {
        if (!each.types.empty()) meet(each.item);
    }
    Destination& its = make(uplink);
    const Destination before = its;
    Enrolment enrolment{.is_new = !before.plan};
    its.plan = plan;
    if (before.plan) its.plan->start = before.plan->start;
    const auto uncovered = [&](const auto& entry) { return !its.covers(entry.first); };
    enrolment.left = std::erase_if(its.waiting, uncovered) + std::erase_if(its.aside, uncovered);
    for (const auto& [name, revisions] : records_) {
        if (!its.carries(name) || before.carries(name)) continue;
        const ItemRecord& newest = revisions.back();
        const auto lines = its.receipts.find({name, newest.revision});
        if (!newest.value) {
            if (lines == its.receipts.end()) {
                its.note(name, newest.revision,
                         {RecordOutcome::no_value, {}, newest.computed_at, newest.computed_at, 1});
            }
            continue;
        }
        const bool accepted =
            lines != its.receipts.end() && std::ranges::any_of(lines->second, [](const Line& line) {
                return line.outcome == RecordOutcome::accepted;
            });
        if (!accepted && !its.aside.contains(name) && its.waiting.emplace(name, newest.revision).second) {
            ++enrolment.added;
        }
    }
    return enrolment;
}

Result<std::vector<UplinkId>> NaiveOutbox::destinations() {
    std::vector<UplinkId> names;
    for (const Destination& each : destinations_) names.push_back(each.uplink);
    return names;
}

std::vector<RecordName> NaiveOutbox::page(const std::vector<RecordName>& names,
                                          const WaitingQuery& query) const {
    const auto type_place = [&](const RecordName& name) {
        return std::ranges::find(query.types, name.period.type) - query.types.begin();
    };
    const auto in_order = [&](const RecordName& a, const RecordName& b) {
        return std::tuple{type_place(a), place(a)} < std::tuple{type_place(b), place(b)};
    };
    std::vector<RecordName> found;
    for (const RecordName& name : names) {
        if (type_place(name) == static_cast<std::ptrdiff_t>(query.types.size())) continue;
        if (name.period.from < query.from || name.period.from >= query.to) continue;
        if (query.after && !in_order(*query.after, name)) continue;
        found.push_back(name);
    }
    std::ranges::sort(found, in_order);
    if (found.size() > query.most) found.resize(query.most);
    return found;
}

Result<std::vector<ItemRecord>> NaiveOutbox::waiting(const UplinkId& uplink, const WaitingQuery& query) {
    std::vector<ItemRecord> found;
    std::vector<RecordName> names;
    if (const Destination* its = find(uplink); its != nullptr) {
        for (const auto& [name, revision] : its->waiting) names.push_back(name);
    }
    for (const RecordName& name : page(names, query)) found.push_back(records_.at(name).back());
    return found;
}

Result<std::vector<RecordSetAside>> NaiveOutbox::set_aside(const UplinkId& uplink,
                                                           const WaitingQuery& query) {
    std::vector<RecordSetAside> found;
    const Destination* its = find(uplink);
    if (its == nullptr) return found;
    std::vector<RecordName> names;
    for (const auto& [name, aside] : its->aside) names.push_back(name);
    for (const RecordName& name : page(names, query)) {
        const Aside& aside = its->aside.at(name);
        found.push_back({records_.at(name).at(aside.revision), aside.words, aside.at});
    }
    return found;
}

Result<OutboxStatus> NaiveOutbox::status(const UplinkId& uplink) {
    OutboxStatus status;
    const Destination* its = find(uplink);
    if (its == nullptr) return status;
    for (const auto& [name, revision] : its->waiting) {
        const auto type = static_cast<std::size_t>(name.period.type);
        ++status.waiting.at(type);
        auto& oldest = status.oldest_from.at(type);
        oldest = std::min(oldest.value_or(UtcTime::max()), name.period.from);
    }
    status.set_aside = its->aside.size();
    return status;
}

Result<> NaiveOutbox::settle(const UplinkId& uplink, const std::vector<Settlement>& settlements,
                             const DestinationState& state) {
    Destination* its = find(uplink);
    if (its == nullptr || !its->plan) return fail(Failure::rejected, "");
    for (const Settlement& each : settlements) {
        const auto found = records_.find(each.record);
        if (found == records_.end() || each.revision >= found->second.size())
            return fail(Failure::rejected, "");
    }
    for (const Settlement& each : settlements) {
        const auto waits = its->waiting.find(each.record);
        const bool waited = waits != its->waiting.end() && waits->second <= each.revision;
        const auto aside = its->aside.find(each.record);
        const bool was_aside = aside != its->aside.end() && aside->second.revision <= each.revision;
        if (each.outcome != RecordOutcome::kept || !each.words.empty())
            its->note(each.record, each.revision, {each.outcome, each.words, each.at, each.at, 1});
        if (waited && each.outcome != RecordOutcome::kept) its->waiting.erase(waits);
        if (was_aside && each.outcome != RecordOutcome::set_aside) its->aside.erase(aside);
        if (waited && each.outcome == RecordOutcome::set_aside) {
            const auto& line = its->receipts.at({each.record, each.revision}).back();
            its->aside[each.record] = {each.revision, line.words, line.at};
        }
        if (was_aside && each.outcome == RecordOutcome::kept) its->waiting[each.record] = each.revision;
    }
    put(*its, state);
    return {};
}

Result<std::size_t> NaiveOutbox::resend(const UplinkId& uplink, const ResendQuery& query) {
    if (query.from >= query.to) return 0;
    Destination* its = find(uplink);
    if (its == nullptr || !its->plan) return fail(Failure::rejected, "");
    std::size_t added = 0;
    for (const auto& [name, revisions] : records_) {
        if (!its->covers(name) || !revisions.back().value) continue;
        if (!query.items.empty() && std::ranges::find(query.items, name.item) == query.items.end()) continue;
        if (query.type && *query.type != name.period.type) continue;
        if (name.period.from < query.from || name.period.from >= query.to) continue;
        its->aside.erase(name);
        if (its->waiting.emplace(name, revisions.back().revision).second) ++added;
    }
    return added;
}

Result<std::size_t> NaiveOutbox::release(const UplinkId& uplink, const std::optional<RecordName>& record) {
    Destination* its = find(uplink);
    if (its == nullptr || !its->plan) return fail(Failure::rejected, "");
    std::size_t released = 0;
    for (auto each = its->aside.begin(); each != its->aside.end();) {
        if (record && *record != each->first) {
            ++each;
            continue;
        }
        its->waiting[each->first] = each->second.revision;
        each = its->aside.erase(each);
        ++released;
    }
    return released;
}

Result<std::vector<RecordReceipt>> NaiveOutbox::history(const ReceiptQuery& query) {
    std::vector<RecordReceipt> all;
    for (const Destination& each : destinations_) {
        if (query.uplink && *query.uplink != each.uplink) continue;
        const auto first = all.size();
        for (const auto& [key, lines] : each.receipts) {
            const auto& [name, revision] = key;
            for (std::uint32_t line = 0; line < lines.size(); ++line) {
                const Line& said = lines[line];
                all.push_back({each.uplink, records_.at(name).at(revision), line, said.outcome, said.words,
                               said.at, said.last_at, said.times});
            }
        }
        std::ranges::sort(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(), {},
                          [&](const RecordReceipt& receipt) {
                              return std::tuple{place(receipt.name().record), receipt.record.revision,
                                                receipt.line};
                          });
    }
    std::vector<RecordReceipt> found;
    bool behind = !query.after;
    for (const RecordReceipt& receipt : all) {
        const auto& record = receipt.record;
        const bool wanted =
            behind &&
            (query.items.empty() || std::ranges::find(query.items, record.item) != query.items.end()) &&
            (!query.type || *query.type == record.period.type) && record.period.from >= query.from &&
            record.period.from < query.to;
        if (wanted && found.size() < query.most) found.push_back(receipt);
        if (query.after && receipt.uplink == query.after->uplink &&
            receipt.name().record == query.after->record && record.revision == query.after->revision &&
            receipt.line == query.after->line) {
            behind = true;
        }
    }
    return found;
}

Result<bool> NaiveOutbox::was_accepted(const RecordName& record, const std::optional<UplinkId>& uplink) {
    for (const Destination& each : destinations_) {
        if (uplink && *uplink != each.uplink) continue;
        for (const auto& [key, lines] : each.receipts) {
            if (std::get<0>(key) != record) continue;
            for (const Line& line : lines) {
                if (line.outcome == RecordOutcome::accepted) return true;
            }
        }
    }
    return false;
}

Result<std::vector<StatPeriod>> NaiveOutbox::reported_periods(StatType type, UtcTime from, UtcTime to) {
    std::set<StatPeriod> reported;
    for (const Destination& each : destinations_) {
        for (const auto& [key, lines] : each.receipts) {
            const StatPeriod& period = std::get<0>(key).period;
            const bool accepted = std::ranges::any_of(
                lines, [](const Line& line) { return line.outcome == RecordOutcome::accepted; });
            if (accepted && period.type == type && period.from >= from && period.from < to)
                reported.insert(period);
        }
    }
    return std::vector<StatPeriod>{reported.begin(), reported.end()};
}

Result<DestinationState> NaiveOutbox::state(const UplinkId& uplink) {
    const Destination* its = find(uplink);
    return its == nullptr ? DestinationState{} : its->state;
}

void NaiveOutbox::put(Destination& destination, const DestinationState& changes) {
    for (const auto& [key, value] : changes) {
        destination.state.erase(key);
        if (!value.empty()) destination.state[key] = value;
    }
}

Result<> NaiveOutbox::put_state(const UplinkId& uplink, const DestinationState& changes) {
    put(make(uplink), changes);
    return {};
}

}  // namespace mg::test
