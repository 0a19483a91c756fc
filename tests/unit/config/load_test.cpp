#include "config/load.h"

#include <gtest/gtest.h>

#include "gateway/base/language.h"
#include "tests/unit/config/site.h"

namespace mg {
namespace {

TEST(LoadConfig, DefaultsHoldForWhatIsLeftOut) {
    const Loaded loaded = load_rows("id,line,address,model\nm1,panel,1,eastron-sdm630\n");

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    const Options& options = loaded.options;
    EXPECT_EQ(options.site.utc_offset, std::chrono::minutes{480});
    EXPECT_EQ(options.site.boundary, std::chrono::minutes{15});
    EXPECT_EQ(options.storage.path, "/var/lib/metergate");
    EXPECT_EQ(options.uplinks.at(0).mqtt.brokers,
              (std::vector<BrokerAddress>{{.host = "localhost", .port = 1883, .tls = false}}));
    EXPECT_EQ(std::get<TcpChannel>(options.lines.at(0).channel).port, 502);
    EXPECT_EQ(options.meters.at(0).every, std::chrono::minutes{1});
    EXPECT_FALSE(options.meters.at(0).settings);
}

TEST(LoadConfig, EveryKeyOfTheGatewayFileArrives) {
    TemporarySite site;
    site.file("meters.csv", "id\nm1\n").file("gateway.toml", R"(
[site]
id = "north"
name = "北厂"
utc_offset = "-03:30"
boundary = "10s"
[storage]
path = "data"
commit_interval = "250ms"
keep_boundary = "1000d"
keep_other = "7d"
memory_limit = "2MiB"
[control]
socket = "control.sock"
[[line]]
id = "bus"
name = "总降"
kind = "serial"
device = "/dev/ttyS1"
baud = 2400
parity = "偶"
data_bits = 7
stop_bits = 2
response_timeout = "1s500ms"
request_gap = "20ms"
retries = 0
[[line]]
id = "pump"
kind = "dtu"
port = 5020
[[uplink]]
id = "cloud"
url = "mqtts://[::1]:8884"
client_id = "box"
topic_prefix = "a/b"
credentials = "secret/mqtt"
ca_file = "ca.pem"
certificate_file = "/etc/c.pem"
key_file = "k.pem"
mqtt_version = "3.1.1"
keep_alive = "1m"
max_batch = "8KiB"
max_in_flight = 4
ack_timeout = "5s"
)");

    const Loaded loaded = site.load();

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    const Options& o = loaded.options;
    EXPECT_EQ(o.site.id, "north");
    EXPECT_EQ(o.site.utc_offset, -std::chrono::minutes{210});
    EXPECT_EQ(o.site.boundary, std::chrono::seconds{10});
    EXPECT_EQ(o.storage.path, site.folder() / "data");
    EXPECT_EQ(o.storage.keep_other, std::chrono::days{7});
    EXPECT_EQ(o.storage.memory_limit, 2U * 1024 * 1024);
    EXPECT_EQ(o.control.socket, site.folder() / "control.sock");
    const auto& serial = std::get<SerialChannel>(o.lines.at(0).channel);
    EXPECT_EQ(serial.device, "/dev/ttyS1");
    EXPECT_EQ(serial.settings,
              (SerialSettings{.baud = 2400, .parity = Parity::even, .data_bits = 7, .stop_bits = 2}));
    EXPECT_EQ(o.lines.at(0).response_timeout, milliseconds{1500});
    EXPECT_EQ(o.lines.at(0).retries, 0);
    EXPECT_EQ(o.lines.at(1).kind, LineKind::dtu);
    EXPECT_EQ(std::get<ListenChannel>(o.lines.at(1).channel).port, 5020);
    const MqttOptions& mqtt = o.uplinks.at(0).mqtt;
    EXPECT_EQ(mqtt.brokers, (std::vector<BrokerAddress>{{.host = "::1", .port = 8884, .tls = true}}));
    EXPECT_EQ(mqtt.version, 4);
    EXPECT_EQ(mqtt.credentials, (site.folder() / "secret/mqtt").string());
    EXPECT_EQ(mqtt.tls.certificate_file, "/etc/c.pem");
    EXPECT_EQ(mqtt.tls.key_file, site.folder() / "k.pem");
    EXPECT_EQ(mqtt.max_batch_bytes, 8192U);
    EXPECT_EQ(mqtt.ack_timeout, std::chrono::seconds{5});
}

TEST(LoadConfig, ABrokerMayHaveSeveralAddressesInTheOrderInWhichTheyAreTried) {
    TemporarySite site;
    site.file("gateway.toml",
              "[[uplink]]\nid = \"broker\"\nurl = [\"mqtts://a.example\", \"mqtts://b.example:8884\"]\n"
              "ca_file = \"ca.pem\"\n")
        .file("meters.csv", "id,line,address,model\n");

    const Loaded loaded = site.load();

    ASSERT_FALSE(loaded.options.uplinks.empty()) << text_of(loaded.problems);
    const MqttOptions& mqtt = loaded.options.uplinks.at(0).mqtt;
    ASSERT_EQ(mqtt.brokers.size(), 2U);
    EXPECT_EQ(mqtt.brokers[0].to_string(), "mqtts://a.example:8883");
    EXPECT_EQ(mqtt.brokers[1].to_string(), "mqtts://b.example:8884");
    EXPECT_EQ(mqtt.tls.ca_file, site.folder() / "ca.pem");
    EXPECT_EQ(text_of(loaded.problems).find("uplink"), std::string::npos) << text_of(loaded.problems);
}

TEST(LoadConfig, AnUplinkMayBeginAtATimeOfTheSite) {
    TemporarySite site;
    site.file("gateway.toml",
              "[site]\nutc_offset = \"+08:00\"\n"
              "[[uplink]]\nid = \"a\"\nurl = \"mqtt://a\"\nstart = \"2026-11-01 00:00\"\n"
              "[[uplink]]\nid = \"b\"\nurl = \"mqtt://b\"\nstart = \"现在\"\n"
              "[[uplink]]\nid = \"c\"\nurl = \"mqtt://c\"\n")
        .file("meters.csv", "id,line,address,model\n");

    const Loaded loaded = site.load();

    ASSERT_EQ(loaded.options.uplinks.size(), 3U) << text_of(loaded.problems);
    const auto start = [&](std::size_t uplink) { return loaded.options.uplinks[uplink].delivery.start; };
    using namespace std::chrono;
    EXPECT_EQ(start(0).at, StartOptions::At::slot);
    EXPECT_EQ(start(0).slot.at, sys_days{2026y / October / 31d} + 16h);
    EXPECT_EQ(start(1).at, StartOptions::At::now);
    EXPECT_EQ(start(2).at, StartOptions::At::oldest);
}

TEST(LoadConfig, AModelOfTheSiteReplacesTheShippedOneOfItsName) {
    TemporarySite site;
    site.file("gateway.toml", plain_gateway())
        .file("meters.csv", "id,line,address,model\nm1,panel,1,eastron-sdm630\nm2,panel,2,our-meter\n")
        .file("models/eastron-sdm630.toml",
              "[model]\nname = \"ours\"\nsource = \"x\"\n[[point]]\nid = \"p\"\nname = \"p\"\nat = "
              "\"input:1\"\nas = \"u16\"\n")
        .file("models/our-meter.toml",
              "[model]\nname = \"new\"\nsource = \"x\"\n[[point]]\nid = \"p\"\nname = \"p\"\nat = "
              "\"input:1\"\nas = \"u16\"\n");

    const Loaded loaded = site.load();

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    EXPECT_EQ(loaded.options.model("eastron-sdm630")->name, "ours");
    EXPECT_EQ(loaded.options.model("our-meter")->points.size(), 1U);
    EXPECT_EQ(loaded.options.models.size(), shipped_models().size() + 1);
}

TEST(LoadConfig, HeadingsMayBeChineseOrKeysWithAnyCaseSpacesAndUnits) {
    const Loaded loaded = load_rows(
        "计量点编号,Line,通信 地址,MODEL,CT Primary,ct_secondary "
        "(A),备注\nm1,bus,7,acrel-dtsd1352,300,5,\"a,\n\"\"b\"\"\"\n");

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    const MeterOptions& meter = loaded.options.meters.at(0);
    EXPECT_EQ(meter.address, "7");
    EXPECT_EQ(meter.multiplier.ct, (Decimal{60, 0}));
    EXPECT_EQ(meter.row.text("remark"), "a,\n\"b\"");
    EXPECT_EQ(meter.row.text("ct_primary"), "300");
}

TEST(LoadConfig, SemicolonsTabsCarriageReturnsAndEmptyRestsAreAccepted) {
    for (const char separator : {';', '\t', ','}) {
        std::string rows = "id;line;address;model;;\r\nm1;panel;1;eastron-sdm630;;\r\n;;;;;\r\n\r\n";
        std::ranges::replace(rows, ';', separator);

        const Loaded loaded = load_rows(rows);

        EXPECT_TRUE(loaded.ok()) << text_of(loaded.problems);
        EXPECT_EQ(loaded.options.meters.size(), 1U);
    }
}

TEST(LoadConfig, ARowMayDifferFromItsLineInBaudAndParity) {
    const Loaded loaded = load_rows(
        "id,line,address,model,baud,parity\nm1,bus,1,acrel-dtsd1352,2400,偶\nm2,bus,2,acrel-dtsd1352,9600,"
        "无\n");

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    EXPECT_EQ(loaded.options.meters[0].settings, (SerialSettings{.baud = 2400, .parity = Parity::even}));
    EXPECT_FALSE(loaded.options.meters[1].settings);
}

TEST(LoadConfig, ModelsOfProtocolsThatAreNotPolledYetLoad) {
    const Loaded loaded = load_rows(
        "id,line,address,model\ng,bus,0000-2026-0001,dlt645-2007\nw,bus,1111-00262211-01,cjt188-water\n");

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    EXPECT_EQ(loaded.options.meters[0].address, "000020260001");
    EXPECT_EQ(loaded.options.meters[1].address, "11110026221101");
}

TEST(LoadConfig, MoreMetersThanTheLimitAreRefusedWithTheNumber) {
    std::string rows = "id\n";
    for (std::size_t i = 0; i <= kMostMeters; ++i) rows += fmt::format("m{}\n", i);

    const Loaded loaded = load_rows(rows);

    ASSERT_EQ(loaded.problems.size(), 1U);
    EXPECT_NE(loaded.problems[0].to_string().find("at most 20000"), std::string::npos);
}

TEST(LoadConfig, AFolderThatIsNotThereIsOneProblem) {
    const Loaded loaded = load_config("/nowhere/at/all");

    ASSERT_EQ(loaded.problems.size(), 1U);
    EXPECT_FALSE(loaded.ok());
}

TEST(LoadConfig, ProblemsSpeakTheLanguageOfTheUser) {
    set_language(Language::zh);
    const Loaded loaded = load_rows("计量点编号,通信线路\nm1,panl\n");
    const std::string text = text_of(loaded.problems);
    set_language(Language::en);

    EXPECT_NE(text.find("meters.csv:2:2: line: gateway.toml 中没有这条线路，最接近的是“panel”；实际：panl"),
              std::string::npos)
        << text;
}

TEST(LoadConfig, AProblemStaysOnItsLineWhateverTheFileHolds) {
    for (const std::string_view text : {"a = \"\n", "\"k\\ney\" = 1\n", "a = =\n", "[\"b\\r\"]\n"}) {
        TemporarySite site;
        site.file("gateway.toml", std::string(text)).file("meters.csv", "id\nm1\n");

        const Loaded loaded = site.load();

        EXPECT_FALSE(loaded.ok()) << text;
        for (const Problem& problem : loaded.problems) {
            EXPECT_EQ(problem.to_string().find_first_of("\r\n"), std::string::npos) << problem.to_string();
        }
    }
}

}  // namespace
}  // namespace mg
