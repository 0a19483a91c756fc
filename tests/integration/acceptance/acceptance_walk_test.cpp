#include "gateway/acceptance/acceptance_walk.h"

#include <algorithm>

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "gateway/acceptance/conformity_report.h"
#include "gateway/acceptance/sample_record.h"
#include "gateway/base/language.h"
#include "gateway/commands/acceptance_view.h"
#include "tests/integration/uplink/provincial_plant.h"
#include "tests/support/child_process.h"

// A walk through every step of a strict platform that shares no code with it, over TLS.
namespace mg::test {
namespace {

using nlohmann::json;

/// A plant with records, an uplink of it, and the walk over it.
class AcceptanceWalk : public testing::Test {
protected:
    AcceptanceWalk() {
        MeterOptions meter;
        meter.id = {"hv"};
        meter.name = "10kV进线";
        meter.level = MeterLevel::enterprise;
        meter.row = TableRow{"meters.csv",
                             2,
                             {{"instrument_code", 1, "15261000"},
                              {"verified_on", 2, "2024-03-12"},
                              {"verified_by", 3, "计量所"}}};
        meter.serial_no = "SN26037X";
        plant.options.meters = {meter};
        plant.options.items.front().formula = "hv.energy_import";
    }

    ProvincialPlant plant;
    SystemClock clock;
    AcceptanceWatcher watcher;
    std::vector<DatedRecord> replacements;
    std::string shown;  // what a person saw, and the report

    AcceptanceRun walk(const ProvincialOptions& uplink, DestinationState known = {}) {
        const ProfileOptions profile = profile_for(*plant.options.profile(uplink.profile), uplink);
        const auto credentials = read_platform_credentials(uplink.credentials).value();
        const SampleRecord sample = newest_record(
            plant.options, uplink, profile, {}, plant.books.get(),
            [](const ItemRecord&) -> Result<std::string> { return std::string{"1.229"}; }, clock.utc());
        const AcceptanceSite site{.options = plant.options,
                                  .uplink = uplink,
                                  .profile = profile,
                                  .enterprise = plant.options.enterprises.front(),
                                  .clock = clock,
                                  .secrets = credentials,
                                  .known = std::move(known),
                                  .replacements = replacements,
                                  .item = sample.item,
                                  .sample = sample.record,
                                  .why_no_sample = sample.why_none};
        AcceptanceWatcher all = watcher;
        all.exchanged = [&](const ShownExchange& exchange) { shown += acceptance_exchange(exchange); };
        all.ended = [&](const StepReport& report) { shown += acceptance_step_end(report, false); };
        const AcceptanceRun run = walk_platform(site, all, {});
        shown += conformity_report({.site = site, .version = "1.0"}, run);
        return run;
    }
    static const StepReport& step(const AcceptanceRun& run, AcceptanceStep which) {
        const auto found = std::ranges::find(run.steps, which, &StepReport::step);
        EXPECT_NE(found, run.steps.end()) << label(which);
        return *found;
    }
    static void expect_failed(const AcceptanceRun& run, AcceptanceStep which, std::string_view advice) {
        const StepReport& report = step(run, which);
        EXPECT_EQ(report.outcome, StepOutcome::failed) << label(which) << ": " << report.trouble;
        EXPECT_FALSE(report.trouble.empty());
        EXPECT_NE(report.advice.find(advice), std::string::npos) << report.trouble << "\n" << report.advice;
    }
    static void expect_passed(const AcceptanceRun& run, AcceptanceStep which) {
        EXPECT_EQ(step(run, which).outcome, StepOutcome::passed)
            << label(which) << ": " << step(run, which).trouble;
    }
    static std::size_t untried(const AcceptanceRun& run) { return run.count(StepOutcome::not_tried); }
};

/// What must not be seen by anybody: keys, tokens and passwords that went over the wire, whole device ids.
std::vector<std::string> secrets_of(SimulatedPlatform& platform) {
    std::vector<std::string> secrets{"Pass2026"};
    const json enterprises = platform.look("enterprises");
    for (const json& enterprise : enterprises.at("enterprises")) {
        for (const char* name : {"secret_key", "device_id", "password"}) {
            if (!enterprise.at(name).get<std::string>().empty()) secrets.push_back(enterprise.at(name));
        }
    }
    const json requests = platform.look("requests?n=500");
    for (const json& request : requests.at("requests")) {
        const std::string authorization = request.at("authorization");
        if (authorization.size() > 7) secrets.push_back(authorization.substr(7));
        const json body = json::parse(request.at("body").get<std::string>());
        if (body.contains("password")) secrets.push_back(body.at("password"));
    }
    return secrets;
}

class EachPlatform : public AcceptanceWalk, public testing::WithParamInterface<const char*> {};

TEST_P(EachPlatform, PassesEveryStepAndNoSecretIsShown) {
    SimulatedPlatform platform{GetParam()};
    const auto& uplink = plant.connect(platform, GetParam());
    plant.keep_records(4, 2);

    const AcceptanceRun run = walk(uplink);

    for (const StepReport& report : run.steps) {
        EXPECT_TRUE(report.outcome == StepOutcome::passed || report.outcome == StepOutcome::not_needed)
            << label(report.step) << ": " << report.trouble;
    }
    expect_passed(run, AcceptanceStep::record);
    expect_passed(run, AcceptanceStep::repetition);
    const auto refused = platform.look("refusals?n=10");
    EXPECT_TRUE(refused.at("refusals").empty()) << refused.dump(1);
    const auto secrets = secrets_of(platform);
    EXPECT_GE(secrets.size(), 2U);
    for (const std::string& secret : secrets)
        EXPECT_EQ(shown.find(secret), std::string::npos) << secret << " is shown";
}

TEST_P(EachPlatform, GetsOneTrueRecordTwiceAndTheBooksDoNotChange) {
    SimulatedPlatform platform{GetParam()};
    const auto& uplink = plant.connect(platform, GetParam());
    plant.keep_records(4, 2);
    const auto before = plant.books->outbox().destinations().value();

    walk(uplink);

    const json arrived =
        platform.look(fmt::format("arrivals?profile={}&limit=100", GetParam())).at("arrivals");
    ASSERT_EQ(arrived.size(), 1U) << arrived.dump(1);
    EXPECT_EQ(arrived.at(0).at("times"), 2);
    const auto held = ProvincialPlant::held(platform, GetParam());
    const auto owed = plant.owed();
    ASSERT_TRUE(owed.contains(held.begin()->first)) << held.begin()->first;
    EXPECT_EQ(owed.at(held.begin()->first), held.begin()->second);
    EXPECT_EQ(plant.books->outbox().destinations().value(), before);
    EXPECT_TRUE(plant.books->outbox().state({"province"}).value().empty());
    EXPECT_EQ(plant.receipts(RecordOutcome::accepted), 0U);
}

TEST_P(EachPlatform, WithoutARecordSaysSoAndDoesTheRest) {
    SimulatedPlatform platform{GetParam()};
    const auto& uplink = plant.connect(platform, GetParam());

    const AcceptanceRun run = walk(uplink);

    const StepReport& record = step(run, AcceptanceStep::record);
    EXPECT_EQ(record.outcome, StepOutcome::not_tried);
    EXPECT_NE(record.trouble.find("no record"), std::string::npos) << record.trouble;
    EXPECT_EQ(untried(run), 2U);
    EXPECT_EQ(run.count(StepOutcome::failed), 0U);
    EXPECT_TRUE(ProvincialPlant::held(platform, GetParam()).empty());
}

INSTANTIATE_TEST_SUITE_P(Platforms, EachPlatform, testing::Values("p1", "p2", "p3"),
                         [](const auto& profile) { return std::string(profile.param); });

TEST_F(AcceptanceWalk, ShowsWhoTheServerProvesToBe) {
    SimulatedPlatform platform{"p1"};
    const AcceptanceRun run = walk(plant.connect(platform, "p1"));

    const StepReport& address = step(run, AcceptanceStep::address);
    const std::string findings = fmt::format("{}", fmt::join(address.findings, "\n"));
    EXPECT_NE(findings.find("TLSv1.3"), std::string::npos) << findings;
    EXPECT_NE(findings.find("CN=localhost"), std::string::npos) << findings;
    EXPECT_NE(findings.find("issued by"), std::string::npos) << findings;
    EXPECT_NE(findings.find("127.0.0.1"), std::string::npos) << findings;
}

struct CertificateCase {
    const char* mode;
    const char* advice;
};
std::ostream& operator<<(std::ostream& out, const CertificateCase& bad) {
    return out << bad.mode;
}
class BadCertificate : public AcceptanceWalk, public testing::WithParamInterface<CertificateCase> {};

TEST_P(BadCertificate, IsNamedWithItsIssuerAndNothingIsSent) {
    SimulatedPlatform platform{"p1"};
    const auto& uplink = plant.connect(platform, "p1");
    platform.misbehave({{"fault", "certificate"}, {"mode", GetParam().mode}});

    const AcceptanceRun run = walk(uplink);

    expect_failed(run, AcceptanceStep::address, GetParam().advice);
    const std::string findings =
        fmt::format("{}", fmt::join(step(run, AcceptanceStep::address).findings, "\n"));
    EXPECT_NE(findings.find("issued by"), std::string::npos) << findings;
    EXPECT_EQ(run.count(StepOutcome::passed), 0U);
    EXPECT_TRUE(platform.look("requests?n=5").at("requests").empty());
}

INSTANTIATE_TEST_SUITE_P(
    Certificates, BadCertificate,
    testing::Values(CertificateCase{"other_ca", "Ask the operator for the CA certificate"},
                    CertificateCase{"self_signed", "signed by itself"},
                    CertificateCase{"expired", "has expired"}, CertificateCase{"not_yet", "is not valid yet"},
                    CertificateCase{"other_host", "for another host"}),
    [](const auto& bad) { return std::string(bad.param.mode); });

TEST_F(AcceptanceWalk, AnOldTlsIsNamed) {
    SimulatedPlatform platform{"p1"};
    const auto& uplink = plant.connect(platform, "p1");
    platform.misbehave({{"fault", "tls"}, {"version", "1.0"}});

    expect_failed(walk(uplink), AcceptanceStep::address, "speaks only an old TLS");
}

TEST_F(AcceptanceWalk, AServerThatWantsAClientCertificateSaysSo) {
    SimulatedPlatform platform{"p1", {"--require-client-cert"}};
    const AcceptanceRun run = walk(plant.connect(platform, "p1"));

    // In TLS 1.3 a client learns of it only with the first answer.
    const StepReport& address = step(run, AcceptanceStep::address);
    expect_failed(
        run, address.outcome == StepOutcome::passed ? AcceptanceStep::registration : AcceptanceStep::address,
        "client certificate");
}

TEST_F(AcceptanceWalk, NobodyAtTheAddressIsNamed) {
    SimulatedPlatform platform{"p1"};
    ProvincialOptions uplink = plant.connect(platform, "p1");
    uplink.url = "https://127.0.0.1:1/enterprise/register";

    const AcceptanceRun run = walk(uplink);

    expect_failed(run, AcceptanceStep::address, "Nobody answers at this address");
    EXPECT_EQ(untried(run) + run.count(StepOutcome::not_needed), run.steps.size() - 1);
}

TEST_F(AcceptanceWalk, AWrongPathIsNamed) {
    SimulatedPlatform platform{"p1"};
    ProvincialOptions uplink = plant.connect(platform, "p1");
    uplink.url += "er";

    const AcceptanceRun run = walk(uplink);

    expect_failed(run, AcceptanceStep::registration, "no such path (404)");
}

TEST_F(AcceptanceWalk, AKeyThatIsNotTheOnesOfThePlatformIsNamed) {
    SimulatedPlatform platform{"p2"};
    const auto& uplink = plant.connect(platform, "p2");
    plant.keep_records(4, 1);
    watcher.begins = [&](AcceptanceStep step) {
        if (step == AcceptanceStep::record) platform.misbehave({{"fault", "secret_key"}});
    };

    const AcceptanceRun run = walk(uplink);

    expect_failed(run, AcceptanceStep::record, "whether uploadDate is encrypted");
    EXPECT_EQ(step(run, AcceptanceStep::repetition).outcome, StepOutcome::not_tried);
}

TEST_F(AcceptanceWalk, ATokenThatIsNotTakenIsNamedAndTheRestIsTried) {
    SimulatedPlatform platform{"p3"};
    const auto& uplink = plant.connect(platform, "p3");
    plant.keep_records(4, 1);
    platform.misbehave({{"fault", "unauthorized"}, {"path", "/checkVersion"}});

    const AcceptanceRun run = walk(uplink);

    expect_failed(run, AcceptanceStep::version, "(401)");
    expect_passed(run, AcceptanceStep::base_data);
}

TEST_F(AcceptanceWalk, WithoutATokenTablesForEverybodyAreTriedAllTheSame) {
    SimulatedPlatform platform{"p3"};
    const auto& uplink = plant.connect(platform, "p3");
    platform.misbehave({{"fault", "refuse"}, {"path", "/requestAK"}, {"message", "密码错误"}});

    const AcceptanceRun run = walk(uplink);

    expect_failed(run, AcceptanceStep::token, "The password is not the one on record");
    EXPECT_EQ(step(run, AcceptanceStep::base_data).exchanges.size(), 3U);
    EXPECT_EQ(step(run, AcceptanceStep::ledger).outcome, StepOutcome::not_tried);
}

TEST_F(AcceptanceWalk, APageInsteadOfAnAnswerIsNamedAndTheRestIsTried) {
    SimulatedPlatform platform{"p1"};
    const auto& uplink = plant.connect(platform, "p1");
    plant.keep_records(4, 1);
    platform.misbehave({{"fault", "html"}, {"path", "/enterprise/versionCheck"}});

    const AcceptanceRun run = walk(uplink);

    expect_failed(run, AcceptanceStep::version, "What came back is no JSON");
    EXPECT_NE(step(run, AcceptanceStep::version).exchanges.front().answer.find("<"), std::string::npos);
    expect_passed(run, AcceptanceStep::record);
}

TEST_F(AcceptanceWalk, AnItemThatIsNotOnRecordIsNamed) {
    SimulatedPlatform platform{"p1"};
    const auto& uplink = plant.connect(platform, "p1");
    plant.keep_records(4, 1);
    platform.misbehave({{"fault", "refuse"}, {"path", "/uploadEnergyData"}, {"message", "数据编码未备案"}});

    const AcceptanceRun run = walk(uplink);

    expect_failed(run, AcceptanceStep::record, "put the collection item on record");
    EXPECT_NE(step(run, AcceptanceStep::record).trouble.find("数据编码未备案"), std::string::npos);
}

TEST_F(AcceptanceWalk, ARepetitionThatIsRefusedNamesTheWordsToPutIntoTheProfile) {
    SimulatedPlatform platform{"p1"};
    const auto& uplink = plant.connect(platform, "p1");
    plant.keep_records(4, 1);
    platform.misbehave(
        {{"fault", "refuse"}, {"path", "/uploadEnergyData"}, {"message", "数据重复"}, {"skip", 1}});

    const AcceptanceRun run = walk(uplink);

    expect_passed(run, AcceptanceStep::record);
    expect_failed(run, AcceptanceStep::repetition, "taken_words");
}

TEST_F(AcceptanceWalk, AnAddressThatCannotBeMeantIsNamed) {
    SimulatedPlatform platform{"p1"};
    const auto& uplink = plant.connect(platform, "p1");
    platform.misbehave({{"fault", "urls"}, {"mode", "garbage"}, {"field", "centerDataURL"}});

    const AcceptanceRun run = walk(uplink);

    expect_failed(run, AcceptanceStep::registration, "what it gave cannot be used");
    EXPECT_NE(step(run, AcceptanceStep::registration).trouble.find("centerDataURL"), std::string::npos);
}

TEST_F(AcceptanceWalk, AnAnswerThatDoesNotComeIsNamed) {
    SimulatedPlatform platform{"p1"};
    ProvincialOptions uplink = plant.connect(platform, "p1");
    uplink.timeout = milliseconds{700};
    platform.misbehave({{"fault", "hang"}, {"path", "/enterprise/loadConfig"}});

    const AcceptanceRun run = walk(uplink);

    expect_failed(run, AcceptanceStep::base_data, "No answer in time");
    expect_passed(run, AcceptanceStep::version);
}

TEST_F(AcceptanceWalk, WhatIsMissingOfTheEnterpriseIsNamed) {
    SimulatedPlatform platform{"p3"};
    const auto& uplink = plant.connect(platform, "p3");
    plant.options.enterprises.front().consumption_level.reset();

    expect_failed(walk(uplink), AcceptanceStep::application, "missing in our own tables");
}

TEST_F(AcceptanceWalk, WhatARunningGatewayHasToldIsChangedAndNotAddedASecondTime) {
    SimulatedPlatform platform{"p3"};
    const auto& uplink = plant.connect(platform, "p3");
    plant.keep_records(2, 1);
    const auto gateway = plant.start();
    ASSERT_TRUE(eventually(
        [&] { return gateway->status().state == ForwarderState::connected && plant.waiting() == 0; },
        std::chrono::seconds{30}));
    const auto known = plant.books->outbox().state({"province"}).value();
    const auto added = platform.look("requests?n=500&path=/add").at("requests").size();

    const AcceptanceRun run = walk(uplink, known);

    expect_passed(run, AcceptanceStep::application);
    expect_passed(run, AcceptanceStep::configuration);
    EXPECT_EQ(platform.look("requests?n=500&path=/add").at("requests").size(), added);
    EXPECT_FALSE(platform.look("requests?n=500&path=/update").at("requests").empty());
    EXPECT_EQ(plant.books->outbox().state({"province"}).value(), known);
    for (const std::string& secret : secrets_of(platform))
        EXPECT_EQ(shown.find(secret), std::string::npos) << secret << " is shown";
}

TEST_F(AcceptanceWalk, AReplacedAndAVerifiedInstrumentOfTheItemAreToldAndThoseOfOthersAreNot) {
    SimulatedPlatform platform{"p3"};
    const auto& uplink = plant.connect(platform, "p3");
    MeterOptions other = plant.options.meters.front();
    other.id = {"lv"};
    plant.options.meters.push_back(other);
    plant.options.items.back().formula = "lv.energy_import";
    for (const char* meter : {"hv", "lv"}) {
        DatedRecord record;
        record.id = static_cast<DatedId>(replacements.size() + 1);
        record.body = Replacement{.meter = {meter},
                                  .removed_at = clock.utc() - std::chrono::hours{48},
                                  .installed_at = clock.utc() - std::chrono::hours{48},
                                  .old_serial = std::string("OLD-") + meter,
                                  .new_serial = "SN26037X"};
        replacements.push_back(record);
    }

    const AcceptanceRun run = walk(uplink);

    expect_passed(run, AcceptanceStep::ledger);
    EXPECT_EQ(platform.look("requests?n=500&path=/gaugeReplaceConfigure/add").at("requests").size(), 1U);
    EXPECT_EQ(platform.look("requests?n=500&path=/gaugeVerifyConfigure/add").at("requests").size(), 1U);
    EXPECT_NE(shown.find("OLD-hv"), std::string::npos);
    EXPECT_EQ(shown.find("OLD-lv"), std::string::npos);
}

TEST_F(AcceptanceWalk, InChineseSaysWhatToAskInChinese) {
    const SpokenLanguage chinese{Language::zh};
    SimulatedPlatform platform{"p1"};
    const auto& uplink = plant.connect(platform, "p1");
    platform.misbehave({{"fault", "certificate"}, {"mode", "other_ca"}});

    const AcceptanceRun run = walk(uplink);

    expect_failed(run, AcceptanceStep::address, "索取 CA 证书");
    EXPECT_NE(shown.find("端设备与平台接口符合性测试报告"), std::string::npos);
    EXPECT_NE(shown.find("不通过 1 项"), std::string::npos);
}

}  // namespace
}  // namespace mg::test
