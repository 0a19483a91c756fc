#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "gateway/reading/sample.h"

namespace mg::bench {

/// What a meter's registers look like.
enum class SiteKind : std::uint8_t {
    floats,    ///< every point f32 at full precision, as multi-function meters of the SDM630 kind have it
    integers,  ///< scaled u16, i16, i32 and u32, as the meters of the DTSU666 kind have it
};

/// A made-up plant of three-phase meters with 20 points each, one sample a meter and slot, in the order in
/// which 16 lines would deliver them. The same seed gives the same plant.
///
/// The signals: a load per meter that follows the shift and wanders (±2 % a minute), machines that switch
/// (once in 40 minutes on average), grid voltage and frequency that wander for all together, power factor
/// that wanders; every value read has measurement noise of its own (voltage 0.03 %, current and power 0.3 %,
/// frequency 0.5 mHz), in the float site down to the last bit of the mantissa. Energies add up the power.
/// One meter in ten feeds back now and then; for the others the export registers stand still. One sample in
/// 500 is missing, one in 2000 lacks a point.
class PlantSignals {
public:
    PlantSignals(SiteKind kind, int meters, unsigned seed);

    /// The samples of this slot. Slots must come in order.
    std::vector<Sample> at(Slot slot, bool boundary);
    [[nodiscard]] int points() const { return 20; }

private:
    struct Meter {
        LayoutRef layout;
        double rated{0};  ///< W at the meter, secondary side for the integer site
        double load{0.5};
        double machine{1};
        double factor{0.9};
        double unbalance_a{0};
        double unbalance_b{0};
        double import{0};  ///< Wh
        double feed_back{0};
        double reactive{0};
        std::array<double, 4> tariffs{};
        bool feeds_back{false};
        int line{0};
        double delay{0};
        double temperature{30};
        double demand{0};
    };
    double noise(double size) { return size * normal_(random_); }
    void advance(Meter& meter, Slot slot, double hours);
    std::vector<Reading> read(const Meter& meter);
    void spoil(Sample& sample);

    SiteKind kind_;
    std::mt19937_64 random_;
    std::normal_distribution<double> normal_{0, 1};
    std::uniform_real_distribution<double> uniform_{0, 1};
    std::vector<Meter> meters_;
    double voltage_{230};
    double frequency_{50};
    std::optional<Slot> last_;
};

}  // namespace mg::bench
