#include "drivers/channel/wire_timing.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using std::chrono::microseconds;

// Modbus over Serial Line V1.02, 2.5.1.1: 3.5 characters of 11 bits, above 19200 baud fixed.
TEST(WireTiming, SilenceIsThreeAndAHalfCharacters) {
    EXPECT_EQ(frame_silence({1200, Parity::even, 8, 1}),
              microseconds{32'500});  // 39 bits: rounded up to whole ones
    EXPECT_EQ(frame_silence({9600, Parity::even, 8, 1}), microseconds{4'063});
    EXPECT_EQ(frame_silence({19200, Parity::none, 8, 2}), microseconds{2'032});
    EXPECT_EQ(frame_silence({38400, Parity::even, 8, 1}), microseconds{1'750});
    EXPECT_EQ(frame_silence({115200, Parity::none, 8, 1}), microseconds{1'750});
}

TEST(WireTiming, AFrameTakesItsBits) {
    EXPECT_EQ(time_on_wire({9600, Parity::none, 8, 1}, 8), microseconds{8'334});
    EXPECT_EQ(time_on_wire({2400, Parity::even, 8, 1}, 255), microseconds{1'168'750});
}

}  // namespace
}  // namespace mg
