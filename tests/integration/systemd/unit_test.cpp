#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "config/options.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "tests/support/temporary_folder.h"

namespace mg {
namespace {

const std::filesystem::path kUnits = std::filesystem::path{MG_SOURCE_DIR} / "systemd";

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// The last value of each key of the service.
std::map<std::string, std::string> settings() {
    std::map<std::string, std::string> all;
    std::istringstream lines{text_of(kUnits / "metergate.service")};
    for (std::string line; std::getline(lines, line);) {
        const auto equals = line.find('=');
        if (line.starts_with('#') || equals == std::string::npos) continue;
        all[line.substr(0, equals)] = line.substr(equals + 1);
    }
    return all;
}

/// A folder with the unit as it will be installed, but for the program, which is the one just built.
struct SystemdUnit : testing::Test {
    SystemdUnit() {
        std::string unit = text_of(kUnits / "metergate.service");
        const std::string installed = "ExecStart=/usr/bin/metergate ";
        const auto at = unit.find(installed);
        EXPECT_NE(at, std::string::npos);
        unit.replace(at, installed.size(), "ExecStart=" MG_PROGRAM " ");
        std::ofstream(folder / "metergate.service") << unit;
    }

    /// Exit code of a shell command, its outputs in `said`.
    int run(const std::string& command) {
        const auto log = folder / "output";
        const int status = std::system(fmt::format("{} > '{}' 2>&1", command, log.string()).c_str());
        said = text_of(log);
        return status;
    }
    [[nodiscard]] std::string unit_file() const {
        return fmt::format("'{}'", (folder / "metergate.service").string());
    }

    const TemporaryFolder own;
    const std::filesystem::path folder{own.path()};
    std::string said;
};

TEST_F(SystemdUnit, IsAcceptedBySystemdWithoutAWord) {
    EXPECT_EQ(run("systemd-analyze verify --man=no --recursive-errors=no " + unit_file()), 0) << said;
    EXPECT_EQ(said, "");
}

TEST_F(SystemdUnit, IsAtMostThisExposed) {
    EXPECT_EQ(run("systemd-analyze security --offline=yes --no-pager --threshold=21 " + unit_file()), 0)
        << said;
}

TEST_F(SystemdUnit, UserAndFoldersCanBeMade) {
    if (::getuid() != 0) GTEST_SKIP() << "systemd-sysusers writes as root only";
    std::filesystem::create_directory(folder / "etc");
    const std::string root = fmt::format("--root='{}' ", folder.string());

    EXPECT_EQ(run(fmt::format("systemd-sysusers {}'{}'", root, (kUnits / "metergate.sysusers").string())), 0)
        << said;
    EXPECT_EQ(
        run(fmt::format("systemd-tmpfiles --create {}'{}'", root, (kUnits / "metergate.tmpfiles").string())),
        0)
        << said;

    EXPECT_NE(text_of(folder / "etc/passwd").find("metergate:"), std::string::npos);
    EXPECT_NE(text_of(folder / "etc/group").find("metergate:"), std::string::npos);
    EXPECT_TRUE(std::filesystem::is_directory(folder / "etc/metergate"));
}

TEST(SystemdService, AgreesWithTheProgram) {
    const auto unit = settings();

    EXPECT_EQ(unit.at("RestartPreventExitStatus"), std::to_string(kExitConfiguration));
    EXPECT_EQ("/run/" + unit.at("RuntimeDirectory"), ControlOptions{}.socket.parent_path().string());
    EXPECT_EQ("/var/lib/" + unit.at("StateDirectory"), StorageOptions{}.path.string());
    EXPECT_EQ(unit.at("ExecStart"), std::string("/usr/bin/metergate run --config ") + kConfigDirectory);
    EXPECT_EQ(unit.at("Type"), "notify");
    EXPECT_GT(std::stoi(unit.at("TimeoutStopSec")), 5) << "the daemon promises to stop within 5 s";
    EXPECT_GE(std::stoi(unit.at("WatchdogSec")), 10) << "the watchdog looks every half of it";
}

// Nobody stands beside the box: whatever ends the program, it comes back, however often.
TEST(SystemdService, IsStartedAgainForEver) {
    const auto unit = settings();

    EXPECT_EQ(unit.at("Restart"), "always");
    EXPECT_EQ(unit.at("StartLimitIntervalSec"), "0");
}

TEST(SystemdService, MayUseWhatCollectingNeedsAndIsNotRoot) {
    const auto unit = settings();
    const std::string text = text_of(kUnits / "metergate.service");

    EXPECT_EQ(unit.at("User"), "metergate");
    EXPECT_EQ(unit.at("SupplementaryGroups"), "dialout");
    for (const char* device : {"ttyS", "ttyUSB", "ttyACM"}) {
        EXPECT_NE(text.find(fmt::format("DeviceAllow=char-{} rw", device)), std::string::npos) << device;
    }
    for (const char* family : {"AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK"}) {
        EXPECT_NE((unit.at("RestrictAddressFamilies") + " ").find(fmt::format("{} ", family)),
                  std::string::npos)
            << family;
    }
}

TEST(SystemdService, LetsTheProgramAskTheKernelAboutItsClock) {
    const auto unit = settings();

    EXPECT_FALSE(unit.contains("ProtectClock"));
    EXPECT_NE(text_of(kUnits / "metergate.service").find("SystemCallFilter=adjtimex clock_adjtime"),
              std::string::npos);
}

}  // namespace
}  // namespace mg
