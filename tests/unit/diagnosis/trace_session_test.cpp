#include "gateway/diagnosis/trace_session.h"

#include <gtest/gtest.h>

#include "tests/support/raw_peer.h"

namespace mg {
namespace {

WireEvent event(WireFate fate, raw::Bytes bytes) {
    return {UtcTime{std::chrono::hours{480'000}}, fate, std::move(bytes)};
}

WireEvent request_to(std::uint8_t unit) {
    return event(WireFate::request, raw::rtu({unit, 3, 0x20, 0, 0, 2}));
}
WireEvent answer_of(std::uint8_t unit) {
    return event(WireFate::answer, raw::rtu(raw::registers_body(unit, 3, {1, 2})));
}

/// A client that takes frames, or is too slow for them.
struct Client {
    std::vector<TraceFrame> frames;
    bool slow{false};
    TraceSession::Give give() {
        return [this](const TraceFrame& frame) {
            if (slow) return false;
            frames.push_back(frame);
            return true;
        };
    }
};

TEST(TraceSession, EachFrameSaysWhatItMeans) {
    Client client;
    TraceSession session{Framing::rtu, std::nullopt, 100, client.give()};

    EXPECT_TRUE(session.take(request_to(7)));
    EXPECT_TRUE(session.take(answer_of(7)));
    EXPECT_TRUE(session.take(event(WireFate::answer, raw::rtu(raw::exception_body(7, 3, 2)))));
    EXPECT_TRUE(session.take(event(WireFate::silence, {})));

    ASSERT_EQ(client.frames.size(), 4U);
    EXPECT_EQ(client.frames[0].fate, "request");
    EXPECT_EQ(client.frames[0].address, 0x2000);
    EXPECT_EQ(client.frames[0].count, 2);
    EXPECT_EQ(client.frames[1].registers, (std::vector<std::uint16_t>{1, 2}));
    EXPECT_EQ(client.frames[2].exception, 2);
    EXPECT_EQ(client.frames[3].fate, "silence");
    EXPECT_EQ(client.frames[3].bytes, "");
}

TEST(TraceSession, ABrokenFrameIsShownAndNotInterpreted) {
    Client client;
    TraceSession session{Framing::rtu, std::nullopt, 100, client.give()};
    auto broken = answer_of(7);
    broken.fate = WireFate::wrong;
    broken.bytes[4] ^= 1U;

    session.take(broken);

    EXPECT_FALSE(client.frames[0].sound);
    EXPECT_TRUE(client.frames[0].registers.empty());
    EXPECT_EQ(client.frames[0].bytes.substr(0, 8), "07 03 04");
}

TEST(TraceSession, ASlowClientLosesFramesAndIsToldHowMany) {
    Client client;
    TraceSession session{Framing::rtu, std::nullopt, 100, client.give()};

    session.take(request_to(7));
    client.slow = true;
    session.take(answer_of(7));
    session.take(request_to(7));
    client.slow = false;
    session.take(answer_of(7));

    ASSERT_EQ(client.frames.size(), 2U);
    EXPECT_EQ(client.frames[0].lost, 0U);
    EXPECT_EQ(client.frames[1].lost, 2U);
    EXPECT_EQ(session.end().lost, 2U);
    EXPECT_EQ(session.end().frames, 2U);
}

TEST(TraceSession, OneMeterIsShownWithWhatCameInPlaceOfItsAnswers) {
    Client client;
    TraceSession session{Framing::rtu, 7, 100, client.give()};

    session.take(request_to(8));
    session.take(answer_of(8));
    session.take(request_to(7));
    session.take(event(WireFate::silence, {}));
    session.take(request_to(8));

    ASSERT_EQ(client.frames.size(), 2U);
    EXPECT_EQ(client.frames[0].unit, 7);
    EXPECT_EQ(client.frames[1].fate, "silence");
}

TEST(TraceSession, ItEndsAfterTheFramesThatWereAskedFor) {
    Client client;
    TraceSession session{Framing::rtu, std::nullopt, 2, client.give()};

    EXPECT_TRUE(session.take(request_to(7)));
    EXPECT_FALSE(session.take(answer_of(7)));
    EXPECT_FALSE(session.take(request_to(7)));

    EXPECT_EQ(client.frames.size(), 2U);
    EXPECT_EQ(session.end().because, "frames");
}

TEST(TraceReport, SaysTheSameAfterATripThroughJson) {
    const auto frame = trace_frame_of(answer_of(7), Framing::rtu);
    const TraceEnd end{.frames = 3, .lost = 1, .because = "time"};

    const auto back = trace_frame_from_json(trace_frame_to_json(frame));
    const auto end_back = trace_end_from_json(trace_end_to_json(end));

    ASSERT_TRUE(back);
    EXPECT_EQ(trace_frame_to_json(*back), trace_frame_to_json(frame));
    EXPECT_EQ(back->registers, frame.registers);
    ASSERT_TRUE(end_back);
    EXPECT_EQ(end_back->lost, 1U);
    EXPECT_FALSE(trace_frame_from_json("{}"));
}

}  // namespace
}  // namespace mg
