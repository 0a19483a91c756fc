#include "gateway/uplink/provincial/platform_memory.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

PlatformMemory full() {
    return {.asked = "national 91130000XXXXXXXX0Y https://platform.example/register",
            .device_id = "0123456789abcdef0123456789abcdef",
            .secret_key = "fedcba9876543210fedcba9876543210",
            .versions = {"3", "17"},
            .addresses = {{PlatformCall::data,
                           parse_platform_address("https://data.example:8443/up?x=1").value()},
                          {PlatformCall::version, parse_platform_address("http://10.0.0.7/v").value()}},
            .upload_time = std::chrono::seconds{5880},
            .base_data = "17",
            .told = {{"item/elec/0", {"12ab-40", "idx-1"}}, {"enterprise", {"99ff-2000", ""}}}};
}

DestinationState put(DestinationState state, const DestinationState& changes) {
    for (const auto& [name, value] : changes) {
        if (value.empty()) {
            state.erase(name);
        } else {
            state[name] = value;
        }
    }
    return state;
}

TEST(PlatformMemory, ComesBackAsItWasKept) {
    const auto state = put({}, changes_of({}, full()));

    EXPECT_EQ(platform_memory_from(state), full());
}

TEST(PlatformMemory, OnlyWhatChangedIsWritten) {
    PlatformMemory now = full();
    now.versions.dic = "18";
    now.told.erase("enterprise");
    now.addresses.erase(PlatformCall::version);

    const auto changes = changes_of(full(), now);

    EXPECT_EQ(changes,
              (DestinationState{{"dic_version", "18"}, {"told.enterprise", ""}, {"address.version", ""}}));
    EXPECT_EQ(platform_memory_from(put(put({}, changes_of({}, full())), changes)), now);
}

TEST(PlatformMemory, WhatCannotBeReadIsAskedForAgain) {
    const DestinationState damaged{{"device_id", "x1"},
                                   {"upload_time", "soon"},
                                   {"address.data", "ftp://x"},
                                   {"address.nowhere", "https://x.example/"},
                                   {kPausedState.data(), "1"}};

    const auto memory = platform_memory_from(damaged);

    EXPECT_EQ(memory.device_id, "x1");
    EXPECT_FALSE(memory.upload_time);
    EXPECT_TRUE(memory.addresses.empty());
}

}  // namespace
}  // namespace mg
