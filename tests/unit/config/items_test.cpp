#include <algorithm>

#include <gtest/gtest.h>

#include "gateway/base/language.h"
#include "tests/unit/config/site.h"

namespace mg {
namespace {

const std::string kHeadings = "id,name,periods,method,formula,unit,valid_from,valid_to\n";

Loaded load_items_csv(const std::string& items, const std::string& gateway = plain_gateway()) {
    TemporarySite site;
    site.file("gateway.toml", gateway).file("meters.csv", "id\nmain\n").file("items.csv", items);
    return site.load();
}

std::string day(UtcTime time) {
    return SiteCalendar{}.text({StatType::day, time, {}});
}

TEST(Items, AreOptional) {
    TemporarySite site;
    site.file("gateway.toml", plain_gateway()).file("meters.csv", "id\nmain\n");

    const Loaded loaded = site.load();

    EXPECT_TRUE(loaded.problems.empty()) << text_of(loaded.problems);
    EXPECT_TRUE(loaded.options.items.empty());
    EXPECT_TRUE(loaded.options.coefficients.empty());
    EXPECT_TRUE(loaded.options.plant.empty());
    EXPECT_FALSE(loaded.options.codes.energy_types.empty());
}

TEST(Items, VersionsStandByDateWhateverTheOrderOfRows) {
    const Loaded loaded = load_items_csv(kHeadings +
                                         "coal,third,day,difference,main.c,t,2027/1/1,\n"
                                         "other,other,day,difference,main.c,t,,\n"
                                         "coal,first,day,difference,main.a,t,,\n"
                                         "coal,second,day,difference,main.b,t,2026-03-01,2026-09-01\n");

    ASSERT_TRUE(loaded.problems.empty()) << text_of(loaded.problems);
    const auto& items = loaded.options.items;
    ASSERT_EQ(items.size(), 4U);
    EXPECT_EQ(items[0].name, "first");
    EXPECT_EQ(items[0].valid_from, UtcTime{});
    EXPECT_EQ(day(*items[0].valid_to), "2026-03-01");
    EXPECT_EQ(items[1].name, "second");
    EXPECT_EQ(day(*items[1].valid_to), "2026-09-01");
    EXPECT_EQ(items[2].name, "third");
    EXPECT_FALSE(items[2].valid_to);
    EXPECT_EQ(items[3].id, "other");
    EXPECT_TRUE(items[1].valid_at(items[1].valid_from));
    EXPECT_FALSE(items[1].valid_at(*items[1].valid_to));
}

TEST(Items, BeginAtMidnightOfTheSite) {
    const Loaded loaded = load_items_csv(kHeadings + "coal,x,day,difference,main.a,t,2026-03-01,\n",
                                         "[site]\nutc_offset = \"-03:30\"\n" + plain_gateway());

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    EXPECT_EQ(loaded.options.items[0].valid_from,
              UtcTime{std::chrono::sys_days{std::chrono::March / 1 / 2026}} + std::chrono::minutes{210});
}

TEST(Items, CodesMayDifferByDestination) {
    const Loaded loaded = load_items_csv(
        "id,name,code,periods,method,formula,unit,uplinks\n"
        "a,a,00-00-0000-023300-11; broker=04-00-0000-023300-21,day,difference,main.a,万kWh,\n"
        "b,b,broker = 00-00-0000-023200-11,day,difference,main.a,GJ,broker\n"
        "c,c,,day,difference,main.a,GJ,不上报\n");

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    const auto& items = loaded.options.items;
    EXPECT_EQ(items[0].codes.of(UplinkId{"broker"})->scope(), CodeScope::process);
    EXPECT_EQ(items[0].codes.of(UplinkId{"other"})->scope(), CodeScope::enterprise);
    EXPECT_EQ(items[1].codes.of(UplinkId{"other"}), nullptr);
    EXPECT_TRUE(items[1].uplinks.contains(UplinkId{"broker"}));
    EXPECT_FALSE(items[1].uplinks.contains(UplinkId{"other"}));
    EXPECT_TRUE(items[2].codes.empty());
    EXPECT_FALSE(items[2].uplinks.contains(UplinkId{"broker"}));
}

TEST(Items, HaveTheBoundaryOfTheSiteWhereNoIntervalIsWritten) {
    const std::string quick = "[site]\nboundary = \"10s\"\n" + plain_gateway();
    const Loaded loaded = load_items_csv(
        "id,name,periods,interval_min,method,formula,unit\n"
        "a,a,real_time,,difference,main.a,t\n"
        "b,b,real_time,30s,difference,main.a,t\n"
        "c,c,real_time,15,difference,main.a,t\n",
        quick);

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    EXPECT_EQ(loaded.options.items[0].interval, std::chrono::seconds{10});
    EXPECT_EQ(loaded.options.items[1].interval, std::chrono::seconds{30});
    EXPECT_EQ(loaded.options.items[2].interval, std::chrono::minutes{15});
}

TEST(Items, KeepEveryCellWithItsColumn) {
    const Loaded good = load_items_csv(kHeadings + "\n a ,\"A, b\",day,difference,main.a,t,,\n");

    ASSERT_TRUE(good.ok()) << text_of(good.problems);
    const TableRow& row = good.options.items[0].row;
    EXPECT_EQ(row.file(), "items.csv");
    EXPECT_EQ(row.line(), 3);
    EXPECT_EQ(row.column_of("formula"), 5);
    EXPECT_EQ(row.text("formula"), "main.a");
    EXPECT_EQ(row.column_of("valid_to"), 8);
    EXPECT_EQ(row.text("valid_to"), "");
    EXPECT_EQ(row.column_of("code"), 0);
    EXPECT_EQ(row.text("id"), "a");
}

TEST(Items, AreTheSameWithSemicolonsTabsAndQuotes) {
    for (const std::string& text :
         {std::string("id;name;periods;method;formula;unit\r\na;x;\"day, month\";累计差;main.a;t\r\n"),
          std::string("采集项编号\t采集项名称\t统计周期\t统计方法\t计算公式\t上报单位\na\tx\t日 "
                      "月\t累计差\tmain.a\tt\n")}) {
        const Loaded loaded = load_items_csv(text);

        ASSERT_TRUE(loaded.problems.empty()) << text_of(loaded.problems);
        EXPECT_EQ(loaded.options.items[0].periods, (std::set{StatType::day, StatType::month}));
        EXPECT_EQ(loaded.options.items[0].formula, "main.a");
    }
}

TEST(Items, OneWhoseDateIsWrongIsNotBlamedForItsNeighbours) {
    const Loaded loaded = load_items_csv(kHeadings +
                                         "a,x,day,difference,main.a,t,,\n"
                                         "a,x,day,difference,main.a,t,2026-13-01,\n");

    ASSERT_EQ(loaded.problems.size(), 1U) << text_of(loaded.problems);
    EXPECT_EQ(loaded.problems[0].field, "valid_from");
}

TEST(Items, AreExplainedInChinese) {
    set_language(Language::zh);
    const std::string found =
        text_of(load_items_csv("采集项编号,采集项名称,采集数据编码,统计周期,统计方法,计算公式,上报单位,用途\n"
                               "a,x,2330011,日,累计差,main.a,t,\n"
                               "b,x,00-00-0000-023300-30,日,累计差,main.a,kWh,购进\n"
                               "main,x,,日,手工,,t,\n")
                    .problems);
    set_language(Language::en);

    EXPECT_EQ(found,
              "items.csv:2:3: code: 采集数据编码为 16 位数字，这里只有 7 位：表格软件会吃掉前导零；允许："
              "00-00-0000-023300-11；实际：2330011\n"
              "items.csv:3:7: 提示：unit: 平台按 万kWh 计 3300“电力”；实际：kWh\n"
              "items.csv:3:8: 提示：use: 编码 00-00-0000-023300-30 的这一段是 30“产出”；实际：购进\n"
              "items.csv:4:1: id: 计量点已用此编号；采集项与计量点共用一个名字空间；实际：main\n");
}

TEST(Items, HaveALimit) {
    std::string rows = kHeadings;
    for (std::size_t i = 0; i <= kMostItems; ++i) rows += fmt::format("a{},x,day,difference,main.a,t,,\n", i);

    const Loaded loaded = load_items_csv(rows);

    EXPECT_EQ(text_of(loaded.problems), "items.csv:5002: too many items; allowed: at most 5000\n");
}

TEST(Items, VersionsOfOneHaveALimit) {
    std::string rows = kHeadings;
    for (int year = 1960; year <= 2160; ++year)
        rows += fmt::format("a,x,day,difference,main.a,t,{}-01-01,\n", year);

    const Loaded loaded = load_items_csv(rows);

    EXPECT_EQ(text_of(loaded.problems),
              "items.csv:202:1: id: too many versions of one item; allowed: at most 200; found: a\n");
}

TEST(Coefficients, AreByNameAndDate) {
    TemporarySite site;
    site.file("gateway.toml", plain_gateway())
        .file("meters.csv", "id\nmain\n")
        .file(
            "coefficients.csv",
            "name,value,unit,valid_from,year\n"
            "coal,0.79,tce/t,2026-02-01,2026\nelec,1.229,tce/万kWh,,2020\ncoal,0.78,tce/t,2026-01-01,2026\n");

    const Loaded loaded = site.load();

    ASSERT_TRUE(loaded.problems.empty()) << text_of(loaded.problems);
    const auto& coefficients = loaded.options.coefficients;
    ASSERT_EQ(coefficients.size(), 3U);
    EXPECT_EQ(coefficients[0].name, "coal");
    EXPECT_EQ(coefficients[0].value, (Decimal{78, -2}));
    EXPECT_EQ(day(coefficients[1].valid_from), "2026-02-01");
    EXPECT_EQ(coefficients[2].valid_from, UtcTime{});
    EXPECT_EQ(coefficients[2].year, "2020");
}

TEST(Coefficients, HaveALimit) {
    TemporarySite site;
    std::string rows = "name,value,unit\n";
    for (std::size_t i = 0; i <= kMostCoefficients; ++i) rows += fmt::format("c{},1,1\n", i);
    site.file("gateway.toml", plain_gateway())
        .file("meters.csv", "id\nmain\n")
        .file("coefficients.csv", rows);

    EXPECT_EQ(text_of(site.load().problems), "coefficients.csv:5002: too many rows; allowed: at most 5000\n");
}

TEST(Meters, IndexUnitIsThatOfTheModel) {
    const std::string headings = "id,line,address,model,circuit,index_unit\n";
    const Loaded good = load_rows(headings +
                                  "a,bus,1,sample-steam,,GJ\nb,bus,2,sample-steam,,t\n"
                                  "c,bus,3,sample-vortex,,m³\nd,bus,4,sample-multi-circuit,2,kWh\n"
                                  "e,bus,5,sample-steam,,\n");
    const Loaded wrong =
        load_rows(headings + "a,bus,1,sample-steam,,kWh\nb,bus,2,sample-multi-circuit,1,MWh\n");

    EXPECT_TRUE(good.ok()) << text_of(good.problems);
    EXPECT_EQ(
        text_of(wrong.problems),
        "meters.csv:2:6: index_unit: the indexes of the model 'sample-steam' are in t, GJ, not in kWh; "
        "allowed: t, GJ; found: kWh\n"
        "meters.csv:3:6: index_unit: the indexes of the model 'sample-multi-circuit' are in kWh, not in MWh; "
        "allowed: kWh; found: MWh\n");
}

}  // namespace
}  // namespace mg
