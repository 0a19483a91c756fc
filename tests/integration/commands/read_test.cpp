#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/commands/program.h"
#include "tests/support/raw_peer.h"

namespace mg {
namespace {

/// A meter in whose registers 230.0f stands everywhere: 4366 0000.
void serve_230(raw::Wire& wire, int) {
    while (const auto request = wire.read(12)) {
        const raw::Asked asked = raw::mbap_request(*request);
        std::vector<std::uint16_t> registers;
        for (std::uint16_t i = 0; i < asked.count; ++i)
            registers.push_back((asked.first + i) % 2 == 0 ? 0x4366 : 0);
        wire.write(raw::mbap(asked.transaction, raw::registers_body(asked.unit, asked.function, registers)));
    }
}

void serve_silence(raw::Wire& wire, int) {
    while (wire.read(12)) {
    }
}

TEST_F(Program, ReadAsksTheMeterItselfWhenNoDaemonRuns) {
    const raw::TcpPeer meter{serve_230};
    configure(meter.port());

    const Ran ran = run_with_site("read main --wire");

    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(contains(ran.out, "voltage")) << ran.out;
    EXPECT_TRUE(contains(ran.out, "230")) << ran.out;
    EXPECT_TRUE(contains(ran.out, "4366 0000")) << ran.out;
    EXPECT_TRUE(contains(ran.out, "\n> ")) << ran.out;
}

TEST_F(Program, ReadOfASilentMeterFailsAndSaysWhy) {
    const raw::TcpPeer meter{serve_silence};
    configure(meter.port());

    const Ran ran = run_with_site("read main");

    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_TRUE(contains(ran.out, "no reply")) << ran.out;
    EXPECT_FALSE(ran.err.empty());
}

TEST_F(Program, ReadOfALineThatCannotBeOpenedFailsAndSaysWhy) {
    const Ran ran = run_with_site("read main");

    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_TRUE(contains(ran.err, "panel")) << ran.err;
}

TEST_F(Program, ReadNamesTheNearestMeter) {
    const Ran ran = run_with_site("read mian");

    EXPECT_EQ(ran.exit_code, 64);
    EXPECT_TRUE(contains(ran.err, "\"main\"")) << ran.err;
}

TEST_F(Program, ReadOfALedgerRowSaysThatItHasNoLine) {
    const Ran ran = run_with_site("read scale --lang zh");

    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_TRUE(contains(ran.err, "只进台账")) << ran.err;
}

}  // namespace
}  // namespace mg
