#include "drivers/channel/dtu_mailbox.h"

#include <utility>

#include <sys/socket.h>

#include "gateway/base/language.h"

namespace mg {

std::string DtuMailbox::put(UniqueFd connection, std::string from, UtcTime at) {
    UniqueFd never_used;  // closed when the lock is free again
    std::string before;
    state_.with([&](State& state) {
        never_used = std::exchange(state.waiting, std::move(connection));
        // Only while it is locked is the number sure to be that connection's and nobody else's. The line
        // finds its stream ended, closes it and comes for this one. Neither call waits for anything.
        if (state.in_use >= 0) static_cast<void>(::shutdown(state.in_use, SHUT_RDWR));
        if (state.modem.since) before = state.modem.from;
        state.modem.from = std::move(from);
        state.modem.since = at;
        ++state.modem.connections;
    });
    called_.raise();
    return before;
}

void DtuMailbox::set_trouble(std::string why) {
    state_.with([&](State& state) { state.trouble = std::move(why); });
}

Result<UniqueFd> DtuMailbox::wait_for_call(SteadyTime due, std::stop_token stop, Clock& clock) {
    for (;;) {
        UniqueFd connection = state_.with([](State& state) {
            if (state.waiting) state.in_use = state.waiting.get();
            return std::exchange(state.waiting, UniqueFd{});
        });
        if (connection) return connection;
        if (clock.wait(due, stop, called_) == Wake::signalled) continue;
        const std::string trouble = state_.with([](const State& state) { return state.trouble; });
        if (!trouble.empty()) return fail(Failure::session_lost, trouble);
        return fail(Failure::session_lost, std::string{tr("no modem has called", "没有 DTU 拨入")});
    }
}

bool DtuMailbox::has_call() const {
    return state_.with([](const State& state) { return static_cast<bool>(state.waiting); });
}

void DtuMailbox::let_go() {
    state_.with([](State& state) {
        state.in_use = -1;
        if (!state.waiting) state.modem.since.reset();
    });
}

ModemState DtuMailbox::state() const {
    return state_.with([](const State& state) { return state.modem; });
}

}  // namespace mg
