#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "drivers/channel/listen_on.h"
#include "tests/integration/drivers/lines.h"
#include "tests/support/modems.h"

/// Modems that call, over real sockets.
namespace mg {
namespace {

using raw::Bytes;
using raw::Wire;

void answer(Wire& wire, std::uint16_t value) {
    while (wire.read(kRtuRequest)) wire.write(raw::rtu(body_of(value)));
}

bool is_closed(Wire& wire) {
    return !wire.read(1);
}

Plant plant_of(const ModemDesk& desk, const LineOptions& line) {
    return Plant{line, &desk.mailbox(line.id.text)};
}

TEST(DtuAcceptor, AModemThatSaysWhoItIsServesItsLine) {
    const auto line = modem_line("line_1", "PUMP-01");
    ModemDesk desk{{line}};
    const ModemPeer modem{desk.port(), "PUMP-01", [](Wire& wire, int) { answer(wire, 55); }};
    Plant plant{plant_of(desk, line)};

    EXPECT_EQ(Plant::value(plant.poll()), 55U);
    EXPECT_EQ(Plant::value(plant.poll()), 55U);

    EXPECT_EQ(modem.connections(), 1);
    const auto state = desk.mailbox().state();
    EXPECT_TRUE(state.since);
    EXPECT_TRUE(state.from.starts_with("127.0.0.1:")) << state.from;
    EXPECT_EQ(state.connections, 1U);
}

TEST(DtuAcceptor, SeveralModemsOnOnePortAreToldApart) {
    const auto north = modem_line("north", "N");
    const auto south = modem_line("south", "S");
    ModemDesk desk{{north, south}};
    const ModemPeer second{desk.port(), "S", [](Wire& wire, int) { answer(wire, 2); }};
    const ModemPeer first{desk.port(), "N", [](Wire& wire, int) { answer(wire, 1); }};
    Plant of_north{plant_of(desk, north)};
    Plant of_south{plant_of(desk, south)};

    EXPECT_EQ(Plant::value(of_north.poll()), 1U);
    EXPECT_EQ(Plant::value(of_south.poll()), 2U);
}

TEST(DtuAcceptor, ARegistrationInPiecesOrGluedToAHeartbeatIsUnderstood) {
    const auto line = modem_line("line_1", "PUMP-01", "ping");
    ModemDesk desk{{line}};

    for (const std::vector<std::string>& pieces : {std::vector<std::string>{"PU", "MP", "-01"},
                                                   {"PUMP-01pingping"},
                                                   {"PUMP-01\r\npi", "ng"},
                                                   {"pingPUMP-01"},
                                                   {"pi", "ngPUMP", "-01"}}) {
        const auto before = desk.mailbox().state().connections;
        const ModemPeer modem{desk.port(), "", [&](Wire& wire, int) {
                                  for (const auto& piece : pieces) {
                                      wire.write(bytes_of(piece));
                                      if (!wire.pause(milliseconds{30})) return;
                                  }
                                  answer(wire, 7);
                              }};
        ASSERT_TRUE(desk.wait_for([&] { return desk.mailbox().state().connections > before; }))
            << pieces.front();
        Plant plant{plant_of(desk, line)};
        Result<> opened = plant.channel->open(plant.stop);
        ASSERT_TRUE(opened);
        std::this_thread::sleep_for(milliseconds{120});
        EXPECT_EQ(Plant::value(plant.poll()), 7U) << pieces.front();
    }
}

// Written by hand, so that what a modem says on its own stands exactly where it hurts.
TEST(DtuChannel, HeartbeatsAndRegistrationsBetweenFramesAreSwallowed) {
    const auto line = modem_line("line_1", "PUMP-01", "hello");
    ModemDesk desk{{line}};
    const ModemPeer modem{desk.port(), "PUMP-01", [](Wire& wire, int) {
                              const auto frame = raw::rtu(body_of(9));
                              const auto glued = [&](const std::string& before) {
                                  auto bytes = bytes_of(before);
                                  bytes.insert(bytes.end(), frame.begin(), frame.end());
                                  return bytes;
                              };
                              if (!wire.read(kRtuRequest)) return;
                              wire.write(glued("hello"));  // glued to the answer
                              if (!wire.read(kRtuRequest)) return;
                              wire.write(glued("hellohelloPUMP-01hello"));
                              if (!wire.read(kRtuRequest)) return;
                              wire.write(bytes_of("hel"));  // torn apart
                              if (!wire.pause(milliseconds{10})) return;
                              wire.write(glued("lo"));
                              if (!wire.read(kRtuRequest)) return;
                              auto after = frame;
                              const auto heartbeat = bytes_of("hello");
                              after.insert(after.end(), heartbeat.begin(), heartbeat.end());
                              wire.write(after);  // behind the answer
                              answer(wire, 9);
                          }};
    Plant plant{plant_of(desk, line)};

    for (int i = 0; i < 6; ++i) EXPECT_EQ(Plant::value(plant.poll()), 9U) << "poll " << i;
    EXPECT_EQ(modem.connections(), 1);
}

TEST(DtuChannel, AnAnswerThatBeginsLikeAHeartbeatIsAnAnswer) {
    const auto line = modem_line("line_1", "PUMP-01", "\x07\x10 still here");
    ModemDesk desk{{line}};
    const ModemPeer modem{desk.port(), "PUMP-01", [](Wire& wire, int) {
                              while (wire.read(kRtuRequest)) {
                                  const auto frame = raw::rtu(body_of(3));
                                  wire.write({frame[0]});
                                  if (!wire.pause(milliseconds{10})) return;
                                  wire.write(Bytes(frame.begin() + 1, frame.end()));
                              }
                          }};
    Plant plant{plant_of(desk, line)};

    EXPECT_EQ(Plant::value(plant.poll()), 3U);
}

TEST(DtuChannel, HeartbeatsWithoutEndAreATimeOut) {
    auto line = modem_line("line_1", "PUMP-01", "hello");
    line.connect_timeout = milliseconds{2000};
    ModemDesk desk{{line}};
    const ModemPeer modem{desk.port(), "PUMP-01", [](Wire& wire, int) {
                              do wire.write(bytes_of("hello"));
                              while (wire.pause(milliseconds{1}));
                          }};
    Plant plant{plant_of(desk, line)};

    PollResult result;
    const auto took = time_of([&] { result = plant.poll(); });

    EXPECT_FALSE(has_value(Plant::quality(result)));
    EXPECT_LT(took, milliseconds{10'000});
}

// Neuron issue 1602: a meter that did not answer cost the link of all others behind the same modem.
TEST(DtuChannel, AfterATimeOutTheModemKeepsItsConnection) {
    const auto line = modem_line("line_1", "PUMP-01");
    ModemDesk desk{{line}};
    const ModemPeer modem{desk.port(), "PUMP-01", [](Wire& wire, int) {
                              if (!wire.read(kRtuRequest)) return;  // silent
                              answer(wire, 4);
                          }};
    Plant plant{plant_of(desk, line)};

    EXPECT_EQ(Plant::quality(plant.poll()), Quality::no_reply);
    EXPECT_EQ(Plant::value(plant.poll()), 4U);

    EXPECT_EQ(modem.connections(), 1);
    EXPECT_EQ(plant.channel->counters().opened.value(), 1U);
}

TEST(DtuChannel, AModemThatHungUpIsTakenAgainWhenItCalls) {
    const auto line = modem_line("line_1", "PUMP-01");
    ModemDesk desk{{line}};
    const ModemPeer modem{desk.port(), "PUMP-01", [](Wire& wire, int connection) {
                              if (!wire.read(kRtuRequest)) return;
                              wire.write(raw::rtu(body_of(static_cast<std::uint16_t>(connection))));
                          }};
    Plant plant{plant_of(desk, line)};

    for (unsigned i = 0; i < 3; ++i) {
        const auto result = plant.poll();
        EXPECT_EQ(Plant::value(result), i);
        EXPECT_EQ(result.trouble, "");
    }
}

// After a radio hole a modem calls anew while its old connection looks alive.
TEST(DtuAcceptor, TheNewestCallOfAModemWinsAndTheOldConnectionIsClosedAtOnce) {
    const auto line = modem_line("line_1", "PUMP-01");
    ModemDesk desk{{line}};
    Plant plant{plant_of(desk, line)};
    Wire old = call_port(desk.port());
    old.write(bytes_of("PUMP-01"));
    ASSERT_TRUE(plant.channel->open(plant.stop));

    const ModemPeer modem{desk.port(), "PUMP-01", [](Wire& wire, int) { answer(wire, 8); }};

    EXPECT_TRUE(is_closed(old)) << "though the line does nothing";
    EXPECT_EQ(Plant::value(plant.poll()), 8U);
    EXPECT_EQ(desk.mailbox().state().connections, 2U);
}

TEST(DtuAcceptor, ACallThatWasNeverUsedGivesWayToo) {
    ModemDesk desk{{modem_line("line_1", "PUMP-01")}};
    Wire old = call_port(desk.port());
    old.write(bytes_of("PUMP-01"));
    ASSERT_TRUE(desk.wait_for([&] { return desk.mailbox().has_call(); }));

    Wire anew = call_port(desk.port());
    anew.write(bytes_of("PUMP-01"));

    EXPECT_TRUE(is_closed(old));
}

TEST(DtuAcceptor, AStrangersRegistrationIsShownAsItWouldBeConfigured) {
    ModemDesk desk{{modem_line("line_1", "PUMP-01")}};
    testing::internal::CaptureStderr();

    Wire stranger = call_port(desk.port());
    stranger.write(bytes_of("PUMP-02"));
    EXPECT_TRUE(is_closed(stranger));
    Wire binary = call_port(desk.port());
    binary.write({0x01, 0xFF});
    EXPECT_TRUE(is_closed(binary));

    desk.stop();
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("no line has the registration \"PUMP-02\""), std::string::npos) << log;
    EXPECT_EQ(log.find("hex:01FF"), std::string::npos) << "one line a minute: " << log;
    EXPECT_EQ(desk.counters().unknown.value(), 2U);
    EXPECT_FALSE(desk.mailbox().state().since);
}

TEST(DtuAcceptor, WhoSaysNothingIsHungUpOn) {
    ModemDesk desk{{modem_line("line_1", "PUMP-01")}, {.registration = milliseconds{50}}};

    Wire silent = call_port(desk.port());

    EXPECT_TRUE(is_closed(silent));
    EXPECT_EQ(desk.counters().silent.value(), 1U);
}

TEST(DtuAcceptor, HalfARegistrationIsNone) {
    ModemDesk desk{{modem_line("line_1", "PUMP-01")}, {.registration = milliseconds{50}}};

    Wire half = call_port(desk.port());
    half.write(bytes_of("PUMP-"));

    EXPECT_TRUE(is_closed(half));
    EXPECT_EQ(desk.counters().unknown.value(), 1U);
}

TEST(DtuAcceptor, TooManyWhoSayNothingCostTheOldestAndNoModem) {
    const auto line = modem_line("line_1", "PUMP-01");
    ModemDesk desk{{line}, {.unidentified = 4}};
    std::vector<std::unique_ptr<Wire>> strangers;
    for (int i = 0; i < 12; ++i) strangers.emplace_back(new Wire{call_port(desk.port())});

    EXPECT_TRUE(is_closed(*strangers[0]));
    EXPECT_TRUE(desk.wait_for([&] { return desk.counters().too_many.value() == 8; }));
    EXPECT_EQ(desk.unidentified(), 4U);

    const ModemPeer modem{desk.port(), "PUMP-01", [](Wire& wire, int) { answer(wire, 5); }};
    Plant plant{plant_of(desk, line)};
    EXPECT_EQ(Plant::value(plant.poll()), 5U);
}

TEST(DtuAcceptor, AModemIsKnownByItsAddress) {
    auto line = modem_line("line_1", "");
    auto elsewhere = modem_line("line_2", "");
    std::get<ListenChannel>(line.channel).from =
        IpNetwork{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 0}, 104};
    std::get<ListenChannel>(elsewhere.channel).from =
        IpNetwork{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, 7}, 128};
    ModemDesk desk{{elsewhere, line}};
    const ModemPeer modem{desk.port(), "", [](Wire& wire, int) { answer(wire, 6); }};
    Plant plant{plant_of(desk, line)};

    EXPECT_EQ(Plant::value(plant.poll()), 6U);
    EXPECT_FALSE(desk.mailbox("line_2").state().since);
}

TEST(DtuAcceptor, ACallFromElsewhereIsTurnedAway) {
    auto line = modem_line("line_1", "PUMP-01");
    std::get<ListenChannel>(line.channel).from =
        IpNetwork{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, 7}, 128};
    ModemDesk desk{{line}};

    Wire stranger = call_port(desk.port());
    stranger.write(bytes_of("PUMP-01"));

    EXPECT_TRUE(is_closed(stranger));
    EXPECT_EQ(desk.counters().unknown.value(), 1U);
}

// Neuron issue 1695: the port stayed taken after a stop.
TEST(DtuAcceptor, StoppingFreesThePortAtOnce) {
    const auto line = modem_line("line_1", "PUMP-01");
    ModemDesk desk{{line}};
    const ModemPeer modem{desk.port(), "PUMP-01", [](Wire& wire, int) { answer(wire, 1); }};
    Plant plant{plant_of(desk, line)};
    ASSERT_EQ(Plant::value(plant.poll()), 1U);
    const auto port = desk.port();

    desk.stop();

    const auto again = listen_on("127.0.0.1", port);
    EXPECT_TRUE(again) << again.error().what;
}

TEST(DtuAcceptor, APortThatIsTakenIsSaidAndTriedAgain) {
    auto taken = listen_on("127.0.0.1", 0);
    ASSERT_TRUE(taken);
    auto line = modem_line("line_1", "PUMP-01");
    std::get<ListenChannel>(line.channel).port = taken->port;
    line.connect_timeout = milliseconds{100};
    ModemDesk desk{{line}, {.listen_again = milliseconds{20}}};
    Plant plant{plant_of(desk, line)};

    const auto refused = plant.channel->open(plant.stop);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Failure::session_lost);
    EXPECT_NE(refused.error().what.find("Address already in use"), std::string::npos) << refused.error().what;
    const auto port = taken->port;
    taken->socket.reset();
    const ModemPeer modem{port, "PUMP-01", [](Wire& wire, int) { answer(wire, 1); }};
    EXPECT_TRUE(desk.wait_for([&] { return desk.mailbox().has_call(); }));
    EXPECT_EQ(Plant::value(plant.poll()), 1U);
}

TEST(DtuChannel, WithoutAModemOpeningEndsWithTheConnectTimeOut) {
    auto line = modem_line("line_1", "PUMP-01");
    line.connect_timeout = milliseconds{100};
    ModemDesk desk{{line}};
    Plant plant{plant_of(desk, line)};
    Result<> opened;

    const auto took = time_of([&] { opened = plant.channel->open(plant.stop); });

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, Failure::session_lost);
    EXPECT_NE(opened.error().what.find("no modem has called"), std::string::npos) << opened.error().what;
    EXPECT_GE(took, milliseconds{95});
}

TEST(DtuChannel, AStopEndsTheWaitForAModem) {
    auto line = modem_line("line_1", "PUMP-01");
    line.connect_timeout = milliseconds{60'000};
    ModemDesk desk{{line}};
    Plant plant{plant_of(desk, line)};
    std::jthread stopper{[&] {
        std::this_thread::sleep_for(milliseconds{100});
        plant.stopper.request_stop();
    }};

    EXPECT_LE(time_of([&] { static_cast<void>(plant.channel->open(plant.stop)); }), milliseconds{5000});
}

// Modems keep what their serial side said while the network was away.
TEST(DtuChannel, WhatAModemStillHadForTheOldConnectionIsNotTakenForAnAnswer) {
    const auto line = modem_line("line_1", "PUMP-01");
    ModemDesk desk{{line}};
    const ModemPeer modem{desk.port(), "PUMP-01", [](Wire& wire, int connection) {
                              if (connection == 0) {
                                  static_cast<void>(wire.read(kRtuRequest));
                                  return;
                              }
                              if (!wire.pause(milliseconds{60})) return;
                              wire.write(raw::rtu(body_of(1)));
                              answer(wire, 2);
                          }};
    Plant plant{plant_of(desk, line)};

    PollResult result = plant.poll();
    if (!Plant::value(result)) result = plant.poll();

    EXPECT_EQ(Plant::value(result), 2U);
}

// The network has stopped taking anything, and the modem will get the question when it is back.
TEST(DtuChannel, AQuestionThatIsStillUnderWayHoldsTheNextOneBack) {
    const auto line = modem_line("line_1", "PUMP-01");
    ModemDesk desk{{line}};
    Plant plant{plant_of(desk, line)};
    Wire stalled = call_port(desk.port());
    stalled.write(bytes_of("PUMP-01"));
    ASSERT_TRUE(plant.channel->open(plant.stop));
    const Bytes much(4096, 0);
    while (::send(plant.channel->descriptor(), much.data(), much.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
    }

    plant.channel->recover(plant.stop);

    EXPECT_FALSE(plant.channel->is_open());
}

}  // namespace
}  // namespace mg
