#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "gateway/control/control_server.h"
#include "gateway/control/status.h"
#include "gateway/daemon/accounting_orders.h"
#include "tests/integration/commands/program.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg {
namespace {

/// The control socket of a site at +08:00 with real books and one item, and the commands.
struct SiteWithBooks : Program {
    SiteWithBooks() {
        ItemOptions steel;
        steel.id = "steel";
        steel.name = "粗钢";
        steel.periods = {StatType::month};
        steel.method = ItemMethod::manual;
        steel.unit = "t";
        options.items = {steel};
        auto made = ControlServer::listen(io, socket);
        EXPECT_TRUE(made) << made.error().what;
        server = std::move(*made);
        server->on("status", [](const ControlRequest&, const ControlReply& reply) {
            GatewayStatus status;
            status.clock.utc_offset = std::chrono::minutes{480};
            reply.done(status_to_json(status));
        });
        orders.answer_on(*server);
        loop = std::jthread{[this] { io.run(); }};
    }
    ~SiteWithBooks() override {
        boost::asio::post(io, [this] { server.reset(); });
        work.reset();
        loop.join();
    }
    /// As accounting would, from what was entered.
    void compute(std::string_view month, Decimal value) const {
        const auto period = SiteCalendar{}.parse(month).value();
        const auto done = books->commit(
            {.records = {{.item = "steel", .period = period, .value = value, .marks = Mark::entered}}});
        EXPECT_TRUE(done) << done.error().what;
    }

    Options options;
    SystemClock clock;
    std::unique_ptr<Books> books{test::open_books_or_fail(folder / "books.db")};
    boost::asio::io_context io{1};
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work{
        io.get_executor()};
    AccountingOrders orders{options, *books, clock};
    std::unique_ptr<ControlServer> server;
    std::jthread loop;
};

TEST_F(SiteWithBooks, AFigureIsEnteredAndShown) {
    const Ran entered = run_with_site("enter steel 2026-01 1234.50 --evidence '盘点单 7' --by zhang");
    EXPECT_EQ(entered.out, "record 1: steel 2026-01 = 1234.50 t, entered by zhang\n") << entered.err;
    compute("2025-12", Decimal{7, 0});
    compute("2026-01", Decimal{123450, -2});

    const Ran records = run_with_site("records steel --from 2026-01 --to 2026-01 --type month");
    EXPECT_EQ(records.exit_code, 0) << records.err;
    EXPECT_TRUE(contains(records.out, "2026-01  1234.50  t")) << records.out;
    EXPECT_TRUE(contains(records.out, "entered by hand")) << records.out;
    EXPECT_FALSE(contains(records.out, "2025-12")) << records.out;
    EXPECT_TRUE(contains(run_with_site("records --from 2025 --to 2026 --type month --json").out, "2025-12"));
    EXPECT_TRUE(contains(run_with_site("items --lang zh").out, "2026-01：1234.50（人工录入）"));
}

TEST_F(SiteWithBooks, SlipsAreNamed) {
    const Ran unknown = run_with_site("enter stel 2026-01 1 --evidence x");
    EXPECT_EQ(unknown.exit_code, 64);
    EXPECT_TRUE(contains(unknown.err, "the nearest is \"steel\"")) << unknown.err;
    EXPECT_EQ(run_with_site("enter steel 2026-01 1").exit_code, 64) << "no evidence";
    EXPECT_EQ(run_with_site("records --from 2026 --to 2026 --type week").exit_code, 64);
    EXPECT_EQ(run_with_site("records --from 2026-02-30 --to 2026 --type month").exit_code, 64);
    EXPECT_EQ(run_with_site("enter --evidence x steel 2026-01 -5").exit_code, 0) << "below zero";
}

TEST_F(Program, TheBooksWithoutADaemonAreThree) {
    EXPECT_EQ(run_with_site("items").exit_code, 3);
    EXPECT_EQ(run_with_site("records --from 2026 --to 2026 --type month").exit_code, 3);
    EXPECT_EQ(run_with_site("enter steel 2026-01 1 --evidence x").exit_code, 3);
}

}  // namespace
}  // namespace mg
