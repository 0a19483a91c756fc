#include "gateway/uplink/provincial/sm4.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

// The key of the examples in GB/T 32907.
constexpr std::string_view kKey = "0123456789abcdeffedcba9876543210";

std::string encrypted(std::string_view text, std::string_view key = kKey) {
    auto cipher = sm4_key(key, KeyForm::hexadecimal).and_then(&Sm4Fields::with);
    return cipher.value().encrypted(text).value();
}

TEST(Sm4, EncryptsFieldsAsTheKnownVectors) {
    EXPECT_EQ(encrypted("1"), "b265308ec733dc5cd02ea745329dc5f9");
    EXPECT_EQ(encrypted("123.45"), "8903e2e3f6b843f58fa45deaf1b6a32a");
    EXPECT_EQ(encrypted("2021-10-08 00:00:00"),
              "6da2b87cda5636ea4b8ced40b818ad80479c00b3cae05c920a9ce19063aadb57");
    EXPECT_EQ(encrypted("00-00-0000-023300-11"),
              "ef49d2a4d631f9fc3ae6db23a5998f23aafd0fd6242c37e636e90e8e5e5b967a");
}

TEST(Sm4, EncryptsTheStandardsOwnBlock) {
    const std::string block = "\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10";

    // Behind the block comes the padding of a text that fills its last block.
    EXPECT_EQ(encrypted(block).substr(0, 32), "681edf34d206965e86b3e94f536e4246");
    EXPECT_EQ(encrypted(block).size(), 64U);
}

TEST(Sm4, LeavesAnEmptyTextEmptyAndKeepsNothingOfTheTextBefore) {
    const auto cipher = Sm4Fields::with(sm4_key(kKey, KeyForm::hexadecimal).value());
    const std::string first = cipher->encrypted("123.45").value();

    EXPECT_EQ(cipher->encrypted("").value(), "");
    EXPECT_EQ(cipher->encrypted("123.45").value(), first);
    EXPECT_EQ(cipher->encrypted("1").value(), "b265308ec733dc5cd02ea745329dc5f9");
}

TEST(Sm4, TakesKeysInEitherCaseAndRefusesWhatIsNone) {
    EXPECT_EQ(encrypted("1", "0123456789ABCDEFFEDCBA9876543210"), encrypted("1"));
    for (const std::string_view key : {"", "0123456789abcdef", "0123456789abcdeffedcba987654321g",
                                       "0123456789abcdeffedcba98765432100", "密钥密钥密钥密钥密钥"}) {
        const auto made = sm4_key(key, KeyForm::hexadecimal);

        ASSERT_FALSE(made) << key;
        EXPECT_EQ(made.error().kind, Failure::refused);
        EXPECT_TRUE(key.empty() || made.error().what.find(key) == std::string::npos) << made.error().what;
    }
    EXPECT_TRUE(sm4_key("0123456789ABCDEFmore", KeyForm::characters));
    EXPECT_FALSE(sm4_key("0123456789ABCDE", KeyForm::characters));
}

TEST(Sm4, EncryptsAPasswordAsTheKnownVector) {
    EXPECT_EQ(sm4_password("0123456789ABCDEF", "91530000TESTCODE", "abcdef").value(),
              "1c22fbe61b28a99f3ef2a4ec2c15742e");
    EXPECT_EQ(sm4_password("0123456789ABCDEF0000", "91530000TESTCODE0X", "abcdef").value(),
              "1c22fbe61b28a99f3ef2a4ec2c15742e");
}

TEST(Sm4, RefusesAPasswordThatDoesNotFitIntoItsBlockWithoutShowingIt) {
    for (const std::string_view password : {"", "fifteen-letters", "口令", "with blank"}) {
        const auto made = sm4_password("0123456789ABCDEF", "91530000TESTCODE", password);

        ASSERT_FALSE(made) << password;
        EXPECT_EQ(made.error().kind, Failure::invalid_config);
        EXPECT_TRUE(password.empty() || made.error().what.find(password) == std::string::npos)
            << made.error().what;
    }
    EXPECT_TRUE(sm4_password("0123456789ABCDEF", "91530000TESTCODE", "fourteenletter"));
    EXPECT_FALSE(sm4_password("short", "91530000TESTCODE", "abcdef"));
    EXPECT_FALSE(sm4_password("0123456789ABCDEF", "9153", "abcdef"));
}

}  // namespace
}  // namespace mg
