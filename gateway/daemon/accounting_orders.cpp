#include "gateway/daemon/accounting_orders.h"

#include <array>
#include <utility>

#include "gateway/base/result.h"

namespace mg {
namespace {

constexpr std::array kCommands{"items",        "records",       "enter",        "enter-values",
                               "dated-put",    "dated-confirm", "dated-revoke", "dated-list",
                               "coefficients", "breaks",        "periods",      "records-sum"};

}  // namespace

AccountingOrders::AccountingOrders(const Options& options, Books& books, EntryDesk& desk, Clock& clock,
                                   const ItemGraph* graph, std::function<void()> changed)
    : answers_{options, books, desk, clock},
      dated_{options, books, clock, graph, std::move(changed)},
      periods_{options, books},
      spans_{options, books, graph},
      commands_{
          {"items", [this](const auto& request) { return answers_.items(request); }},
          {"records", [this](const auto& request) { return answers_.records(request); }},
          {"enter", [this](const auto& request) { return answers_.enter(request); }},
          {"enter-values", [this](const auto& request) { return answers_.enter_values(request); }},
          {"dated-put", [this](const auto& request) { return dated_.put(request); }},
          {"dated-confirm", [this](const auto& request) { return dated_.confirm(request); }},
          {"dated-revoke", [this](const auto& request) { return dated_.revoke(request); }},
          {"dated-list", [this](const auto& request) { return dated_.list(request); }},
          {"coefficients", [this](const auto& request) { return dated_.coefficients(request); }},
          {"breaks", [this](const auto& request) { return dated_.breaks(request); }},
          {"periods", [this](const auto& request) { return periods_.periods(request); }},
          {"records-sum", [this](const auto& request) { return spans_.sum(request); }},
      },
      thread_{clock, "book-orders"} {}

void AccountingOrders::answer_on(ControlServer& server) {
    for (const char* name : kCommands) {
        server.on(name, [this, &answer = commands_.at(name)](const ControlRequest& request,
                                                             const ControlReply& reply) {
            thread_.take([&answer, request] { return answer(request); }, reply);
        });
    }
}

void AccountingOrders::refuse_on(ControlServer& server, const std::string& why) {
    for (const char* name : kCommands) {
        server.on(name, [why](const ControlRequest&, const ControlReply& reply) {
            reply.done(fail(Failure::unsupported, why));
        });
    }
}

}  // namespace mg
