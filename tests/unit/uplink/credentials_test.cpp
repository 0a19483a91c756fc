#include "gateway/uplink/mqtt/credentials.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "gateway/uplink/mqtt/reason_codes.h"
#include "tests/support/temporary_folder.h"

namespace mg {
namespace {

class CredentialsTest : public testing::Test {
protected:
    std::string file(const std::string& text, std::filesystem::perms more = std::filesystem::perms::none) {
        using std::filesystem::perms;
        const auto path = folder.path() / "mqtt";
        std::ofstream{path} << text;
        std::filesystem::permissions(path, perms::owner_read | perms::owner_write | more);
        return path.string();
    }
    TemporaryFolder folder;
};

TEST_F(CredentialsTest, AreReadWithBlanksAndComments) {
    const auto found = read_credentials(file("# the broker\n\n user = gateway \r\npassword = a = b#c\n"));

    ASSERT_TRUE(found);
    EXPECT_EQ(found->user, "gateway");
    EXPECT_EQ(found->password, "a = b#c");
}

TEST_F(CredentialsTest, ThatOthersMayReadAreRefused) {
    const auto found =
        read_credentials(file("user = a\npassword = b\n", std::filesystem::perms::others_read));

    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, Failure::invalid_config);
}

TEST_F(CredentialsTest, BareNameIsLookedUpAtSystemd) {
    file("user = a\n", std::filesystem::perms::group_read);
    ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);

    const auto found = read_credentials("mqtt");
    ::unsetenv("CREDENTIALS_DIRECTORY");

    ASSERT_TRUE(found) << found.error().what;
    EXPECT_EQ(found->user, "a");
    EXPECT_FALSE(read_credentials("mqtt"));
}

TEST_F(CredentialsTest, WrongLinesAreNamedWithoutTheirContents) {
    const auto found = read_credentials(file("user = a\npassword: hunter2\n"));

    ASSERT_FALSE(found);
    EXPECT_NE(found.error().what.find(":2:"), std::string::npos) << found.error().what;
    EXPECT_EQ(found.error().what.find("hunter2"), std::string::npos);
}

TEST_F(CredentialsTest, NoneAreNoError) {
    EXPECT_TRUE(read_credentials(""));
}

TEST(ReasonCodes, NameTheNextStep) {
    const auto next = [](int reason) { return outcome_of_puback(1, reason).error->kind; };

    EXPECT_FALSE(outcome_of_puback(1, 0).error);
    EXPECT_FALSE(outcome_of_puback(1, 16).error);
    EXPECT_TRUE(outcome_of_puback(1, 16).nobody_listens);
    EXPECT_EQ(next(135), Failure::refused);
    EXPECT_EQ(next(144), Failure::rejected);
    EXPECT_EQ(next(149), Failure::rejected);
    EXPECT_TRUE(outcome_of_puback(1, 149).too_large);
    EXPECT_EQ(next(151), Failure::transient);
    EXPECT_EQ(next(153), Failure::rejected);
    EXPECT_EQ(next(200), Failure::transient);
    EXPECT_EQ(connack_error(5, 134).kind, Failure::refused);
    EXPECT_EQ(connack_error(4, 5).kind, Failure::refused);
    EXPECT_EQ(connack_error(4, 3).kind, Failure::transient);
    EXPECT_EQ(connack_error(5, 1).kind, Failure::refused);
    EXPECT_EQ(disconnect_error(149, "box").kind, Failure::transient);
}

}  // namespace
}  // namespace mg
