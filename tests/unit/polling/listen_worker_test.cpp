#include "gateway/polling/listen_worker.h"

#include <array>
#include <deque>
#include <map>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "gateway/base/unique_fd.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/raw_peer.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

const UtcTime kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 10h - 30s};

/// What passes on the wire is planned; the clock goes on as it is waited for. At `end` the work is stopped.
class PlannedChannel final : public Channel {
public:
    PlannedChannel(FakeClock& clock, std::stop_source& stop, UtcTime end)
        : clock_{clock}, stop_{stop}, end_{end} {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
        near_.reset(ends[0]);
        far_.reset(ends[1]);
    }
    void plan(UtcTime at, const raw::Bytes& bytes) { planned_.emplace(at, bytes); }
    void fails_to_open_until(UtcTime time) { opens_at_ = time; }

    Result<> open(const StopEvent&) override {
        if (clock_.utc() >= end_) stop_.request_stop();
        if (clock_.utc() < opens_at_) return fail(Failure::session_lost, "no such device");
        open_ = true;
        return {};
    }
    void close() override { open_ = false; }
    [[nodiscard]] bool is_open() const override { return open_; }
    [[nodiscard]] int descriptor() const override { return near_.get(); }
    Result<> use(const SerialSettings&) override { return {}; }
    Result<> send(std::span<const std::uint8_t>, milliseconds, const StopEvent&) override {
        ADD_FAILURE() << "something was sent";
        return {};
    }
    Result<> wait_readable(SteadyTime due, const StopEvent&) override {
        const UtcTime now = clock_.utc();
        if (now >= end_) stop_.request_stop();
        const auto wait = std::chrono::ceil<milliseconds>(due - clock_.steady());
        const bool comes = !planned_.empty() && planned_.begin()->first <= now + wait;
        if (!comes) {
            clock_.advance(wait);
            return fail(Failure::transient, "nothing");
        }
        clock_.advance(std::max(planned_.begin()->first - now, 0ms));
        const auto& bytes = planned_.begin()->second;
        EXPECT_EQ(::send(far_.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
        planned_.erase(planned_.begin());
        return {};
    }
    void note_received(std::size_t bytes) override { counters_.bytes_received.add(bytes); }
    void recover(const StopEvent&) override {}
    [[nodiscard]] std::chrono::microseconds wire_time(std::size_t bytes) const override {
        return std::chrono::microseconds{1042} * bytes;
    }
    [[nodiscard]] bool may_echo() const override { return true; }
    [[nodiscard]] const ChannelCounters& counters() const override { return counters_; }

private:
    FakeClock& clock_;
    std::stop_source& stop_;
    UtcTime end_;
    UtcTime opens_at_{};
    UniqueFd near_;
    UniqueFd far_;
    bool open_{false};
    std::multimap<UtcTime, raw::Bytes> planned_;
    ChannelCounters counters_;
};

/// Meter m1, unit 7: an index in registers 0 and 1, a power in register 5; a slot a minute.
class Listening : public ::testing::Test {
protected:
    Listening() {
        line.id.text = "shop";
        line.mode = LineMode::listen;
        line.channel = SerialChannel{};
        PointOptions energy;
        energy.id.text = "energy";
        energy.type = WireType::u32;
        energy.kind = PointKind::index;
        PointOptions power;
        power.id.text = "power";
        power.address = 5;
        model.points = {energy, power};
        meter.id.text = "m1";
        meter.address = "7";
    }

    /// The other master asks for a block at `at`; the answer has this many registers from `value` on.
    void reads(UtcTime at, std::uint16_t first, std::uint8_t count, std::uint16_t value) {
        channel->plan(at, raw::rtu({7, 3, static_cast<std::uint8_t>(first >> 8U),
                                    static_cast<std::uint8_t>(first & 0xFFU), 0, count}));
        std::vector<std::uint16_t> registers;
        for (int i = 0; i < count; ++i) registers.push_back(static_cast<std::uint16_t>(value + i));
        channel->plan(at + 60ms, raw::rtu(raw::registers_body(7, 3, registers)));
    }
    void run() {
        const std::vector<InstrumentOptions> instruments{{&line, &model, {&meter}}};
        auto listener = driver_for(Protocol::modbus)->make_listener(instruments);
        ASSERT_TRUE(listener) << listener.error().what;
        ClockWatch watch{clock, UtcTime{}, UtcTime{}, 0, true};
        const SlotPlan plan{.own = {.every = 60s, .utc_offset = 480min},
                            .boundary = {.every = 15min, .utc_offset = 480min}};
        ListenWorker worker{line, std::move(channel), std::move(*listener), {plan}, store, watch, clock,
                            [] {}};
        worker.run(stop.get_token());
        snapshot = worker.snapshot();
        busy = worker.counters().busy_milliseconds.value();
    }
    [[nodiscard]] std::map<UtcTime, Sample> samples() const {
        std::map<UtcTime, Sample> found;
        for (const StoredItem& item : store.items()) {
            if (const auto* stored = std::get_if<StoredSample>(&item))
                found.emplace(stored->sample.slot.at, stored->sample);
        }
        return found;
    }
    static std::vector<Quality> qualities(const Sample& sample) {
        std::vector<Quality> list;
        for (const Reading& reading : sample.readings) list.push_back(reading.quality);
        return list;
    }

    static constexpr auto kEnd = 5min;
    FakeClock clock{kStart};
    std::stop_source stop;
    MemoryStore store;
    LineOptions line;
    ModelOptions model;
    MeterOptions meter;
    std::unique_ptr<PlannedChannel> channel =
        std::make_unique<PlannedChannel>(clock, stop, kStart + 30s + kEnd);
    LineSnapshot snapshot;
    std::uint64_t busy{0};
};

const UtcTime kTen = kStart + 30s;

TEST_F(Listening, EverySlotIsStoredOnceWithWhatTheOtherMasterRead) {
    for (int i = 0; i < 60; ++i) reads(kStart + 5s * i + 2s, 0, 6, static_cast<std::uint16_t>(100 * i));

    run();

    const auto stored = samples();
    ASSERT_EQ(stored.size(), 6U);
    const Sample& first = stored.begin()->second;
    EXPECT_EQ(first.slot.at, kTen - 1min);
    const Sample& at_ten = stored.at(kTen);
    EXPECT_EQ(qualities(at_ten), (std::vector{Quality::good, Quality::good}));
    EXPECT_EQ(at_ten.readings[0].bits, 600U << 16U | 601U);
    EXPECT_EQ(at_ten.readings[1].bits, 605U);
    EXPECT_EQ(at_ten.taken_at, kTen + 2s + 60ms);
    EXPECT_TRUE(at_ten.boundary);
    EXPECT_EQ(snapshot.hearing->figures.answers, 60U);
    EXPECT_TRUE(snapshot.hearing->never_asked.empty());
    EXPECT_EQ(busy, 60U * (8 + 17) * 1042 / 1000);
}

TEST_F(Listening, WhatWasSeenByTheEndOfTheWindowIsStoredAndTheRestWasNotAsked) {
    for (int i = 0; i < 60; ++i) reads(kStart + 5s * i, 0, 2, 7);

    run();

    EXPECT_EQ(qualities(samples().at(kTen)), (std::vector{Quality::good, Quality::not_asked}));
    ASSERT_EQ(snapshot.hearing->never_asked.size(), 1U);
    EXPECT_EQ(snapshot.hearing->never_asked[0].points, std::vector<PointId>{{"power"}});
    EXPECT_FALSE(snapshot.hearing->never_asked[0].everything);
}

TEST_F(Listening, ABlockEachAtItsOwnTimeMakesOneSample) {
    for (int i = 0; i < 5; ++i) {
        reads(kTen + 1min * i + 10s, 0, 2, 7);
        reads(kTen + 1min * i + 50s, 5, 1, 9);
    }

    run();

    const auto stored = samples();
    EXPECT_EQ(qualities(stored.at(kTen + 1min)), (std::vector{Quality::good, Quality::good}));
    EXPECT_EQ(stored.at(kTen + 1min).taken_at, kTen + 1min + 50s + 60ms);
}

TEST_F(Listening, NothingHeardIsMissingWithThatReason) {
    run();

    EXPECT_EQ(qualities(samples().at(kTen)), (std::vector{Quality::not_asked, Quality::not_asked}));
    EXPECT_TRUE(snapshot.points[0].silent);
    EXPECT_TRUE(snapshot.hearing->never_asked.at(0).everything);
    EXPECT_NE(snapshot.last_error.find("A and B"), std::string::npos) << snapshot.last_error;
}

TEST_F(Listening, ABoundaryTakesWhatWasReadShortlyBeforeItWhenNothingIsReadShortlyAfter) {
    reads(kTen - 20s, 0, 6, 1000);
    reads(kTen + 40s, 0, 6, 2000);
    reads(kTen + 1min + 10s, 0, 6, 3000);

    run();

    const auto stored = samples();
    EXPECT_EQ(stored.at(kTen).readings[1].bits, 1005U);
    EXPECT_EQ(stored.at(kTen).taken_at, kTen - 20s + 60ms);
    // Other slots wait for what is read after them.
    EXPECT_EQ(stored.at(kTen + 1min).readings[1].bits, 3005U);
    EXPECT_EQ(snapshot.points[0].skew->at_last, -20s + 60ms);
}

TEST_F(Listening, ARefusalIsNotSilence) {
    channel->plan(kTen + 1s, raw::rtu({7, 3, 0, 0, 0, 6}));
    channel->plan(kTen + 1s + 50ms, raw::rtu({7, 0x83, 2}));
    channel->plan(kTen + 61s, raw::rtu({7, 3, 0, 0, 0, 6}));

    run();

    const auto stored = samples();
    EXPECT_EQ(qualities(stored.at(kTen)), (std::vector{Quality::refused, Quality::refused}));
    EXPECT_EQ(qualities(stored.at(kTen + 1min)), (std::vector{Quality::no_reply, Quality::no_reply}));
}

TEST_F(Listening, APortThatCannotBeOpenedIsTheReason) {
    channel->fails_to_open_until(kTen + 90s);
    reads(kTen + 2min + 10s, 0, 6, 4);

    run();

    const auto stored = samples();
    EXPECT_EQ(qualities(stored.at(kTen)), (std::vector{Quality::line_down, Quality::line_down}));
    EXPECT_EQ(qualities(stored.at(kTen + 2min)), (std::vector{Quality::good, Quality::good}));
    EXPECT_FALSE(snapshot.down);
}

TEST_F(Listening, AskingIsRefused) {
    const std::vector<InstrumentOptions> instruments{{&line, &model, {&meter}}};
    ClockWatch watch{clock, UtcTime{}, UtcTime{}, 0, true};
    ListenWorker worker{line,
                        std::move(channel),
                        std::move(*driver_for(Protocol::modbus)->make_listener(instruments)),
                        {SlotPlan{}},
                        store,
                        watch,
                        clock,
                        [] {}};

    EXPECT_EQ(worker.read_of(meter.id, {}), nullptr);
    EXPECT_FALSE(worker.run_errand(nullptr));
    EXPECT_FALSE(may_ask(line));
}

}  // namespace
}  // namespace mg
