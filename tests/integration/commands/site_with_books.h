#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "gateway/accounting/item_graph.h"
#include "gateway/control/control_server.h"
#include "gateway/control/status.h"
#include "gateway/daemon/accounting_orders.h"
#include "tests/integration/commands/program.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg {

/// The control socket of a site at +08:00 with real books and one item, and the commands.
struct SiteWithBooks : Program {
    /// `prepare` has the last word on the options, before anybody reads them.
    explicit SiteWithBooks(Confirm confirm = Confirm::none,
                           const std::function<void(Options&)>& prepare = {}) {
        options.accounting.confirm = confirm;
        ItemOptions steel;
        steel.id = "steel";
        steel.name = "粗钢";
        steel.periods = {StatType::month};
        steel.method = ItemMethod::manual;
        steel.unit = "t";
        options.items = {steel};
        add_meter();
        if (prepare) prepare(options);
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
    /// hv, a meter of two index registers behind transformers; an item of it, and a coefficient.
    void add_meter() {
        ModelOptions model;
        model.id = "model";
        for (const char* id : {"energy_import", "energy_export"}) {
            PointOptions point;
            point.id = {id};
            point.kind = PointKind::index;
            point.ratio = Ratio::ct_pt;
            point.unit = "kWh";
            model.points.push_back(point);
        }
        options.models = {model};
        MeterOptions meter;
        meter.id = {"hv"};
        meter.line = LineId{"line"};
        meter.model = "model";
        meter.serial_no = "SN-A";
        options.meters = {meter};
        ItemOptions power;
        power.id = "power";
        power.periods = {StatType::day, StatType::month};
        power.formula = "hv.energy_import";
        power.unit = "kWh";
        options.items.push_back(power);
        CoefficientOptions coal;
        coal.name = "coal_tce";
        coal.value = Decimal{7, -1};
        coal.unit = "tce/t";
        options.coefficients = {coal};
        graph = check_items(options).graph;
    }
    /// As accounting would, from what was entered.
    void compute(std::string_view month, Decimal value) const {
        const auto period = SiteCalendar{}.parse(month).value();
        const auto done = books->commit(
            {.records = {{.item = "steel", .period = period, .value = value, .marks = Mark::entered}}});
        EXPECT_TRUE(done) << done.error().what;
    }

    Options options;
    ItemGraph graph;
    SystemClock clock;
    std::unique_ptr<Books> books{test::open_books_or_fail(folder / "books.db")};
    boost::asio::io_context io{1};
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work{
        io.get_executor()};
    EntryDesk desk{options, *books, clock, [] {}};
    AccountingOrders orders{options, *books, desk, clock, &graph};
    std::unique_ptr<ControlServer> server;
    std::jthread loop;
};

}  // namespace mg
