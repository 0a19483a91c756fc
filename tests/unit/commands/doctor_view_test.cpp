#include "gateway/commands/doctor_view.h"

#include <string>

#include <gtest/gtest.h>

#include "gateway/accounting/doctor.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

std::string view_of(const DoctorFinding& finding) {
    const auto view = doctor_view(json_of({finding}, {}));
    return view ? *view : view.error().what;
}

TEST(DoctorView, AsksInPlainWords) {
    using What = DoctorFinding::What;
    using Against = DoctorFinding::Against;
    using Cause = DoctorFinding::Cause;
    EXPECT_NE(
        view_of({.what = What::too_high,
                 .subject = "kiln",
                 .against = Against::own_power,
                 .cause = Cause::ct_twice,
                 .factor = 20,
                 .observed = 600'000,
                 .expected = 30'000,
                 .unit = "kWh"})
            .find("kiln: looks 20 times too high: CT applied twice? (600000 kWh a day, by its own power "
                  "30000)  [likely]"),
        std::string::npos);
    const DoctorFinding coarse{.what = What::coarse_step,
                               .subject = "grid_in1",
                               .factor = 0.24,
                               .observed = 875,
                               .expected = 210,
                               .unit = "kWh",
                               .other = "hv_in1",
                               .confidence = DoctorFinding::Confidence::high};
    EXPECT_NE(view_of(coarse).find("one step of this meter (210 kWh) is 24 % of its quarter-hour: take the "
                                   "shape from hv_in1  [sure]"),
              std::string::npos)
        << view_of(coarse);
    set_language(Language::zh);
    EXPECT_NE(view_of({.what = What::runs_reversed, .subject = "kiln"}).find("CT 接反？"), std::string::npos);
    set_language(Language::en);
}

TEST(DoctorView, SaysThatNothingStrikes) {
    EXPECT_EQ(doctor_view(json_of({}, {})).value(),
              "looked at 0 metering points and 0 items, 0 full days\nnothing strikes\n");
    EXPECT_FALSE(doctor_view("{}"));
}

}  // namespace
}  // namespace mg
