#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/options.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/uplink/json_text.h"
#include "gateway/uplink/selection.h"

namespace mg {

/// What one message carries of the store.
struct Batch {
    std::string payload;
    Sequence first{0};
    Sequence last{0};
    std::size_t samples{0};
    std::size_t gaps{0};
    UtcTime oldest_slot{};
    std::vector<Sequence> listed;  ///< of every item in it
    [[nodiscard]] std::size_t items() const { return samples + gaps; }
};

/// Writes stored items as `metergate.samples.1` messages (docs/mqtt.md). Values leave with the multiplier in
/// force applied, exactly. Owned and used by one uplink thread; no I/O. Needs about 0.3 µs a reading.
class BatchEncoder {
public:
    /// `options` outlives the encoder. Of each sample only the points that `selection` takes are written.
    explicit BatchEncoder(const Options& options, std::optional<Selection> selection = std::nullopt);

    enum class Added : std::uint8_t { yes, full, too_large };
    /// Appends `item`. full: it did not fit beside what is there already, take() first and add it again.
    /// too_large: alone it exceeds `most_bytes`; nothing was added.
    Added add(const StoredItem& item, std::size_t most_bytes);

    [[nodiscard]] bool empty() const { return batch_.items() == 0; }
    [[nodiscard]] std::size_t items() const { return batch_.items(); }
    /// The finished message; the encoder is empty afterwards.
    Batch take(Lane lane);
    void clear();

    /// A message without items. Subscribers ignore it; it proves that what is published there arrives.
    [[nodiscard]] std::string probe(std::string_view nonce) const;

private:
    struct PointText {
        std::string before;  ///< "energy_import":{"value":
        std::string good;    ///< ,"multiplier":60,"quality":"good"}
        std::string other;   ///< ,"multiplier":60,"quality":
        std::optional<Decimal>
            factor;  ///< scale × multiplier; none when it overflows or the exponent is read too
        Decimal multiplier{1, 0};
        bool carried{true};  ///< written at all
    };
    struct LayoutText {
        LayoutRef layout;    ///< keeps the key of the cache alive
        std::string before;  ///< ,"meter":"m1","slot":
        std::vector<PointText> points;
    };

    void write(const StoredSample& stored);
    void write(const StoredGap& stored);
    void write_reading(const Sample& sample, std::size_t point, const PointText& text);
    const LayoutText& text_of(const LayoutRef& layout);
    LayoutText make_text(const LayoutRef& layout) const;
    [[nodiscard]] std::size_t payload_bytes() const;

    const Options& options_;
    std::optional<Selection> selection_;
    std::unordered_map<MeterId, const MeterOptions*> meters_;
    std::unordered_map<const Layout*, LayoutText> layouts_;
    std::string head_;
    json::Buffer samples_;
    json::Buffer gaps_;
    Batch batch_;
};

}  // namespace mg
