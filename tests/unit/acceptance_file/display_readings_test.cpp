#include "gateway/acceptance_file/display_readings.h"

#include <gtest/gtest.h>

#include "config/load.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

class ReadingsTable : public ::testing::Test {
protected:
    static const Options& site() {
        static const Loaded loaded = load_config(MG_SOURCE_DIR "/config/examples/cement-plant");
        return loaded.options;
    }
    std::vector<DisplayReading> read(const std::string& text) {
        problems.clear();
        Reporter report{"readings.csv", problems};
        return read_display_readings(text, site(), report);
    }
    std::vector<Problem> problems;
};

TEST_F(ReadingsTable, TheFormNamesEveryPointAndIsReadAgain) {
    const SpokenLanguage spoken{Language::zh};
    std::string form = display_readings_form(site());
    ASSERT_TRUE(form.starts_with("\xEF\xBB\xBF计量点编号,测点,"));
    form.erase(0, 3);
    EXPECT_TRUE(read(form).empty());
    EXPECT_TRUE(problems.empty());
    const auto at = form.find("\r\nhv_kiln,");
    ASSERT_NE(at, std::string::npos);
    const auto cells = form.find(",,,", at);
    form.replace(cells, 4, ",2026-11-22 10:15:30,12345.67,IMG_1.jpg,");
    const auto readings = read(form);
    ASSERT_EQ(readings.size(), 1U) << (problems.empty() ? "" : problems.front().to_string());
    EXPECT_EQ(readings[0].meter.text, "hv_kiln");
    EXPECT_EQ(readings[0].displayed, *Decimal::parse("12345.67"));
    EXPECT_EQ(readings[0].photo, "IMG_1.jpg");
    // 02:15:30 UTC.
    EXPECT_EQ(readings[0].at.time_since_epoch() % std::chrono::days{1},
              std::chrono::hours{2} + std::chrono::minutes{15} + std::chrono::seconds{30});
}

TEST_F(ReadingsTable, MistakesAreNamedWithTheirCell) {
    EXPECT_TRUE(read("meter,point,time,display\n"
                     "hv_kilm,,2026-11-22 10:15,1\n"
                     "hv_kiln,energy_imports,2026-11-22 10:15,1\n"
                     "hv_kiln,,yesterday,1\n"
                     "hv_kiln,,2026-11-22 10:15,l2\n")
                    .empty());
    ASSERT_EQ(problems.size(), 4U);
    EXPECT_NE(problems[0].to_string().find("hv_kiln"), std::string::npos) << problems[0].to_string();
    EXPECT_EQ(problems[0].line, 2);
    EXPECT_EQ(problems[1].field, "point");
    EXPECT_EQ(problems[2].field, "time");
    EXPECT_EQ(problems[3].field, "display");
}

TEST_F(ReadingsTable, APointIsThereOnce) {
    EXPECT_EQ(read("meter,time,display\nhv_kiln,2026-11-22 10:15,1\nhv_kiln,2026-11-22 10:20,2\n").size(),
              1U);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].line, 3);
}

}  // namespace
}  // namespace mg
