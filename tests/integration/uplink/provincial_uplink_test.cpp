#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/uplink/provincial_plant.h"
#include "tests/support/child_process.h"
#include "tests/support/tcp_gate.h"

// The whole uplink against a strict platform that shares no code with it, over TLS. Each ends with the
// conservation law: what the platform holds is what the books owe it, record for record, digit for digit.
namespace mg::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr auto kPatience = 30s;

class ProvincialUplinkTest : public testing::Test {
protected:
    ProvincialPlant plant;

    static ProvincialStatus wait_for(const ProvincialUplink& uplink, ForwarderState state) {
        EXPECT_TRUE(eventually([&] { return uplink.status().state == state; }, kPatience))
            << to_string(uplink.status().state) << " " << uplink.status().last_error;
        return uplink.status();
    }
    void expect_nothing_waits(const ProvincialUplink& uplink, const std::string& id = "province") {
        const auto is_done = [&] {
            return uplink.status().state == ForwarderState::connected && plant.waiting(id) == 0;
        };
        EXPECT_TRUE(eventually(is_done, kPatience))
            << plant.waiting(id) << " wait; " << to_string(uplink.status().state) << ": "
            << uplink.status().last_error;
    }
    void expect_conserved(SimulatedPlatform& platform, const std::string& sim_profile,
                          const std::string& id = "province") {
        EXPECT_EQ(ProvincialPlant::held(platform, sim_profile), plant.owed(id));
    }
    static std::size_t asked(SimulatedPlatform& platform, const std::string& path) {
        return platform.look("requests?n=1000&path=" + path).at("requests").size();
    }
};

class EachProfile : public ProvincialUplinkTest, public testing::WithParamInterface<const char*> {
protected:
    static std::string data_path() {
        const std::string profile = GetParam();
        if (profile == "p1") return "/uploadEnergyData";
        return profile == "p2" ? "/enterprise/uploadEnergyData" : "/dataEnterpriseEnergy";
    }
};

TEST_P(EachProfile, WhatIsOwedArrivesOnceDigitForDigitWithAReceiptEach) {
    SimulatedPlatform platform{GetParam()};
    plant.connect(platform, GetParam());
    plant.keep_records(96, 3);

    const auto uplink = plant.start();

    expect_nothing_waits(*uplink);
    expect_conserved(platform, GetParam());
    EXPECT_EQ(plant.receipts(RecordOutcome::accepted), plant.owed().size());
    const json arrived = platform.look(fmt::format("arrivals?profile={}&limit=1000000", GetParam()));
    for (const json& each : arrived.at("arrivals")) EXPECT_EQ(each.at("times"), 1);
    const auto refused = platform.look("refusals?n=10");
    EXPECT_TRUE(refused.at("refusals").empty()) << refused.dump(1);
}

TEST_P(EachProfile, AnAnswerThatIsLostCostsNothing) {
    SimulatedPlatform platform{GetParam()};
    plant.connect(platform, GetParam());
    plant.keep_records(8, 1);
    platform.misbehave({{"fault", "lose_answer"}, {"requests", 3}, {"path", data_path()}});
    platform.misbehave({{"fault", "cut"}, {"requests", 2}, {"path", data_path()}, {"skip", 3}});

    const auto uplink = plant.start();

    expect_nothing_waits(*uplink);
    expect_conserved(platform, GetParam());
    EXPECT_EQ(plant.receipts(RecordOutcome::accepted), plant.owed().size());
}

TEST_P(EachProfile, ARecordThatIsRejectedIsSetAsideWithThePlatformsWordsAndTheOthersArrive) {
    SimulatedPlatform platform{GetParam()};
    plant.connect(platform, GetParam());
    plant.keep_records(12, 1);
    const bool digits = std::string(GetParam()) == "p3";
    platform.misbehave({{"fault", "refuse"},
                        {"dataCode", digits ? "0000000001150011" : "00-00-0000-011500-11"},
                        {"message", "编码未备案"}});

    const auto uplink = plant.start();

    expect_nothing_waits(*uplink);
    EXPECT_EQ(plant.outbox().set_aside, 13U);
    const auto aside = plant.books->outbox().set_aside({"province"}, WaitingQuery{}).value();
    for (const auto& each : aside) {
        EXPECT_EQ(each.record.item, "gas");
        EXPECT_NE(each.words.find("编码未备案"), std::string::npos) << each.words;
    }
    expect_conserved(platform, GetParam());
}

TEST_P(EachProfile, APlatformThatTakesNoRecordAtAllHoldsTheUplinkAndCostsNone) {
    SimulatedPlatform platform{GetParam()};
    plant.connect(platform, GetParam());
    plant.keep_records(96, 2);
    platform.misbehave({{"fault", "refuse"}, {"message", "系统维护"}, {"path", data_path()}});

    const auto uplink = plant.start();
    const auto status = wait_for(*uplink, ForwarderState::held);
    const auto tried = asked(platform, data_path());
    const auto aside = plant.outbox().set_aside;
    platform.behave();

    EXPECT_NE(status.last_error.find("系统维护"), std::string::npos) << status.last_error;
    EXPECT_EQ(aside, 0U);
    EXPECT_LE(tried, std::string(GetParam()) == "p3" ? 300U : 60U);
    expect_nothing_waits(*uplink);
    expect_conserved(platform, GetParam());
}

TEST_P(EachProfile, ANewVersionOfThePlatformIsFollowed) {
    SimulatedPlatform platform{GetParam()};
    plant.connect(platform, GetParam());
    plant.keep_records(4, 1);
    auto uplink = plant.start();
    expect_nothing_waits(*uplink);
    const auto before = uplink->status();

    platform.misbehave({{"fault", "new_reg_version"}});
    platform.misbehave({{"fault", "new_dic_version"}});
    plant.revise("gas", StatType::day);
    // A platform with versions in each record refuses at once; of others it shows at the daily look.
    if (std::string(GetParam()) != "p3") {
        uplink.reset();
        uplink = plant.start();
    }
    uplink->try_now();

    EXPECT_TRUE(eventually([&] { return uplink->status().dic_version != before.dic_version; }, kPatience));
    expect_nothing_waits(*uplink);
    EXPECT_NE(uplink->status().reg_version, before.reg_version);
    expect_conserved(platform, GetParam());
}

TEST_P(EachProfile, APlatformThatRefusesEverythingHoldsTheUplinkAndCostsNoRecord) {
    SimulatedPlatform platform{GetParam()};
    plant.connect(platform, GetParam());
    plant.keep_records(96, 2);
    platform.misbehave({{"fault", "refuse"}, {"message", "系统维护"}});

    const auto uplink = plant.start();
    wait_for(*uplink, ForwarderState::held);
    const auto waited = plant.waiting();
    const auto aside = plant.outbox().set_aside;
    platform.behave();

    EXPECT_EQ(waited, 3 * (96U + 2U));
    EXPECT_EQ(aside, 0U);
    expect_nothing_waits(*uplink);
    expect_conserved(platform, GetParam());
}

TEST_P(EachProfile, WhateverThePlatformAnswersNothingIsLost) {
    SimulatedPlatform platform{GetParam()};
    plant.connect(platform, GetParam()).timeout = milliseconds{1000};
    plant.keep_records(2, 1);
    const auto uplink = plant.start();
    expect_nothing_waits(*uplink);
    std::vector<json> faults;
    for (const char* kind : {"html", "not_json", "truncated", "wrong_types", "code_type", "huge", "cut",
                             "hang", "unauthorized", "redirect", "token_expired"})
        faults.push_back({{"fault", kind}, {"requests", 1}, {"path", data_path()}});
    faults.push_back({{"fault", "status"}, {"status", 404}, {"requests", 1}, {"path", data_path()}});
    faults.push_back({{"fault", "status"}, {"status", 429}, {"requests", 1}, {"path", data_path()}});

    for (const json& fault : faults) {
        platform.misbehave(fault);
        plant.revise("gas", StatType::day);
        uplink->try_now();
        expect_nothing_waits(*uplink);
    }

    EXPECT_EQ(plant.outbox().set_aside, 0U);
    expect_conserved(platform, GetParam());
}

TEST_P(EachProfile, ANetworkThatStallsAndBreaksCostsNothing) {
    SimulatedPlatform platform{GetParam(), {"--addresses-as-asked"}};
    auto& options = plant.connect(platform, GetParam());
    options.timeout = milliseconds{1000};
    TcpGate gate{parse_platform_address(platform.url()).value().port};
    const std::string direct = fmt::format("{}", parse_platform_address(platform.url()).value().port);
    options.url.replace(options.url.find(direct), direct.size(), std::to_string(gate.port()));
    plant.keep_records(40, 1);
    gate.mute();
    const auto uplink = plant.start();
    wait_for(*uplink, ForwarderState::waiting);
    gate.unmute();
    gate.drop();
    expect_nothing_waits(*uplink);

    for (const auto& trouble : {&TcpGate::mute, &TcpGate::block, &TcpGate::cut}) {
        (gate.*trouble)();
        plant.revise("gas", StatType::day);
        uplink->try_now();
        wait_for(*uplink, ForwarderState::waiting);
        gate.unmute();
        gate.unblock();
        gate.reopen();
        gate.drop();
        expect_nothing_waits(*uplink);
    }

    expect_conserved(platform, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Profiles, EachProfile, testing::Values("p1", "p2", "p3"),
                         [](const auto& profile) { return std::string(profile.param); });

TEST_F(ProvincialUplinkTest, ARevisedRecordIsSentAgain) {
    SimulatedPlatform platform{"p1"};
    plant.connect(platform, "p1");
    plant.keep_records(4, 2);
    const auto uplink = plant.start();
    expect_nothing_waits(*uplink);

    plant.revise("elec", StatType::day);
    EXPECT_EQ(plant.waiting(), 1U);
    uplink->try_now();

    expect_nothing_waits(*uplink);
    expect_conserved(platform, "p1");
}

TEST_F(ProvincialUplinkTest, ARestartRegistersNothingAgainAndTellsNothingTwice) {
    SimulatedPlatform platform{"p1"};
    plant.connect(platform, "p1");
    plant.keep_records(4, 1);
    {
        const auto uplink = plant.start();
        expect_nothing_waits(*uplink);
    }
    plant.revise("gas", StatType::day);

    const auto uplink = plant.start();
    expect_nothing_waits(*uplink);

    EXPECT_EQ(asked(platform, "/enterprise/register"), 1U);
    EXPECT_EQ(asked(platform, "/enterprise/uploadInfo"), 1U);
    EXPECT_EQ(asked(platform, "/enterprise/loadConfig"), 1U);
    expect_conserved(platform, "p1");
}

TEST_F(ProvincialUplinkTest, APlatformThatForgotTheBoxIsRegisteredAtAgain) {
    SimulatedPlatform platform{"p2"};
    plant.connect(platform, "p2");
    plant.keep_records(4, 1);
    auto uplink = plant.start();
    expect_nothing_waits(*uplink);
    uplink.reset();

    // A new key: everything that is encrypted by the old one is refused.
    platform.misbehave({{"fault", "secret_key"}});
    plant.revise("gas", StatType::day);
    uplink = plant.start();

    expect_nothing_waits(*uplink);
    EXPECT_EQ(asked(platform, "/enterprise/register"), 2U);
    expect_conserved(platform, "p2");
}

TEST_F(ProvincialUplinkTest, ATokenThatIsNoLongerValidIsRenewedOnce) {
    SimulatedPlatform platform{"p3"};
    plant.connect(platform, "p3");
    plant.keep_records(4, 1);
    const auto uplink = plant.start();
    expect_nothing_waits(*uplink);

    platform.misbehave({{"fault", "drop_tokens"}});
    plant.revise("gas", StatType::day);
    uplink->try_now();

    expect_nothing_waits(*uplink);
    EXPECT_EQ(asked(platform, "/requestAK"), 2U);
    expect_conserved(platform, "p3");
}

TEST_F(ProvincialUplinkTest, WhereItemsDifferFromThePlatformsBaseDataIsSaidAndNothingIsHeldBack) {
    SimulatedPlatform platform{"p3"};
    plant.connect(platform, "p3");
    plant.keep_records(2, 1);
    std::vector<std::string> tables;
    plant.differences = [&](const BaseData& theirs) {
        for (const auto& [name, entries] : theirs.tables) tables.push_back(name);
        return std::vector<std::string>{"gas: 3 decimals, and not 2", "power: kWh"};
    };
    const auto uplink = plant.start();

    expect_nothing_waits(*uplink);

    const auto remarks = uplink->status().remarks;
    ASSERT_EQ(remarks.size(), 1U);
    EXPECT_NE(remarks[0].find("2 differences"), std::string::npos) << remarks[0];
    EXPECT_NE(remarks[0].find("gas: 3 decimals, and not 2"), std::string::npos) << remarks[0];
    std::ranges::sort(tables);
    EXPECT_EQ(tables, (std::vector<std::string>{"energy_classes", "energy_types", "equipment_types",
                                                "instrument_types", "processes", "uses"}));
    expect_conserved(platform, "p3");
}

TEST_F(ProvincialUplinkTest, OneCentreThatRefusesDoesNotTouchTheOther) {
    SimulatedPlatform province{"p1"};
    SimulatedPlatform city{"p2"};
    plant.connect(province, "p1");
    plant.connect(city, "p2", "city");
    plant.keep_records(20, 2);
    province.misbehave({{"fault", "status"}, {"status", 503}});

    const auto first = plant.start();
    const auto second = plant.start("city");

    expect_nothing_waits(*second, "city");
    wait_for(*first, ForwarderState::waiting);
    EXPECT_EQ(plant.waiting(), 3 * 22U);
    expect_conserved(city, "p2", "city");
}

TEST_F(ProvincialUplinkTest, ARequestAtWhichTheServerBreaksTimeAndAgainIsSearchedForTheRecordAtFault) {
    SimulatedPlatform platform{"p1"};
    plant.connect(platform, "p1");
    plant.keep_records(4, 0);
    platform.misbehave({{"fault", "status"}, {"status", 500}, {"dataCode", "00-00-0000-011500-11"}});

    const auto uplink = plant.start();

    expect_nothing_waits(*uplink);
    EXPECT_EQ(plant.outbox().set_aside, 4U);
    expect_conserved(platform, "p1");
}

TEST_F(ProvincialUplinkTest, NothingIsSentWhileTheClockIsNotTrustedOrAPersonPausedIt) {
    SimulatedPlatform platform{"p1"};
    plant.connect(platform, "p1");
    plant.keep_records(4, 1);
    plant.clock_is_trusted = false;
    auto uplink = plant.start();
    EXPECT_NE(wait_for(*uplink, ForwarderState::waiting).last_error, "");
    ASSERT_TRUE(uplink->set_paused(true));
    uplink.reset();

    plant.clock_is_trusted = true;
    uplink = plant.start();
    wait_for(*uplink, ForwarderState::paused);
    EXPECT_TRUE(ProvincialPlant::held(platform, "p1").empty());
    ASSERT_TRUE(uplink->set_paused(false));

    expect_nothing_waits(*uplink);
    expect_conserved(platform, "p1");
}

TEST_F(ProvincialUplinkTest, TheDayGoesAtItsTimeAndWhatIsRealTimeAsItComes) {
    SimulatedPlatform platform{"p1"};
    const UtcTime now = SystemClock{}.utc();
    const std::chrono::seconds local =
        std::chrono::floor<std::chrono::seconds>(now + 8h).time_since_epoch() % 24h;
    // The upload of today lies ahead, with its jitter; that of yesterday was before the end of yesterday.
    const std::chrono::seconds last_of_the_day = 23h + 58min + 30s;
    if (local > last_of_the_day - 3min) GTEST_SKIP() << "the day is nearly over";
    plant.connect(platform, "p1").upload_time = std::min<std::chrono::seconds>(local + 1h, last_of_the_day);
    plant.keep_records(4, 3);

    const auto uplink = plant.start();

    EXPECT_TRUE(eventually([&] { return plant.waiting() == 3; }, kPatience)) << plant.waiting();
    const auto waiting = plant.books->outbox().waiting({"province"}, WaitingQuery{}).value();
    for (const ItemRecord& each : waiting) EXPECT_EQ(each.period.type, StatType::day);
    EXPECT_GT(uplink->status().next_upload, now);
}

TEST_F(ProvincialUplinkTest, AReplacedInstrumentIsToldOnceAndTakenBackWhenItIsRevoked) {
    SimulatedPlatform platform{"p3"};
    plant.connect(platform, "p3");
    MeterOptions meter;
    meter.id = MeterId{"em_1"};
    meter.name = "1号表";
    meter.serial_no = "B2";
    plant.options.meters = {meter};
    plant.options.items.front().formula = "em_1.energy_import";
    plant.keep_records(1, 0);
    DatedRecord record;
    record.author = "li";
    record.entered_at = SystemClock{}.utc() - 1h;
    record.body = Replacement{.meter = meter.id,
                              .removed_at = record.entered_at,
                              .installed_at = record.entered_at,
                              .old_serial = "A1",
                              .new_serial = "B2"};
    const auto id = plant.books->put_all({record}).value().front();
    const auto told = [&] {
        const json kept = platform.look("enterprises");
        std::vector<std::string> serials;
        for (const json& each : kept.at("enterprises")) {
            if (!each.at("kept").contains("gaugeReplaceConfigure")) continue;
            for (const json& one : each.at("kept").at("gaugeReplaceConfigure"))
                serials.push_back(one.at("replacedSerno"));
        }
        return serials;
    };

    auto uplink = plant.start();
    expect_nothing_waits(*uplink);
    EXPECT_EQ(told(), std::vector<std::string>{"A1"}) << platform.look("enterprises").dump(1);
    uplink.reset();
    ASSERT_TRUE(plant.books->revoke(id, "li", "mistake", SystemClock{}.utc()));
    uplink = plant.start();

    EXPECT_TRUE(eventually([&] { return told().empty(); }, kPatience));
}

TEST_F(ProvincialUplinkTest, AddressesOnAnotherHostAreUsedAndKept) {
    SimulatedPlatform platform{"p1", {"--data-host", "localhost:0"}};
    plant.connect(platform, "p1");
    plant.keep_records(4, 1);

    const auto uplink = plant.start();

    expect_nothing_waits(*uplink);
    const auto state = plant.books->outbox().state({"province"}).value();
    EXPECT_NE(state.at("address.data").find("localhost"), std::string::npos) << state.at("address.data");
    expect_conserved(platform, "p1");
}

TEST_F(ProvincialUplinkTest, ANewCreditCodeIsRegisteredAnewFromItsDateOn) {
    SimulatedPlatform platform{"p1"};
    plant.connect(platform, "p1");
    plant.keep_records(4, 1);
    auto uplink = plant.start();
    expect_nothing_waits(*uplink);
    uplink.reset();
    const std::string before = plant.books->outbox().state({"province"}).value().at("device_id");

    plant.options.enterprises.front().next_code = "91130000XXXXXXXX1X";
    plant.options.enterprises.front().next_code_from = SystemClock{}.utc() - 1h;
    plant.revise("gas", StatType::day);
    uplink = plant.start();

    expect_nothing_waits(*uplink);
    EXPECT_NE(plant.books->outbox().state({"province"}).value().at("device_id"), before);
    const json arrived = platform.look("arrivals?profile=p1&enterprise=91130000XXXXXXXX1X");
    EXPECT_EQ(arrived.at("arrivals").size(), 1U);
}

TEST_F(ProvincialUplinkTest, AServerThatCannotProveWhoItIsGetsNothing) {
    SimulatedPlatform platform{"p1"};
    plant.connect(platform, "p1");
    plant.keep_records(4, 1);
    platform.misbehave({{"fault", "certificate"}, {"mode", "other_ca"}});

    const auto uplink = plant.start();
    const auto status = wait_for(*uplink, ForwarderState::held);

    EXPECT_NE(status.last_error.find("127.0.0.1"), std::string::npos) << status.last_error;
    EXPECT_TRUE(ProvincialPlant::held(platform, "p1").empty());
    EXPECT_EQ(plant.waiting(), 3 * 5U);
}

}  // namespace
}  // namespace mg::test
