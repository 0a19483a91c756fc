#include <thread>

#include <gtest/gtest.h>

#include "tests/integration/drivers/lines.h"

/// Real descriptors, real libmodbus, far ends that misbehave.
namespace mg {
namespace {

using raw::Bytes;
using raw::PtyPeer;
using raw::TcpPeer;
using raw::Wire;

Bytes joined(Bytes first, const Bytes& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

bool write_slowly(Wire& wire, const Bytes& bytes, milliseconds pause) {
    for (const auto byte : bytes) {
        if (!wire.pause(pause)) return false;
        wire.write({byte});
    }
    return true;
}

void answer_rtu(Wire& wire, std::uint16_t value) {
    while (wire.read(kRtuRequest)) wire.write(raw::rtu(body_of(value)));
}

void answer_tcp(Wire& wire, std::uint16_t value) {
    while (const auto request = wire.read(kTcpRequest)) {
        wire.write(raw::mbap(raw::mbap_request(*request).transaction, body_of(value)));
    }
}

TEST(ModbusOnTheWire, ASerialMeterIsRead) {
    PtyPeer peer{[](Wire& wire) { answer_rtu(wire, 55); }};
    Plant plant{serial_line(peer.device())};

    EXPECT_EQ(Plant::value(plant.poll()), 55U);
    EXPECT_EQ(Plant::value(plant.poll()), 55U);
}

TEST(ModbusOnTheWire, ATcpMeterIsRead) {
    TcpPeer peer{[](Wire& wire, int) { answer_tcp(wire, 55); }};
    Plant plant{tcp_line(LineKind::modbus_tcp, peer.port())};

    EXPECT_EQ(Plant::value(plant.poll()), 55U);
    EXPECT_EQ(Plant::value(plant.poll()), 55U);
    EXPECT_EQ(peer.connections(), 1);
}

TEST(ModbusOnTheWire, AMeterBehindASerialServerIsRead) {
    TcpPeer peer{[](Wire& wire, int) { answer_rtu(wire, 55); }};
    Plant plant{tcp_line(LineKind::rtu_over_tcp, peer.port())};

    EXPECT_EQ(Plant::value(plant.poll()), 55U);
    EXPECT_EQ(Plant::value(plant.poll()), 55U);
}

TEST(ModbusOnTheWire, TheLongestAnswerIsRead) {
    TcpPeer peer{[](Wire& wire, int) {
        while (const auto request = wire.read(kTcpRequest)) {
            const auto asked = raw::mbap_request(*request);
            const std::vector<std::uint16_t> registers(asked.count, 9);
            wire.write(
                raw::mbap(asked.transaction, raw::registers_body(asked.unit, asked.function, registers)));
        }
    }};
    Plant plant{tcp_line(LineKind::modbus_tcp, peer.port())};
    plant.model.max_registers = 125;
    plant.model.max_gap = 125;
    plant.model.points[2].address = 124;
    auto made = driver_for(Protocol::modbus)
                    ->make_meter({&plant.line, &plant.model, {&plant.metering_point}}, plant.clock);
    ASSERT_TRUE(made);
    plant.meter = std::move(*made);

    EXPECT_EQ(Plant::value(plant.poll()), 9U);
}

// Design fact: from the first late answer on, every read returned the one before it, with success.
TEST(ModbusOnTheWire, LateRtuAnswerIsNeverReportedAsTheNextOne) {
    PtyPeer peer{[](Wire& wire) {
        for (std::uint16_t question = 0; wire.read(kRtuRequest); ++question) {
            if (question == 0 && !wire.pause(milliseconds{300})) return;
            wire.write(raw::rtu(body_of(question)));
        }
    }};
    Plant plant{serial_line(peer.device())};

    EXPECT_EQ(Plant::quality(plant.poll()), Quality::no_reply);
    EXPECT_EQ(Plant::value(plant.poll()), 1U);
    EXPECT_EQ(Plant::value(plant.poll()), 2U);
    EXPECT_EQ(plant.channel->counters().discarded_bytes.value(), 11U);
}

TEST(ModbusOnTheWire, SurplusFrameAfterAGoodAnswerIsNeverReportedAsTheNextOne) {
    PtyPeer peer{[](Wire& wire) {
        for (std::uint16_t question = 0; wire.read(kRtuRequest); ++question) {
            const auto answer = raw::rtu(body_of(question));
            wire.write(question == 0 ? joined(answer, answer) : answer);
        }
    }};
    Plant plant{serial_line(peer.device())};

    EXPECT_EQ(Plant::value(plant.poll()), 0U);
    EXPECT_EQ(Plant::value(plant.poll()), 1U);
    EXPECT_EQ(Plant::value(plant.poll()), 2U);
}

// The surplus frame is still arriving when the next question is due: its tail must not meet the next answer.
TEST(ModbusOnTheWire, ASurplusFrameThatIsStillArrivingIsWaitedFor) {
    PtyPeer peer{[](Wire& wire) {
        for (std::uint16_t question = 0; wire.read(kRtuRequest); ++question) {
            const auto answer = raw::rtu(body_of(question));
            wire.write(answer);
            if (question == 0 && !write_slowly(wire, answer, milliseconds{1})) return;
        }
    }};
    auto line = serial_line(peer.device());
    std::get<SerialChannel>(line.channel).settings.baud =
        1200;  // silence of 29 ms: a busy machine is not an end of frame
    Plant plant{line};

    EXPECT_EQ(Plant::value(plant.poll()), 0U);
    EXPECT_EQ(Plant::value(plant.poll()), 1U);
    EXPECT_EQ(plant.channel->counters().discarded_bytes.value(), 11U);
}

TEST(ModbusOnTheWire, AnswerAfterATimeoutOnTcpMeetsAClosedConnection) {
    TcpPeer peer{[](Wire& wire, int connection) {
        while (const auto request = wire.read(kTcpRequest)) {
            if (connection == 0 && !wire.pause(milliseconds{400})) return;
            wire.write(raw::mbap(raw::mbap_request(*request).transaction,
                                 body_of(static_cast<std::uint16_t>(connection))));
        }
    }};
    Plant plant{tcp_line(LineKind::modbus_tcp, peer.port())};

    EXPECT_EQ(Plant::quality(plant.poll()), Quality::no_reply);

    EXPECT_EQ(plant.channel->counters().opened.value(), 2U);
    // The peer takes the next connection when it is done with the old one.
    PollResult again;
    for (int i = 0; i < 10 && !Plant::value(again = plant.poll()); ++i) {
    }
    EXPECT_GE(Plant::value(again).value_or(0), 1U) << "an answer of a later connection than the first";
}

// A serial server hands what its wire says to whoever is connected, so a late answer may come on the next
// connection.
TEST(ModbusOnTheWire, LateAnswerThroughASerialServerIsNeverReportedAsTheNextOne) {
    TcpPeer peer{[](Wire& wire, int connection) {
        if (connection == 0) {
            while (wire.read(kRtuRequest)) {
            }
            return;  // the connection goes, the answer comes on the next one
        }
        wire.write(raw::rtu(body_of(1)));
        answer_rtu(wire, 2);
    }};
    auto line = tcp_line(LineKind::rtu_over_tcp, peer.port());
    std::get<TcpChannel>(line.channel).settings.baud = 300;  // silence of 117 ms: enough for a busy machine
    Plant plant{line};

    EXPECT_EQ(Plant::quality(plant.poll()), Quality::no_reply);
    EXPECT_EQ(Plant::value(plant.poll()), 2U);
}

TEST(ModbusOnTheWire, ForeignUnitIsDiscardedOnRtu) {
    PtyPeer peer{[](Wire& wire) {
        while (wire.read(kRtuRequest)) {
            wire.write(raw::rtu(raw::registers_body(9, 3, {9, 9, 9})));
            if (!wire.pause(milliseconds{20})) return;
            wire.write(raw::rtu(body_of(1)));
        }
    }};
    Plant plant{serial_line(peer.device())};

    EXPECT_EQ(Plant::value(plant.poll()), 1U);
}

TEST(ModbusOnTheWire, ForeignUnitAndTransactionAreDiscardedOnTcp) {
    TcpPeer peer{[](Wire& wire, int) {
        while (const auto request = wire.read(kTcpRequest)) {
            const auto transaction = raw::mbap_request(*request).transaction;
            wire.write(raw::mbap(transaction, raw::registers_body(9, 3, {9, 9, 9})));
            wire.write(raw::mbap(static_cast<std::uint16_t>(transaction + 1), body_of(8)));
            wire.write(raw::mbap(transaction, body_of(1)));
        }
    }};
    Plant plant{tcp_line(LineKind::modbus_tcp, peer.port())};

    EXPECT_EQ(Plant::value(plant.poll()), 1U);
    EXPECT_EQ(Plant::value(plant.poll()), 1U);
}

// With libmodbus's own time-out between bytes a limit of 0.4 s was measured to last 3.6 s.
TEST(ModbusOnTheWire, ADribblingMeterCannotStretchTheTimeout) {
    const auto dribble = [](Wire& wire, const Bytes& answer) {
        write_slowly(wire, answer, milliseconds{100});
    };
    {
        TcpPeer peer{[&](Wire& wire, int) {
            while (const auto request = wire.read(kTcpRequest)) {
                dribble(wire, raw::mbap(raw::mbap_request(*request).transaction, body_of(1)));
            }
        }};
        Plant plant{tcp_line(LineKind::modbus_tcp, peer.port())};
        PollResult result;

        const auto took = time_of([&] { result = plant.poll(); });

        EXPECT_EQ(Plant::quality(result), Quality::corrupt_reply);
        EXPECT_LT(took, milliseconds{400});
    }
    PtyPeer peer{[&](Wire& wire) {
        while (wire.read(kRtuRequest)) dribble(wire, raw::rtu(body_of(1)));
    }};
    Plant plant{serial_line(peer.device())};
    PollResult result;

    const auto took = time_of([&] { result = plant.poll(); });

    EXPECT_EQ(Plant::quality(result), Quality::corrupt_reply);
    EXPECT_LT(took, milliseconds{200 + 200 + 300}) << "time-out, drain time, and some";
}

TEST(ModbusOnTheWire, AStopEndsTheWaitAtOnce) {
    PtyPeer silent{[](Wire& wire) { static_cast<void>(wire.read(1000)); }};
    auto line = serial_line(silent.device());
    line.response_timeout = milliseconds{20'000};
    Plant plant{line};
    std::jthread stopper{[&] {
        std::this_thread::sleep_for(milliseconds{100});
        plant.stopper.request_stop();
    }};

    const auto took = time_of([&] { static_cast<void>(plant.poll()); });

    EXPECT_LE(took, milliseconds{200});
}

TEST(ModbusOnTheWire, AStopDuringAStartedAnswerTakesASecondAndABit) {
    TcpPeer peer{[](Wire& wire, int) {
        if (wire.read(kTcpRequest)) wire.write({0, 1, 0});
        static_cast<void>(wire.read(1));
    }};
    auto line = tcp_line(LineKind::modbus_tcp, peer.port());
    line.response_timeout = milliseconds{20'000};
    Plant plant{line};
    std::jthread stopper{[&] {
        std::this_thread::sleep_for(milliseconds{100});
        plant.stopper.request_stop();
    }};

    const auto took = time_of([&] { static_cast<void>(plant.poll()); });

    EXPECT_LE(took, milliseconds{1500});
}

TEST(ModbusOnTheWire, APeerThatClosesWhileWeWriteIsALineDownAndNothingElse) {
    TcpPeer peer{[](Wire& wire, int) {
        if (wire.read(4)) wire.reset();
    }};
    Plant plant{tcp_line(LineKind::modbus_tcp, peer.port())};

    for (int i = 0; i < 20; ++i) {
        const auto result = plant.poll();
        EXPECT_EQ(Plant::quality(result), Quality::line_down);
        EXPECT_FALSE(result.trouble.empty());
    }
}

TEST(ModbusOnTheWire, APeerThatClosesInMidAnswerIsALineDown) {
    TcpPeer peer{[](Wire& wire, int) {
        if (wire.read(kTcpRequest)) wire.write({0, 1, 0, 0});
    }};
    Plant plant{tcp_line(LineKind::modbus_tcp, peer.port())};

    EXPECT_EQ(Plant::quality(plant.poll()), Quality::line_down);
}

TEST(ModbusOnTheWire, AnIdleConnectionThatTheGatewayClosedIsReopenedUnnoticed) {
    TcpPeer peer{[](Wire& wire, int) {
        if (const auto request = wire.read(kTcpRequest)) {
            wire.write(raw::mbap(raw::mbap_request(*request).transaction, body_of(3)));
        }
    }};
    Plant plant{tcp_line(LineKind::modbus_tcp, peer.port())};

    for (int i = 0; i < 5; ++i) {
        const auto result = plant.poll();
        EXPECT_EQ(Plant::value(result), 3U);
        EXPECT_EQ(result.trouble, "");
    }
    EXPECT_EQ(peer.connections(), 5);
}

TEST(ModbusOnTheWire, AnEchoIsSwallowedOnTheSerialLine) {
    PtyPeer peer{[](Wire& wire) {
        while (const auto request = wire.read(kRtuRequest)) {
            wire.write(*request);
            if (!wire.pause(milliseconds{20})) return;
            wire.write(raw::rtu(body_of(4)));
        }
    }};
    Plant plant{serial_line(peer.device())};

    EXPECT_EQ(Plant::value(plant.poll()), 4U);
    const auto second = plant.poll();
    EXPECT_EQ(Plant::value(second), 4U);
    EXPECT_EQ(second.trouble, "");
}

TEST(ModbusOnTheWire, NoiseBeforeTheAnswerIsACorruptReplyAndTheNextPollIsGood) {
    int question = 0;
    PtyPeer peer{[&](Wire& wire) {
        while (wire.read(kRtuRequest)) {
            const auto answer = raw::rtu(body_of(6));
            wire.write(question++ == 0 ? joined(raw::hex("07 03 00 55 AA"), answer) : answer);
        }
    }};
    Plant plant{serial_line(peer.device())};

    EXPECT_EQ(Plant::quality(plant.poll()), Quality::corrupt_reply);
    EXPECT_EQ(Plant::value(plant.poll()), 6U);
}

TEST(ModbusOnTheWire, TruncatedAnswerIsACorruptReplyAndTheNextPollIsGood) {
    int question = 0;
    PtyPeer peer{[&](Wire& wire) {
        while (wire.read(kRtuRequest)) {
            auto answer = raw::rtu(body_of(6));
            if (question++ == 0) answer.resize(7);
            wire.write(answer);
        }
    }};
    Plant plant{serial_line(peer.device())};

    EXPECT_EQ(Plant::quality(plant.poll()), Quality::corrupt_reply);
    EXPECT_EQ(Plant::value(plant.poll()), 6U);
}

TEST(ModbusOnTheWire, ALineThatBabblesForEverBlocksNobody) {
    TcpPeer peer{[](Wire& wire, int) {
        const Bytes noise(64, 0x55);
        do wire.write(noise);
        while (wire.pause(milliseconds{1}));
    }};
    Plant plant{tcp_line(LineKind::rtu_over_tcp, peer.port())};
    PollResult result;

    const auto took = time_of([&] { result = plant.poll(); });

    EXPECT_FALSE(has_value(Plant::quality(result)));
    EXPECT_LT(took, milliseconds{2500});
}

}  // namespace
}  // namespace mg
