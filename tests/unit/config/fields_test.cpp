#include "config/fields.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "config/values.h"
#include "tests/unit/config/site.h"

namespace mg {
namespace {

constexpr std::array kSections{FieldSection::site,
                               FieldSection::storage,
                               FieldSection::control,
                               FieldSection::accounting,
                               FieldSection::line,
                               FieldSection::uplink,
                               FieldSection::model,
                               FieldSection::point,
                               FieldSection::meter,
                               FieldSection::item,
                               FieldSection::coefficient,
                               FieldSection::plant,
                               FieldSection::code,
                               FieldSection::factor,
                               FieldSection::inbound,
                               FieldSection::inbound_http,
                               FieldSection::entry,
                               FieldSection::calendar,
                               FieldSection::profile,
                               FieldSection::profile_record,
                               FieldSection::profile_answers,
                               FieldSection::profile_paths,
                               FieldSection::profile_addresses,
                               FieldSection::profile_names,
                               FieldSection::profile_fields};

TEST(FieldTable, HasEachKeyOnceAndSaysItInBothLanguages) {
    for (const FieldSection section : kSections) {
        std::set<std::string_view> keys;
        for (const Field& field : fields_of(section)) {
            EXPECT_TRUE(keys.insert(field.key).second) << field.key;
            EXPECT_FALSE(field.zh.empty() || field.en.empty()) << field.key;
            EXPECT_FALSE(field.help_zh.empty() || field.help_en.empty()) << field.key;
        }
        EXPECT_FALSE(keys.empty());
    }
}

TEST(FieldTable, StandardsAreThemselvesAllowed) {
    for (const FieldSection section : kSections) {
        for (const Field& field : fields_of(section)) {
            if (field.standard.empty()) continue;
            EXPECT_TRUE(parse_value(field, field.standard)) << field.key;
        }
    }
}

TEST(FieldTable, NamesTheNearestKey) {
    EXPECT_EQ(nearest_key(FieldSection::line, "baudrate"), "baud");
    EXPECT_EQ(nearest_key(FieldSection::meter, "通信地扯"), "通信地址");
    EXPECT_EQ(nearest_of("eastron-sdm360", {"eastron-sdm120", "eastron-sdm630"}), "eastron-sdm630");
    EXPECT_EQ(nearest_of("x", {}), "");
}

/// docs/configuration.md is the table, printed. To write it anew: METERGATE_WRITE_EXPECTED=1.
TEST(FieldTable, TheManualInDocsIsUpToDate) {
    const auto docs = std::filesystem::path{MG_SOURCE_DIR} / "docs";
    for (const auto& [name, spoken] :
         {std::pair{"configuration.md", Language::en}, std::pair{"configuration.zh-CN.md", Language::zh}}) {
        const std::string text = fields_reference(spoken);

        if (std::getenv("METERGATE_WRITE_EXPECTED") != nullptr) std::ofstream{docs / name} << text;

        EXPECT_EQ(read_all(docs / name), text) << name;
    }
}

}  // namespace
}  // namespace mg
