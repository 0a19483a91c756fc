#include <cstdint>
#include <string>

#include "gateway/accounting/dated_record.h"
#include "gateway/base/check.h"
#include "gateway/inbound/entry_check.h"
#include "gateway/inbound/values_json.h"
#include "tests/fuzz/fuzz_input.h"

namespace mg {
namespace {

const Options& site() {
    static const Options options = [] {
        ItemOptions coal;
        coal.id = "coal";
        coal.periods = {StatType::day, StatType::month, StatType::year};
        coal.method = ItemMethod::manual;
        coal.source = coal.month_source = InputType::management_system;
        coal.day_max = Decimal{3000, 0};
        Options made;
        made.items = {coal};
        return made;
    }();
    return options;
}

// What passes may stand in the books; what does not says why, in one line.
void check_value(const GivenValue& value) {
    static const EntrySource machine{
        .way = WayIn::machine, .author = "fuzz", .remark = {}, .input_type = InputType::dcs};
    static const UtcTime now{milliseconds{1'795'320'000'000}};
    const auto checked = EntryCheck{site(), machine, {}, now}.check(value);
    if (checked) {
        MG_CHECK(sound(DatedBody{checked->entry}).has_value());
        return;
    }
    MG_CHECK(!checked.error().empty());
    for (const EntryFault& fault : checked.error()) {
        MG_CHECK(line_of(fault).find('\n') == std::string::npos);
    }
}

}  // namespace
}  // namespace mg

// The body of a post.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    const auto values = values_from_json(text_of({bytes, size}), 100);
    if (!values) {
        MG_CHECK(!values.error().what.empty());
        return 0;
    }
    const std::string written = values_to_json(*values);
    const auto again = values_from_json(written, 100);
    MG_CHECK(again.has_value() && values_to_json(*again) == written);
    for (const GivenValue& value : *values) check_value(value);
    return 0;
}
