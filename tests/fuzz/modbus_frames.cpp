#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <sys/ioctl.h>
#include <sys/socket.h>

#include "drivers/modbus/exchange.h"
#include "gateway/base/check.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/fake_clock.h"
#include "tests/support/raw_peer.h"

namespace mg {
namespace {

// A far end that sends its bytes at once and hangs up, so that no run waits for a frame's missing rest.
class LastWords final : public Channel {
public:
    explicit LastWords(const std::vector<std::uint8_t>& bytes, bool may_echo) : may_echo_{may_echo} {
        std::array<int, 2> ends{};
        MG_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
        near_.reset(ends[0]);
        const UniqueFd far{ends[1]};
        MG_CHECK(::send(far.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                 static_cast<ssize_t>(bytes.size()));
    }

    Result<> open(const StopEvent&) override { return {}; }
    void close() override { near_.reset(); }
    [[nodiscard]] bool is_open() const override { return static_cast<bool>(near_); }
    [[nodiscard]] int descriptor() const override { return near_.get(); }
    Result<> use(const SerialSettings&) override { return {}; }
    Result<> send(std::span<const std::uint8_t>, milliseconds, const StopEvent&) override { return {}; }
    Result<> wait_readable(SteadyTime, const StopEvent&) override {
        int bytes = 0;
        if (::ioctl(near_.get(), FIONREAD, &bytes) == 0 && bytes > 0) return {};
        return fail(Failure::session_lost, "hung up");
    }
    void recover(const StopEvent&) override {}
    [[nodiscard]] std::chrono::microseconds wire_time(std::size_t) const override { return {}; }
    [[nodiscard]] bool may_echo() const override { return may_echo_; }
    [[nodiscard]] const ChannelCounters& counters() const override { return counters_; }

private:
    bool may_echo_;
    UniqueFd near_;
    ChannelCounters counters_;
};

struct Run {
    Question question;
    bool sealed{};  // the body gets a right checksum or header, so that what is behind those is reached
    std::vector<std::uint8_t> arriving;
};

Run run_of(FuzzInput input) {
    constexpr std::uint8_t kMostRegisters = 125;
    constexpr std::size_t kMostBytes = 1024;
    Run run;
    const auto selector = input.byte();
    run.question.framing = (selector & 1U) != 0 ? Framing::mbap : Framing::rtu;
    run.question.table = (selector & 2U) != 0 ? RegisterTable::input : RegisterTable::holding;
    run.sealed = (selector & 4U) != 0;
    run.question.unit = static_cast<std::uint8_t>(input.byte() % 247 + 1);
    run.question.transaction = 1;  // of an Exchange's first question
    run.question.count = static_cast<std::uint16_t>(input.byte() % kMostRegisters + 1);
    run.question.first = input.word();
    const auto rest = input.rest().first(std::min(input.rest().size(), kMostBytes));
    run.arriving.assign(rest.begin(), rest.end());
    if (!run.sealed) return run;
    run.arriving = run.question.framing == Framing::rtu ? raw::rtu(run.arriving)
                                                        : raw::mbap(run.question.transaction, run.arriving);
    return run;
}

void check_judge(const Run& run) {
    const auto size = frame_size(run.question.framing, run.arriving);
    MG_CHECK(size <= run.arriving.size());
    const auto judged = judge(run.question, std::span{run.arriving}.first(size));
    const auto expected = judged.verdict == Verdict::answer ? std::size_t{2} * run.question.count : 0;
    MG_CHECK(judged.registers.size() == expected);
    MG_CHECK(judged.verdict != Verdict::wrong || !judged.why.empty());
}

// An answer brings what was asked for, of the unit that was asked, and those bytes were on the wire.
void check_exchange(const Run& run) {
    static const StopEvent never{std::stop_token{}};
    static FakeClock clock{UtcTime{std::chrono::hours{500'000}}};
    const auto& question = run.question;
    Exchange exchange{question.framing, question.unit, clock};
    LastWords channel{run.arriving, question.framing == Framing::rtu};
    WireRecord record;
    const auto answer =
        exchange.read(channel, {question.table, question.first, question.count, 0, 1}, {}, never, &record);
    if (!answer) {
        MG_CHECK(!answer.error().what.empty());
        return;
    }
    MG_CHECK(answer->size() == std::size_t{2} * question.count);
    MG_CHECK(!std::ranges::search(run.arriving, *answer).empty());
    MG_CHECK(record.answer.at(question.framing == Framing::mbap ? 6 : 0) == question.unit);
}

}  // namespace
}  // namespace mg

// Selectors: framing, table and sealing; unit; count; first register. Then what arrives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto run = mg::run_of({bytes, size});
    mg::check_judge(run);
    mg::check_exchange(run);
    return 0;
}
