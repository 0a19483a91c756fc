#include <gtest/gtest.h>

#include "tests/unit/config/site.h"

namespace mg {
namespace {

std::string address_of(const std::string& line, const std::string& address, const std::string& model) {
    const Loaded loaded = load_rows("id,line,address,model\nm1," + line + "," + address + "," + model + "\n");
    return loaded.ok() ? loaded.options.meters.at(0).address : "refused";
}

TEST(MeterAddress, OfModbusIsAUnitThatCanAnswer) {
    EXPECT_EQ(address_of("panel", "0", "eastron-sdm630"), "0");
    EXPECT_EQ(address_of("panel", "255", "eastron-sdm630"), "255");
    EXPECT_EQ(address_of("bus", "007", "eastron-sdm630"), "7");
    EXPECT_EQ(address_of("bus", "0", "eastron-sdm630"), "refused");
    EXPECT_EQ(address_of("panel", "248", "eastron-sdm630"), "refused");
    EXPECT_EQ(address_of("panel", "1.0", "eastron-sdm630"), "refused");
}

TEST(MeterAddress, OfTheChineseStandardsHasAllItsDigits) {
    EXPECT_EQ(address_of("bus", "1234 5678 9012", "dlt645-2007"), "123456789012");
    EXPECT_EQ(address_of("bus", "12345678901", "dlt645-2007"), "refused");
    EXPECT_EQ(address_of("bus", "22220026221101", "cjt188-heat"), "22220026221101");
    EXPECT_EQ(address_of("bus", "2222002622110", "cjt188-heat"), "refused");
}

}  // namespace
}  // namespace mg
