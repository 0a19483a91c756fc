#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/accounting/flow.h"
#include "gateway/accounting/register_bank.h"
#include "gateway/accounting/span_series.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/reading/stat_period.h"

namespace mg {

/// Momentary points that items ask for: the sum and the count of a point's values in each boundary interval,
/// as registers of their own (see sum_of, count_of), and the values at boundaries. Values are primary: with
/// the ratio that was in force. Pure; one thread.
class MomentaryBank {
public:
    MomentaryBank(const Options& options, std::span<const DatedRecord> records,
                  const std::vector<RegisterKey>& means, const std::vector<RegisterKey>& lasts);

    /// Before anything is fed: every sample before `at` is late.
    void begin(UtcTime at);
    /// The means in this flow are known up to `at`, a boundary: what comes next follows without a hole, also
    /// where nothing is heard at first.
    void go_on_from(UtcTime at, const Flow& flow);
    /// True: of a slot that was passed already, and not used.
    bool feed(const StoredSample& sample);
    /// Was not asked in that time: the intervals pass without values.
    void feed(const StoredGap& gap);

    /// Of sum_of() and count_of() keys.
    [[nodiscard]] const SpanSeries* series(const RegisterKey& key) const;
    /// The value at a boundary; none: there was none.
    [[nodiscard]] std::optional<Exact> value_at(const RegisterKey& point, UtcTime boundary) const;
    /// Every sample up to there is known.
    [[nodiscard]] std::optional<UtcTime> heard_until(const MeterId& meter) const;
    void forget_before(UtcTime time);

private:
    struct Point {
        RegisterKey key;
        RegisterLife ratios;  ///< for its dated multipliers only
        bool wants_mean{false};
        Exact sum;
        std::int64_t count{0};
        SpanSeries sums;
        SpanSeries counts;
        std::map<UtcTime, Exact> at_boundaries;
    };
    struct Meter {
        std::optional<UtcTime> heard_until;
        std::optional<UtcTime> interval;  ///< begin of the one that is being summed
        std::vector<Point> points;
    };

    [[nodiscard]] UtcTime interval_of(UtcTime time) const;
    void close_intervals(Meter& meter, UtcTime until) const;

    milliseconds boundary_;
    std::chrono::minutes utc_offset_;
    std::map<MeterId, Meter> meters_;
};

}  // namespace mg
