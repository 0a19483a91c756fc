#include "gateway/accounting/register_life.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

/// Two slots may each be off by a minute before their readings count as doubtful.
constexpr milliseconds kSkew = 2min;
constexpr int kStuckSteps = 10;

SpanEnd end_of(const IndexReading& reading) {
    return {SpanEnd::By::reading, reading.at, reading.index, reading.sequence, reading.clock_doubtful};
}

Exact hours(milliseconds time) {
    return Exact{time.count(), 3'600'000};
}

std::int64_t ms(UtcTime time) {
    return time.time_since_epoch().count();
}

constexpr std::int64_t kLastBy = static_cast<std::int64_t>(SpanEnd::By::service);

/// The words of a line, one after the other; empty when there are no more.
class Words {
public:
    explicit Words(std::string_view text) : rest_{text} {}

    std::string_view take() {
        const auto end = rest_.find(' ');
        const std::string_view word = rest_.substr(0, end);
        rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
        return word;
    }
    std::optional<std::int64_t> number() {
        const auto word = take();
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (error != std::errc{} || end != word.data() + word.size() || word.empty()) return {};
        return value;
    }

private:
    std::string_view rest_;
};

/// The part of [from, to) that is over at `at`.
Exact share(UtcTime from, UtcTime at, UtcTime to) {
    return Exact{(at - from).count(), (to - from).count()};
}

}  // namespace

RegisterLife::RegisterLife(RegisterRules rules, RegisterRecords records)
    : rules_{std::move(rules)}, records_{std::move(records)} {
    std::ranges::sort(records_.swaps, {}, [](const auto& s) { return std::pair{s.removed_at, s.id}; });
    std::ranges::sort(records_.ratios, {}, [](const auto& r) { return std::pair{r.at, r.id}; });
    std::ranges::sort(records_.outages, {}, [](const auto& o) { return std::pair{o.from, o.id}; });
}

// ---- what holds at an instant ----

/// Of several records of one instant the latest holds.
Exact RegisterLife::multiplier_at(UtcTime at) const {
    std::pair<UtcTime, DatedId> since{UtcTime::min(), -1};
    Exact multiplier = rules_.multiplier;
    const auto consider = [&](UtcTime from, DatedId id, const Exact& value) {
        if (from > at || std::pair{from, id} < since) return;
        since = {from, id};
        multiplier = value;
    };
    for (const auto& ratio : records_.ratios) consider(ratio.at, ratio.id, ratio.multiplier);
    for (const auto& swap : records_.swaps) {
        if (swap.multiplier) consider(swap.installed_at, swap.id, *swap.multiplier);
    }
    return multiplier;
}

std::optional<Decimal> RegisterLife::rollover_at(UtcTime at) const {
    auto rollover = rules_.rollover;
    for (const auto& swap : records_.swaps) {
        if (swap.installed_at <= at && swap.rollover) rollover = swap.rollover;
    }
    return rollover;
}

const RegisterRecords::Ruling* RegisterLife::ruling_at(UtcTime at) const {
    const RegisterRecords::Ruling* found = nullptr;
    for (const auto& ruling : records_.rulings) {
        if (ruling.ruling.verdict != IndexVerdict::false_value && ruling.ruling.at == at) found = &ruling;
    }
    return found;
}

/// Ruled false, or read while the meter was out of service.
bool RegisterLife::is_void(UtcTime at) const {
    const auto ruled_false = [&](const RegisterRecords::Ruling& r) {
        if (r.ruling.verdict != IndexVerdict::false_value || at < r.ruling.at) return false;
        return r.ruling.until ? at < *r.ruling.until : at == r.ruling.at;
    };
    const auto covers = [&](const RegisterRecords::Outage& o) {
        return o.from < at && (!o.to || at < *o.to);
    };
    return std::ranges::any_of(records_.rulings, ruled_false) ||
           std::ranges::any_of(records_.outages, covers);
}

// ---- what is believed ----

bool RegisterLife::within_limit(const Exact& units, UtcTime from, UtcTime to) const {
    if (!rules_.max_per_hour) {
        const auto rollover = rollover_at(to);
        return !rollover || units <= Exact{*rollover} * Exact{1, 2};
    }
    const Exact multiplier = std::min(multiplier_at(from), multiplier_at(to));
    const Exact step = rules_.step ? Exact{*rules_.step} : Exact{};
    return units * multiplier <= Exact{*rules_.max_per_hour} * hours(to - from + kSkew) + step * multiplier;
}

bool RegisterLife::may_turn_fully(const Exact& rollover, UtcTime from, UtcTime to) const {
    if (!rules_.max_per_hour) return false;
    const Exact multiplier = std::min(multiplier_at(from), multiplier_at(to));
    return Exact{*rules_.max_per_hour} * hours(to - from) >= rollover * multiplier;
}

RegisterLife::Advance RegisterLife::advance(const SpanEnd& from, UtcTime at, const Decimal& index) const {
    const Exact moved = Exact{index} - Exact{from.index};
    const bool fell_a_step = moved.sign() < 0 && rules_.step && moved.negated() <= Exact{*rules_.step};
    if (moved.is_zero() || fell_a_step) return {Step::stood, Exact{}};
    if (moved.sign() > 0) {
        return within_limit(moved, from.at, at) ? Advance{Step::ran, moved} : Advance{};
    }
    const auto rollover = rollover_at(from.at);
    if (!rollover || from.index >= *rollover || index >= *rollover) return {};
    const Exact turn{*rollover};
    const Exact units = moved + turn;
    const bool by_limit = rules_.max_per_hour.has_value() && within_limit(units, from.at, at) &&
                          !may_turn_fully(turn, from.at, at);
    const bool by_place = !rules_.max_per_hour && Exact{from.index} >= turn * Exact{9, 10} &&
                          Exact{index} <= turn * Exact{1, 10};
    return by_limit || by_place ? Advance{Step::rolled, units} : Advance{};
}

// ---- the fold ----

void RegisterLife::feed(const IndexReading& reading, std::vector<IndexSpan>& out) {
    carry_out_records(reading.at, out);
    if (last_ && reading.at <= last_->at) return;
    if (doubted_ && reading.at <= doubted_->at) return;
    if (is_void(reading.at)) return;
    if (!last_) {
        last_ = end_of(reading);
        return;
    }
    if (const auto* ruling = ruling_at(reading.at)) {
        rule(*ruling, reading, out);
        return;
    }
    consider(reading, out);
}

void RegisterLife::pass(UtcTime now, std::vector<IndexSpan>& out) {
    carry_out_records(now, out);
}

bool RegisterLife::stuck() const {
    if (!last_ || flowed_.is_zero()) return false;
    // Where no step is known, a 32-bit float's at this index.
    const Exact step =
        rules_.step ? Exact{*rules_.step} : Exact{last_->index} * Exact{1, std::int64_t{1} << 23};
    return flowed_ >= step * Exact{kStuckSteps};
}

/// What flowed while the index stood.
void RegisterLife::note_flow(const IndexReading& reading, Step step) {
    const bool stopped = std::ranges::any_of(records_.stops, [&](const RegisterRecords::Stop& stop) {
        return stop.from < reading.at && (!stop.to || reading.at <= *stop.to);
    });
    if (step != Step::stood || stopped) {
        flowed_ = {};
    } else {
        flowed_ += reading.flowed;
    }
}

void RegisterLife::consider(const IndexReading& reading, std::vector<IndexSpan>& out) {
    const Advance from_last = advance(*last_, reading.at, reading.index);
    if (from_last.step != Step::unbelievable) {
        pass_over_doubted();
        note_flow(reading, from_last.step);
        go_on(end_of(reading), from_last, out);
        return;
    }
    if (!doubted_) {
        doubted_ = reading;
        return;
    }
    const SpanEnd doubted = end_of(*doubted_);
    const Advance from_doubted = advance(doubted, reading.at, reading.index);
    switch (from_doubted.step) {
        case Step::ran:
        case Step::rolled:
            break_at(doubted, out);
            flowed_ = {};
            go_on(end_of(reading), from_doubted, out);
            return;
        case Step::stood:
            // A dead interface repeats the same wrong number for days: only a register that runs is believed.
            return;
        case Step::unbelievable:
            pass_over_doubted();
            doubted_ = reading;
            return;
    }
}

void RegisterLife::rule(const RegisterRecords::Ruling& ruling, const IndexReading& reading,
                        std::vector<IndexSpan>& out) {
    pass_over_doubted();
    const Exact here{reading.index};
    const Exact before{last_->index};
    const auto& said = ruling.ruling;
    Exact units;
    switch (said.verdict) {
        case IndexVerdict::rolled_over: {
            const auto rollover = rollover_at(last_->at);
            units = here - before + (rollover ? Exact{*rollover} : Exact{});
            break;
        }
        case IndexVerdict::was_reset:
            units = (said.before ? Exact{*said.before} - before : Exact{}) + here -
                    (said.after ? Exact{*said.after} : Exact{});
            break;
        case IndexVerdict::genuine:
            units = here - before;
            break;
        case IndexVerdict::false_value:
            return;
    }
    unconfirmed_ = false;
    flowed_ = {};
    span_to(end_of(reading), IndexSpan::Kind::ruled, units, ruling.id, out);
}

void RegisterLife::go_on(const SpanEnd& to, const Advance& advance, std::vector<IndexSpan>& out) {
    SpanEnd end = to;
    if (advance.step == Step::stood) end.index = last_->index;
    span_to(end, advance.step == Step::rolled ? IndexSpan::Kind::rolled : IndexSpan::Kind::measured,
            advance.units, 0, out);
}

void RegisterLife::break_at(const SpanEnd& end, std::vector<IndexSpan>& out) {
    doubted_.reset();
    unconfirmed_ = true;
    span_to(end, IndexSpan::Kind::broken, Exact{}, 0, out);
}

void RegisterLife::pass_over_doubted() {
    if (!doubted_) return;
    odd_.push_back({*doubted_, last_->index});
    doubted_.reset();
}

/// Closes the span from the last end; where the ratio changed in between and nobody noted the index, in
/// proportion to time.
void RegisterLife::span_to(SpanEnd to, IndexSpan::Kind kind, const Exact& units, DatedId by,
                           std::vector<IndexSpan>& out) {
    const SpanEnd begin = *last_;
    Exact given;
    for (const auto& ratio : records_.ratios) {
        if (ratio.index || ratio.at <= begin.at || ratio.at >= to.at) continue;
        const Exact part = units * share(begin.at, ratio.at, to.at) - given;
        given += part;
        const auto index = (Exact{begin.index} + given).rounded(6);
        const SpanEnd middle{SpanEnd::By::interpolated, ratio.at, index ? *index : begin.index, ratio.id,
                             false};
        const Exact multiplier = multiplier_at(last_->at);
        out.push_back({kind, *last_, middle, part * multiplier, multiplier, by, unconfirmed_});
        last_ = middle;
    }
    const Exact multiplier = multiplier_at(last_->at);
    const bool stood = kind == IndexSpan::Kind::measured && units.is_zero();
    out.push_back(
        {kind, *last_, to, (units - given) * multiplier, multiplier, by, unconfirmed_, stood && stuck()});
    last_ = std::move(to);
}

// ---- dated records ----

void RegisterLife::carry_out_records(UtcTime until, std::vector<IndexSpan>& out) {
    while (last_ && carry_out_next(until, out)) {
    }
}

/// The earliest record after the last end that can be carried out by itself. False: none up to `until`.
bool RegisterLife::carry_out_next(UtcTime until, std::vector<IndexSpan>& out) {
    const RegisterRecords::Swap* swap_next = nullptr;
    const RegisterRecords::Ratio* ratio_next = nullptr;
    const RegisterRecords::Outage* outage_next = nullptr;
    const UtcTime now = last_->at;
    // Where an outage was cut short for a record, that record is still to come.
    const auto is_due = [&](UtcTime at) {
        return at <= until && (at > now || (at == now && last_->by == SpanEnd::By::service));
    };
    for (const auto& s : records_.swaps) {
        if (is_due(s.removed_at)) {
            swap_next = &s;
            break;
        }
    }
    for (const auto& r : records_.ratios) {
        if (r.index && is_due(r.at)) {
            ratio_next = &r;
            break;
        }
    }
    for (const auto& o : records_.outages) {
        if (o.from < until && now < until && (!o.to || *o.to > now)) {
            outage_next = &o;
            break;
        }
    }
    const auto at = [](const auto* record, auto member) {
        return record == nullptr ? UtcTime::max() : record->*member;
    };
    const UtcTime of_swap = at(swap_next, &RegisterRecords::Swap::removed_at);
    const UtcTime of_ratio = at(ratio_next, &RegisterRecords::Ratio::at);
    const UtcTime of_outage = outage_next == nullptr ? UtcTime::max() : std::max(outage_next->from, now);
    const UtcTime first = std::min({of_swap, of_ratio, of_outage});
    if (first == UtcTime::max()) return false;
    if (first == of_swap) {
        swap(*swap_next, out);
    } else if (first == of_ratio) {
        stand_at({SpanEnd::By::multiplier, ratio_next->at, *ratio_next->index, ratio_next->id, false}, out);
    } else {
        // A replacement or a new ratio within it has its turn when that is reached.
        serve_not(*outage_next, std::min({until, of_swap, of_ratio}), out);
    }
    return true;
}

void RegisterLife::swap(const RegisterRecords::Swap& swap, std::vector<IndexSpan>& out) {
    stand_at({SpanEnd::By::replacement, swap.removed_at, swap.old_end, swap.id, false}, out);
    unconfirmed_ = false;
    const SpanEnd installed{SpanEnd::By::replacement, swap.installed_at, swap.new_start, swap.id, false};
    if (swap.installed_at > swap.removed_at) {
        const Exact unmetered{swap.unmetered};
        out.push_back({IndexSpan::Kind::unmetered, *last_, installed, unmetered,
                       multiplier_at(swap.installed_at), swap.id, false});
    }
    last_ = installed;
}

void RegisterLife::serve_not(const RegisterRecords::Outage& outage, UtcTime until,
                             std::vector<IndexSpan>& out) {
    pass_over_doubted();
    const UtcTime end = outage.to ? std::min(*outage.to, until) : until;
    if (end <= last_->at) return;
    const SpanEnd to{SpanEnd::By::service, end, last_->index, outage.id, false};
    out.push_back({IndexSpan::Kind::no_service, *last_, to, Exact{}, multiplier_at(last_->at), outage.id,
                   unconfirmed_});
    last_ = to;
}

void RegisterLife::stand_at(const SpanEnd& known, std::vector<IndexSpan>& out) {
    if (known.at == last_->at) {  // what moved while it was out of service is not counted
        last_ = known;
        return;
    }
    const Advance from_last = advance(*last_, known.at, known.index);
    if (from_last.step != Step::unbelievable) {
        pass_over_doubted();
        go_on(known, from_last, out);
    } else if (doubted_ && advance(end_of(*doubted_), known.at, known.index).step != Step::unbelievable) {
        const SpanEnd doubted = end_of(*doubted_);
        const Advance from_doubted = advance(doubted, known.at, known.index);
        break_at(doubted, out);
        go_on(known, from_doubted, out);
    } else {
        pass_over_doubted();
        break_at(known, out);
    }
    last_ = known;
}

// ---- for checkpoints ----

std::string RegisterLife::state() const {
    std::string text = unconfirmed_ ? "unconfirmed" : "confirmed";
    if (!flowed_.is_zero()) text += " flowed " + flowed_.to_string();
    if (last_) {
        text += fmt::format(" last {} {} {} {} {}", static_cast<int>(last_->by), ms(last_->at),
                            last_->index.to_string(), last_->source, last_->clock_doubtful ? 1 : 0);
    }
    if (doubted_) {
        text += fmt::format(" doubted {} {} {} {}", ms(doubted_->at), doubted_->index.to_string(),
                            doubted_->sequence, doubted_->clock_doubtful ? 1 : 0);
    }
    return text;
}

Result<> RegisterLife::restore(std::string_view state) {
    const auto bad = [&] {
        return fail(Failure::corrupt,
                    trf("not the state of a register: '{}'", "不是寄存器状态：“{}”", state.substr(0, 200)));
    };
    Words words{state};
    const auto first = words.take();
    if (first != "unconfirmed" && first != "confirmed") return bad();
    std::optional<SpanEnd> last;
    std::optional<IndexReading> doubted;
    Exact flowed;
    for (auto word = words.take(); !word.empty(); word = words.take()) {
        if (word == "last") {
            const auto by = words.number();
            const auto at = words.number();
            const auto index = Decimal::parse(words.take());
            const auto source = words.number();
            const auto doubt = words.number();
            if (!by || *by < 0 || *by > kLastBy || !at || !index || !source || !doubt) return bad();
            last = SpanEnd{static_cast<SpanEnd::By>(*by), UtcTime{milliseconds{*at}}, *index, *source,
                           *doubt != 0};
        } else if (word == "flowed") {
            const auto amount = Exact::parse(words.take());
            if (!amount) return bad();
            flowed = *amount;
        } else if (word == "doubted") {
            const auto at = words.number();
            const auto index = Decimal::parse(words.take());
            const auto sequence = words.number();
            const auto doubt = words.number();
            if (!at || !index || !sequence || !doubt) return bad();
            doubted = IndexReading{UtcTime{milliseconds{*at}}, *index, *sequence, *doubt != 0};
        } else {
            return bad();
        }
    }
    last_ = last;
    doubted_ = doubted;
    flowed_ = std::move(flowed);
    unconfirmed_ = first == "unconfirmed";
    return {};
}

// ---- for others ----

std::optional<UtcTime> RegisterLife::settled_until() const {
    return last_ ? std::optional{last_->at} : std::nullopt;
}

std::vector<OddReading> RegisterLife::take_odd() {
    return std::exchange(odd_, {});
}

}  // namespace mg
