#include "gateway/diagnosis/line_timing.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace mg {
namespace {

std::optional<int> unit_in(std::string_view address) {
    int unit = 0;
    const auto* end = address.data() + address.size();
    const auto [read, error] = std::from_chars(address.data(), end, unit);
    if (error != std::errc{} || read != end) return std::nullopt;
    return unit;
}

}  // namespace

const MeterOptions* meter_at(const Options& options, const LineOptions& line, std::uint8_t unit) {
    const auto found = std::ranges::find_if(options.meters, [&](const MeterOptions& meter) {
        return meter.line == line.id && unit_in(meter.address) == int{unit};
    });
    return found == options.meters.end() ? nullptr : &*found;
}

ExchangeTiming timing_for(const Options& options, const LineOptions& line, std::uint8_t unit) {
    ExchangeTiming timing{.response_timeout = line.response_timeout, .gap = line.request_gap};
    const MeterOptions* meter = meter_at(options, line, unit);
    const ModelOptions* model = meter == nullptr ? nullptr : options.model(meter->model);
    if (model == nullptr) return timing;
    timing.response_timeout = model->response_timeout.value_or(timing.response_timeout);
    timing.gap = std::max(timing.gap, model->request_gap);
    return timing;
}

ExchangeTiming timing_between_meters(const Options& options, const LineOptions& line) {
    ExchangeTiming timing{.response_timeout = line.response_timeout, .gap = line.request_gap};
    for (const MeterOptions& meter : options.meters) {
        if (meter.line != line.id) continue;
        if (const ModelOptions* model = options.model(meter.model))
            timing.gap = std::max(timing.gap, model->request_gap);
    }
    return timing;
}

}  // namespace mg
