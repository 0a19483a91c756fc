#include "gateway/diagnosis/scan_order.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>

#include "gateway/base/language.h"
#include "gateway/diagnosis/line_timing.h"

namespace mg {
namespace {

constexpr int kMostUnit = 247;
// A master asks its meters once a minute or more often: a minute and some seconds of silence mean that there
// is none.
constexpr std::chrono::seconds kListen{65};
constexpr int kLongestListen = 600;
constexpr int kLongestPause = 3600;

constexpr std::array kCommon{
    SerialSettings{9600, Parity::none, 8, 1},  SerialSettings{9600, Parity::even, 8, 1},
    SerialSettings{19200, Parity::none, 8, 1}, SerialSettings{19200, Parity::even, 8, 1},
    SerialSettings{4800, Parity::none, 8, 1},  SerialSettings{4800, Parity::even, 8, 1},
    SerialSettings{2400, Parity::none, 8, 1},  SerialSettings{2400, Parity::even, 8, 1},
    SerialSettings{38400, Parity::none, 8, 1}, SerialSettings{115200, Parity::none, 8, 1},
};

std::optional<int> number_in(std::string_view text, int least, int most) {
    int number = 0;
    const auto* end = text.data() + text.size();
    const auto [read, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || read != end || number < least || number > most) return std::nullopt;
    return number;
}

std::optional<std::set<int>> units_in(std::string_view text) {
    std::set<int> units;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        const auto part = text.substr(0, comma);
        const auto dash = part.find('-');
        const auto from = number_in(part.substr(0, dash), 1, kMostUnit);
        const auto to =
            dash == std::string_view::npos ? from : number_in(part.substr(dash + 1), 1, kMostUnit);
        if (!from || !to || *from > *to) return std::nullopt;
        for (int unit = *from; unit <= *to; ++unit) units.insert(unit);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    if (units.empty()) return std::nullopt;
    return units;
}

std::vector<SerialSettings> settings_for(const LineOptions& line, bool all) {
    const auto own = std::visit([](const auto& channel) { return channel.settings; }, line.channel);
    std::vector<SerialSettings> settings{own};
    for (const SerialSettings& common : kCommon) {
        if (all && common != own) settings.push_back(common);
    }
    return settings;
}

}  // namespace

Result<ScanOrder> scan_order(const ScanWords& words, const Options& options, const LineOptions& line,
                             bool polled) {
    ScanOrder order;
    const auto units = units_in(words.addresses.empty() ? "1-247" : words.addresses);
    if (!units) {
        return fail(Failure::rejected,
                    trf("--addresses \"{}\": as 1-32, 5 or 1-10,20; each 1 … 247",
                        "--addresses“{}”：写作 1-32、5 或 1-10,20，均为 1 … 247", words.addresses));
    }
    const bool all = words.all_settings == "true";
    if (all && line.kind != LineKind::serial) {
        return fail(Failure::rejected,
                    trf("line {0} is no serial port of this machine: baud and parity are set elsewhere",
                        "线路 {0} 不是本机串口，波特率和校验在别处设置", line.id.text));
    }
    const bool may_pause = !words.pause.empty();
    const auto pause = may_pause ? number_in(words.pause, 1, kLongestPause) : 0;
    if (!pause) {
        return fail(Failure::rejected,
                    trf("--pause-polling \"{}\": allowed is 1 … {} seconds",
                        "--pause-polling“{}”：允许 1 … {} 秒", words.pause, kLongestPause));
    }
    order.pause = std::chrono::seconds{polled ? *pause : 0};
    if (all && polled && !may_pause) {
        return fail(
            Failure::refused,
            trf("line {}: its meters are polled, and other baud rates are noise to them: stop the "
                "gateway, or let polling wait with --pause-polling 10m",
                "线路 {}：其上的表计正在采集，改变波特率对它们是干扰；请停止网关，或用 --pause-polling 10m "
                "暂停采集",
                line.id.text));
    }
    const auto listen = words.listen.empty() ? static_cast<int>(kListen.count())
                                             : number_in(words.listen, 0, kLongestListen).value_or(-1);
    if (listen < 0) {
        return fail(Failure::rejected, trf("--listen \"{}\": allowed is 0 … {} seconds",
                                           "--listen“{}”：允许 0 … {} 秒", words.listen, kLongestListen));
    }
    order.listen = std::chrono::seconds{line.kind == LineKind::modbus_tcp ? 0 : listen};
    order.plan.settings = settings_for(line, all);
    order.plan.thorough = words.thorough == "true";
    order.timing = timing_between_meters(options, line);
    std::set<int> known;
    for (const MeterOptions& meter : options.meters) {
        const auto unit = number_in(meter.address, 0, 255);
        if (meter.line != line.id || !unit || !units->contains(*unit)) continue;
        known.insert(*unit);
        order.known.push_back({*unit, meter.id.text});
    }
    for (const int unit : *units) {
        if (!known.contains(unit)) order.plan.units.push_back(static_cast<std::uint8_t>(unit));
    }
    for (const ModelOptions& model : options.models) {
        if (auto fingerprint = fingerprint_of(model))
            order.plan.fingerprints.push_back(std::move(*fingerprint));
    }
    return order;
}

// A unit that is silent costs its time-out, and the same again until a late answer would be recognised.
std::chrono::seconds longest_scan(const ScanOrder& order, const LineOptions& line) {
    const auto questions = static_cast<std::int64_t>(questions_of(order.plan));
    return order.listen + std::chrono::ceil<std::chrono::seconds>(2 * questions * line.response_timeout);
}

}  // namespace mg
