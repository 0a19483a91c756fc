#include "gateway/accounting/dated_check.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr SiteCalendar kCalendar;

UtcTime at(std::string_view moment) {
    SiteCalendar minutes = kCalendar;
    minutes.real_time = 1min;
    return minutes.parse(moment).value().from;
}

/// A plant with a meter of two index registers, one whose registers are primary, a scale in the ledger, and
/// the date 2026-11-22 12:00.
struct DatedCheck : testing::Test {
    DatedCheck() {
        ModelOptions secondary;
        secondary.id = "secondary";
        secondary.points = {point("energy_import", PointKind::index, Ratio::ct_pt),
                            point("energy_export", PointKind::index, Ratio::ct_pt),
                            point("power", PointKind::momentary, Ratio::ct_pt)};
        ModelOptions primary;
        primary.id = "primary";
        primary.points = {point("volume", PointKind::index, Ratio::none)};
        options.models = {secondary, primary};
        options.meters = {meter("hv_kiln", "secondary", "SN-A"), meter("water", "primary", "W-1")};
        MeterOptions scale;
        scale.id = {"scale"};
        options.meters.push_back(scale);
        ItemOptions steel;
        steel.id = "steel";
        steel.method = ItemMethod::manual;
        ItemOptions intensity;
        intensity.id = "intensity";
        intensity.method = ItemMethod::ratio;
        options.items = {steel, intensity};
        CoefficientOptions coal;
        coal.name = "coal_tce";
        coal.unit = "tce/t";
        options.coefficients = {coal};
    }
    static PointOptions point(const char* id, PointKind kind, Ratio ratio) {
        PointOptions point;
        point.id = {id};
        point.kind = kind;
        point.ratio = ratio;
        return point;
    }
    static MeterOptions meter(const char* id, const char* model, const char* serial) {
        MeterOptions meter;
        meter.id = {id};
        meter.line = LineId{"line"};
        meter.model = model;
        meter.serial_no = serial;
        return meter;
    }
    static Replacement replacement() {
        return {.meter = {"hv_kiln"},
                .removed_at = at("2026-11-20 10:07"),
                .installed_at = at("2026-11-20 10:30"),
                .old_serial = "SN-A",
                .new_serial = "SN-B",
                .multiplier = std::nullopt,
                .rollover = std::nullopt,
                .registers = {{{"energy_import"}, Decimal{54367, 0}, Decimal{}, Decimal{}},
                              {{"energy_export"}, Decimal{12, 0}, Decimal{}, Decimal{}}}};
    }
    DatedId put(DatedBody body) {
        records.push_back(
            {.id = static_cast<DatedId>(records.size() + 1), .body = std::move(body), .author = "li"});
        return records.back().id;
    }
    [[nodiscard]] std::string problem_with(const DatedBody& body) const {
        const auto result = fits(body, {options, records, at("2026-11-22 12:00")});
        if (result) return "fits";
        EXPECT_EQ(result.error().kind, Failure::rejected);
        return result.error().what;
    }
    void expect_problem(const DatedBody& body, std::string_view part) const {
        const std::string problem = problem_with(body);
        EXPECT_NE(problem.find(part), std::string::npos) << problem;
    }

    Options options;
    std::vector<DatedRecord> records;
};

TEST_F(DatedCheck, AReplacementOfTheInstrumentInPlaceWithAllItsRegistersFits) {
    EXPECT_EQ(problem_with(replacement()), "fits");
}

TEST_F(DatedCheck, AReplacementNamesTheMeterThePointsAndTheInstrumentInPlace) {
    Replacement body = replacement();
    body.meter = {"hv_kilm"};
    expect_problem(body, "the nearest is \"hv_kiln\"");
    body = replacement();
    body.old_serial = "SN-X";
    expect_problem(body, "had the instrument \"SN-A\" then, not \"SN-X\"");
    body = replacement();
    body.new_serial = "SN-A";
    expect_problem(body, "the same number");
    body = replacement();
    body.registers.pop_back();
    expect_problem(body, "missing for: energy_export");
    body = replacement();
    body.registers.back().point = {"power"};
    expect_problem(body, "no index point \"power\"; there are: energy_import, energy_export");
    body = replacement();
    body.installed_at = at("2026-11-22 12:01");
    expect_problem(body, "lies ahead");
    body = replacement();
    body.rollover = Decimal{100, 0};
    body.registers.front().new_start = Decimal{100, 0};
    expect_problem(body, "not below the roll-over");
}

TEST_F(DatedCheck, ReplacementsOfAMeterFollowEachOther) {
    put(replacement());
    expect_problem(replacement(), "record 1 is a replacement at the same time");

    Replacement next = replacement();
    next.removed_at = next.installed_at = at("2026-11-21 08:00");
    expect_problem(next, "had the instrument \"SN-B\"");
    next.old_serial = "SN-B";
    next.new_serial = "SN-C";
    EXPECT_EQ(problem_with(next), "fits");

    Replacement earlier = replacement();
    earlier.removed_at = earlier.installed_at = at("2026-03-01 08:00");
    earlier.old_serial = "SN-A";
    expect_problem(earlier, "\"SN-A\" was taken away, not \"SN-B\"");
}

TEST_F(DatedCheck, WhoeverChangedTheTableFirstIsUnderstood) {
    options.meters.front().serial_no = "SN-B";
    EXPECT_EQ(problem_with(replacement()), "fits");
}

TEST_F(DatedCheck, AMeterOfTheLedgerHasNoRegisters) {
    Replacement body = replacement();
    body.meter = {"scale"};
    expect_problem(body, "no index point \"energy_import\"");
    body.registers.clear();
    EXPECT_EQ(problem_with(body), "fits") << "nobody said its serial number";
}

TEST_F(DatedCheck, AMultiplierMayGoBackToDayOneButNotWhereThereIsNone) {
    const MultiplierChange change{{"hv_kiln"}, at("2020-01-01 00:00"), {Decimal{80, 0}, Decimal{1, 0}}, {}};
    EXPECT_EQ(problem_with(change), "fits");
    MultiplierChange other = change;
    other.registers = {{{"energy"}, Decimal{7, 0}}};
    expect_problem(other, "no index point \"energy\"");
    other = change;
    other.at = at("2026-11-23 00:00");
    expect_problem(other, "lies ahead");
    other = change;
    other.meter = {"water"};
    expect_problem(other, "primary values");
}

TEST_F(DatedCheck, AnIndexIsRuledUponAtABoundary) {
    IndexRuling ruling{.meter = {"water"}, .point = {"volume"}, .at = at("2026-11-20 10:15")};
    EXPECT_EQ(problem_with(ruling), "fits");
    ruling.at = at("2026-11-20 10:07");
    expect_problem(ruling, "every 15 min");
    ruling.point = {"volum"};
    expect_problem(ruling, "there are: volume");
}

TEST_F(DatedCheck, ACoefficientIsOneOfTheTableInItsUnit) {
    CoefficientValue value{
        .name = "coal_tce", .value = Decimal{71, -2}, .unit = "tce/t", .from = at("2026-11-01 00:00")};
    EXPECT_EQ(problem_with(value), "fits");
    value.unit = "kgce/kg";
    EXPECT_EQ(problem_with(value), "fits") << "the same by meaning";
    value.unit = "kgce/t";
    expect_problem(value, "is in tce/t, not in kgce/t");
    value.unit = "tcf/t";
    expect_problem(value, "tcf");
    value.unit = "tce/t";
    value.from = at("2026-11-01 08:00");
    expect_problem(value, "begins with a day");
    value.name = "coal_tcf";
    expect_problem(value, "first add a row with its unit and a value there");
    expect_problem(value, "or is \"coal_tce\" meant?");
    options.coefficients.clear();
    expect_problem(value, "start metergate anew");
    EXPECT_EQ(problem_with(value).find("meant"), std::string::npos) << "there is none to be meant";
}

TEST_F(DatedCheck, AnOpeningAmountIsOfAnItemThatAddsUpWithinAYear) {
    OpeningAmount opening{.item = "steel",
                          .from = at("2026-01-01 00:00"),
                          .to = at("2026-11-17 09:15"),
                          .amount = Decimal{7, 0}};
    EXPECT_EQ(problem_with(opening), "fits");
    opening.from = at("2025-12-31 00:00");
    expect_problem(opening, "within one year");
    opening.item = "intensity";
    expect_problem(opening, "does not add up");
    opening.item = "stel";
    expect_problem(opening, "the nearest is \"steel\"");
}

TEST_F(DatedCheck, OnlyAPeriodThatEndedAndIsOpenCanBeClosed) {
    const auto lock = [](std::string_view period) { return PeriodLock{kCalendar.parse(period).value()}; };
    EXPECT_EQ(problem_with(lock("2026-10")), "fits");
    expect_problem(lock("2026-11"), "2026-11 has not ended");
    PeriodLock crooked = lock("2026-10");
    crooked.period.from += 1h;
    expect_problem(crooked, "a whole day, month or year");
    put(lock("2026-10"));
    expect_problem(lock("2026-10-07"), "2026-10-07 is closed already, by record 1 of li");
    EXPECT_EQ(problem_with(lock("2025")), "fits");
}

TEST_F(DatedCheck, AVerificationIsOfAnInstrumentThatIsKnownThere) {
    Verification verification{
        .meter = {"hv_kiln"}, .serial = "SN-A", .on = at("2026-11-20 00:00"), .by = "x"};
    EXPECT_EQ(problem_with(verification), "fits");
    verification.on = at("2026-11-20 08:00");
    expect_problem(verification, "a verification is of a day");
    verification.on = at("2026-11-23 00:00");
    expect_problem(verification, "lies ahead");
    verification.on = at("2026-11-20 00:00");
    verification.valid_until = at("2027-11-19 12:00");
    expect_problem(verification, "a verification is of a day");
    verification.valid_until.reset();
    verification.serial = "SN-B";
    expect_problem(verification, "\"SN-B\" never was the instrument of hv_kiln; known are: SN-A");
    put(replacement());
    EXPECT_EQ(problem_with(verification), "fits") << "SN-B is in place since";
    verification.serial = "SN-A";
    EXPECT_EQ(problem_with(verification), "fits") << "the one that was taken away";
    const DatedId first = put(verification);
    expect_problem(verification, "record " + std::to_string(first) + " is the verification of that day");
    verification.meter = {"hv_klin"};
    expect_problem(verification, "the nearest is \"hv_kiln\"");
}

TEST_F(DatedCheck, AProductionStopNamesMetersOnce) {
    EXPECT_EQ(problem_with(ProductionStop{{}, at("2026-11-01 00:00"), std::nullopt}), "fits");
    expect_problem(ProductionStop{{{"water"}, {"water"}}, at("2026-11-01 00:00"), std::nullopt}, "twice");
    expect_problem(OutOfService{{"watre"}, at("2026-11-01 00:00"), std::nullopt}, "the nearest is \"water\"");
}

}  // namespace
}  // namespace mg
