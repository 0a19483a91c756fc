#include "gateway/acceptance/conformity_report.h"

#include <gtest/gtest.h>

#include "gateway/base/language.h"
#include "tests/unit/acceptance/small_site.h"

namespace mg::test {
namespace {

StepReport step(AcceptanceStep which, StepOutcome outcome) {
    return {.step = which, .outcome = outcome, .findings = {}, .trouble = {}, .advice = {}, .exchanges = {}};
}

struct Report : testing::Test {
    SmallSite small;
    AcceptanceRun run;

    Report() {
        run.begun = run.ended = small.clock.utc();
        run.steps = {step(AcceptanceStep::address, StepOutcome::passed),
                     step(AcceptanceStep::registration, StepOutcome::failed),
                     step(AcceptanceStep::record, StepOutcome::not_tried)};
        run.steps[1].trouble = "HTTP 200, code 1: <b>企业不存在</b>";
        run.steps[1].advice = "ask the operator";
        ShownExchange exchange;
        exchange.what = "register";
        exchange.url = "https://energy.example.gov.cn/register";
        exchange.request = "{}";
        exchange.status = 200;
        exchange.answer = "<script>alert(1)</script>";
        run.steps[1].exchanges = {exchange};
    }
    std::string text(Language language) {
        const SpokenLanguage spoken{language};
        return conformity_report({.site = small.site(0), .version = "1.2.3"}, run);
    }
    void expect_in(const std::string& page, std::initializer_list<std::string_view> parts) const {
        for (const std::string_view part : parts)
            EXPECT_NE(page.find(part), std::string::npos) << part << " is not in\n" << page;
    }
};

TEST_F(Report, SaysWhoWhereByWhatAndWhatCameOfIt) {
    expect_in(text(Language::zh),
              {"样例水泥&lt;有限&gt;公司", "91130000XXXXXXXX0Y", "样例水泥厂 (cement)", "metergate 1.2.3",
               "国家规范(明文 JSON) (national)", "按公开客户端程序与其数据库说明整理", "2026-11-22 10:20:00",
               "通过 1 项，不通过 1 项，未测 1 项", "端设备注册", "ask the operator", "签字"});
    expect_in(text(Language::en), {"passed 1, failed 1, not tried 1", "registration", "Signatures"});
}

TEST_F(Report, ListsTheItemsAndInstrumentsOfThisDestination) {
    const std::string page = text(Language::zh);

    expect_in(page, {"全厂-电力-购进 (elec)", "00-00-0000-023300-11", "万kWh", "<td>4</td>", "实时 日",
                     "15 分钟", "现场仪表", "hv.energy_import", "02-01-0000-040100-30", "手工填报"});
    expect_in(page, {"10kV进线 (hv)", "三相电能表", "0.2S级", "SN26037X", "NY-001号", "+elec"});
    EXPECT_EQ(page.find("elec_export"), std::string::npos) << "it is not sent there";
}

TEST_F(Report, NamesInstrumentsAlsoWhereOtherItemsStandBetween) {
    ItemOptions lent = small.options.items.front();
    lent.id = "elec_lent";
    lent.codes.standard.reset();
    lent.formula = "lv_lent.energy_import";
    ItemOptions used = small.options.items.front();
    used.id = "elec_used";
    used.formula = "1.5 * (elec - elec_lent)";
    small.options.items.push_back(lent);
    small.options.items.push_back(used);
    MeterOptions meter = small.options.meters.front();
    meter.id = {"lv_lent"};
    meter.name.clear();
    small.options.meters.push_back(meter);

    expect_in(text(Language::en), {"+elec (elec_used)", "<td>lv_lent</td>", "<td>(elec_used)</td>"});
}

TEST_F(Report, ClaimsARecordOnlyWhereOneWasTaken) {
    expect_in(text(Language::en), {"No record was taken by the platform"});
    run.steps.back().outcome = StepOutcome::passed;
    expect_in(text(Language::en), {"of records the one that is named below"});
}

TEST_F(Report, WhatAPlatformAnswersCannotBecomeAPartOfThePage) {
    const std::string page = text(Language::zh);

    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_EQ(page.find("<b>"), std::string::npos);
    EXPECT_EQ(page.find("src="), std::string::npos) << "nothing from elsewhere";
}

TEST_F(Report, ADryRunClaimsNothing) {
    run.dry = true;
    for (StepReport& each : run.steps) each.outcome = StepOutcome::not_tried;

    const std::string page = text(Language::zh);

    expect_in(page, {"本次未发送任何报文"});
    EXPECT_EQ(page.find("通过 "), std::string::npos);
}

}  // namespace
}  // namespace mg::test
