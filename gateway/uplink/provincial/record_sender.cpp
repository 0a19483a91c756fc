#include "gateway/uplink/provincial/record_sender.h"

#include <algorithm>
#include <array>

#include "gateway/base/language.h"
#include "gateway/base/log.h"

namespace mg {
namespace {

/// Of platforms that take one record a request: settled together.
constexpr std::size_t kSinglesInARound = 128;
/// Of items that the platform took none of lately: in one round.
constexpr std::size_t kDistrustedInARound = 20;
constexpr int kDistrust = 3;
/// Records set aside since something new was taken; more is no fault of records.
constexpr std::size_t kMostFaults = 8;
/// An answer of no use, so often in a row, may be the fault of a record in the request.
constexpr int kBrokenAnswers = 5;
constexpr std::size_t kPage = 500;
constexpr std::size_t kMostPages = 40;

/// What is few and matters most goes first.
constexpr std::array kOrder{StatType::day, StatType::month, StatType::year, StatType::real_time};

RecordName name_of(const ItemRecord& record) {
    return {record.item, record.period};
}

}  // namespace

Result<RecordSender::Round> RecordSender::round(PlatformSession& session, const UploadSchedule& schedule,
                                                const std::stop_token& stop) {
    Round round;
    auto writer = RecordWriter::create(route_.profile, session.identity(), route_.utc_offset);
    if (!writer) return pass_on(writer.error());
    writer_ = std::move(*writer);
    if (auto found = collect(schedule, round); !found) return pass_on(found.error());
    if (outgoing_.empty()) return round;
    RejectionSearch search{first_groups(), kMostFaults - std::min(kMostFaults, set_aside_in_a_row_)};
    while (true) {
        switch (search.step()) {
            case RejectionSearch::Step::post:
                if (auto posted = post(search, session, round, stop); !posted) return pass_on(posted.error());
                break;
            case RejectionSearch::Step::control:
                if (auto posted = post_control(search, session, stop); !posted)
                    return pass_on(posted.error());
                break;
            case RejectionSearch::Step::done:
                search_broken_ = false;
                if (auto done = set_aside(search.at_fault(), round); !done) return pass_on(done.error());
                return round;
            case RejectionSearch::Step::hold:
                return fail(std::exchange(search_broken_, false) ? Failure::transient : Failure::refused,
                            trf("it takes nothing: {}", "平台全部拒收：{}", last_words_));
        }
    }
}

// ---- what goes ----

std::size_t RecordSender::most() const {
    return route_.profile.record.list.empty() ? kSinglesInARound : route_.profile.record.batch;
}

bool RecordSender::is_distrusted(const ItemRecord& record) const {
    const auto found = refused_in_a_row_.find({record.item, record.period.type});
    return found != refused_in_a_row_.end() && found->second >= kDistrust;
}

Result<> RecordSender::collect(const UploadSchedule& schedule, Round& round) {
    outgoing_.clear();
    trusted_ = 0;
    const UtcTime now = route_.clock.utc();
    const int window = route_.profile.backfill_days;
    const UtcTime from = window > 0 ? now - std::chrono::days{window} : UtcTime::min();
    for (const StatType type : kOrder) {
        if (!route_.profile.stat_types.contains(type)) continue;
        if (auto found = collect_type(type, from, schedule.begins_before(type, now), round); !found)
            return found;
    }
    round.more = trusted_ == most();
    std::ranges::stable_partition(outgoing_,
                                  [&](const Outgoing& each) { return !is_distrusted(each.record.record); });
    return {};
}

Result<> RecordSender::collect_type(StatType type, UtcTime from, UtcTime to, Round& round) {
    WaitingQuery query{.types = {type}, .from = from, .to = to, .most = kPage, .after = {}};
    for (std::size_t page = 0; page < kMostPages && trusted_ < most(); ++page) {
        query.most = std::min(kPage, most() - trusted_);
        auto records = route_.outbox.waiting(route_.uplink, query);
        if (!records) return pass_on(records.error());
        if (records->empty()) return {};
        query.after = name_of(records->back());
        const bool last = records->size() < query.most;
        for (ItemRecord& record : *records) {
            if (auto written = write(std::move(record), round); !written) return written;
        }
        if (last) return {};
    }
    return {};
}

Result<> RecordSender::write(ItemRecord record, Round& round) {
    const bool distrusted = is_distrusted(record);
    if (distrusted && outgoing_.size() - trusted_ >= kDistrustedInARound) return {};
    const Settlement unwritable{.record = name_of(record),
                                .revision = record.revision,
                                .outcome = RecordOutcome::set_aside,
                                .words = {},
                                .at = route_.clock.utc()};
    auto outgoing = route_.items.outgoing(std::move(record));
    if (outgoing && route_.profile.record.field(RecordField::factor).sent) {
        auto factor = route_.factor(outgoing->record);
        if (factor) {
            outgoing->factor = std::move(*factor);
        } else {
            outgoing = pass_on(factor.error());
        }
    }
    const auto members = outgoing ? writer_->members(*outgoing, route_.clock.utc())
                                  : Result<std::string>{pass_on(outgoing.error())};
    if (!members) {
        if (members.error().kind != Failure::rejected) return pass_on(members.error());
        Settlement settlement = unwritable;
        settlement.words = members.error().what;
        log::warning("{}", trf("uplink {0}: set aside: {1}", "上传目标 {0}：搁置：{1}", route_.uplink.text,
                               settlement.words));
        ++round.set_aside;
        return settle({settlement});
    }
    outgoing_.push_back({std::move(*outgoing), *members, {}});
    if (!distrusted) ++trusted_;
    return {};
}

std::vector<RejectionSearch::Group> RecordSender::first_groups() const {
    std::vector<RejectionSearch::Group> groups;
    const bool one_by_one = route_.profile.record.list.empty();
    if (!one_by_one && trusted_ > 0) groups.emplace_back();
    for (std::size_t i = 0; i < outgoing_.size(); ++i) {
        if (one_by_one || i >= trusted_)
            groups.push_back({i});
        else
            groups.front().push_back(i);
    }
    return groups;
}

std::string RecordSender::body_of(const RejectionSearch::Group& group) const {
    std::vector<std::string> records;
    for (const std::size_t i : group) records.push_back(outgoing_[i].members);
    return writer_->body(records);
}

// ---- what comes back ----

bool RecordSender::counts_as_rejection(const PlatformAnswer& answer) const {
    return answer.verdict == PlatformVerdict::rejected ||
           (search_broken_ && answer.verdict == PlatformVerdict::transient);
}

Error RecordSender::error_of(const PlatformAnswer& answer) const {
    return {answer.verdict == PlatformVerdict::transient ? Failure::transient : Failure::refused,
            answer.to_string()};
}

Result<> RecordSender::post(RejectionSearch& search, PlatformSession& session, Round& round,
                            const std::stop_token& stop) {
    const std::size_t at_once = route_.profile.record.list.empty() ? search.groups() : 1;
    std::vector<RejectionSearch::Group> groups;
    std::vector<std::string> bodies;
    for (std::size_t i = 0; i < at_once; ++i) {
        groups.push_back(search.group(i));
        bodies.push_back(body_of(groups.back()));
    }
    const auto answers = session.post_records(bodies, stop);
    std::vector<Settlement> settlements;
    std::optional<Error> trouble;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const auto& answer = answers[i];
        if (answer && answer->verdict == PlatformVerdict::accepted) {
            add_accepted(groups[i], *answer, settlements, round);
            if (!trouble) search.accepted();
        } else if (answer && counts_as_rejection(*answer)) {
            last_words_ = answer->to_string();
            for (const std::size_t each : groups[i]) outgoing_[each].words = last_words_;
            if (!trouble) search.rejected();
        } else if (!trouble) {
            trouble = answer ? error_of(*answer) : answer.error();
            if (answer && answer->verdict == PlatformVerdict::transient) note_broken_answer();
        }
    }
    if (auto settled = settle(settlements); !settled) return settled;
    if (trouble) return pass_on(std::move(*trouble));
    return {};
}

void RecordSender::note_broken_answer() {
    if (++broken_answers_ < kBrokenAnswers) return;
    broken_answers_ = 0;
    search_broken_ = true;
}

Result<> RecordSender::post_control(RejectionSearch& search, PlatformSession& session,
                                    const std::stop_token& stop) {
    auto members = control_ ? writer_->members(*control_, route_.clock.utc())
                            : Result<std::string>{fail(Failure::rejected, {})};
    if (!members) {
        search.control_rejected();
        return {};
    }
    const std::string body = writer_->body({&*members, 1});
    const auto answer = session.post_records({&body, 1}, stop).front();
    if (!answer) return pass_on(answer.error());
    if (answer->verdict == PlatformVerdict::accepted) {
        search.control_taken();
    } else if (counts_as_rejection(*answer)) {
        search.control_rejected();
    } else {
        return pass_on(error_of(*answer));
    }
    return {};
}

void RecordSender::add_accepted(const RejectionSearch::Group& group, const PlatformAnswer& answer,
                                std::vector<Settlement>& settlements, Round& round) {
    const UtcTime now = route_.clock.utc();
    const std::string words = answer.to_string();
    for (const std::size_t each : group) {
        const ItemRecord& record = outgoing_[each].record.record;
        settlements.push_back({.record = name_of(record),
                               .revision = record.revision,
                               .outcome = RecordOutcome::accepted,
                               .words = words,
                               .at = now});
        refused_in_a_row_.erase({record.item, record.period.type});
    }
    control_ = outgoing_[group.back()].record;
    set_aside_in_a_row_ = 0;
    broken_answers_ = 0;
    round.accepted += group.size();
}

Result<> RecordSender::set_aside(const RejectionSearch::Group& at_fault, Round& round) {
    std::vector<Settlement> settlements;
    for (const std::size_t each : at_fault) {
        const Outgoing& outgoing = outgoing_[each];
        const ItemRecord& record = outgoing.record.record;
        settlements.push_back({.record = name_of(record),
                               .revision = record.revision,
                               .outcome = RecordOutcome::set_aside,
                               .words = outgoing.words,
                               .at = route_.clock.utc()});
        ++refused_in_a_row_[{record.item, record.period.type}];
    }
    if (!at_fault.empty()) {
        const Outgoing& first = outgoing_[at_fault.front()];
        const SiteCalendar calendar{.utc_offset = route_.utc_offset};
        log::warning(
            "{}", trf("uplink {0}: {1} records set aside, first {2} of {3}: {4}",
                      "上传目标 {0}：搁置 {1} 条，首条 {2}（{3}）：{4}", route_.uplink.text, at_fault.size(),
                      first.record.record.item, calendar.text(first.record.record.period), first.words));
    }
    round.set_aside += at_fault.size();
    if (round.accepted == 0) set_aside_in_a_row_ += at_fault.size();
    return settle(settlements);
}

Result<> RecordSender::settle(const std::vector<Settlement>& settlements) {
    return settlements.empty() ? Result<>{} : route_.outbox.settle(route_.uplink, settlements);
}

}  // namespace mg
