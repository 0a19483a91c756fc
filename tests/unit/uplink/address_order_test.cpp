#include "gateway/uplink/mqtt/address_order.h"

#include <gtest/gtest.h>

#include "gateway/uplink/mqtt/short_sessions.h"

namespace mg {
namespace {

TEST(AddressOrder, ARoundTriesEachOnceInTheOrderOfTheConfiguration) {
    const AddressOrder order{3};

    EXPECT_EQ(order.at(0), 0U);
    EXPECT_EQ(order.at(1), 1U);
    EXPECT_EQ(order.at(2), 2U);
}

TEST(AddressOrder, AfterOneThatWorkedTheFirstComesAgain) {
    AddressOrder order{3};

    order.connected_to(1);
    order.took();

    EXPECT_EQ(order.at(0), 0U);
}

TEST(AddressOrder, AfterOneThatTookNothingItsSuccessorComes) {
    AddressOrder order{3};

    order.connected_to(2);
    EXPECT_EQ(order.at(0), 0U);
    order.connected_to(0);
    EXPECT_EQ(order.at(0), 1U);
}

TEST(AddressOrder, OneThatTakesTheStatusAndRefusesTheSamplesIsPassedOver) {
    AddressOrder order{2};

    order.connected_to(0);
    order.took();
    order.refused();
    order.took();

    EXPECT_EQ(order.at(0), 1U);
    order.connected_to(1);
    order.took();
    EXPECT_EQ(order.at(0), 0U);
}

TEST(AddressOrder, ASingleAddressIsAlwaysNext) {
    AddressOrder order{1};

    order.connected_to(0);
    order.refused();

    EXPECT_EQ(order.at(0), 0U);
}

TEST(ShortSessions, ManyInARowAreSuspicious) {
    ShortSessions sessions;
    SteadyTime now{};
    int harmless = 0;

    for (bool suspicious = false; !suspicious; now += milliseconds{900}) {
        sessions.began(now);
        suspicious = sessions.lost(now + milliseconds{500});
        harmless += suspicious ? 0 : 1;
        ASSERT_LT(harmless, 100);
    }

    EXPECT_EQ(harmless, ShortSessions::kMany - 1);
}

TEST(ShortSessions, ALineThatBreaksEveryHalfMinuteIsNot) {
    ShortSessions sessions;
    SteadyTime now{};

    for (int i = 0; i < 50; ++i, now += std::chrono::seconds{31}) {
        sessions.began(now);
        EXPECT_FALSE(sessions.lost(now + std::chrono::seconds{30}));
    }
}

TEST(ShortSessions, TheSuspicionLastsUntilASessionLasts) {
    ShortSessions sessions;
    for (int i = 0; i < ShortSessions::kMany; ++i) {
        sessions.began({});
        static_cast<void>(sessions.lost(SteadyTime{} + milliseconds{500}));
    }

    sessions.began({});
    EXPECT_TRUE(sessions.lost(SteadyTime{} + std::chrono::minutes{5}));
    sessions.began({});
    EXPECT_FALSE(sessions.lost(SteadyTime{} + std::chrono::minutes{7}));
}

}  // namespace
}  // namespace mg
