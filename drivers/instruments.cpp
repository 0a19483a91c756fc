#include "drivers/instruments.h"

#include <algorithm>

#include "gateway/base/language.h"

namespace mg {

std::vector<InstrumentOptions> instruments_on(const Options& options, const LineOptions& line) {
    std::vector<InstrumentOptions> instruments;
    for (const MeterOptions& meter : options.meters) {
        if (meter.line != line.id) continue;
        const auto same = [&](const InstrumentOptions& i) {
            return i.points.front()->address == meter.address;
        };
        // Only circuits share an address; the table was checked.
        const auto found = meter.circuit == 0 ? instruments.end() : std::ranges::find_if(instruments, same);
        if (found != instruments.end()) {
            found->points.push_back(&meter);
        } else {
            instruments.push_back({&line, options.model(meter.model), {&meter}});
        }
    }
    for (auto& instrument : instruments) std::ranges::sort(instrument.points, {}, &MeterOptions::circuit);
    return instruments;
}

Result<InstrumentOptions> instrument_of(const Options& options, const MeterOptions& meter) {
    if (!meter.line) {
        return fail(Failure::invalid_config, trf("{}: in the ledger only, it has no line",
                                                 "{}：只进台账，没有通信线路", meter.id.text));
    }
    const LineOptions* line = options.line(*meter.line);
    if (line == nullptr || options.model(meter.model) == nullptr) {
        return fail(Failure::invalid_config,
                    trf("{}: unknown line \"{}\" or model \"{}\"", "{}：没有线路“{}”或模板“{}”",
                        meter.id.text, meter.line->text, meter.model));
    }
    auto instruments = instruments_on(options, *line);
    const auto found = std::ranges::find_if(instruments, [&](const InstrumentOptions& instrument) {
        return std::ranges::find(instrument.points, meter.id, &MeterOptions::id) != instrument.points.end();
    });
    if (found == instruments.end()) {
        return fail(Failure::invalid_config,
                    trf("{}: not in the table", "{}：不在计量点表中", meter.id.text));
    }
    return *found;
}

}  // namespace mg
