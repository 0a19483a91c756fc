#pragma once

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/accounting/index_rate.h"
#include "gateway/accounting/register_life.h"
#include "gateway/accounting/span_series.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/reading/stat_period.h"

namespace mg {

struct RegisterKey {
    MeterId meter;
    PointId point;
    auto operator<=>(const RegisterKey&) const = default;
};

/// How a register counts before any dated record says otherwise: as the configuration has it, but by the
/// ratio that was first on record.
RegisterRules rules_of(const MeterOptions& meter, const ModelOptions& model, const PointOptions& point,
                       std::span<const DatedRecord> records);
/// Those of `records` that are in force and about this register.
RegisterRecords records_of(const RegisterKey& key, Ratio ratio, std::span<const DatedRecord> records);

/// All index registers of the site: boundary samples in, spans out. Pure; one thread.
class RegisterBank {
public:
    /// Registers of all index points of all meters on a line; `only` narrows that down. Options outlive it.
    RegisterBank(const Options& options, std::span<const DatedRecord> records);
    RegisterBank(const Options& options, std::span<const DatedRecord> records,
                 const std::vector<RegisterKey>& only);

    /// Those whose reading came for a slot that was passed already: it is not used. Their figures have to be
    /// computed again from that slot on.
    std::vector<RegisterKey> feed(const StoredSample& sample);
    /// No sample for slots up to `now` will come any more but late ones: carries out dated records.
    void pass(UtcTime now);

    [[nodiscard]] const SpanSeries* series(const RegisterKey& key) const;
    /// Spans before are not asked for again.
    void forget_before(const RegisterKey& key, UtcTime until);
    [[nodiscard]] const RegisterLife* life(const RegisterKey& key) const;
    [[nodiscard]] std::vector<RegisterKey> keys() const;

    /// The states at local midnights that were passed since the last call.
    std::vector<LifeCheckpoint> take_checkpoints();
    /// The breaks found since the last call; found_at is left to the caller.
    std::vector<IndexBreak> take_breaks();
    /// The odd readings since the last call.
    std::vector<std::pair<RegisterKey, OddReading>> take_odd();

    /// Before anything is fed. Those of other registers are passed over. corrupt: not a state.
    Result<> restore(std::span<const LifeCheckpoint> checkpoints);

private:
    struct Register {
        RegisterKey key;
        RegisterLife life;
        SpanSeries series;
        std::optional<UtcTime> heard_until;  ///< slot of the last sample, with a value or without
        UtcTime checkpoint{UtcTime::min()};  ///< the midnight of the last one
    };
    /// Which reading of a sample with this layout belongs to which register.
    struct Wiring {
        LayoutRef layout;
        struct Wire {
            std::size_t place;
            Register* reg;
            std::optional<IndexRate> rate;
        };
        std::vector<Wire> wires;
    };

    void add(const MeterOptions& meter, const ModelOptions& model, const PointOptions& point,
             std::span<const DatedRecord> records);
    const Wiring& wiring_of(const LayoutRef& layout);
    /// Called with every time to which a register goes on, before it does.
    void note_checkpoint(Register& reg, UtcTime time);
    void collect(Register& reg);

    SiteCalendar calendar_;
    std::map<RegisterKey, std::unique_ptr<Register>> registers_;
    std::unordered_map<const Layout*, Wiring> wirings_;
    std::vector<IndexSpan> fresh_;
    std::vector<LifeCheckpoint> checkpoints_;
    std::vector<IndexBreak> breaks_;
    std::vector<std::pair<RegisterKey, OddReading>> odd_;
};

}  // namespace mg
