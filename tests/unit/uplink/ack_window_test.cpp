#include "gateway/uplink/ack_window.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace mg {
namespace {

using Fate = AckWindow::Entry::Fate;

AckWindow::Entry entry(Ticket ticket) {
    return {.ticket = ticket, .through = static_cast<Sequence>(ticket * 10), .items = 10};
}

TEST(AckWindow, ProgressIsTheConfirmedPrefixInAnyOrderOfAnswers) {
    std::mt19937 random{7};
    for (int round = 0; round < 200; ++round) {
        AckWindow window;
        std::vector<Ticket> answers(20);
        std::iota(answers.begin(), answers.end(), Ticket{1});
        for (const Ticket ticket : answers) window.sent(entry(ticket));
        std::ranges::shuffle(answers, random);

        Sequence progress = 0;
        std::vector<bool> confirmed(21, false);
        for (const Ticket ticket : answers) {
            window.settle(ticket, Fate::confirmed);
            confirmed[ticket] = true;
            while (const auto settled = window.take_confirmed()) progress = settled->through;
            Sequence prefix = 0;
            while (prefix < 20 && confirmed[static_cast<std::size_t>(prefix) + 1]) ++prefix;
            ASSERT_EQ(progress, prefix * 10);
        }
        EXPECT_TRUE(window.empty());
        EXPECT_EQ(window.under_way(), 0U);
    }
}

TEST(AckWindow, NothingPassesAMessageThatWasNotTaken) {
    AckWindow window;
    for (Ticket ticket = 1; ticket <= 3; ++ticket) window.sent(entry(ticket));

    window.settle(1, Fate::confirmed);
    window.settle(2, Fate::not_taken);
    window.settle(3, Fate::confirmed);

    EXPECT_EQ(window.take_confirmed()->through, 10);
    EXPECT_FALSE(window.take_confirmed());
    EXPECT_EQ(window.under_way(), 0U);
    EXPECT_EQ(window.oldest()->ticket, 2U);
}

TEST(AckWindow, AnswersOfAnEarlierSessionAndSecondAnswersAreIgnored) {
    AckWindow window;
    window.sent(entry(5));

    EXPECT_EQ(window.settle(4, Fate::confirmed), nullptr);
    EXPECT_NE(window.settle(5, Fate::confirmed), nullptr);
    EXPECT_EQ(window.settle(5, Fate::not_taken), nullptr);

    EXPECT_EQ(window.take_confirmed()->through, 50);
}

}  // namespace
}  // namespace mg
