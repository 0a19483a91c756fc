#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "config/load.h"
#include "config/text_file.h"
#include "drivers/modbus/read_plan.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/problem_rules.h"

namespace mg {
namespace {

// An accepted Modbus model can be asked for: each point once, no request longer than one answer can carry.
void check_plan(const ModelOptions& model) {
    constexpr int kMostRegisters = 125;  // Modbus Application Protocol V1.1b3, 6.3
    std::vector<std::size_t> wanted(model.points.size());
    std::iota(wanted.begin(), wanted.end(), std::size_t{0});
    const auto plan = plan_reads(model.points, wanted, {model.max_registers, model.max_gap});
    std::size_t asked = 0;
    for (const Block& block : plan.blocks) {
        MG_CHECK(block.count >= 1 && block.count <= kMostRegisters);
        MG_CHECK(block.first + block.count <= 0x10000);
        for (std::size_t i = block.begin; i < block.begin + block.size; ++i) {
            const PointOptions& point = model.points[plan.order[i]];
            MG_CHECK(point.table == block.table && point.address >= block.first);
            MG_CHECK(point.address + register_count(point) <= block.first + block.count);
        }
        asked += block.size;
    }
    MG_CHECK(asked == model.points.size());
}

}  // namespace
}  // namespace mg

// The bytes of a file in models/.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    std::vector<Problem> problems;
    Reporter report{"models/fuzzed.toml", problems};
    const auto text = decode_text(std::string{text_of({bytes, size})}, report);
    check_problems(problems);
    if (!text) return 0;
    const auto loaded = load_model(*text, "models/fuzzed.toml");
    check_problems(loaded.problems);
    if (loaded.model && loaded.model->protocol == Protocol::modbus) check_plan(*loaded.model);
    return 0;
}
