#include "gateway/daemon/line_builder.h"

#include <utility>

#include "drivers/driver.h"
#include "drivers/instruments.h"
#include "gateway/base/language.h"
#include "gateway/polling/line_worker.h"
#include "gateway/polling/listen_worker.h"

namespace mg {
namespace {

SerialSettings settings_of(const LineOptions& line) {
    return std::visit([](const auto& channel) { return channel.settings; }, line.channel);
}

SlotPlan plan_of(const Options& options, const MeterOptions& meter) {
    return {.own = {.every = meter.every, .utc_offset = options.site.utc_offset},
            .boundary = {.every = options.site.boundary, .utc_offset = options.site.utc_offset}};
}

std::string no_driver(const ModelOptions& model, const LineOptions& line) {
    return trf("this version has no driver for model {} on line {}",
               "本版本没有适用于模板 {}、线路 {} 的驱动", model.id, line.id.text);
}

/// nullptr: there is nothing on it to listen for.
Result<std::unique_ptr<LineThread>> build_listener(const Options& options, const LineOptions& line,
                                                   SampleStore& store, ClockWatch& watch, Clock& clock,
                                                   const LineProgress& progress) {
    const auto instruments = instruments_on(options, line);
    if (instruments.empty()) return nullptr;
    auto channel = make_channel(line, clock);
    if (!channel) return pass_on(channel.error());
    const Driver* driver = driver_for(instruments.front().model->protocol);
    if (driver == nullptr) return fail(Failure::invalid_config, no_driver(*instruments.front().model, line));
    auto listener = driver->make_listener(instruments);
    if (!listener) return pass_on(listener.error());
    std::vector<SlotPlan> plans;
    for (const InstrumentOptions& instrument : instruments)
        plans.push_back(plan_of(options, *instrument.points.front()));
    return std::make_unique<ListenWorker>(line, std::move(*channel), std::move(*listener), std::move(plans),
                                          store, watch, clock, progress(line));
}

}  // namespace

Result<BuiltLines> build_lines(const Options& options, const DtuAcceptor& modems, SampleStore& store,
                               ClockWatch& watch, Clock& clock, const LineProgress& progress) {
    BuiltLines built;
    built.modems = &modems;
    for (const LineOptions& line : options.lines) {
        if (line.mode == LineMode::listen) {
            auto listening = build_listener(options, line, store, watch, clock, progress);
            if (!listening) return pass_on(listening.error());
            if (*listening != nullptr) built.workers.push_back(std::move(*listening));
            continue;
        }
        std::vector<PolledInstrument> polled;
        auto channel = make_channel(line, clock, modems.mailbox(line.id));
        for (const InstrumentOptions& instrument : instruments_on(options, line)) {
            const Driver* driver = driver_for(instrument.model->protocol);
            const bool possible = driver != nullptr && driver->supports(line.kind) && channel;
            if (!possible) {
                const std::string why = channel ? no_driver(*instrument.model, line) : channel.error().what;
                for (const MeterOptions* meter : instrument.points) {
                    built.not_polled.push_back({line.id, meter->id, why});
                }
                continue;
            }
            auto meter = driver->make_meter(instrument, clock);
            if (!meter) return pass_on(meter.error());
            const MeterOptions& first = *instrument.points.front();
            polled.push_back({.meter = std::move(*meter),
                              .plan = plan_of(options, first),
                              .settings = first.settings.value_or(settings_of(line))});
        }
        if (polled.empty()) continue;
        built.workers.push_back(std::make_unique<LineWorker>(line, std::move(*channel), std::move(polled),
                                                             store, watch, clock, progress(line)));
    }
    return built;
}

}  // namespace mg
