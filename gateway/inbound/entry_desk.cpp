#include "gateway/inbound/entry_desk.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "gateway/base/language.h"
#include "gateway/base/log.h"

namespace mg {
namespace {

/// To name the nearest item takes a millisecond at a large site; a table with the wrong column has thousands.
constexpr std::size_t kMostFaulty = 1000;

EntryAnswer refused(const GivenValue& given, std::vector<EntryFault> faults) {
    return {.fate = EntryFate::refused, .item = given.item, .faults = std::move(faults)};
}

EntryFault too_many_faults() {
    return {.field = {},
            .complaint = {trf("not looked at: {} values before it are wrong", "未检查：前面已有 {} 个值有误",
                              kMostFaulty),
                          {}},
            .found = {}};
}

EntryFault another_before(const EntryAnswer& before) {
    return {.field = "value",
            .complaint = {trf("another value for {} of {} stands before it", "前面已有 {1} {0} 的另一个值",
                              before.period_text, before.item),
                          before.value->to_string()},
            .found = {}};
}

Result<std::vector<DatedRecord>> entries_for(Books& books, const EnteredValue& entry) {
    return books
        .dated({.kind = "entry",
                .subject = entry.item,
                .also_void = true,
                .from = entry.period.from,
                .to = entry.period.from + milliseconds{1}})
        .map([&](std::vector<DatedRecord> found) {
            std::erase_if(found, [&](const DatedRecord& record) {
                return std::get<EnteredValue>(record.body).period != entry.period;
            });
            return found;
        });
}

void say_what_came(const std::vector<EntryAnswer>& answers, const EntrySource& source) {
    std::vector<const EntryAnswer*> accepted;
    for (const EntryAnswer& answer : answers) {
        if (answer.fate == EntryFate::accepted) accepted.push_back(&answer);
    }
    if (accepted.empty()) return;
    const EntryAnswer& first = *accepted.front();
    if (accepted.size() == 1) {
        log::info("{}", trf("item {}: {} for {} entered by {}, record {}",
                            "采集项 {0}：{3} 录入 {2} 的值 {1}，记录 {4}", first.item,
                            first.value->to_string(), first.period_text, source.author, first.record));
    } else {
        log::info("{}", trf("{} values entered by {}, records {} to {}", "{1} 录入 {0} 个值，记录 {2} 至 {3}",
                            accepted.size(), source.author, first.record, accepted.back()->record));
    }
}

/// The values that come in together, on their way into the books.
class Delivery {
public:
    Delivery(const Options& options, Books& books, const EntrySource& source, const EntryCheck& check)
        : books_{books},
          source_{source},
          check_{check},
          needs_confirmation_{options.accounting.confirm != Confirm::none} {}

    Result<> look_at(const GivenValue& given) {
        if (faulty_ == kMostFaulty) return refuse(given, {too_many_faults()});
        auto checked = check_.check(given);
        if (!checked) return refuse(given, std::move(checked.error()));
        EntryAnswer answer{.fate = EntryFate::accepted,
                           .item = given.item,
                           .period_text = std::move(checked->period_text),
                           .value = checked->entry.value,
                           .unit = std::move(checked->unit),
                           .doubt = std::move(checked->doubt)};
        const EnteredValue& entry = checked->entry;
        const auto [earlier, is_first] = places_.try_emplace({entry.item, entry.period}, answers_.size());
        if (!is_first) return repeat(given, std::move(answer), earlier->second);
        const auto entries = entries_for(books_, entry);
        if (!entries) return pass_on(entries.error());
        const DatedRecord* standing = standing_entry(*entries);
        if (standing != nullptr && std::get<EnteredValue>(standing->body).value == entry.value) {
            answer.fate = EntryFate::already;
            answer.record = standing->id;
            answer.waits = !standing->in_force();
        } else {
            fresh_.push_back({answers_.size(), std::move(checked->entry)});
        }
        answers_.push_back(std::move(answer));
        return {};
    }

    [[nodiscard]] bool has_faults() const { return faulty_ > 0; }

    void leave_out() {
        for (EntryAnswer& answer : answers_) {
            if (answer.record == 0 && answer.fate != EntryFate::refused) answer.fate = EntryFate::not_entered;
        }
    }

    Result<> write(UtcTime now) {
        std::vector<DatedRecord> records;
        for (const Fresh& fresh : fresh_) {
            records.push_back({.body = fresh.entry,
                               .author = source_.author,
                               .remark = source_.remark,
                               .entered_at = now,
                               .needs_confirmation = needs_confirmation_});
            answers_[fresh.place].waits = needs_confirmation_;
        }
        if (!records.empty()) {
            const auto ids = books_.put_all(records);
            if (!ids) return pass_on(ids.error());
            for (std::size_t i = 0; i < fresh_.size(); ++i) answers_[fresh_[i].place].record = ids->at(i);
        }
        for (const auto& [place, earlier] : repeated_) answers_[place].record = answers_[earlier].record;
        return {};
    }

    std::vector<EntryAnswer> answers() && { return std::move(answers_); }

private:
    struct Fresh {
        std::size_t place;
        EnteredValue entry;
    };

    Result<> refuse(const GivenValue& given, std::vector<EntryFault> faults) {
        answers_.push_back(refused(given, std::move(faults)));
        ++faulty_;
        return {};
    }

    /// A value that is there twice is one; two that differ are a mistake.
    Result<> repeat(const GivenValue& given, EntryAnswer answer, std::size_t earlier) {
        if (answers_[earlier].value != answer.value) {
            return refuse(given, {another_before(answers_[earlier])});
        }
        answer.fate = EntryFate::already;
        repeated_.emplace_back(answers_.size(), earlier);
        answers_.push_back(std::move(answer));
        return {};
    }

    Books& books_;
    const EntrySource& source_;
    const EntryCheck& check_;
    bool needs_confirmation_;
    std::vector<EntryAnswer> answers_;
    std::vector<Fresh> fresh_;
    std::map<std::pair<std::string, StatPeriod>, std::size_t> places_;
    std::vector<std::pair<std::size_t, std::size_t>> repeated_;
    std::size_t faulty_{0};
};

}  // namespace

EntryDesk::EntryDesk(const Options& options, Books& books, Clock& clock, std::function<void()> entered,
                     std::function<bool()> knows_time)
    : options_{options},
      books_{books},
      clock_{clock},
      entered_{std::move(entered)},
      knows_time_{std::move(knows_time)} {}

Result<std::vector<EntryAnswer>> EntryDesk::take(std::span<const GivenValue> values,
                                                 const EntrySource& source, EntryTaking taking) {
    auto answers = look_and_write(values, source, taking);
    if (!answers) return answers;
    say_what_came(*answers, source);
    if (std::ranges::find(*answers, EntryFate::accepted, &EntryAnswer::fate) != answers->end()) entered_();
    return answers;
}

Result<std::vector<EntryAnswer>> EntryDesk::look_and_write(std::span<const GivenValue> values,
                                                           const EntrySource& source, EntryTaking taking) {
    if (!knows_time_()) {
        return fail(Failure::transient,
                    std::string(tr("the wall clock is wrong: nothing is entered until it is set",
                                   "系统时钟有误：校时之前不录入")));
    }
    const std::scoped_lock lock{one_at_a_time_};
    const UtcTime now = clock_.utc();
    const auto locks = books_.dated(DatedQuery{.kind = "lock"});
    if (!locks) return pass_on(locks.error());
    const EntryCheck check{options_, source, *locks, now};
    Delivery delivery{options_, books_, source, check};
    for (const GivenValue& given : values) {
        if (const auto looked = delivery.look_at(given); !looked) return pass_on(looked.error());
    }
    if (taking == EntryTaking::check_only || (taking == EntryTaking::all_or_none && delivery.has_faults())) {
        delivery.leave_out();
    } else if (const auto written = delivery.write(now); !written) {
        return pass_on(written.error());
    }
    return std::move(delivery).answers();
}

}  // namespace mg
