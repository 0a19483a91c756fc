#include "gateway/diagnosis/scan_errand.h"

#include <memory>

#include <gtest/gtest.h>

#include "tests/support/scripted_channel.h"
#include "tests/unit/diagnosis/scan_fixture.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using Arrivals = std::vector<Arrival>;

/// A serial line with a plant on it, one meter of which is in the table as unit 2.
struct ScanLine : testing::Test {
    ScanLine() {
        line.id = {"mcc"};
        line.response_timeout = 300ms;
        options.lines = {line};
        MeterOptions meter;
        meter.id = {"known"};
        meter.line = line.id;
        meter.address = "2";
        options.meters = {meter};
    }

    Result<ScanReport> scan(const ScanWords& words, ScriptedChannel::FarEnd far_end, Bytes unasked = {}) {
        auto order = scan_order(words, options, line, /*polled=*/true);
        if (!order) return pass_on(order.error());
        channel = std::make_unique<ScriptedChannel>(clock, LineKind::serial, std::move(far_end));
        EXPECT_TRUE(channel->open(stop));
        Result<ScanReport> report = fail(Failure::transient, "never told");
        ScanErrand errand{line,
                          std::move(*order),
                          clock,
                          {.wanted = [this] { return wanted; },
                           .progress = [this](const ScanProgress& told) { progress.push_back(told); },
                           .done = [&](const Result<ScanReport>& done) { report = done; }}};
        if (!unasked.empty()) channel->arrive(std::move(unasked));
        do {
            EXPECT_TRUE(channel->open(stop));
            EXPECT_TRUE(channel->use(errand.settings().value_or(SerialSettings{})));
        } while (errand.step(*channel, stop));
        return report;
    }

    FakeClock clock{UtcTime{std::chrono::hours{480'000}}};
    StopEvent stop{std::stop_token{}};
    Options options;
    LineOptions line;
    std::unique_ptr<ScriptedChannel> channel;
    std::vector<ScanProgress> progress;
    bool wanted{true};
};

ScanWords addresses(const std::string& list, const std::string& listen = "65") {
    ScanWords words;
    words.addresses = list;
    words.listen = listen;
    return words;
}

Arrivals only_unit_3(const Bytes& request) {
    if (request[0] != 3) return {};
    return {{20ms, raw::rtu(raw::exception_body(3, request[1], 2))}};
}

TEST_F(ScanLine, MetersOfTheTableAreShownAndNotAsked) {
    const auto report = scan(addresses("1-4"), only_unit_3);

    ASSERT_TRUE(report) << report.error().what;
    ASSERT_EQ(report->found.size(), 1U);
    EXPECT_EQ(report->found[0].unit, 3);
    ASSERT_EQ(report->known.size(), 1U);
    EXPECT_EQ(report->known[0].meter, "known");
    for (const auto& request : channel->requests) EXPECT_NE(request[0], 2);
}

TEST_F(ScanLine, WhereAnotherMasterTalksNotOneByteIsSent) {
    const auto report = scan(addresses("1-4"), only_unit_3, raw::hex("05 03 00 00 00 02 c5 8f"));

    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind, Failure::refused);
    EXPECT_TRUE(channel->requests.empty());
    EXPECT_EQ(channel->counters().bytes_sent.value(), 0U);
}

TEST_F(ScanLine, ASpikeIsNoMaster) {
    EXPECT_TRUE(scan(addresses("1"), only_unit_3, Bytes{0xFF, 0x00}));
}

TEST_F(ScanLine, ItListensAsLongAsAMasterMayPause) {
    const auto began = clock.steady();
    SteadyTime first_question{};

    const auto report = scan(addresses("1", ""), [&](const Bytes&) {
        if (first_question == SteadyTime{}) first_question = clock.steady();
        return Arrivals{};
    });

    ASSERT_TRUE(report) << report.error().what;
    EXPECT_GE(first_question - began, 60s);
    ASSERT_FALSE(progress.empty());
    EXPECT_TRUE(progress.front().listening);
    EXPECT_GE(progress.front().seconds_left, 65U);
}

TEST_F(ScanLine, ProgressSaysHowFarItIs) {
    ASSERT_TRUE(scan(addresses("1-100"), only_unit_3));

    ASSERT_GT(progress.size(), 10U);
    EXPECT_EQ(progress[1].of, 3U * 99);
    EXPECT_GT(progress.back().asked, 90U);
    EXPECT_LT(progress.back().seconds_left, progress[1].seconds_left);
}

TEST_F(ScanLine, ItEndsWhenNobodyWaitsForIt) {
    wanted = false;
    scan(addresses("1-100"), only_unit_3);
    EXPECT_TRUE(channel->requests.empty());
}

TEST_F(ScanLine, WhatCannotBeMeantIsRefused) {
    for (const char* list : {"0", "1-248", "9-1", "one", "1-", "-", ","}) {
        const auto report = scan(addresses(list), only_unit_3);
        ASSERT_FALSE(report) << list;
        EXPECT_EQ(report.error().kind, Failure::rejected) << list;
    }
}

TEST_F(ScanLine, OtherSettingsAreRefusedWhileTheLineIsPolled) {
    ScanWords words = addresses("1-2");
    words.all_settings = "true";

    const auto refused = scan(words, only_unit_3);
    const auto alone = scan_order(words, options, line, /*polled=*/false);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Failure::refused);
    ASSERT_TRUE(alone);
    EXPECT_GE(alone->plan.settings.size(), 10U);
    EXPECT_EQ(alone->plan.settings.front(), SerialSettings{}) << "the line's own first";
}

ScanWords with_pause(const std::string& seconds) {
    ScanWords words = addresses("1-60", "0");
    words.all_settings = "true";
    words.pause = seconds;
    return words;
}

TEST_F(ScanLine, PollingMayWaitForOtherSettingsForBoundedTime) {
    std::vector<SteadyTime> with_others;
    const auto report = scan(with_pause("120"), [&](const Bytes& request) {
        if (channel->used != SerialSettings{}) with_others.push_back(clock.steady());
        return only_unit_3(request);
    });

    ASSERT_TRUE(report) << report.error().what;
    EXPECT_FALSE(report->complete);
    EXPECT_EQ(report->found.size(), 1U) << "what was found by then is told";
    ASSERT_FALSE(with_others.empty());
    EXPECT_LE(with_others.back() - with_others.front(), 121s);
    EXPECT_GE(with_others.back() - with_others.front(), 115s);
}

TEST_F(ScanLine, OnlyQuestionsWithOtherSettingsKeepPollsWaiting) {
    auto order = scan_order(with_pause("600"), options, line, /*polled=*/true);
    ASSERT_TRUE(order) << order.error().what;
    ScriptedChannel quiet{clock, LineKind::serial, [](const Bytes&) { return Arrivals{}; }};
    ScanErrand errand{line,
                      *order,
                      clock,
                      {.wanted = [] { return true; },
                       .progress = [](const ScanProgress&) {},
                       .done = [](const Result<ScanReport>&) {}}};
    int own = 0;
    int others = 0;
    do {
        EXPECT_TRUE(quiet.open(stop));
        const bool is_own = errand.settings() == SerialSettings{};
        EXPECT_EQ(errand.pauses_polling(), errand.settings() && !is_own);
        ++(is_own ? own : others);
    } while (errand.step(quiet, stop));
    EXPECT_GE(own, 59 * 3);
    EXPECT_GE(others, 59);
}

TEST_F(ScanLine, NoMeterOfTheLineHearsLessSilenceThanItsModelNeeds) {
    ModelOptions model;
    model.id = "touchy";
    model.request_gap = 250ms;
    options.models = {model};
    options.meters[0].model = "touchy";

    const auto order = scan_order(addresses("1-4"), options, line, true);

    ASSERT_TRUE(order);
    EXPECT_EQ(order->timing.gap, 250ms);
}

TEST_F(ScanLine, APauseIsOfSecondsUpToAnHour) {
    for (const char* pause : {"0", "3601", "ten", "-1"}) {
        const auto order = scan_order(with_pause(pause), options, line, true);
        ASSERT_FALSE(order) << pause;
        EXPECT_EQ(order.error().kind, Failure::rejected);
    }
}

}  // namespace
}  // namespace mg
