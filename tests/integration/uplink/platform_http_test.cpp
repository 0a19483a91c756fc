#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/uplink/provincial/http_client.h"
#include "tests/support/simulated_platform.h"

// The way to a platform over real TLS: whom it trusts, what it survives.
namespace mg {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::SimulatedPlatform;

constexpr const char* kRegister = R"({"enterpriseCode":"91130000XXXXXXXX0Y","region":"130000"})";

/// A client that trusts the platform's own CA.
PostSettings trusting(const SimulatedPlatform& platform) {
    PostSettings settings;
    settings.tls.ca_file = platform.file("ca");
    settings.timeout = 10s;
    return settings;
}

class PlatformHttp : public testing::Test {
protected:
    std::unique_ptr<HttpClient> client(PostSettings settings) {
        auto made = HttpClient::make(std::move(settings), clock_);
        EXPECT_TRUE(made) << made.error().what;
        return std::move(*made);
    }
    static PostRequest question(const SimulatedPlatform& platform) {
        return {.url = platform.address("register"),
                .body = kRegister,
                .headers = {{"Content-Type", "application/json"}}};
    }
    Result<PostAnswer> ask(const SimulatedPlatform& platform, PostSettings settings) {
        return client(std::move(settings))->post(question(platform), {});
    }

    SystemClock clock_;
};

const std::vector<std::string> kEnterprise{"--enterprise", "91130000XXXXXXXX0Y"};

std::vector<std::string> with(std::vector<std::string> more) {
    more.insert(more.end(), kEnterprise.begin(), kEnterprise.end());
    return more;
}

TEST_F(PlatformHttp, APlatformThatProvesWhoItIsIsHeard) {
    const SimulatedPlatform platform{"p1", kEnterprise};

    const auto answer = ask(platform, trusting(platform));

    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(json::parse(answer->body).at("responseCode"), "0");
}

TEST_F(PlatformHttp, SaysWhatTheClockOfThePlatformSays) {
    const SimulatedPlatform platform{"p1", kEnterprise};
    std::optional<UtcTime> theirs;
    PostSettings settings = trusting(platform);
    settings.server_time = [&](UtcTime time) { theirs = time; };

    const UtcTime before = clock_.utc();
    ASSERT_TRUE(ask(platform, settings));

    ASSERT_TRUE(theirs);
    EXPECT_GT(*theirs, before - 2s);  // whole seconds
    EXPECT_LE(*theirs, clock_.utc());
}

TEST_F(PlatformHttp, OneThatDoesNotIsSentNothing) {
    SimulatedPlatform platform{"p1", kEnterprise};
    PostSettings systems_own = trusting(platform);
    systems_own.tls.ca_file.clear();

    const auto of_another_ca = ask(platform, systems_own);
    ASSERT_FALSE(of_another_ca);
    EXPECT_EQ(of_another_ca.error().kind, Failure::refused) << of_another_ca.error().what;
    EXPECT_EQ(of_another_ca.error().what.find("/register"), std::string::npos) << "names host and port only";

    for (const char* mode : {"expired", "not_yet", "other_host", "other_ca", "self_signed"}) {
        platform.misbehave({{"fault", "certificate"}, {"mode", mode}});
        const auto answer = ask(platform, trusting(platform));
        ASSERT_FALSE(answer) << mode;
        EXPECT_EQ(answer.error().kind, Failure::refused) << mode << ": " << answer.error().what;
    }
    const json seen = platform.look("requests");
    for (const auto& request : seen.at("requests")) {
        ADD_FAILURE() << "was sent all the same: " << request.dump();
    }
}

TEST_F(PlatformHttp, AClientCertificateMayBePemOrPkcs12AlsoWithRetiredCiphers) {
    const SimulatedPlatform platform{"p1", with({"--require-client-cert"})};
    EXPECT_FALSE(ask(platform, trusting(platform))) << "without one nobody is let in";

    PostSettings pem = trusting(platform);
    pem.tls.certificate_file = platform.file("clientCertificate");
    pem.tls.key_file = platform.file("clientKey");
    PostSettings package = trusting(platform);
    package.tls.certificate_file = platform.file("clientPkcs12");
    package.certificate_password = platform.file("password");
    PostSettings retired = package;
    retired.tls.certificate_file = platform.file("clientPkcs12Legacy");
    for (const PostSettings& settings : {pem, package, retired}) {
        const auto answer = ask(platform, settings);
        ASSERT_TRUE(answer) << settings.tls.certificate_file << ": " << answer.error().what;
        EXPECT_EQ(answer->status, 200);
    }

    package.certificate_password = "wrong";
    const auto closed = HttpClient::make(package, clock_);
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().kind, Failure::invalid_config);
    EXPECT_NE(closed.error().what.find(package.tls.certificate_file.string()), std::string::npos);
    EXPECT_EQ(closed.error().what.find("wrong"), std::string::npos) << "the password is not told";
}

TEST_F(PlatformHttp, OldTlsIsLetThroughOnlyWhereItIsAllowed) {
    const SimulatedPlatform platform{"p1", with({"--tls", "1.1"})};
    PostSettings settings = trusting(platform);
    EXPECT_FALSE(ask(platform, settings));

    settings.tls.legacy = true;
    const auto answer = ask(platform, settings);
    ASSERT_TRUE(answer) << answer.error().what;

    settings.tls.ca_file.clear();
    const auto unproved = ask(platform, settings);
    ASSERT_FALSE(unproved) << "who it is must be proved all the same";
    EXPECT_EQ(unproved.error().kind, Failure::refused);
}

TEST_F(PlatformHttp, WhatGoesWrongOnTheWayIsOneLineAndTheNextRequestPasses) {
    SimulatedPlatform platform{"p1", kEnterprise};
    PostSettings settings = trusting(platform);
    settings.timeout = 1500ms;
    settings.most_answer_bytes = 1UL << 20U;
    const std::vector<json> faults{{{"fault", "hang"}},
                                   {{"fault", "cut"}},
                                   {{"fault", "lose_answer"}},
                                   {{"fault", "lose_answer"}, {"reset", true}},
                                   {{"fault", "huge"}, {"megabytes", 8}}};
    for (json fault : faults) {
        fault["requests"] = 1;
        platform.misbehave(fault);
        const auto asking = client(settings);
        const auto answer = asking->post(question(platform), {});
        ASSERT_FALSE(answer) << fault;
        EXPECT_EQ(answer.error().kind, Failure::transient) << answer.error().what;
        EXPECT_EQ(answer.error().what.find('\n'), std::string::npos);
        const auto again = asking->post(question(platform), {});
        ASSERT_TRUE(again) << fault << ": " << again.error().what;
    }
}

TEST_F(PlatformHttp, AConnectionThatThePlatformLetGoIsOpenedAnew) {
    SimulatedPlatform platform{"p1", kEnterprise};
    const auto asking = client(trusting(platform));
    ASSERT_TRUE(asking->post(question(platform), {}));

    platform.misbehave({{"fault", "lose_answer"}, {"requests", 1}});
    const auto answer = asking->post(question(platform), {});

    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(platform.look("requests").at("requests").size(), 3U) << "the second was posted twice";
}

TEST_F(PlatformHttp, NoRedirectIsFollowed) {
    SimulatedPlatform platform{"p1", kEnterprise};
    platform.misbehave({{"fault", "redirect"}, {"requests", 1}});

    const auto answer = ask(platform, trusting(platform));

    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->status / 100, 3);
    EXPECT_EQ(platform.look("requests").at("requests").size(), 1U);
}

TEST_F(PlatformHttp, ManyRequestsGoAtOnceAndTheirAnswersKeepTheirOrder) {
    SimulatedPlatform platform{"p1", kEnterprise};
    PostSettings settings = trusting(platform);
    settings.connections = 8;
    const auto asking = client(settings);
    std::vector<PostRequest> questions(40, question(platform));
    for (std::size_t i = 0; i < questions.size(); i += 2) questions[i].url = platform.url() + "/nowhere";
    questions[7].url = "no address";

    const auto answers = asking->post_all(questions, {});

    ASSERT_EQ(answers.size(), questions.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (i == 7) {
            EXPECT_FALSE(answers[i]);
            continue;
        }
        ASSERT_TRUE(answers[i]) << i << ": " << answers[i].error().what;
        EXPECT_EQ(answers[i]->status, i % 2 == 0 ? 404 : 200) << i;
    }
    const auto [sent, received] = asking->bytes();
    EXPECT_GT(sent, 39 * std::string_view(kRegister).size());
    EXPECT_GT(received, 39U * 20);
}

TEST_F(PlatformHttp, AStopEndsARequestThatHangs) {
    SimulatedPlatform platform{"p1", kEnterprise};
    platform.misbehave({{"fault", "hang"}});
    PostSettings settings = trusting(platform);
    settings.timeout = 10min;
    const auto asking = client(settings);
    std::stop_source stop;
    std::jthread stopping{[&] {
        EXPECT_TRUE(eventually([&] { return !platform.look("requests").at("requests").empty(); }));
        stop.request_stop();
    }};

    const auto answer = asking->post(question(platform), stop.get_token());

    EXPECT_FALSE(answer);
}

TEST(PlatformAddressOfHttp, HostAndPortAreTakenOutOfAnAddress) {
    using Place = std::pair<std::string, std::uint16_t>;
    EXPECT_EQ(host_and_port("https://p.example/x?y"), Place("p.example", 443));
    EXPECT_EQ(host_and_port("http://p.example"), Place("p.example", 80));
    EXPECT_EQ(host_and_port("https://[::1]:8443/x"), Place("::1", 8443));
    for (const char* wrong :
         {"", "p.example", "ftp://p.example", "https://u@p.example", "https://p:0/", "https://p:99999"}) {
        EXPECT_EQ(host_and_port(wrong).first, "") << wrong;
    }
}

}  // namespace
}  // namespace mg
