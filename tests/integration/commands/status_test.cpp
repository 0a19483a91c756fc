#include "gateway/control/status.h"

#include <memory>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "gateway/control/control_server.h"
#include "gateway/control/read_report.h"
#include "tests/integration/commands/program.h"
#include "tests/unit/control/status_maker.h"

namespace mg {
namespace {

namespace asio = boost::asio;

/// Answers on the control socket as a running daemon does.
struct RunningDaemon : Program {
    RunningDaemon() {
        auto made = ControlServer::listen(io, socket);
        EXPECT_TRUE(made) << made.error().what;
        server = std::move(*made);
        server->on("status", [](const ControlRequest& request, const ControlReply& reply) {
            GatewayStatus status = full_status();
            if (request.argument("detail") != "points") status.meters[0].points.clear();
            reply.done(status_to_json(status));
        });
        server->on("read", [](const ControlRequest& request, const ControlReply& reply) {
            if (request.argument("meter") != "main") {
                return reply.done(fail(Failure::unsupported, "the daemon does not know it"));
            }
            ReadReport report;
            report.meter = {"main"};
            report.line = {"panel"};
            report.answered = true;
            report.points = {
                {.value = full_status().meters[0].points[0], .name_en = "energy", .raw = "0001 86a0"}};
            reply.done(read_report_to_json(report));
        });
        loop = std::jthread{[this] { io.run(); }};
    }
    ~RunningDaemon() override {
        asio::post(io, [this] { server.reset(); });
        work.reset();
        loop.join();
    }

    asio::io_context io;
    asio::executor_work_guard<asio::io_context::executor_type> work{asio::make_work_guard(io)};
    std::unique_ptr<ControlServer> server;
    std::jthread loop;
};

TEST_F(RunningDaemon, StatusIsShownByConfigurationOrBySocket) {
    for (const std::string& where :
         {"--config '" + site.string() + "'", "--socket '" + socket.string() + "'"}) {
        const Ran ran = run("status " + where);

        EXPECT_EQ(ran.exit_code, 0) << ran.err;
        EXPECT_TRUE(contains(ran.out, "site cement 水泥厂")) << ran.out;
        EXPECT_FALSE(contains(ran.out, "2469000.00")) << ran.out;
    }
    EXPECT_TRUE(contains(run_with_site("status --points").out, "2469000.00"));
    EXPECT_TRUE(contains(run_with_site("status --lang zh").out, "站点 cement")) << "in Chinese";
}

TEST_F(RunningDaemon, StatusAsJsonIsTheStatus) {
    const Ran ran = run_with_site("status --points --json");

    EXPECT_EQ(ran.exit_code, 0);
    const auto status = status_from_json(ran.out);
    ASSERT_TRUE(status) << status.error().what;
    EXPECT_EQ(status_to_json(*status), status_to_json(full_status()));
}

TEST_F(RunningDaemon, ReadGoesThroughTheDaemonWhoOwnsTheLine) {
    const Ran ran = run_with_site("read main");

    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(contains(ran.out, "2469000.00")) << ran.out;
    EXPECT_TRUE(contains(ran.out, "0001 86a0")) << ran.out;
}

TEST_F(RunningDaemon, WhatTheDaemonRefusesIsSaidOnce) {
    const Ran ran = run_with_site("read scale");

    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_EQ(ran.err, "metergate: the daemon does not know it\n");
    EXPECT_EQ(ran.out, "");
}

TEST_F(Program, StatusWithoutADaemonIsThree) {
    const Ran ran = run_with_site("status");

    EXPECT_EQ(ran.exit_code, 3);
    EXPECT_TRUE(contains(ran.err, "not running")) << ran.err;
    EXPECT_EQ(ran.out, "");
}

}  // namespace
}  // namespace mg
