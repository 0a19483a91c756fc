#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/unit/config/site.h"

namespace mg {
namespace {

Loaded load_inbound(const std::string& section) {
    TemporarySite site;
    site.file("gateway.toml", plain_gateway() + section)
        .file("meters.csv", "id,name,energy\nmain,main,电力\n");
    return site.load();
}

/// What is said about a listen address, with a token and with or without `network`.
std::string said_about(std::string_view listen, bool network = false) {
    return text_of(load_inbound(std::string("[inbound.http]\nlisten = \"").append(listen) +
                                "\"\ncredentials = \"tokens\"\n" + (network ? "network = true\n" : ""))
                       .problems);
}

TEST(InboundOptions, AreReadWithTheirDefaults) {
    const Loaded loaded = load_inbound(
        "[inbound]\nfolder = \"in\"\nsource = \"地磅\"\ninput_type = \"MIS\"\n"
        "[inbound.http]\nlisten = \"[::1]:8095\"\ncredentials = \"secret/tokens\"\n");

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    const InboundOptions& inbound = loaded.options.inbound;
    EXPECT_EQ(inbound.folder, loaded.options.directory / "in");
    EXPECT_EQ(inbound.source, "地磅");
    EXPECT_EQ(inbound.input_type, InputType::management_system);
    EXPECT_EQ(inbound.settle, milliseconds{5000});
    ASSERT_TRUE(inbound.http);
    EXPECT_EQ(inbound.http->address, "::1");
    EXPECT_EQ(inbound.http->port, 8095);
    EXPECT_EQ(inbound.http->credentials, (loaded.options.directory / "secret/tokens").string());
    EXPECT_FALSE(inbound.http->input_type) << "then each value says it";
}

TEST(InboundOptions, AreNotThereWhenNothingIsWritten) {
    const Loaded loaded = load_inbound("");

    EXPECT_FALSE(loaded.options.inbound.folder);
    EXPECT_FALSE(loaded.options.inbound.http);
}

TEST(InboundOptions, AFolderWithoutASourceIsAMistake) {
    EXPECT_NE(
        text_of(load_inbound("[inbound]\nfolder = \"in\"\n").problems).find("inbound.source: is missing"),
        std::string::npos);
}

TEST(InboundOptions, HttpWithoutAddressOrTokenIsAMistake) {
    const std::string said = text_of(load_inbound("[inbound.http]\n").problems);
    EXPECT_NE(said.find("inbound.http.listen: is missing"), std::string::npos) << said;
    EXPECT_NE(said.find("inbound.http.credentials: is missing"), std::string::npos) << said;
}

TEST(InboundOptions, TheNetworkIsOpenedOnlyOnPurposeAndNeverAsAWhole) {
    EXPECT_EQ(said_about("127.0.0.1:8095"), "");
    EXPECT_EQ(said_about("127.7.7.7:8095"), "");
    EXPECT_NE(said_about("192.168.1.10:8095").find("open to the network"), std::string::npos);
    EXPECT_NE(said_about("[fe80::1]:8095").find("open to the network"), std::string::npos);
    EXPECT_EQ(said_about("192.168.1.10:8095", true), "");
    EXPECT_NE(said_about("0.0.0.0:8095", true).find("every address"), std::string::npos);
    EXPECT_NE(said_about("[::]:8095", true).find("every address"), std::string::npos);
    for (const std::string_view listen : {"8095", "localhost:8095", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0",
                                          "127.0.0.1:70000", "::1:8095", "[::1]", "[127.0.0.1]:8095"}) {
        EXPECT_NE(said_about(listen).find("no address with a port"), std::string::npos) << listen;
    }
}

TEST(InboundOptions, UnknownKeysAndWrongTypesAreNamed) {
    EXPECT_NE(text_of(load_inbound("[inbound]\nfoldr = \"x\"\n").problems).find("nearest is 'folder'"),
              std::string::npos);
    EXPECT_NE(
        text_of(load_inbound("[inbound.http]\nport = 1\n").problems).find("inbound.http.port: unknown key"),
        std::string::npos);
    EXPECT_NE(text_of(load_inbound("[[inbound]]\n").problems).find("wrong type"), std::string::npos);
    EXPECT_NE(text_of(load_inbound("[inbound]\nhttp = 1\n").problems).find("wrong type"), std::string::npos);
    EXPECT_NE(
        text_of(load_inbound("[inbound]\ninput_type = \"manual\"\n").problems).find("not one of the choices"),
        std::string::npos);
}

}  // namespace
}  // namespace mg
