#include "gateway/commands/clock_view.h"

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"
#include "gateway/reading/local_time.h"

namespace mg {

std::string clock_lines(const ClockStatus& clock) {
    std::string view = trf("clock   {} {} · {} ({}) · epoch {}\n", "时钟    {} {} · {}（{}）· 第 {} 纪元\n",
                           local_text(clock.utc, clock.utc_offset), offset_text(clock.utc_offset),
                           clock.trusted ? tr("trusted", "可信") : tr("NOT trusted", "不可信"),
                           printable(clock_reason_label(clock.reason)), clock.epoch);
    if (clock.vouched_at && clock.bound) {
        view += trf("        compared {} with {} · since then at most {} s off\n",
                    "        {} 与 {} 核对 · 此后误差不超过 {} 秒\n",
                    local_text(*clock.vouched_at, clock.utc_offset), printable(clock.vouched_by),
                    (clock.bound->count() + 999) / 1000);
    }
    if (clock.platform_differs) {
        view +=
            trf("        the clock of platform {} differs by {} s\n", "        与平台 {} 的时钟相差 {} 秒\n",
                printable(clock.platform), clock.platform_differs->count() / 1000);
    }
    if (clock.held > 0) {
        view += trf("        {} polls are kept without a date until the clock is right\n",
                    "        {} 次采集暂不带时间保存，待校时后补上\n", clock.held);
    }
    if (clock.held_of_earlier_boots > 0) {
        view += trf("        {} polls were made before a power cut at a time that nobody knows\n",
                    "        {} 次采集在断电前完成，其时间已无法确定\n", clock.held_of_earlier_boots);
    }
    return view;
}

std::string clock_view(const ClockReport& report) {
    std::string view = clock_lines(report.clock) + '\n';
    view += std::string(tr("since                epoch  from item  dated by",
                           "自                   纪元   起始序号   依据")) +
            '\n';
    for (const ClockNote& note : report.notes) {
        view += fmt::format("{}  {:>5}  {:>9}  {}{}\n", local_text(note.at, report.clock.utc_offset),
                            note.epoch, note.sequence, printable(clock_reason_label(note.reason)),
                            note.who.empty() ? std::string{} : " · " + printable(note.who));
    }
    return view;
}

}  // namespace mg
