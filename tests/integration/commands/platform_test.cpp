#include <chrono>
#include <csignal>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pwd.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/reading/stat_period.h"
#include "tests/integration/commands/program.h"
#include "tests/support/child_process.h"
#include "tests/support/simulated_platform.h"

// The whole program beside a strict platform over TLS: what people see of it and order with the commands.
namespace mg {
namespace {

using nlohmann::json;

/// Who gives the orders, as the log calls him.
std::string me() {
    const passwd* user = ::getpwuid(::geteuid());
    return user != nullptr ? user->pw_name : fmt::format("uid {}", ::geteuid());
}

constexpr int kDays = 4;
constexpr const char* kCoal = "00-00-0000-010104-11";

/// The gateway with two items that are entered by hand, a platform that they are reported to, and the
/// commands.
struct GatewayWithAPlatform : Program {
    GatewayWithAPlatform() {
        write("gateway.toml",
              "[site]\nid = \"workshop\"\n[storage]\npath = \"" + data() + "\"\n[control]\nsocket = \"" +
                  socket.string() +
                  "\"\n[[enterprise]]\nid = \"plant\"\nname = \"样例水泥\"\n"
                  "code = \"91130000XXXXXXXX0Y\"\nregion_code = \"130100\"\nindustry_code = \"C3011\"\n"
                  "type_code = \"170\"\ntype_name = \"私营\"\nconsumption_level = 3\nlatitude = \"38.04\"\n"
                  "longitude = \"114.51\"\nphone = \"0311-80000000\"\n"
                  "[[uplink]]\nid = \"province\"\nname = \"省平台\"\nkind = \"provincial\"\n"
                  "profile = \"national\"\nurl = \"" +
                  platform.address("register") + "\"\nca_file = \"" + platform.file("ca") + "\"\n");
        write("meters.csv", "id,name,energy,line,address,model,every\nscale,地磅,其他,,,,\n");
        write("items.csv",
              "id,name,code,energy,use,periods,source,method,unit,decimals,in_total\n"
              "coal,烟煤购进," +
                  std::string(kCoal) +
                  ",一般烟煤,购进,日,手工填报,手工,t,2,不计\n"
                  "elec,购电,00-00-0000-023300-11,电力,购进,日,手工填报,手工,万kWh,4,不计\n");
        run_gateway();
    }
    [[nodiscard]] std::string data() const { return (folder / "data").string(); }
    void run_gateway() {
        gateway = ChildProcess{{MG_PROGRAM, "run", "--config", site.string()}, (folder / "log").string()};
        EXPECT_TRUE(eventually([&] { return run_with_site("uplink status").exit_code == 0; }))
            << text_of(folder / "log");
    }
    /// "2026-11-17": so many days ago.
    [[nodiscard]] std::string day(int ago) const {
        const SiteCalendar calendar;
        return calendar.text(calendar.containing(StatType::day, clock.utc() - std::chrono::hours{24 * ago}));
    }
    /// Some days of both items, all of them due.
    void enter_days() const {
        std::string table = "采集项编号,统计周期,周期,数值,依据\n";
        for (int ago = 2; ago < 2 + kDays; ++ago) {
            table += fmt::format("coal,日,{0},5{1}.25,磅单 {0}\nelec,日,{0},3{1}.0125,电费单 {0}\n", day(ago),
                                 ago);
        }
        write("values.csv", table);
        const Ran ran = run_with_site("enter --file '" + (site / "values.csv").string() + "'");
        EXPECT_EQ(ran.exit_code, 0) << ran.err;
    }
    [[nodiscard]] json uplink() const {
        const auto status = json::parse(run_with_site("uplink status --json").out, nullptr, false);
        return status.is_discarded() ? json::object() : status.at("uplinks").at(0);
    }
    /// Asks until both hold: so much waits, and so much is set aside.
    [[nodiscard]] bool comes_to(std::uint64_t backlog, std::uint64_t set_aside) const {
        return eventually([&] {
            // It looks every few seconds by itself.
            if (run_with_site("uplink resume province").exit_code != 0) return false;
            const json now = uplink();
            return now.value("backlog", 99U) == backlog && now.value("set_aside", 99U) == set_aside &&
                   now.value("delivered_samples", 0U) > 0;
        });
    }
    std::size_t arrivals() { return platform.look("arrivals?profile=p1&limit=1000").at("arrivals").size(); }

    SystemClock clock;
    test::SimulatedPlatform platform{"p1"};
    ChildProcess gateway;
};

TEST_F(GatewayWithAPlatform, ItsRecordsAreSeenSetAsideReleasedSentAgainAndProved) {
    platform.misbehave({{"fault", "refuse"}, {"dataCode", kCoal}, {"message", "编码未备案"}});
    enter_days();
    ASSERT_TRUE(comes_to(0, kDays)) << uplink().dump(1) << text_of(folder / "log");

    // Status: the table, the whole of it in both languages, JSON.
    EXPECT_TRUE(contains(run_with_site("status").out, "province")) << run_with_site("status").out;
    const std::string whole = run_with_site("uplink status province").out;
    for (const auto* part :
         {"profile      national", "set aside    4", "4 since start, the last at", "versions     "}) {
        EXPECT_TRUE(contains(whole, part)) << part << " is missing in\n" << whole;
    }
    EXPECT_TRUE(contains(run_with_site("uplink status province --lang zh").out, "搁置      4"));
    EXPECT_EQ(uplink().at("platform").at("accepted"), kDays);

    // Set aside, with the platform's words.
    const std::string aside = run_with_site("uplink set-aside province").out;
    EXPECT_TRUE(contains(aside, "编码未备案")) << aside;
    EXPECT_TRUE(contains(aside, day(2) + "         0  52.25  t")) << aside;

    // Released, one item that has nothing first.
    platform.behave();
    EXPECT_EQ(run_with_site("uplink release province --item elec").out, "0 more records wait\n");
    EXPECT_EQ(run_with_site("uplink release province --item coal").out, "4 more records wait\n");
    ASSERT_TRUE(comes_to(0, 0)) << uplink().dump(1);
    EXPECT_EQ(run_with_site("uplink set-aside province").out, "nothing is set aside\n");
    EXPECT_EQ(arrivals(), 2U * kDays);

    // Sent again: one item, two days.
    const std::string again = "uplink resend province --from " + day(3) + " --to " + day(2);
    EXPECT_EQ(run_with_site(again + " --item elec --type day").out, "2 more records wait\n");
    ASSERT_TRUE(comes_to(0, 0));

    // History: every answer, and the last one counted.
    const std::string history = "uplink history province --from " + day(9) + " --to " + day(1);
    const json receipts = json::parse(run_with_site(history + " --json").out).at("receipts");
    ASSERT_EQ(receipts.size(), 3U * kDays);
    const std::string of_coal = run_with_site(history + " --item coal").out;
    EXPECT_TRUE(contains(of_coal, "set aside")) << of_coal;
    EXPECT_TRUE(contains(of_coal, "accepted")) << of_coal;
    EXPECT_FALSE(contains(of_coal, "elec"));
    const json of_elec = json::parse(run_with_site(history + " --item elec --json").out).at("receipts");
    EXPECT_EQ(of_elec.back().at("times"), 2) << of_elec.dump(1);
    EXPECT_EQ(of_elec.front().at("times"), 1);

    // Who it was is in the log.
    const std::string log = text_of(folder / "log");
    EXPECT_TRUE(contains(log, "province: " + me() + " releases 4 records")) << log;
    EXPECT_TRUE(contains(log, "province: " + me() + " orders " + day(3))) << log;

    // With the gateway stopped the books say the same, also as a table for a spreadsheet.
    gateway.end(SIGTERM);
    const Ran offline = run_with_site(history + " --json");
    EXPECT_EQ(json::parse(offline.out).at("receipts"), receipts) << offline.err;
    const std::string table = (folder / "receipts.csv").string();
    const Ran csv = run(history + " --lang zh --data '" + data() + "' --csv '" + table + "'");
    EXPECT_EQ(csv.out, table + "：12 行\n") << csv.err;
    EXPECT_EQ(text_of(table).rfind("\xEF\xBB\xBF采集项,类型,周期,", 0), 0U) << text_of(table);
    EXPECT_TRUE(contains(text_of(table), "coal,日," + day(2) + ",0,52.25,")) << text_of(table);
    EXPECT_EQ(run_with_site("uplink set-aside province").exit_code, 3);
}

TEST_F(GatewayWithAPlatform, IsPausedAndGoesOnAlsoAfterARestart) {
    EXPECT_EQ(run_with_site("uplink pause province").out, "province is paused\n");
    enter_days();
    ASSERT_TRUE(eventually([&] { return contains(run_with_site("items").out, "32.0125"); }));
    gateway.end(SIGTERM);
    run_gateway();
    ASSERT_TRUE(eventually([&] { return uplink().value("backlog", 0U) == 2U * kDays; })) << uplink().dump(1);
    ASSERT_TRUE(eventually([&] { return uplink().value("state", "") == "paused"; }));
    EXPECT_EQ(arrivals(), 0U);
    EXPECT_TRUE(contains(run_with_site("status").out, "province: 8 day records wait"));

    EXPECT_EQ(run_with_site("uplink resume province").out, "province goes on\n");

    EXPECT_TRUE(comes_to(0, 0)) << uplink().dump(1);
    EXPECT_EQ(arrivals(), 2U * kDays);
    EXPECT_TRUE(contains(text_of(folder / "log"), "paused by " + me())) << "who it was is in the log";
}

TEST_F(GatewayWithAPlatform, SlipsAreNamed) {
    const auto says = [&](const std::string& arguments, std::string_view part) {
        const Ran ran = run_with_site("uplink " + arguments);
        EXPECT_EQ(ran.exit_code, 64) << arguments << ran.out;
        EXPECT_TRUE(contains(ran.err, part)) << arguments << ": " << ran.err;
    };
    const std::string span = " --from 2026-01-01 --to 2026-02-01 ";
    says("pause provinz", "the nearest is \"province\"");
    says("resend province" + span + "--item cole", "the nearest is \"coal\"");
    says("resend province" + span + "--meter scale", "items, not meters");
    says("resend province" + span + "--wait", "is for brokers");
    says("resend province --call-off 1", "is for brokers");
    says("resend province --from 2026-02-01 --to 2026-01-01", "ends before it begins");
    says("resend province" + span + "--type week", "--type");
    says("release province --item cole", "the nearest is \"coal\"");
    says("history province --item cole", "the nearest is \"coal\"");
    says("history province --since 2026-01-01", "--from and --to");
    says("history provinz --data '" + data() + "'", "the nearest is \"province\"");
    EXPECT_EQ(run_with_site("uplink history province").out, "no answers to records of this time\n");
    EXPECT_EQ(run_with_site("uplink history province --json").out, "{\"receipts\":[],\"next\":null}\n");
}

}  // namespace
}  // namespace mg
