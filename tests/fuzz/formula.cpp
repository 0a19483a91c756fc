#include "gateway/accounting/formula.h"

#include <cstdint>
#include <string>

#include "config/text_file.h"
#include "gateway/accounting/units.h"
#include "gateway/base/check.h"
#include "tests/fuzz/fuzz_input.h"

namespace mg {
namespace {

Result<Exact> value_of(const Reference& reference) {
    return Exact{static_cast<std::int64_t>(reference.to_string().size()) - 5, 7};
}

void check_formula(std::string_view text) {
    const auto parsed = parse_formula(text);
    if (!parsed) {
        MG_CHECK(!parsed.error().what.empty());
        MG_CHECK(parsed.error().column >= 0);
        MG_CHECK(parsed.error().column <= static_cast<int>(text.size()) + 1);
        if (first_invalid_utf8(text) == std::string::npos) {
            MG_CHECK(first_invalid_utf8(parsed.error().what) == std::string::npos);
        }
        return;
    }
    const auto again = parse_formula(to_string(*parsed));
    MG_CHECK(again.has_value() || to_string(*parsed).size() > kLongestFormula);
    if (again) MG_CHECK(*again == *parsed);
    const auto value = evaluate(*parsed, {.reference = value_of, .part = {}});
    MG_CHECK(value.has_value() || value.error().kind == Failure::rejected);
}

void check_unit(std::string_view text) {
    const auto unit = Unit::parse(text);
    if (!unit) {
        MG_CHECK(unit.error().kind == Failure::invalid_config);
        return;
    }
    MG_CHECK(Unit::parse(unit->text()).value() == *unit);
    MG_CHECK(conversion(*unit, *unit).value() == Exact{1});
}

}  // namespace
}  // namespace mg

// A cell of items.csv, read as a formula and as a unit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    const auto text = text_of({bytes, size});
    check_formula(text);
    check_unit(text);
    return 0;
}
