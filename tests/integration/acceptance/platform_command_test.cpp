#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gateway/accounting/books.h"
#include "tests/integration/commands/program.h"
#include "tests/support/simulated_platform.h"

// The command as a person calls it, beside books that are open.
namespace mg::test {
namespace {

struct PlatformCommand : Program {
    std::unique_ptr<Books> books;

    /// With a meter, two items, an enterprise and these uplinks.
    void configure_uplinks(const std::string& uplinks) {
        const auto data = folder / "data";
        std::filesystem::create_directory(data);
        write("gateway.toml", fmt::format(R"(
[site]
id = "cement"
[storage]
path = "{}"
[control]
socket = "{}"
[[line]]
id = "panel"
kind = "modbus-tcp"
host = "127.0.0.1"
port = 1
[[enterprise]]
id = "plant"
name = "样例水泥"
code = "91130000XXXXXXXX0Y"
region_code = "130100"
industry_code = "C3011"
type_code = "170"
type_name = "私营"
consumption_level = 3
latitude = 38.04
longitude = 114.51
phone = "0311-80000000"
{})",
                                          data.string(), socket.string(), uplinks));
        write("meters.csv",
              "id,name,energy,line,address,model,every,level,instrument_code,index_unit\n"
              "hv,10kV进线,电力,panel,1,eastron-sdm630,60s,1,15261000,kWh\n");
        write("items.csv",
              "id,name,code,periods,interval_min,method,formula,unit,decimals\n"
              "elec,全厂-电力-购进,00-00-0000-023300-11,实时 日 月,15,累计差,hv.energy_import,万kWh,4\n");
        books = std::move(Books::open(data / kBooksFile).value());
    }
    [[nodiscard]] std::string uplink(const std::string& id, const std::string& profile,
                                     const std::string& url, const std::string& ca = {}) const {
        std::string text = fmt::format(
            "[[uplink]]\nid = \"{}\"\nkind = \"provincial\"\nprofile = \"{}\"\nenterprise = \"plant\"\nurl = "
            "\"{}\"\n"
            "timeout = \"5s\"\ncredentials = \"{}\"\n",
            id, profile, url, (folder / "credentials").string());
        if (!ca.empty()) text += fmt::format("ca_file = \"{}\"\n", ca);
        return text;
    }
    void write_credentials() const {
        std::ofstream{folder / "credentials"} << "password = Pass2026\n";
        ::chmod((folder / "credentials").c_str(), 0600);
    }
    void keep_record() const {
        const SiteCalendar calendar;
        ItemRecord record;
        record.item = "elec";
        record.period = calendar.before(calendar.containing(StatType::day, SystemClock{}.utc()));
        record.value = Decimal{123456, -4};
        ASSERT_TRUE(books->commit({.records = {record}}));
    }
};

TEST_F(PlatformCommand, TriesThePlatformAndWritesTheReportInChinese) {
    SimulatedPlatform platform{"p3"};
    configure_uplinks(uplink("province", "yunnan", platform.url() + "/YNEnergy", platform.file("ca")));
    write_credentials();
    keep_record();
    const auto report = folder / "report.html";

    const Ran ran = run_with_site("platform test --report '" + report.string() + "'");

    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
    EXPECT_TRUE(contains(ran.out, "不通过 0 项，未测 0 项")) << ran.out;
    EXPECT_EQ(ran.err, "");
    const std::string page = text_of(report);
    EXPECT_TRUE(contains(page, "<html lang=\"zh-CN\">"));
    EXPECT_TRUE(contains(page, "12.3456"));
    for (const std::string& text : {ran.out, page}) EXPECT_FALSE(contains(text, "Pass2026"));
    const auto arrived = platform.look("arrivals?profile=p3&limit=10");
    EXPECT_EQ(arrived.at("arrivals").at(0).at("dataValue"), "12.3456");
}

TEST_F(PlatformCommand, WritesTheReportInEnglishWhenAskedAndFailsWhenAStepDoes) {
    SimulatedPlatform platform{"p1"};
    configure_uplinks(uplink("province", "national", platform.address("register"), platform.file("ca")));
    write_credentials();
    platform.misbehave({{"fault", "html"}, {"path", "/enterprise/versionCheck"}});
    const auto report = folder / "report.html";

    const Ran ran = run_with_site("platform test province --lang en --report '" + report.string() + "'");

    EXPECT_EQ(ran.exit_code, 1) << ran.out << ran.err;
    EXPECT_TRUE(contains(ran.out, "what to do: What came back is no JSON")) << ran.out;
    EXPECT_TRUE(contains(text_of(report), "<html lang=\"en\">"));
    EXPECT_TRUE(contains(text_of(report), "failed 1"));
}

TEST_F(PlatformCommand, WithoutANetworkNeedsNeitherPlatformNorCredentials) {
    configure_uplinks(uplink("province", "yunnan", "https://platform.invalid/YNEnergy"));

    const Ran ran = run_with_site("platform test --dry-run");

    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(contains(ran.out, "POST https://platform.invalid/YNEnergy/requestAK")) << ran.out;
    EXPECT_TRUE(contains(ran.out, "the value is invented")) << ran.out;
}

TEST_F(PlatformCommand, ShowsThePlatformsPickListsAndWritesThemForTheConfiguration) {
    configure_uplinks(uplink("province", "yunnan", "https://platform.invalid/YNEnergy"));
    const Ran none = run_with_site("platform codes");
    EXPECT_EQ(none.exit_code, 1);
    EXPECT_TRUE(contains(none.err, "no base data were downloaded yet")) << none.err;
    const auto kept = folder / "data" / "platform-province";
    std::filesystem::create_directories(kept);
    std::ofstream{kept / "base-data-8.json"}
        << R"({"EnergyTypeUnitCollectCodes":[{"code":"3300","name":"电力","qualityUnit":"万kWh","qualityPrecision":"2"}]})";

    const Ran shown = run_with_site("platform codes");
    const Ran written = run_with_site("platform codes province --write '" + (site / "codes").string() + "'");

    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_TRUE(contains(shown.out, "platforms count 3300 '电力' to 2 decimals; found: 4")) << shown.out;
    EXPECT_EQ(written.exit_code, 0) << written.err;
    const Ran checked = run_with_site("check");
    EXPECT_TRUE(contains(checked.out + checked.err, "to 2 decimals; found: 4")) << checked.out << checked.err;
}

TEST_F(PlatformCommand, SlipsAreNamed) {
    configure_uplinks(uplink("province", "national", "https://platform.invalid/register") +
                      uplink("city", "shandong", "https://city.invalid/register"));

    const Ran which = run_with_site("platform test --dry-run");
    EXPECT_EQ(which.exit_code, 64);
    EXPECT_TRUE(contains(which.err, "which uplink? province, city")) << which.err;
    const Ran mistyped = run_with_site("platform test provinz --dry-run");
    EXPECT_EQ(mistyped.exit_code, 64);
    EXPECT_TRUE(contains(mistyped.err, "the nearest is \"province\"")) << mistyped.err;
    const Ran item = run_with_site("platform test province --dry-run --item elek");
    EXPECT_EQ(item.exit_code, 64);
    EXPECT_TRUE(contains(item.err, "the nearest is \"elec\"")) << item.err;
    const Ran credentials = run_with_site("platform test province");
    EXPECT_EQ(credentials.exit_code, 2);
    const Ran report =
        run_with_site("platform test city --dry-run --report /nonexistent/report.html --lang en");
    EXPECT_EQ(report.exit_code, 1);
    EXPECT_TRUE(contains(report.err, "cannot be written")) << report.err;
    configure_uplinks("");
    EXPECT_EQ(run_with_site("platform test").exit_code, 2);
}

}  // namespace
}  // namespace mg::test
