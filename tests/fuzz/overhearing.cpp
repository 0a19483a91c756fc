#include "drivers/modbus/overhearing.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/modbus/frame.h"
#include "gateway/base/check.h"
#include "tests/fuzz/fuzz_input.h"

namespace mg {
namespace {

constexpr milliseconds kWithin{1000};
constexpr std::size_t kMostBytes = 4096;

/// What every run keeps: nothing is lost or invented, and a value stands behind its question.
class Witness {
public:
    void see(const std::vector<Heard>& heard) {
        for (const Heard& each : heard) {
            MG_CHECK(!each.bytes.empty());
            bytes_.insert(bytes_.end(), each.bytes.begin(), each.bytes.end());
            see(each);
        }
    }
    void end(std::span<const std::uint8_t> passed) const { MG_CHECK(std::ranges::equal(bytes_, passed)); }

private:
    void see(const Heard& each) {
        if (each.kind == Heard::Kind::damaged) {
            if (each.bytes.size() > 2) asked_.reset();
            return;
        }
        MG_CHECK(checksum_is_right(each.bytes));
        if (each.kind == Heard::Kind::answer) {
            MG_CHECK(asked_ && asked_->question == each.question);
            MG_CHECK(each.at >= asked_->at && each.at <= asked_->at + kWithin);
            MG_CHECK(each.registers().size() == std::size_t{2} * each.question.count);
            MG_CHECK(each.bytes[0] == each.question.unit);
        }
        if (each.kind == Heard::Kind::exception) MG_CHECK(asked_ && asked_->question == each.question);
        asked_.reset();
        if (each.kind == Heard::Kind::question) asked_ = each;
    }

    std::vector<std::uint8_t> bytes_;
    std::optional<Heard> asked_;
};

}  // namespace
}  // namespace mg

// A byte in front of each lump: its length in the lower half; in the upper half the pause before it in 50 ms,
// and its top bit gives the lump a right checksum.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    mg::FuzzInput input{bytes, std::min(size, mg::kMostBytes)};
    mg::Overhearing overhearing{mg::kWithin};
    mg::Witness witness;
    std::vector<std::uint8_t> passed;
    mg::SteadyTime now{std::chrono::hours{1}};
    overhearing.begin(now - 2 * mg::kWithin);
    while (!input.rest().empty()) {
        const auto selector = input.byte();
        std::vector<std::uint8_t> lump;
        for (int i = 0; i < (selector & 0x0F); ++i) lump.push_back(input.byte());
        if ((selector & 0x80U) != 0 && lump.size() >= 2) {
            const auto sealed = mg::wrapped(mg::Framing::rtu, 0, lump.front(), std::span{lump}.subspan(1));
            lump = sealed;
        }
        now += mg::milliseconds{50 * (selector >> 4U & 7U)};
        passed.insert(passed.end(), lump.begin(), lump.end());
        witness.see(overhearing.take(lump, now));
    }
    witness.see(overhearing.settle(now + std::chrono::seconds{1}));
    witness.end(passed);
    return 0;
}
