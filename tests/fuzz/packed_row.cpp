#include <cstdint>
#include <memory>
#include <vector>

#include "gateway/base/check.h"
#include "gateway/buffer/layout_text.h"
#include "gateway/buffer/packing.h"
#include "tests/fuzz/fuzz_input.h"

namespace mg {
namespace {

void check_values(const Layout& layout, std::vector<Reading> readings) {
    Sample sample;
    sample.layout = std::make_shared<const Layout>(layout);
    sample.readings = std::move(readings);
    for (std::size_t point = 0; point < sample.readings.size(); ++point) {
        const auto value = displayed_value(sample, point);
        if (value) MG_CHECK(!value->to_string().empty());
    }
}

}  // namespace
}  // namespace mg

// A layout as JSON, a zero byte, an earlier row, the byte FF, and a row: what a damaged file may hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    FuzzInput input{bytes, size};
    const auto layout = layout_from(text_of(input.until(0)));
    const auto before = input.until(0xFF);
    const auto now = input.rest();
    // A row that is damaged has no values to add.
    static_cast<void>(adds_values(before, now));
    MG_CHECK(!adds_values(now, now));
    if (!layout) return 0;

    const auto again = layout_from(layout_text(*layout));
    MG_CHECK(again.has_value() && *again == *layout);
    if (auto readings = unpack(*layout, now)) {
        // Both formats may hold the same readings; packing them again must not change them.
        MG_CHECK(unpack(*layout, pack(*layout, *readings)) == *readings);
        check_values(*layout, std::move(*readings));
    }
    return 0;
}
