#include "gateway/daemon/accounting_orders.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "gateway/control/control_client.h"
#include "gateway/control/control_server.h"
#include "gateway/control/item_report.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg {
namespace {

/// A control socket with its own thread, real books, and a client.
struct AccountingSocket : testing::Test {
    AccountingSocket() {
        ItemOptions steel;
        steel.id = "steel";
        steel.name = "粗钢";
        steel.periods = {StatType::month};
        steel.method = ItemMethod::manual;
        steel.unit = "t";
        options.items = {steel};
        auto made = ControlServer::listen(io, folder.path() / "control.sock");
        EXPECT_TRUE(made) << made.error().what;
        server = std::move(*made);
    }
    ~AccountingSocket() override {
        boost::asio::post(io, [this] { server.reset(); });
        work.reset();
        loop.join();
    }
    void serve() {
        loop = std::jthread{[this] { io.run(); }};
    }
    Result<std::string> ask(const std::string& command, const ControlClient::Arguments& arguments = {}) {
        auto client = ControlClient::connect(folder.path() / "control.sock", clock);
        if (!client) return tl::unexpected(client.error());
        return client->call(command, arguments, milliseconds{20'000});
    }

    const TemporaryFolder folder;
    Options options;
    SystemClock clock;
    std::unique_ptr<Books> books{test::open_books_or_fail(folder.path() / "books.db")};
    EntryDesk desk{options, *books, clock, [] {}};
    boost::asio::io_context io{1};
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work{
        io.get_executor()};
    std::optional<AccountingOrders> orders;
    std::unique_ptr<ControlServer> server;
    std::jthread loop;
};

TEST_F(AccountingSocket, AnEntryIsInTheBooksAndTheFigureIsShownWhenItIsComputed) {
    orders.emplace(options, *books, desk, clock);
    orders->answer_on(*server);
    serve();

    const auto answer =
        ask("enter",
            {{"item", "steel"}, {"period", "2026-01"}, {"value", "1234.50"}, {"evidence", "stock list 7"}});

    ASSERT_TRUE(answer) << answer.error().what;
    const auto entry = entry_from_json(*answer).value();
    ASSERT_TRUE(books->dated(entry.record).value());
    EXPECT_FALSE(entry.author.empty()) << "the user of the connection";

    const auto january = SiteCalendar{}.parse("2026-01").value();
    ASSERT_TRUE(books->commit(
        {.records = {{.item = "steel", .period = january, .value = entry.value, .marks = Mark::entered}}}));
    const auto records = ask("records", {{"item", "steel"},
                                         {"type", "month"},
                                         {"from", "2025-12-31T16:00:00.000Z"},
                                         {"to", "2026-12-31T16:00:00.000Z"}});
    ASSERT_TRUE(records) << records.error().what;
    EXPECT_EQ(records_from_json(*records)->records.at(0).value->to_string(), "1234.50");
    const auto items = ask("items");
    ASSERT_TRUE(items) << items.error().what;
    EXPECT_EQ(items_from_json(*items)->at(0).month->period_text, "2026-01");
}

TEST_F(AccountingSocket, AWrongRequestComesBackAsRejected) {
    orders.emplace(options, *books, desk, clock);
    orders->answer_on(*server);
    serve();

    const auto answer = ask("enter", {{"item", "stel"}});

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Failure::rejected);
}

TEST_F(AccountingSocket, AnswersAreInTheLanguageOfWhoAsks) {
    orders.emplace(options, *books, desk, clock);
    orders->answer_on(*server);
    serve();
    const auto asked = [&](const std::string& command) {
        return ask(command, {{"item", "stael"}, {"period", "2026-10"}, {"value", "1"}, {"evidence", "x"}})
            .error()
            .what;
    };

    const std::string english = asked("enter");
    const std::string unknown = asked("entar");
    const SpokenLanguage chinese{Language::zh};

    EXPECT_NE(asked("enter"), english) << "said by the thread of the orders";
    EXPECT_EQ(asked("entar"), "没有命令“entar”") << "said by the server itself: " << unknown;
}

TEST_F(AccountingSocket, WithoutBooksEveryCommandSaysWhy) {
    AccountingOrders::refuse_on(*server, "there is no items.csv");
    serve();

    for (const std::string command : {"items", "records", "enter"}) {
        const auto answer = ask(command);
        ASSERT_FALSE(answer) << command;
        EXPECT_EQ(answer.error().kind, Failure::unsupported);
        EXPECT_EQ(answer.error().what, "there is no items.csv");
    }
}

}  // namespace
}  // namespace mg
