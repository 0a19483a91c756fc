#include "gateway/buffer/row_group.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "gateway/base/check.h"
#include "gateway/buffer/packing.h"
#include "tests/fuzz/fuzz_input.h"

namespace mg {
namespace {

/// Two bytes of length, then as many bytes: a part of a group before it was compressed. Compressing it here
/// lets the parts be changed without breaking their checksum.
std::vector<std::uint8_t> framed(FuzzInput& input, int parts) {
    FrameWriter frames;
    for (int part = 0; part < parts; ++part) {
        std::vector<std::uint8_t> content(input.word() % 4096U);
        for (std::uint8_t& byte : content) byte = input.byte();
        frames.add(content);
    }
    return frames.take();
}

Result<LayoutRef> layout_of(std::int64_t number) {
    if (number < 1 || number > 3) return fail(Failure::corrupt, "no such layout");
    static const std::vector<LayoutRef> kLayouts = [] {
        std::vector<LayoutRef> layouts;
        for (int i = 0; i < 3; ++i) {
            Layout layout{.meter = {"m"}, .model = "x", .points = {}};
            for (int type = 0; type <= static_cast<int>(WireType::f32_hundreds) && i > 0; type += i) {
                layout.points.push_back({.id = {"p"}, .type = static_cast<WireType>(type), .unit = ""});
            }
            layouts.push_back(std::make_shared<const Layout>(std::move(layout)));
        }
        return layouts;
    }();
    return kLayouts[static_cast<std::size_t>(number) - 1];
}

void read(std::span<const std::uint8_t> head, std::span<const std::uint8_t> body, std::int64_t items,
          Sequence first, Sequence last) {
    auto group = RowGroup::open(head, items, first, last);
    if (!group || !group->unfold(body, layout_of)) return;
    MG_CHECK(group->size() == static_cast<std::size_t>(items));
    RowGroupEncoder encoder;
    for (std::size_t i = 0; i < group->size(); ++i) {
        const SampleRow row = group->row(i);
        const auto layout = layout_of(row.layout);
        const auto readings = unpack(**layout, row.data);
        // What can be read as a group is made of whole rows, as pack() would make them.
        MG_CHECK(readings.has_value());
        const Packed again = pack(**layout, *readings);
        MG_CHECK(std::vector<std::uint8_t>(row.data.begin(), row.data.end()) == again);
        encoder.add(row, **layout);
    }
    const EncodedGroup again = encoder.finish();
    auto twice = RowGroup::open(again.head, again.items, again.first, again.last);
    MG_CHECK(twice.has_value() && twice->unfold(again.body, layout_of).has_value());
}

}  // namespace
}  // namespace mg

// A byte that chooses: the group as it lies on disk, or its parts before compression. Then the number of
// items, first and last sequence, and the bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    FuzzInput input{bytes, size};
    const bool as_on_disk = input.byte() == 0;
    const auto items = static_cast<std::int64_t>(input.word());
    const auto first = static_cast<Sequence>(input.bits(4));
    const auto last = static_cast<Sequence>(input.bits(4));
    if (as_on_disk) {
        const std::size_t head = input.word();
        const auto rest = input.rest();
        read(rest.first(std::min(head, rest.size())), rest.subspan(std::min(head, rest.size())), items, first,
             last);
        return 0;
    }
    const auto head = framed(input, 2 + 7 + static_cast<int>(kColumnGrades));
    const auto body = framed(input, 1 + 7 + static_cast<int>(kColumnGrades));
    read(head, body, items, first, last);
    return 0;
}
