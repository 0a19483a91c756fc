#include "gateway/uplink/provincial/platform_address.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/uplink/provincial/platform.h"

namespace mg {
namespace {

PlatformAddress address(std::string_view url) {
    return parse_platform_address(url).value();
}

TEST(PlatformAddress, IsReadAndWrittenBack) {
    for (const std::string url : {"https://platform.example/enterprise/register", "http://10.20.30.40:8090/a",
                                  "https://[2001:db8::7]:8443/x?y=1", "https://platform.example/"}) {
        EXPECT_EQ(address(url).to_string(), url);
    }
    EXPECT_EQ(address("HTTPS://Platform.Example").to_string(), "https://platform.example/");
    EXPECT_EQ(address("https://platform.example:443?q").to_string(), "https://platform.example/?q");
    EXPECT_EQ(address("http://platform.example:443/").port, 443);
}

TEST(PlatformAddress, IsRefusedWhenItIsNotWholeOrHidesSomething) {
    for (const std::string& url :
         std::vector<std::string>{"",
                                  "/uploadEnergyData",
                                  "uploadEnergyData",
                                  "//platform.example/x",
                                  "ftp://platform.example/",
                                  "file:///etc/passwd",
                                  "javascript:alert(1)",
                                  "https:/platform.example",
                                  "https://",
                                  "https:///x",
                                  "https://user:secret@platform.example/",
                                  "https://platform.example@127.0.0.1/",
                                  "https://platform.example/#x",
                                  "https://platform.example:0/",
                                  "https://platform.example:65536/",
                                  "https://platform.example:80a/",
                                  "https://platform.example:/",
                                  "https://plat form.example/",
                                  "https://platform.example/\r\nHost: other",
                                  "https://platform.example\\@127.0.0.1/",
                                  "https://[::1/",
                                  "https://[platform.example]/",
                                  "https://127.1/",
                                  "https://2130706433/",
                                  "https://0x7f000001/",
                                  "https://0177.0.0.1/",
                                  "https://1.2.3.4.5/",
                                  "https://a..b/",
                                  "https://.a/",
                                  "https://平台.example/",
                                  "https://platform.example/" + std::string(3000, 'x'),
                                  "ht!tp:/\\nowhere"}) {
        const auto read = parse_platform_address(url);

        ASSERT_FALSE(read) << url;
        EXPECT_EQ(read.error().kind, Failure::refused);
        EXPECT_EQ(read.error().what.find("secret"), std::string::npos);
    }
}

TEST(PlatformAddress, WithAUserSaysThatThisIsWhatIsWrong) {
    const auto read = parse_platform_address("https://platform.example@127.0.0.1/");

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().what, "the address has a user or password");
}

TEST(PlatformAddress, OfThisMachineIsKnownInAllItsForms) {
    for (const std::string_view host :
         {"localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.9.9.9", "0.0.0.0", "[::1]",
          "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "169.254.1.1", "[fe80::1]",
          "ip6-localhost"}) {
        EXPECT_TRUE(is_own_machine(address(fmt::format("https://{}/x", host)))) << host;
    }
    for (const std::string_view host : {"platform.example", "10.0.0.1", "192.168.1.1", "128.0.0.1",
                                        "[2001:db8::1]", "localhost.example", "[::ffff:10.0.0.1]"}) {
        EXPECT_FALSE(is_own_machine(address(fmt::format("https://{}/x", host)))) << host;
    }
}

TEST(PlatformAddress, ThatIsGivenMayBeOfAnotherHostButNotOfThisMachineOrWithoutTls) {
    const PlatformAddress platform = address("https://platform.example/register");

    EXPECT_TRUE(given_address("https://10.1.2.3:9443/upload", platform));
    EXPECT_FALSE(given_address("https://localhost:22/", platform));
    EXPECT_FALSE(given_address("https://[::1]/upload", platform));
    EXPECT_FALSE(given_address("http://platform.example/upload", platform));
    EXPECT_TRUE(given_address("http://platform.example/upload", address("http://platform.example/register")));
    EXPECT_TRUE(given_address("https://localhost:7443/upload", address("https://127.0.0.1:7443/register")));
}

TEST(PlatformAddress, OfAPathIsFoundAsALinkWouldBe) {
    const PlatformAddress registering = address("https://p.example:8443/enterprise/register?a=1");
    const PlatformAddress base = address("https://p.example/YNEnergy");

    EXPECT_EQ(beside(registering, "versionCheck", PlatformFlow::registration).to_string(),
              "https://p.example:8443/enterprise/versionCheck");
    EXPECT_EQ(beside(registering, "/other/x", PlatformFlow::registration).to_string(),
              "https://p.example:8443/other/x");
    EXPECT_EQ(beside(base, "requestAK", PlatformFlow::token).to_string(),
              "https://p.example/YNEnergy/requestAK");
    EXPECT_EQ(beside(address("https://p.example/YNEnergy/"), "requestAK", PlatformFlow::token).to_string(),
              "https://p.example/YNEnergy/requestAK");
    EXPECT_EQ(beside(base, "/root", PlatformFlow::token).to_string(), "https://p.example/root");
}

}  // namespace
}  // namespace mg
