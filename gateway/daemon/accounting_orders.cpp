#include "gateway/daemon/accounting_orders.h"

#include <array>

#include "gateway/base/result.h"

namespace mg {
namespace {

struct Command {
    const char* name;
    Result<std::string> (AccountingAnswers::*answer)(const ControlRequest&);
};
constexpr std::array kCommands{Command{"items", &AccountingAnswers::items},
                               Command{"records", &AccountingAnswers::records},
                               Command{"enter", &AccountingAnswers::enter}};

}  // namespace

AccountingOrders::AccountingOrders(const Options& options, Books& books, Clock& clock)
    : answers_{options, books, clock}, thread_{clock, "book-orders"} {}

void AccountingOrders::answer_on(ControlServer& server) {
    for (const Command& command : kCommands) {
        server.on(command.name,
                  [this, answer = command.answer](const ControlRequest& request, const ControlReply& reply) {
                      thread_.take([this, answer, request] { return (answers_.*answer)(request); }, reply);
                  });
    }
}

void AccountingOrders::refuse_on(ControlServer& server, const std::string& why) {
    for (const Command& command : kCommands) {
        server.on(command.name, [why](const ControlRequest&, const ControlReply& reply) {
            reply.done(fail(Failure::unsupported, why));
        });
    }
}

}  // namespace mg
