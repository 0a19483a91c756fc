#include "gateway/control/control_protocol.h"

#include <string>

#include <gtest/gtest.h>

namespace mg {
namespace {

TEST(ControlProtocol, AServerUnderstandsWhatAClientWrites) {
    const ParsedRequest parsed = parse_request(request_line(7, "read", {{"meter", "磨机\n\"1\""}}));

    ASSERT_TRUE(parsed.request) << parsed.request.error().what;
    EXPECT_EQ(parsed.id_json, "7");
    EXPECT_EQ(parsed.request->command, "read");
    EXPECT_EQ(parsed.request->argument("meter"), "磨机\n\"1\"");
    EXPECT_EQ(parsed.request->argument("absent"), "");
}

TEST(ControlProtocol, AClientAsksInItsOwnLanguage) {
    const auto asked = [] { return parse_request(request_line(1, "status", {})).request->language; };
    EXPECT_EQ(asked(), Language::en);
    const SpokenLanguage chinese{Language::zh};
    EXPECT_EQ(asked(), Language::zh);

    EXPECT_FALSE(parse_request(R"({"command":"status"})").request->language) << "then the daemon's own";
    EXPECT_FALSE(parse_request(R"({"command":"status","lang":"de"})").request);
    EXPECT_EQ(parse_request(R"({"command":"status","lang":"zh"})").request->argument("lang"), "")
        << "it is no argument of the command";
}

TEST(ControlProtocol, OtherArgumentsComeAsTheirJson) {
    const auto parsed = parse_request(R"({"id":"a","command":"scan","from":1,"deep":true,"list":[1,2]})");

    ASSERT_TRUE(parsed.request);
    EXPECT_EQ(parsed.id_json, "\"a\"");
    EXPECT_EQ(parsed.request->argument("from"), "1");
    EXPECT_EQ(parsed.request->argument("deep"), "true");
    EXPECT_EQ(parsed.request->argument("list"), "[1,2]");
}

TEST(ControlProtocol, BadRequestsAreRejectedAndAnsweredUnderTheirIdWhereItIsKnown) {
    struct Case {
        std::string line;
        std::string id;
    };
    for (const Case& bad :
         {Case{"", "null"}, Case{"status", "null"}, Case{"[1]", "null"}, Case{"{\"id\":", "null"},
          Case{R"({"id":1})", "1"}, Case{R"({"id":1,"command":2})", "1"},
          Case{R"({"id":{},"command":"status"})", "null"},
          Case{R"({"id":1.5,"command":"status"})", "null"}}) {
        const ParsedRequest parsed = parse_request(bad.line);

        ASSERT_FALSE(parsed.request) << bad.line;
        EXPECT_EQ(parsed.request.error().kind, Failure::rejected) << bad.line;
        EXPECT_EQ(parsed.id_json, bad.id) << bad.line;
    }
}

TEST(ControlProtocol, AClientUnderstandsWhatAServerWrites) {
    const auto result = parse_answer(result_line("3", "{\"a\":\n1}"));
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_EQ(result->id, 3);
    EXPECT_FALSE(result->more);
    EXPECT_EQ(*result->result, R"({"a":1})");

    const auto piece = parse_answer(piece_line("3", "[1]"));
    ASSERT_TRUE(piece);
    EXPECT_TRUE(piece->more);

    const auto error = parse_answer(error_line("null", {Failure::refused, "没有“权限”\n\"x\""}));
    ASSERT_TRUE(error) << error.error().what;
    EXPECT_FALSE(error->id);
    ASSERT_FALSE(error->result);
    EXPECT_EQ(error->result.error().kind, Failure::refused);
    EXPECT_EQ(error->result.error().what, "没有“权限”\n\"x\"");
}

TEST(ControlProtocol, ListsNestedAsDeepAsALineIsLongAreRefused) {
    const std::string lists = std::string(32'000, '[') + std::string(32'000, ']');

    const auto parsed = parse_request("{\"id\":1,\"command\":\"status\",\"detail\":" + lists + "}");

    EXPECT_EQ(parsed.id_json, "1");
    ASSERT_FALSE(parsed.request);
    EXPECT_EQ(parsed.request.error().kind, Failure::rejected);
}

TEST(ControlProtocol, EveryMessageIsOneLine) {
    for (const std::string& line :
         {result_line("1", "{\n}"), piece_line("1", "[\n]"), error_line("1", {Failure::corrupt, "a\nb"}),
          request_line(1, "a\nb", {})}) {
        EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    }
}

TEST(ControlProtocol, EveryKindOfFailureKeepsItsNameOverTheSocket) {
    for (const Failure kind :
         {Failure::transient, Failure::session_lost, Failure::unsupported, Failure::rejected,
          Failure::refused, Failure::storage_full, Failure::corrupt, Failure::invalid_config}) {
        EXPECT_EQ(failure_from(to_string(kind)), kind) << to_string(kind);
    }
    EXPECT_FALSE(failure_from("broken"));
}

}  // namespace
}  // namespace mg
