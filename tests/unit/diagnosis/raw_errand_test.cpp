#include "gateway/diagnosis/raw_errand.h"

#include <optional>

#include <gtest/gtest.h>

#include "tests/support/raw_peer.h"
#include "tests/support/scripted_channel.h"

namespace mg {
namespace {

using Arrivals = std::vector<Arrival>;

/// Unit 7 on a scripted serial line, and what a question to it brings.
struct RawLine : testing::Test {
    RawReport ask(const std::string& function, const std::string& address, const std::string& count,
                  ScriptedChannel::FarEnd far_end) {
        LineOptions line;
        line.id = {"mcc"};
        line.response_timeout = milliseconds{300};
        RawWords words;
        words.unit = "7";
        words.function = function;
        words.address = address;
        words.count = count;
        auto question = raw_question(words, options, line);
        EXPECT_TRUE(question);
        ScriptedChannel channel{clock, LineKind::serial, std::move(far_end)};
        const StopEvent stop{std::stop_token{}};
        EXPECT_TRUE(channel.open(stop));
        std::optional<RawReport> report;
        RawErrand errand{line, *question, clock, [&](const Result<RawReport>& done) {
                             if (done) report = *done;
                         }};
        const auto began = clock.steady();
        EXPECT_FALSE(errand.step(channel, stop)) << "one exchange, and it is done";
        EXPECT_LE(clock.steady() - began, errand.longest_step() + milliseconds{500});
        EXPECT_TRUE(report);
        // What a client reads is what was seen.
        const auto back = raw_report_from_json(raw_report_to_json(report.value_or(RawReport{})));
        EXPECT_TRUE(back);
        return back.value_or(RawReport{});
    }

    Options options;
    FakeClock clock{UtcTime{std::chrono::hours{480'000}}};
};

TEST_F(RawLine, RegistersComeAsTheyStandOnTheWire) {
    const RawReport report = ask("3", "0x2000", "2", [](const raw::Bytes&) {
        return Arrivals{{milliseconds{20}, raw::rtu(raw::registers_body(7, 3, {0x4366, 0x8000}))}};
    });

    EXPECT_EQ(report.registers, (std::vector<std::uint16_t>{0x4366, 0x8000}));
    EXPECT_EQ(report.address, 0x2000);
    EXPECT_EQ(report.error, "");
    EXPECT_TRUE(report.request.starts_with("07 03 20 00 00 02")) << report.request;
    EXPECT_TRUE(report.answer.starts_with("07 03 04 43 66 80 00")) << report.answer;
}

TEST_F(RawLine, BitsAreAsManyAsWereAskedFor) {
    const RawReport report = ask("1", "0", "10", [](const raw::Bytes&) {
        return Arrivals{{milliseconds{20}, raw::rtu(raw::hex("07 01 02 05 02"))}};
    });

    EXPECT_EQ(report.bits, (std::vector<int>{1, 0, 1, 0, 0, 0, 0, 0, 0, 1}));
}

TEST_F(RawLine, AnIdentificationComesAsItsTexts) {
    const RawReport report = ask("2B", "", "", [](const raw::Bytes&) {
        return Arrivals{
            {milliseconds{20}, raw::rtu(raw::hex("07 2b 0e 01 01 00 00 02 00 03 41 42 43 01 02 44 45"))}};
    });

    ASSERT_EQ(report.objects.size(), 2U);
    EXPECT_EQ(report.objects[0].text, "ABC");
    EXPECT_EQ(report.objects[1].text, "DE");
    EXPECT_FALSE(report.address);
}

TEST_F(RawLine, AnExceptionAndSilenceAreSaid) {
    const RawReport refused = ask("3", "0", "2", [](const raw::Bytes&) {
        return Arrivals{{milliseconds{20}, raw::rtu(raw::exception_body(7, 3, 2))}};
    });
    const RawReport silent = ask("3", "0", "2", [](const raw::Bytes&) { return Arrivals{}; });

    EXPECT_EQ(refused.exception, 2);
    EXPECT_NE(refused.error.find("illegal data address"), std::string::npos) << refused.error;
    EXPECT_NE(silent.error.find("no reply"), std::string::npos) << silent.error;
    EXPECT_TRUE(silent.registers.empty());
}

}  // namespace
}  // namespace mg
