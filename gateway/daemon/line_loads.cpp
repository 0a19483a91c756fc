#include "gateway/daemon/line_loads.h"

#include <fmt/format.h>

#include "drivers/driver.h"
#include "drivers/instruments.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

std::string seconds(milliseconds time) {
    if (time.count() % 1000 == 0) return trf("{} s", "{} 秒", time.count() / 1000);
    return trf("{:.1f} s", "{:.1f} 秒", static_cast<double>(time.count()) / 1000);
}

std::string interval(milliseconds every) {
    if (every.count() % 60'000 == 0) return trf("{} min", "{} 分钟", every.count() / 60'000);
    return seconds(every);
}

}  // namespace

std::vector<LineLoad> line_loads(const Options& options, Clock& clock) {
    std::vector<LineLoad> loads;
    for (const LineOptions& line : options.lines) {
        if (line.mode == LineMode::listen) continue;
        std::vector<InstrumentLoad> instruments;
        for (const InstrumentOptions& instrument : instruments_on(options, line)) {
            const Driver* driver = driver_for(instrument.model->protocol);
            if (driver == nullptr || !driver->supports(line.kind)) continue;
            const auto meter = driver->make_meter(instrument, clock);
            if (!meter) continue;
            instruments.push_back(
                {.every = instrument.points.front()->every, .cost = (*meter)->cost(), .latency = {}});
        }
        if (instruments.empty()) continue;
        loads.push_back({.line = line.id,
                         .instruments = instruments.size(),
                         .budget = budget_of(instruments, options.site.boundary),
                         .longer = interval_that_fits(instruments, options.site.boundary)});
    }
    return loads;
}

std::vector<std::string> listening_texts(const Options& options) {
    std::vector<std::string> texts;
    for (const LineOptions& line : options.lines) {
        if (line.mode != LineMode::listen) continue;
        texts.push_back(trf("line {}: only listened to: the other master decides what is read, and when",
                            "线路 {}：只旁听，读什么、何时读由其他主站决定", line.id.text));
    }
    return texts;
}

std::string load_text(const LineLoad& load) {
    const LineBudget& budget = load.budget;
    auto text = trf("line {}: boundary sweep {} of {}", "线路 {}：整点一轮 {}，限 {}", load.line.text,
                    seconds(budget.sweep), seconds(budget.sweep_has));
    for (const auto& each : budget.intervals) {
        text += trf("; every {}: {} of {}", "；每 {}：{}，限 {}", interval(each.every), seconds(each.needs),
                    seconds(each.has));
    }
    return text + trf("; {} % of its time", "；占用 {}%", budget.percent);
}

std::optional<std::string> overload_text(const LineLoad& load) {
    const LineBudget& budget = load.budget;
    if (budget.fits()) return std::nullopt;
    auto text = trf("line {}: ", "线路 {}：", load.line.text);
    const bool sweep_fits = budget.sweep <= budget.sweep_has;
    if (!sweep_fits) {
        text += trf("boundary sweep needs {} of {}", "整点一轮需 {}，限 {}", seconds(budget.sweep),
                    seconds(budget.sweep_has));
    }
    bool first = sweep_fits;
    for (const auto& each : budget.intervals) {
        if (each.needs <= each.has) continue;
        text += first ? "" : std::string(tr("; ", "；"));
        first = false;
        text += trf("every {} needs {}", "每 {} 需 {}", interval(each.every), seconds(each.needs));
    }
    text += tr(": ", "：");
    if (load.longer) {
        text +=
            trf("raise every of its meters to {}", "把其计量点的采集间隔加大到 {}", interval(*load.longer));
        text += sweep_fits ? tr(", or split the line", "，或拆分线路")
                           : tr(" and split the line", "，并拆分线路");
        return text;
    }
    return text + std::string(tr("split the line, raise its baud rate, or read fewer points",
                                 "拆分线路、提高波特率或减少测点"));
}

}  // namespace mg
