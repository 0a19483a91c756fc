#include <csignal>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/commands/program.h"
#include "tests/support/child_process.h"
#include "tests/support/mosquitto_broker.h"

namespace mg {
namespace {

/// The gateway with one meter that nobody answers for (its samples say so), a broker, and the commands.
struct GatewayWithABroker : Program {
    GatewayWithABroker() {
        write("gateway.toml",
              "[site]\nid = \"workshop\"\n[storage]\npath = \"" + (folder / "data").string() +
                  "\"\ncommit_interval = \"50ms\"\n[control]\nsocket = \"" + socket.string() +
                  "\"\n[[line]]\nid = \"panel\"\nkind = \"modbus-tcp\"\nhost = \"127.0.0.1\"\nport = 9\n"
                  "[[uplink]]\nid = \"broker\"\nname = \"厂内\"\nbudget = \"100MiB\"\n"
                  "url = \"mqtt://127.0.0.1:" +
                  std::to_string(broker.port()) + "\"\n");
        write("meters.csv", "id,line,address,model,every\nmain,panel,1,eastron-sdm630,1s\n");
        run_gateway();
    }
    void run_gateway() {
        gateway = ChildProcess{{MG_PROGRAM, "run", "--config", site.string()}, (folder / "log").string()};
        EXPECT_TRUE(eventually([&] { return run_with_site("uplink status").exit_code == 0; }));
    }
    nlohmann::json uplink() const {
        const auto status = nlohmann::json::parse(run_with_site("uplink status --json").out, nullptr, false);
        return status.is_discarded() ? nlohmann::json::object() : status.at("uplinks").at(0);
    }
    bool is(const std::string& state) const {
        return eventually([&] { return uplink().value("state", "") == state; });
    }
    bool delivers_more_than(std::uint64_t samples) const {
        return eventually([&] { return uplink().value("delivered_samples", 0U) > samples; });
    }

    MosquittoBroker broker;
    ChildProcess gateway;
};

TEST_F(GatewayWithABroker, IsPausedAndGoesOnAlsoAfterARestart) {
    ASSERT_TRUE(delivers_more_than(0));

    EXPECT_EQ(run_with_site("uplink pause broker").out, "broker is paused\n");
    ASSERT_TRUE(is("paused"));
    gateway.end(SIGTERM);
    run_gateway();
    ASSERT_TRUE(is("paused"));
    ASSERT_TRUE(eventually([&] { return uplink().value("backlog", 0U) > 2; }));
    EXPECT_EQ(uplink().at("delivered_samples"), 0);
    EXPECT_EQ(run_with_site("uplink resume broker").out, "broker goes on\n");

    EXPECT_TRUE(is("connected"));
    EXPECT_TRUE(delivers_more_than(2));
    EXPECT_TRUE(contains(text_of(folder / "log"), "paused by ")) << "who it was is in the log";
}

TEST_F(GatewayWithABroker, SendsAPeriodAgainAndShowsTheReceipts) {
    ASSERT_TRUE(delivers_more_than(2));

    const Ran ran = run_with_site(
        "uplink resend broker --from 2020-01-01 --to 2100-01-01 --meter main --meter main --wait");

    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(ran.out, "order 1 is given\norder 1 is through\n");
    ASSERT_TRUE(eventually([&] { return uplink().at("lanes").at(2).at("samples") > 2; }));
    const Ran history = run_with_site("uplink history broker");
    EXPECT_TRUE(contains(history.out, "re-send")) << history.out;
    EXPECT_TRUE(contains(history.out, "PUBACK 0")) << history.out;
    EXPECT_EQ(run_with_site("uplink set-aside broker").out, "nothing is set aside\n");
    EXPECT_TRUE(contains(run_with_site("uplink set-aside broker --lang zh").out, "没有搁置"));
}

TEST_F(GatewayWithABroker, AnOrderIsCalledOff) {
    ASSERT_TRUE(delivers_more_than(0));
    ASSERT_EQ(run_with_site("uplink pause broker").exit_code, 0);
    ASSERT_EQ(run_with_site("uplink resend broker --from 2020-01-01 --to \"2100-01-01 12:00\"").exit_code, 0);
    EXPECT_TRUE(contains(run_with_site("status").out, "order 1:"));

    EXPECT_EQ(run_with_site("uplink resend broker --call-off 1").exit_code, 0);

    EXPECT_TRUE(uplink().at("resends").empty());
    EXPECT_EQ(run_with_site("uplink resend broker --call-off 1").exit_code, 1);
}

TEST_F(GatewayWithABroker, SaysWhatWasSentOfItsBudget) {
    ASSERT_TRUE(delivers_more_than(0));

    EXPECT_GT(uplink().at("traffic").at("sent"), 0);
    EXPECT_TRUE(contains(run_with_site("status").out, "of 100.0 MiB this month"));
    EXPECT_TRUE(contains(run_with_site("uplink status broker --lang zh").out, "上限 100.0 MiB"));
}

TEST_F(GatewayWithABroker, SlipsAreNamed) {
    const Ran unknown = run_with_site("uplink pause brokr");
    EXPECT_EQ(unknown.exit_code, 64);
    EXPECT_TRUE(contains(unknown.err, "the nearest is \"broker\"")) << unknown.err;
    const Ran meter = run_with_site("uplink resend broker --from 2026-01-01 --to 2026-02-01 --meter mian");
    EXPECT_EQ(meter.exit_code, 64);
    EXPECT_TRUE(contains(meter.err, "the nearest is \"main\"")) << meter.err;
    EXPECT_EQ(run_with_site("uplink resend broker --from 2026-02-30 --to 2026-03-01").exit_code, 64);
    EXPECT_EQ(run_with_site("uplink resend broker --from 2026-03-01 --to 2026-02-01").exit_code, 64);
    EXPECT_EQ(run_with_site("uplink resend broker").exit_code, 64);
    EXPECT_TRUE(contains(run_with_site("uplink resend broker --from 2026-01-01 --lang zh").err, "一起给出"));
    EXPECT_TRUE(
        contains(run_with_site("uplink resend broker --call-off 9 --lang zh").err, "没有进行中的指令"));
    EXPECT_EQ(run_with_site("uplink").exit_code, 64);
    // What is for platforms only.
    const Ran item = run_with_site("uplink resend broker --from 2026-01-01 --to 2026-02-01 --item steel");
    EXPECT_EQ(item.exit_code, 64);
    EXPECT_TRUE(contains(item.err, "samples of meters, not items")) << item.err;
    EXPECT_TRUE(contains(run_with_site("uplink history broker --from 2026-01-01").err, "is for platforms"));
    EXPECT_TRUE(contains(run_with_site("uplink release broker").err, "metergate uplink resend"));
}

TEST_F(Program, UplinkWithoutADaemonIsThree) {
    EXPECT_EQ(run_with_site("uplink status").exit_code, 3);
    EXPECT_EQ(run_with_site("uplink pause broker").exit_code, 3);
    EXPECT_EQ(run_with_site("uplink history broker").exit_code, 3);
}

}  // namespace
}  // namespace mg
