#include "gateway/accounting/dated_record.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gateway/accounting/dated_record_json.h"
#include "gateway/accounting/item_record.h"
#include "gateway/base/language.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg::test {
namespace {

TEST(DatedRecordJson, WhatIsWrittenReadsBackWhateverItIs) {
    const bool held = rc::check("every kind of body", [](std::uint64_t seed) {
        Inventor invent{seed};
        for (std::size_t kind = 0; kind < std::variant_size_v<DatedBody>; ++kind) {
            const DatedBody body = invent.body(kind);
            const auto again = dated_body_from_json(kind_of(body), json_of(body));
            RC_ASSERT(again.has_value());
            RC_ASSERT(*again == body);
        }
        DatedRecord record = invent.record();
        record.id = static_cast<DatedId>(invent.below(1'000'000));
        record.confirmed_by = invent.text();
        if (invent.one_in(2)) record.confirmed_at = invent.time();
        if (invent.one_in(2)) record.revoked_at = invent.time();
        const auto again = dated_record_from_json(json_of(record));
        RC_ASSERT(again.has_value());
        RC_ASSERT(*again == record);
    });
    EXPECT_TRUE(held);
}

TEST(DatedRecordJson, IsTheDocumentedText) {
    const DatedBody body =
        Replacement{.meter = {"hv_kiln"},
                    .removed_at = kMidnight,
                    .installed_at = kMidnight + kQuarter,
                    .old_serial = "A",
                    .new_serial = "B",
                    .multiplier = Multiplier{Decimal{80, 0}, Decimal{100, 0}},
                    .rollover = std::nullopt,
                    .registers = {{{"energy_import"}, Decimal{12340, -2}, Decimal{}, Decimal{}}}};
    EXPECT_EQ(
        json_of(body),
        R"({"meter":"hv_kiln","removed_at":"2026-11-21T16:00:00.000Z","installed_at":"2026-11-21T16:15:00.000Z",)"
        R"("old_serial":"A","new_serial":"B","multiplier":{"ct":"80","pt":"100"},"rollover":null,)"
        R"("registers":[{"point":"energy_import","old_end":"123.40","new_start":"0","unmetered":"0"}]})");
    EXPECT_EQ(
        json_of(DatedBody{PeriodLock{{StatType::day, kMidnight, kMidnight + std::chrono::days{1}}}}),
        R"({"period":{"type":"day","from":"2026-11-21T16:00:00.000Z","to":"2026-11-22T16:00:00.000Z"}})");
}

TEST(DatedRecordJson, AVerificationIsTheDocumentedText) {
    const DatedBody body = Verification{.meter = {"hv_kiln"},
                                        .serial = "B",
                                        .on = kMidnight,
                                        .valid_until = std::nullopt,
                                        .by = "示例计量所",
                                        .certificate = "2026-118",
                                        .result = VerificationResult::limited,
                                        .traceability = Traceability::calibration};
    EXPECT_EQ(
        json_of(body),
        R"({"meter":"hv_kiln","serial":"B","on":"2026-11-21T16:00:00.000Z","valid_until":null,"by":"示例计量所",)"
        R"("certificate":"2026-118","result":"limited","traceability":"calibration"})");
    EXPECT_EQ(begin_of(body), kMidnight);
    EXPECT_EQ(subject_of(body), "hv_kiln");
}

TEST(DatedRecordJson, PeopleMayUseTheirOwnOffsetAndLeaveOutWhatIsOptional) {
    const auto body = dated_body_from_json(
        "replacement",
        R"({"meter":"hv_kiln","removed_at":"2026-11-22T10:07+08:00","installed_at":"2026-11-22T10:31:30+08:00",
            "registers":[{"point":"energy_import","old_end":"1","new_start":"2"}]})");

    ASSERT_TRUE(body) << body.error().what;
    EXPECT_EQ(begin_of(*body), kMidnight + std::chrono::hours{10} + std::chrono::minutes{7});
    EXPECT_EQ(std::get<Replacement>(*body).registers.at(0).unmetered, Decimal{});
}

TEST(DatedRecordJson, BadInputIsOneLineThatNamesTheField) {
    struct Case {
        std::string kind;
        std::string json;
        std::string says;
    };
    const std::string at = R"("at":"2026-11-22T10:00+08:00")";
    for (
        const Case& bad : {
            Case{"replacment", "{}", "kind: there is no 'replacment'"},
            Case{"coefficient", "", "not JSON"},
            Case{"coefficient", "[]", "coefficient: JSON: an object expected, found []"},
            Case{"coefficient", R"({"nmae":"x"})", "coefficient: nmae: no such field; there are name, value"},
            Case{"coefficient", R"({"value":"1"})", "coefficient: name: is missing"},
            Case{"coefficient", R"({"name":"x","value":1.5})",
                 R"(coefficient: value: a decimal number in quotes, like "12.5" expected, found 1.5)"},
            Case{"coefficient", R"({"name":"x","value":"1,5"})", "coefficient: value: a decimal"},
            Case{"coefficient", R"({"name":"x","value":"1","from":"2026-11-22 10:00"})",
                 "from: a time with its offset"},
            Case{"coefficient", R"({"name":"X y","value":"1","from":"2026-11-22T10:00Z"})",
                 "name: 'X y' is no id"},
            Case{"coefficient", R"({"name":"x","value":"1","from":"1970-01-01T00:00Z"})",
                 "not between 2000 and 2199"},
            Case{"ruling", R"({"meter":"m","point":"p",)" + at + R"(,"verdict":"odd"})",
                 "rolled_over, was_reset"},
            Case{"ruling", R"({"meter":"m","point":"p",)" + at + R"(,"verdict":"genuine","after":"0"})",
                 "only with the verdict was_reset"},
            Case{"multiplier",
                 R"({"meter":"m",)" + at + R"(,"multiplier":{"ct":"0","pt":"1"},"registers":[]})",
                 "multiplier.ct: must be above 0"},
            Case{
                "multiplier",
                R"({"meter":"m",)" + at +
                    R"(,"multiplier":{"ct":"1","pt":"1"},"registers":[{"point":"a","index":"1"},{"point":"a","index":"2"}]})",
                "twice"},
            Case{"out_of_service", R"({"meter":"m","from":"2026-11-22T10:00Z","to":"2026-11-22T10:00Z"})",
                 "to: must be after 'from'"},
            Case{
                "entry",
                R"({"item":"i","period":{"type":"real_time","from":"2026-11-22T10:00Z","to":"2026-11-22T11:00Z"},"value":"1"})",
                "period: a day, a month or a year"},
            Case{
                "entry",
                R"({"item":"i","period":{"type":"day","from":"2026-11-22T10:00Z","to":"2026-11-22T11:00Z"},"value":"1","input_type":8})",
                "input_type: 1 to 7"},
            Case{
                "verification",
                R"({"meter":"m","serial":"A","on":"2026-11-22T00:00+08:00","result":"good","traceability":"legal"})",
                "result: passed, limited or failed expected"},
            Case{
                "verification",
                R"({"meter":"m","serial":"","on":"2026-11-22T00:00+08:00","result":"passed","traceability":"legal"})",
                "serial: is missing"},
            Case{
                "verification",
                R"({"meter":"m","serial":"A","on":"2026-11-22T00:00+08:00","valid_until":"2026-11-21T00:00+08:00","result":"passed","traceability":"legal"})",
                "valid_until: must not be before 'on'"},
            Case{"production_stop", R"({"meters":"m","from":"2026-11-22T10:00Z"})",
                 "meters: a list expected"},
        }) {
        const auto read = dated_body_from_json(bad.kind, bad.json);

        ASSERT_FALSE(read) << bad.json;
        EXPECT_EQ(read.error().kind, Failure::rejected);
        EXPECT_NE(read.error().what.find(bad.says), std::string::npos) << read.error().what;
        EXPECT_EQ(read.error().what.find('\n'), std::string::npos) << read.error().what;
    }
}

TEST(DatedRecord, KindSubjectAndTimesFollowFromTheBody) {
    const UtcTime later = kMidnight + kQuarter;
    const auto check = [&](const DatedBody& body, std::string_view kind, std::string_view subject,
                           std::optional<UtcTime> end) {
        EXPECT_EQ(kind_of(body), kind);
        EXPECT_EQ(subject_of(body), subject);
        EXPECT_EQ(begin_of(body), kMidnight) << kind;
        EXPECT_EQ(end_of(body), end) << kind;
    };

    check(Replacement{.meter = {"m"}, .removed_at = kMidnight, .installed_at = later}, "replacement", "m",
          {});
    check(MultiplierChange{{"m"}, kMidnight, {}, {}}, "multiplier", "m", {});
    check(IndexRuling{.meter = {"m"}, .point = {"p"}, .at = kMidnight}, "ruling", "m", {});
    check(OutOfService{{"m"}, kMidnight, later}, "out_of_service", "m", later);
    check(ProductionStop{{}, kMidnight, {}}, "production_stop", "", {});
    check(ProductionStop{{{"m"}, {"n"}}, kMidnight, later}, "production_stop", "m n", later);
    check(OpeningAmount{"i", kMidnight, later, {}}, "opening", "i", later);
    check(EnteredValue{.item = "i", .period = {StatType::day, kMidnight, later}}, "entry", "i", later);
    check(CoefficientValue{.name = "c", .from = kMidnight}, "coefficient", "c", {});
    check(PeriodLock{{StatType::day, kMidnight, later}}, "lock", "", later);
    EXPECT_EQ(dated_kinds().size(), std::variant_size_v<DatedBody>);
}

TEST(ItemRecord, MarksHaveStableNamesAndLabelsInBothLanguages) {
    const Marks marks = Marks{Mark::few_samples} | Mark::end_bridged;
    EXPECT_EQ(names_of(marks), (std::vector<std::string_view>{"end_bridged", "few_samples"}));
    EXPECT_EQ(labels_of(marks), (std::vector<std::string_view>{"end interpolated", "too few samples"}));
    set_language(Language::zh);
    EXPECT_EQ(labels_of(marks), (std::vector<std::string_view>{"终点插补", "采样不足"}));
    set_language(Language::en);
    EXPECT_EQ(names_of(Marks{0x1FFF}).size(), 13U);
}

}  // namespace
}  // namespace mg::test
