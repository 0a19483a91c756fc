#include <array>
#include <chrono>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/unique_fd.h"
#include "gateway/uplink/provincial/configuration_messages.h"
#include "gateway/uplink/provincial/enterprise_messages.h"
#include "gateway/uplink/provincial/instrument_messages.h"
#include "gateway/uplink/provincial/platform_time.h"
#include "gateway/uplink/provincial/questions.h"
#include "gateway/uplink/provincial/registration.h"
#include "gateway/uplink/provincial/wire_record.h"
#include "tests/support/child_process.h"
#include "tests/support/loopback.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/uplink/provincial/platform.h"

// What the gateway writes, read by a strict platform that shares no code with it; and the other way round.
namespace mg {
namespace {

using nlohmann::json;

constexpr std::string_view kPlant = "91130000XXXXXXXX0Y";
constexpr std::string_view kPassword = "Pass2026";
constexpr std::chrono::hours kChina{8};

struct Reply {
    int status{0};
    std::string content_type;
    std::string body;
};

/// One request on one connection.
Reply exchange(const PlatformAddress& to, std::string_view method, const std::string& body,
               const std::string& headers) {
    const UniqueFd stream{::socket(AF_INET, SOCK_STREAM, 0)};
    const sockaddr_in peer = loopback(to.port);
    if (::connect(stream.get(), reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0)
        throw std::runtime_error{"no platform at " + to.to_string()};
    const std::string request =
        fmt::format("{} {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\nContent-Length: {}\r\n{}\r\n{}",
                    method, to.path, to.host, to.port, body.size(), headers, body);
    if (::send(stream.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
        throw std::runtime_error{"the platform does not listen"};
    }
    std::string answer;
    std::array<char, 65536> piece{};
    for (ssize_t got = 0; (got = ::recv(stream.get(), piece.data(), piece.size(), 0)) > 0;)
        answer.append(piece.data(), static_cast<std::size_t>(got));
    const auto head_end = answer.find("\r\n\r\n");
    if (head_end == std::string::npos) throw std::runtime_error{"no answer: " + answer};
    return {.status = std::stoi(answer.substr(9, 3)),
            .content_type = "application/json",
            .body = answer.substr(head_end + 4)};
}

class ProvincialExchange : public testing::Test {
protected:
    void SetUp() override {
        const auto ready = folder_.path() / "ready";
        platform_ = ChildProcess{
            {MG_SOURCE_DIR "/tests/sim/metergate-platform-sim", "--profile", "p1,p2,p3", "--plain", "--quiet",
             "--ready-file", ready.string(), "--enterprise", std::string(kPlant), "--password",
             std::string(kPassword), "--upload-time", "01:38:00"},
            (folder_.path() / "log").string()};
        ASSERT_TRUE(eventually([&] { return std::filesystem::exists(ready); }, std::chrono::seconds{30}));
        std::ifstream{ready} >> addresses_;
    }
    void TearDown() override { platform_.end(SIGTERM); }

    [[nodiscard]] PlatformQuestion question(const std::string& sim_profile,
                                            const std::string& url_name) const {
        const std::string url = addresses_.at("profiles").at(sim_profile).at(url_name);
        return {.asked = parse_platform_address(sim_profile == "p3" ? url + "/YNEnergy" : url).value(),
                .enterprise_code = std::string(kPlant),
                .utc_offset = kChina};
    }

    PlatformAnswer ask(const ProfileOptions& profile, const PlatformAddress& to, const std::string& body,
                       const std::string& token = {}) {
        std::string headers = fmt::format("Content-Type: {}\r\n", profile.content_type);
        if (!token.empty())
            headers += fmt::format("{}: {}{}\r\n", profile.token_header, profile.token_prefix, token);
        const Reply reply = exchange(to, "POST", body, headers);
        return read_answer({.status = reply.status,
                            .content_type = reply.content_type,
                            .body = reply.body,
                            .complete = true},
                           profile);
    }

    /// What the platform holds, oldest period first.
    json arrivals(const std::string& sim_profile) {
        const std::string control = addresses_.at("control");
        const auto where = parse_platform_address(control + "/arrivals?profile=" + sim_profile).value();
        return json::parse(exchange(where, "GET", {}, {}).body).at("arrivals");
    }

    /// What it was told of the enterprise: a kind of thing, its key, its content.
    json told(const std::string& sim_profile) {
        const std::string control = addresses_.at("control");
        const auto where = parse_platform_address(control + "/enterprises").value();
        const json all = json::parse(exchange(where, "GET", {}, {}).body).at("enterprises");
        const auto found = std::ranges::find_if(all, [&](const json& one) {
            return one.at("profile") == sim_profile && one.at("code") == kPlant;
        });
        return found == all.end() ? json{} : found->at("kept");
    }

    /// Two quarters of an hour, the second suspect, and a day; all over since a day.
    [[nodiscard]] std::vector<OutgoingRecord> records() const {
        const SiteCalendar calendar;
        const UtcTime yesterday = now_ - std::chrono::days{1};
        OutgoingRecord first;
        first.record.item = "elec_purchased";
        first.code = parse_item_code("00-00-0000-023300-11").value();
        first.factor = "1.229";
        first.record.period = calendar.containing(StatType::real_time, yesterday);
        first.record.value = Decimal::parse("0.0125").value();
        OutgoingRecord second = first;
        second.record.period = calendar.after(first.record.period);
        second.record.value = Decimal::parse("-3.50").value();
        second.record.marks = Mark::end_bridged;
        OutgoingRecord day = first;
        day.record.period = calendar.containing(StatType::day, yesterday);
        day.record.value = Decimal::parse("12345678.123456").value();
        day.record.input_type = 5;
        return {first, second, day};
    }

    void expect_arrived(const std::string& sim_profile, std::string_view wanted_code) {
        const json arrived = arrivals(sim_profile);
        const auto sent = records();
        ASSERT_EQ(arrived.size(), sent.size());
        for (const OutgoingRecord& one : sent) {
            const auto found = std::ranges::find_if(arrived, [&](const json& entry) {
                return entry.at("statType") == static_cast<int>(one.record.period.type) &&
                       entry.at("statDate") ==
                           platform_time(one.record.period.from, kChina, DateForm::dashes);
            });
            ASSERT_NE(found, arrived.end()) << arrived.dump(1);
            EXPECT_EQ(found->at("dataValue"), one.record.value->to_string());
            EXPECT_EQ(found->at("valid"), !one.record.marks.suspect());
            EXPECT_EQ(found->at("inputType"), one.record.input_type);
            EXPECT_EQ(found->at("dataCode"), wanted_code);
            EXPECT_EQ(found->at("times"), 1);
        }
    }

    /// In as many calls as the profile asks for.
    void send_all(const ProfileOptions& profile, const PlatformIdentity& identity, const PlatformAddress& to,
                  const std::string& token = {}) {
        const auto writer = RecordWriter::create(profile, identity, kChina);
        ASSERT_TRUE(writer) << writer.error().what;
        std::vector<std::string> written;
        for (const OutgoingRecord& one : records()) written.push_back(writer->members(one, now_).value());
        for (std::size_t at = 0; at < written.size(); at += profile.record.batch) {
            const auto size = std::min(profile.record.batch, written.size() - at);
            const auto answer = ask(profile, to, writer->body(std::span{written}.subspan(at, size)), token);
            EXPECT_EQ(answer.verdict, PlatformVerdict::accepted) << answer.to_string();
        }
    }

    Result<Registration> register_at(const std::string& sim_profile, const ProfileOptions& profile) {
        const auto who = question(sim_profile, "register");
        const auto answer =
            ask(profile, who.asked, registration_question(profile, std::string(kPlant), "130100"));
        EXPECT_EQ(answer.verdict, PlatformVerdict::accepted) << answer.to_string();
        return read_registration(answer, profile, who);
    }

    /// Of an instrument of the cement plant, yesterday.
    [[nodiscard]] DatedRecord a_replacement() const {
        Replacement replacement;
        replacement.meter.text = "grid_in1";
        replacement.removed_at = replacement.installed_at = now_ - std::chrono::days{1};
        replacement.old_serial = "SN26000X";
        replacement.new_serial = "SN26037X";
        DatedRecord record;
        record.id = 12;
        record.body = replacement;
        return record;
    }

    /// What the platform is told of the cement plant of the examples; each call is granted.
    void tell_of_the_plant(const ProfileOptions& profile, const PlatformIdentity& identity,
                           const PlatformAddress& asked, const PlatformAddresses& given,
                           const std::string& token = {}, std::string_view suffix = {}) {
        const auto loaded =
            load_config(std::filesystem::path{MG_SOURCE_DIR} / "config/examples/cement-plant");
        ASSERT_TRUE(loaded.ok());
        const ConfigurationScene scene{.options = loaded.options,
                                       .profile = profile,
                                       .uplink = UplinkId{"province"},
                                       .identity = identity,
                                       .at = now_,
                                       .enterprise = &plant_};
        const auto configuration = configuration_messages(scene);
        EXPECT_TRUE(configuration.left_out.empty());
        auto calls = configuration.calls;
        const auto ledger = ledger_messages(scene).calls;
        EXPECT_FALSE(calls.empty() || ledger.empty());
        calls.insert(calls.end(), ledger.begin(), ledger.end());
        const std::vector records{a_replacement()};
        for (const auto& made : {replacement_messages(scene, records), verification_messages(scene)})
            calls.insert(calls.end(), made.calls.begin(), made.calls.end());
        for (const ConfigurationCall& call : calls) {
            PlatformAddress to = address_of(call.call, profile, asked, given).value();
            to.path += suffix;
            const auto answer = ask(profile, to, call.body, token);
            EXPECT_EQ(answer.verdict, PlatformVerdict::accepted)
                << call.key << " " << answer.to_string() << "\n"
                << call.body;
        }
    }

    /// The answer to what must be accepted.
    PlatformAnswer granted(const ProfileOptions& profile, const PlatformAddress& to, const std::string& body,
                           const std::string& token = {}) {
        const auto answer = ask(profile, to, body, token);
        EXPECT_EQ(answer.verdict, PlatformVerdict::accepted) << answer.to_string() << "\n" << body;
        return answer;
    }

    /// The first time, and again with the index that was answered then.
    void apply(const ProfileOptions& profile, const PlatformAddress& asked, const std::string& password) {
        const auto send = [&](PlatformCall call, const std::string& data_index) {
            const auto body = application_body(profile, plant_, password, data_index);
            EXPECT_TRUE(body) << body.error().what;
            return granted(profile, address_of(call, profile, asked, {}).value(), *body);
        };
        const PlatformAnswer first = send(PlatformCall::application, {});
        const auto index = first.text("dataIndex");
        ASSERT_TRUE(index);
        send(PlatformCall::application_update, std::string(*index));
        EXPECT_EQ(told("p3").at("enterprise").at("enterprise").at("cmpName"), plant_.name);
    }

    const EnterpriseOptions plant_{[] {
        EnterpriseOptions plant = a_stated_enterprise();
        plant.code = kPlant;
        return plant;
    }()};
    UtcTime now_{std::chrono::floor<milliseconds>(std::chrono::system_clock::now())};

private:
    TemporaryFolder folder_;
    ChildProcess platform_;
    json addresses_;
};

TEST_F(ProvincialExchange, TheNationalPlatformTakesWhatWeWrite) {
    const ProfileOptions& profile = shipped_profile("national");
    const auto registration = register_at("p1", profile);
    ASSERT_TRUE(registration) << registration.error().what;
    EXPECT_EQ(registration->upload_time, std::chrono::minutes{98});
    EXPECT_EQ(registration->addresses.size(), 7U);

    const PlatformIdentity identity{.enterprise_code = std::string(kPlant),
                                    .device_id = registration->device_id};
    const auto& given = registration->addresses;
    const auto versions = read_versions(
        granted(profile, given.at(PlatformCall::version), version_question(profile, identity)), profile);
    EXPECT_FALSE(versions.reg.empty() || versions.dic.empty());
    granted(profile, given.at(PlatformCall::base_data), base_data_question(profile, identity, {}));
    tell_of_the_plant(profile, identity, question("p1", "register").asked, given);
    const json known = told("p1");
    EXPECT_EQ(known.at("enterprise").at("enterprise").at("name"), plant_.name);
    EXPECT_EQ(known.at("enterprise").at("enterprise").at("corporationCode"), kPlant);
    EXPECT_EQ(known.at("group").at("group").at("name"), plant_.text("group_name"));
    send_all(profile, identity, registration->addresses.at(PlatformCall::data));

    expect_arrived("p1", "00-00-0000-023300-11");
}

TEST_F(ProvincialExchange, ShandongReadsWhatWeEncrypt) {
    const ProfileOptions& profile = shipped_profile("shandong");
    const auto registration = register_at("p2", profile);
    ASSERT_TRUE(registration) << registration.error().what;

    send_all(profile,
             {.enterprise_code = std::string(kPlant),
              .device_id = registration->device_id,
              .secret_key = registration->secret_key},
             registration->addresses.at(PlatformCall::data));

    expect_arrived("p2", "00-00-0000-023300-11");
}

TEST_F(ProvincialExchange, YunnanTakesOneRecordACallWithItsToken) {
    const ProfileOptions& profile = shipped_profile("yunnan");
    const auto who = question("p3", "url");
    const auto go = [&](PlatformCall call, const PlatformAddresses& given, const std::string& body,
                        const std::string& token) {
        return granted(profile, address_of(call, profile, who.asked, given).value(), body, token);
    };
    PlatformIdentity identity{.enterprise_code = std::string(kPlant)};
    const auto key = read_working_key(
        go(PlatformCall::working_key, {}, working_key_question(profile, identity, {}), {}), profile, who);
    ASSERT_TRUE(key) << key.error().what;
    const std::string password = sm4_password(*key, kPlant, kPassword).value();
    apply(profile, who.asked, password);
    const auto grant = read_token(
        go(PlatformCall::token, {}, token_question(profile, identity, password), {}), profile, who, now_);
    ASSERT_TRUE(grant) << grant.error().what;
    EXPECT_TRUE(grant->until && *grant->until > now_ + std::chrono::minutes{50});
    const std::string version = version_question(profile, identity);
    EXPECT_EQ(
        ask(profile, address_of(PlatformCall::version, profile, who.asked, {}).value(), version, "nobody")
            .verdict,
        PlatformVerdict::expired);
    const auto versions = read_versions(go(PlatformCall::version, {}, version, grant->token), profile);
    const auto given = read_addresses(
        go(PlatformCall::addresses, {}, addresses_question(profile, identity), grant->token), profile, who);
    ASSERT_TRUE(given) << given.error().what;
    for (const std::uint64_t table : profile.public_base_tables)
        go(PlatformCall::public_base_data, *given, base_data_question(profile, identity, table), {});
    for (const std::uint64_t table : profile.base_tables)
        go(PlatformCall::base_data, *given, base_data_question(profile, identity, table), grant->token);

    identity.reg_version = versions.reg;
    identity.dic_version = versions.dic;
    tell_of_the_plant(profile, identity, who.asked, *given, grant->token, "/add");
    const json known = told("p3");
    EXPECT_EQ(known.at("gaugeReplaceConfigure").size(), 1U);
    EXPECT_EQ(known.at("gaugeReplaceConfigure").front().at("installSerNo"), "SN26037X");
    EXPECT_FALSE(known.at("gaugeVerifyConfigure").empty());
    send_all(profile, identity, address_of(PlatformCall::data, profile, who.asked, *given).value(),
             grant->token);

    expect_arrived("p3", "0000000002330011");
}

TEST_F(ProvincialExchange, AKeyOfAnotherDeviceIsARefusalAndABadRecordARejection) {
    const ProfileOptions& profile = shipped_profile("shandong");
    const auto registration = register_at("p2", profile);
    ASSERT_TRUE(registration);
    const auto answer_to = [&](const std::string& secret_key, OutgoingRecord record) {
        const auto writer = RecordWriter::create(profile,
                                                 {.enterprise_code = std::string(kPlant),
                                                  .device_id = registration->device_id,
                                                  .secret_key = secret_key},
                                                 kChina);
        const std::vector written{writer->members(record, now_).value()};
        return ask(profile, registration->addresses.at(PlatformCall::data), writer->body(written));
    };
    OutgoingRecord bad = records().front();
    bad.code.energy_class = 77;

    EXPECT_EQ(answer_to("0123456789abcdeffedcba9876543210", records().front()).verdict,
              PlatformVerdict::refused);
    EXPECT_EQ(answer_to(registration->secret_key, bad).verdict, PlatformVerdict::rejected);
    EXPECT_TRUE(arrivals("p2").empty());
}

}  // namespace
}  // namespace mg
