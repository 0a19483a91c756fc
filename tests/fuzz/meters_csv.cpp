#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

#include "config/load.h"
#include "config/loaders.h"
#include "config/text_file.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/problem_rules.h"

namespace mg {
namespace {

LineOptions line(std::string id, LineKind kind) {
    LineOptions made;
    made.id.text = std::move(id);
    made.kind = kind;
    if (kind == LineKind::modbus_tcp) made.channel = TcpChannel{};
    return made;
}

Options site_without_meters() {
    Options options;
    options.lines = {line("panel", LineKind::modbus_tcp), line("bus", LineKind::serial)};
    options.models = shipped_models();
    return options;
}

// What polling and publishing rely on after a table was accepted.
void check_accepted(const Options& options) {
    for (const MeterOptions& meter : options.meters) {
        MG_CHECK(is_valid_id(meter.id.text));
        MG_CHECK(meter.every.count() > 0 && std::chrono::hours{24} % meter.every == milliseconds{0});
        MG_CHECK(meter.multiplier.of(Ratio::ct_pt).has_value());
        if (!meter.line) continue;
        MG_CHECK(options.line(*meter.line) != nullptr && options.model(meter.model) != nullptr);
        MG_CHECK(!meter.address.empty());
    }
}

}  // namespace
}  // namespace mg

// The bytes of meters.csv, beside two lines and the shipped models.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    static Options options = site_without_meters();
    options.meters.clear();
    std::vector<Problem> problems;
    Reporter report{"meters.csv", problems};
    const auto text = decode_text(std::string{text_of({bytes, size})}, report);
    if (text) load_meters(*text, {}, options, report);
    check_problems(problems);
    const bool accepted =
        std::ranges::none_of(problems, [](const Problem& p) { return p.severity == Severity::error; });
    if (accepted) check_accepted(options);
    return 0;
}
