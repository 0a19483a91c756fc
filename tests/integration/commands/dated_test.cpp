#include <string>

#include <gtest/gtest.h>

#include "tests/integration/commands/site_with_books.h"

namespace mg {
namespace {

constexpr const char* kReplacement =
    "replace-meter hv --removed-at '2026-03-02 10:07' --installed-at '2026-03-02 10:30' --old-serial SN-A "
    "--new-serial SN-B --register energy_import=54367.2:0:35 --register energy_export=12:0 "
    "--multiplier 800/5x10000/100 --by zhang --remark '工单 7'";

TEST_F(SiteWithBooks, AMeterIsReplacedAndTheRecordSaysWhatFollows) {
    const Ran put = run_with_site(kReplacement);

    EXPECT_EQ(put.exit_code, 0) << put.err;
    EXPECT_TRUE(contains(put.out, "record 1: meter replacement hv: SN-A → SN-B, removed 2026-03-02 10:07:00"))
        << put.out;
    EXPECT_TRUE(contains(put.out, "energy_import 54367.2 → 0 (unmetered 35)")) << put.out;
    EXPECT_TRUE(contains(put.out, "multiplier 160 × 100")) << put.out;
    EXPECT_TRUE(contains(put.out, "computed again from 2026-03-02 10:07:00 on: power\n")) << put.out;

    const Ran listed = run_with_site("dated --lang zh");
    EXPECT_TRUE(contains(listed.out, "换表")) << listed.out;
    EXPECT_TRUE(contains(listed.out, "工单 7")) << listed.out;
    EXPECT_TRUE(contains(run_with_site("dated show 1").out, "remark: 工单 7")) << "all about one";
    EXPECT_TRUE(contains(run_with_site("dated show 1 --json").out, "\"new_serial\":\"SN-B\""));
}

TEST_F(SiteWithBooks, AReplacementThatCannotBeMeantIsNamed) {
    const auto refused = [&](const std::string& command, const std::string& why) {
        const Ran ran = run_with_site(command);
        EXPECT_EQ(ran.exit_code, 64) << command;
        EXPECT_TRUE(contains(ran.err, why)) << ran.err;
    };
    const std::string begin = "replace-meter hv --removed-at 2026-03-02 --old-serial SN-A --new-serial SN-B ";
    refused(begin + "--register energy_import=54367", "does not say old end and new start");
    refused(begin + "--register energy_import=54367:0", "missing for: energy_export");
    refused(begin + "--register energy_import=1:0 --register energy_export=1:0 --multiplier 5/800/1",
            "no multiplier");
    refused("replace-meter hw --removed-at 2026-03-02 --old-serial A --new-serial B",
            "the nearest is \"hv\"");
    refused("replace-meter hv --removed-at soon --old-serial A --new-serial B", "is not a time");
    refused("replace-meter hv --removed-at 2026-03-02 --old-serial A", "missing");
    EXPECT_TRUE(books->dated(DatedQuery{.also_void = true})->empty());
}

TEST_F(SiteWithBooks, AMultiplierIsSetSinceLongAgoAndRevoked) {
    const Ran set =
        run_with_site("set-multiplier hv 100 --at '2026-01-05 08:20' --register energy_import=1234.5");
    EXPECT_EQ(set.exit_code, 0) << set.err;
    EXPECT_TRUE(contains(set.out, "100 from 2026-01-05 08:20:00 on; energy_import at 1234.5")) << set.out;

    const Ran revoked = run_with_site("dated revoke 1 --remark '看错铭牌' --by wang");
    EXPECT_EQ(revoked.exit_code, 0) << revoked.err;
    EXPECT_TRUE(contains(revoked.out, "revoked by wang: 看错铭牌")) << revoked.out;
    EXPECT_TRUE(contains(revoked.out, "computed again from 2026-01-05 08:20:00 on: power")) << revoked.out;
    EXPECT_EQ(run_with_site("dated").out, "nothing is on record\n");
    EXPECT_TRUE(contains(run_with_site("dated --all").out, "revoked"));
    EXPECT_EQ(run_with_site("dated revoke 1 --remark again").exit_code, 64);
    EXPECT_EQ(run_with_site("dated revoke 1").exit_code, 64) << "nobody said why";
}

TEST_F(SiteWithBooks, ACoefficientGetsAValueFromADayOn) {
    const Ran put =
        run_with_site("coefficient coal_tce 0.71 --unit tce/t --from 2026-03-01 --source '化验单 3'");
    EXPECT_EQ(put.exit_code, 0) << put.err;
    EXPECT_TRUE(contains(put.out, "no item depends on it")) << put.out;
    const Ran shown = run_with_site("coefficient coal_tce");
    EXPECT_TRUE(contains(shown.out, "coefficients.csv")) << shown.out;
    EXPECT_TRUE(contains(shown.out, "0.71  tce/t  2026-03-01 00:00:00  –")) << shown.out;
    EXPECT_TRUE(contains(run_with_site("coefficient --json").out, "\"record\":1"));

    const Ran wrong = run_with_site("coefficient coal_tce 710 --unit kgce/t --from 2026-03-01 --source x");
    EXPECT_EQ(wrong.exit_code, 64);
    EXPECT_TRUE(contains(wrong.err, "is in tce/t, not in kgce/t")) << wrong.err;
    EXPECT_EQ(run_with_site("coefficient coal_tce 0.7").exit_code, 64) << "unit, day and source are missing";
    EXPECT_EQ(run_with_site("coefficient cool_tce").exit_code, 64);
}

TEST_F(SiteWithBooks, AStepOfAnIndexIsRuledUponWithoutSayingWhen) {
    const auto slot = SiteCalendar{}.parse("2026-03-02 10:15").value().from;
    ASSERT_TRUE(books->commit({.new_breaks = {{{"hv"},
                                               {"energy_import"},
                                               slot - std::chrono::minutes{15},
                                               slot,
                                               Decimal{5300, 0},
                                               Decimal{3, 0},
                                               slot}}}));
    EXPECT_TRUE(contains(run_with_site("rule").out, "hv     energy_import  2026-03-02 10:00:00   5300"))
        << run_with_site("rule").out;

    const Ran ruled = run_with_site("rule hv energy_import was-reset --after 3 --remark '现场清零'");
    EXPECT_EQ(ruled.exit_code, 0) << ruled.err;
    EXPECT_TRUE(contains(ruled.out, "energy_import at 2026-03-02 10:15:00: was reset; to 3")) << ruled.out;
    const Ran other = run_with_site("rule hv energy_export genuine");
    EXPECT_EQ(other.exit_code, 64);
    EXPECT_TRUE(contains(other.err, "no step of hv energy_export waits")) << other.err;
    EXPECT_EQ(run_with_site("rule hv energy_import wrong").exit_code, 64);
}

TEST_F(SiteWithBooks, RarerThingsArePutOnRecordToo) {
    EXPECT_EQ(run_with_site("dated out-of-service hv --from '2026-03-02 08:00'").exit_code, 0);
    EXPECT_EQ(
        run_with_site("dated production-stop --from 2026-02-01 --to 2026-02-10 --remark 春节").exit_code, 0);
    EXPECT_EQ(run_with_site("dated production-stop hv --from 2026-02-01").exit_code, 0);
    const Ran opening = run_with_site("dated opening power 1234.5 --from 2026-01-01 --to '2026-01-17 09:15'");
    EXPECT_EQ(opening.exit_code, 0) << opening.err;
    EXPECT_TRUE(contains(opening.out, "from 2026-01-01 00:00:00 until 2026-01-17 09:15:00: power"))
        << opening.out;
    const Ran listed = run_with_site("dated --kind production_stop");
    EXPECT_TRUE(contains(listed.out, "until 2026-02-11 00:00:00")) << "the day that was named is within:\n"
                                                                   << listed.out;
    EXPECT_TRUE(contains(run_with_site("dated --about hv --json").out, "out_of_service"));
    EXPECT_EQ(run_with_site("dated --kind gift").exit_code, 64);
}

TEST_F(SiteWithBooks, AVerificationIsOnRecordAndNothingIsComputedAgain) {
    const Ran put = run_with_site(
        "dated verification hv --serial SN-A --on 2026-03-01 --valid-until 2027-02-28 --kind 检定 "
        "--verified-by "
        "示例计量所 --certificate 2026-118 --by zhang");
    EXPECT_EQ(put.exit_code, 0) << put.err;
    EXPECT_TRUE(contains(put.out,
                         "SN-A verification on 2026-03-01: passed; valid until 2027-02-28; by 示例计量所; "
                         "certificate 2026-118; by zhang"))
        << put.out;
    EXPECT_FALSE(contains(put.out, "computed again")) << put.out;
    EXPECT_TRUE(books->to_do()->empty());
    EXPECT_TRUE(
        contains(run_with_site("dated --kind verification --lang zh").out, "SN-A 检定 2026-03-01：合格"));

    const auto refused = [&](const std::string& rest, const std::string& why) {
        const Ran ran = run_with_site("dated verification hv --verified-by x " + rest);
        EXPECT_EQ(ran.exit_code, 64) << rest;
        EXPECT_TRUE(contains(ran.err, why)) << ran.err;
    };
    refused("--serial SN-Z --on 2026-02-01 --kind legal", "known are: SN-A");
    refused("--serial SN-A --on 2026-02-30 --kind legal", "is no day such as");
    refused("--serial SN-A --on 2026-02-01 --kind yearly", "is none of");
    refused("--serial SN-A --on 2026-02-01 --kind legal --result good", "is none of");
    EXPECT_EQ(run_with_site("dated revoke 1 --remark 登错").exit_code, 0);
    EXPECT_TRUE(books->to_do()->empty()) << "nor by its revocation";
}

struct SiteWithTwoPersons : SiteWithBooks {
    SiteWithTwoPersons() : SiteWithBooks{Confirm::entries} {}
};

TEST_F(SiteWithTwoPersons, ASecondPersonConfirms) {
    const Ran entered = run_with_site("dated opening power 5 --from 2026-01-01 --to 2026-01-16 --by li");
    EXPECT_TRUE(contains(entered.out, "waits for a second person: metergate dated confirm 1")) << entered.out;
    EXPECT_TRUE(contains(run_with_site("dated --all --lang zh").out, "待另一人确认"));
    EXPECT_EQ(run_with_site("dated").out, "nothing is on record\n");

    EXPECT_EQ(run_with_site("dated confirm 1 --by li").exit_code, 64);
    const Ran confirmed = run_with_site("dated confirm 1 --by wang");
    EXPECT_EQ(confirmed.exit_code, 0) << confirmed.err;
    EXPECT_TRUE(contains(confirmed.out, "confirmed by wang")) << confirmed.out;
    EXPECT_TRUE(contains(confirmed.out, "computed again from")) << confirmed.out;
}

TEST_F(SiteWithBooks, APeriodIsClosedAndOpened) {
    compute("2026-01", Decimal{7, 0});
    EXPECT_TRUE(contains(run_with_site("period").out, "no period is closed\n"));
    const Ran locked = run_with_site("period lock 2099 --by wang");
    EXPECT_EQ(locked.exit_code, 64) << "it has not ended";
    EXPECT_EQ(run_with_site("period lock 2026-01 --by wang --remark 已上报").exit_code, 0);
    EXPECT_EQ(run_with_site("period lock 2026-01-05").exit_code, 64) << "it is closed already";
    compute("2026-01", Decimal{9, 0});

    const Ran shown = run_with_site("period");
    EXPECT_TRUE(contains(shown.out, "2026-01       1  wang")) << shown.out;
    EXPECT_TRUE(contains(shown.out, "steel  2026-01       7         9  t")) << shown.out;
    EXPECT_TRUE(contains(run_with_site("period --type month --item steel --json").out, "\"wanted\":\"9\""));
    EXPECT_FALSE(contains(run_with_site("period --from 2026-02").out, "steel"));
    EXPECT_TRUE(
        contains(run_with_site("records steel --from 2026-01 --to 2026-01 --type month").out, "7  t"));
    EXPECT_EQ(run_with_site("enter steel 2026-01 8 --evidence x").exit_code, 64);

    const Ran part = run_with_site("period unlock 2026-01-05 --remark x");
    EXPECT_EQ(part.exit_code, 64);
    EXPECT_TRUE(contains(part.err, "is closed as a part of 2026-01, by record 1")) << part.err;
    const Ran opened = run_with_site("period unlock 2026-01 --by li --remark '更正'");
    EXPECT_EQ(opened.exit_code, 0) << opened.err;
    EXPECT_TRUE(contains(opened.out,
                         "computed again from 2026-01-01 00:00:00 until 2026-02-01 00:00:00: power, steel"))
        << opened.out;
    EXPECT_EQ(run_with_site("period unlock 2026-01 --remark x").exit_code, 64) << "it is open";
}

TEST_F(SiteWithBooks, APeriodIsOpenThenReportedThenLocked) {
    const UplinkId province{"province"};
    const auto state_is = [&](std::string_view month, const std::string& words) {
        const Ran shown = run_with_site("period");
        EXPECT_TRUE(contains(shown.out, std::string{month} + "  " + words + "\n")) << shown.out;
    };
    ASSERT_TRUE(books->outbox().enrol(province, {.items = {{.item = "steel", .types = {StatType::month}}}}));
    for (const std::string_view month : {"2025-12", "2026-01", "2026-02"}) compute(month, Decimal{7, 0});
    state_is("2025-12", "open");

    for (const std::string_view month : {"2025-12", "2026-01"}) {
        const auto period = SiteCalendar{}.parse(month).value();
        ASSERT_TRUE(books->outbox().settle(province, {{.record = {"steel", period}, .at = period.to}}));
    }
    state_is("2025-12", "reported");
    ASSERT_EQ(run_with_site("period lock 2026-01 --by wang").exit_code, 0);
    ASSERT_EQ(run_with_site("period lock 2026-02 --by wang").exit_code, 0);
    compute("2025-12", Decimal{9, 0});

    state_is("2025-12", "reported");
    state_is("2026-01", "locked, reported");
    state_is("2026-02", "locked");
    const Ran zh = run_with_site("--lang zh period");
    for (const std::string part : {"2025-12  已上报", "2026-01  已锁定，已上报", "2026-02  已锁定"}) {
        EXPECT_TRUE(contains(zh.out, part)) << zh.out;
    }
    const Ran json = run_with_site("period --type month --from 2026-01 --to 2026-01 --json");
    EXPECT_TRUE(contains(json.out, "\"state\":\"locked\"")) << json.out;
    EXPECT_TRUE(contains(json.out, "\"reported\":true")) << json.out;
    EXPECT_FALSE(contains(json.out, "\"period\":\"2025-12\"")) << json.out;
    EXPECT_FALSE(contains(run_with_site("period --type day").out, "reported"));
}

TEST_F(SiteWithBooks, RecordsOfSeveralItemsAreShownInOneTable) {
    compute("2026-01", Decimal{7, 0});
    const auto period = SiteCalendar{}.parse("2026-01").value();
    ASSERT_TRUE(books->commit({.records = {{.item = "power", .period = period, .value = Decimal{9, 0}}}}));
    const Ran both = run_with_site("records power steel --from 2026-01 --to 2026-01 --type month");
    EXPECT_EQ(both.exit_code, 0) << both.err;
    EXPECT_TRUE(contains(both.out, "power  2026-01      9  kWh")) << both.out;
    EXPECT_TRUE(contains(both.out, "steel  2026-01      7  t")) << both.out;
    EXPECT_EQ(run_with_site("records power stel --from 2026 --to 2026 --type month").exit_code, 64);
}

TEST_F(Program, DatedRecordsWithoutADaemonAreThree) {
    for (const std::string command : {"dated", "dated show 1", "dated confirm 1", "dated revoke 1 --remark x",
                                      "rule", "coefficient", kReplacement, "set-multiplier hv 80 --at 2026",
                                      "period", "period lock 2026-01", "period unlock 2026-01 --remark x"}) {
        EXPECT_EQ(run_with_site(command).exit_code, 3) << command;
    }
}

}  // namespace
}  // namespace mg
