#include "gateway/commands/status_view.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/base/language.h"
#include "tests/unit/control/status_maker.h"

namespace mg {
namespace {

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(StatusView, ShowsWhatAnInstallerLooksFor) {
    const std::string view = status_view(full_status(), StatusDetail::summary);

    for (const std::string_view part :
         {"site cement 水泥厂", "running for 1 h 0 min", "2026-11-22 13:00:00 +08:00",
          "trusted (kept by NTP)", "disk trouble", "disk full", "976.6 KiB", "mcc: cannot connect", "42%",
          "mqtts://broker.plant:8883", "not authorised", "ALARM broker: nobody subscribes",
          "metering points 2: trouble 1 · ledger only 1", "unit 3: exception 2"}) {
        EXPECT_TRUE(contains(view, part)) << part << " is missing in:\n" << view;
    }
    EXPECT_FALSE(contains(view, "scale")) << "nothing is wrong with the scale";
}

TEST(StatusView, SaysWhatTheAccountingWaitsFor) {
    const std::string view = status_view(full_status(), StatusDetail::summary);
    for (const std::string_view part :
         {"figures until 2026-11-22 12:15:00 · 1 to compute again", "2 steps of indexes wait",
          "metergate rule", "3 records wait for a second person", "4 changes wait for a closed period",
          "without a value for the last period: steel"}) {
        EXPECT_TRUE(contains(view, part)) << part << " is missing in:\n" << view;
    }
    GatewayStatus quiet = full_status();
    quiet.accounting = BooksStatus{};
    EXPECT_FALSE(contains(status_view(quiet, StatusDetail::summary), "wait for"));
    quiet.accounting = std::nullopt;
    EXPECT_FALSE(contains(status_view(quiet, StatusDetail::summary), "figures until"));
}

TEST(StatusView, SpeaksChinese) {
    set_language(Language::zh);
    const std::string view = status_view(full_status(), StatusDetail::summary);
    set_language(Language::en);

    for (const std::string_view part :
         {"站点 cement 水泥厂", "已运行 1 小时 0 分", "磁盘异常", "告警 broker", "中断"}) {
        EXPECT_TRUE(contains(view, part)) << part << " is missing in:\n" << view;
    }
}

TEST(StatusView, ListsEveryMeterOrEveryValueOnRequest) {
    EXPECT_TRUE(contains(status_view(full_status(), StatusDetail::meters), "scale"));

    const std::string points = status_view(full_status(), StatusDetail::points);
    EXPECT_TRUE(contains(points, "2469000.00"));
    EXPECT_TRUE(contains(points, "no reply"));
}

TEST(StatusView, AThousandSilentMetersDoNotFillTheScreen) {
    GatewayStatus status = full_status();
    status.meters.clear();
    for (int i = 0; i < 1000; ++i) {
        MeterStatus meter;
        meter.id.text = fmt::format("m{}", i);
        meter.state = MeterState::silent;
        status.meters.push_back(meter);
    }

    const std::string view = status_view(status, StatusDetail::summary);

    EXPECT_TRUE(contains(view, "silent 1000"));
    EXPECT_TRUE(contains(view, "m19"));
    EXPECT_FALSE(contains(view, "m20"));
    EXPECT_TRUE(contains(view, "and 980 more"));
}

TEST(StatusView, OfAnEmptySiteIsShortAndWhole) {
    EXPECT_TRUE(contains(status_view(GatewayStatus{}, StatusDetail::summary), "metering points 0"));
}

}  // namespace
}  // namespace mg
