#include "gateway/diagnosis/raw_errand.h"

#include <utility>

#include "gateway/base/hex_text.h"

namespace mg {
namespace {

// One exchange takes its time-out, the same again to recover, and what a frame that has begun may take.
constexpr milliseconds kStartedFrame{1500};

void take_over(const Pdu& pdu, RawReport& report) {
    if (report.function == 3 || report.function == 4) {
        for (std::size_t at = 2; at + 1 < pdu.size(); at += 2)
            report.registers.push_back(static_cast<std::uint16_t>(pdu[at] << 8U | pdu[at + 1]));
        return;
    }
    if (report.function <= 2) {
        const auto wanted = static_cast<std::size_t>(report.count.value_or(0));
        for (std::size_t i = 0; i < wanted && 2 + i / 8 < pdu.size(); ++i)
            report.bits.push_back(static_cast<int>(pdu[2 + i / 8] >> (i % 8) & 1U));
        return;
    }
    // Function, kind, level, conformity, more, next, number; then each object with id and length.
    for (std::size_t at = 7; at + 2 <= pdu.size() && at + 2U + pdu[at + 1] <= pdu.size();
         at += 2U + pdu[at + 1]) {
        const auto text = pdu.begin() + static_cast<std::ptrdiff_t>(at) + 2;
        report.objects.push_back({pdu[at], std::string{text, text + pdu[at + 1]}});
    }
}

}  // namespace

Framing framing_on(LineKind kind) {
    return kind == LineKind::modbus_tcp ? Framing::mbap : Framing::rtu;
}

RawErrand::RawErrand(const LineOptions& line, RawQuestion question, Clock& clock, Done done)
    : line_{line},
      question_{std::move(question)},
      clock_{clock},
      done_{std::move(done)},
      spoken_{language()} {}

milliseconds RawErrand::longest_step() const {
    return 2 * question_.timing.response_timeout + kStartedFrame;
}

bool RawErrand::step(Channel& channel, const StopEvent& stop) {
    const SpokenLanguage speaking{spoken_};
    PduExchange exchange{framing_on(line_.kind), clock_};
    WireRecord record;
    const auto answer = exchange.ask(channel, question_.unit, question_.pdu, question_.timing, stop, &record);
    RawReport report{.line = line_.id,
                     .unit = question_.unit,
                     .function = question_.pdu.front(),
                     .address = question_.address,
                     .count = question_.count,
                     .taken_at = clock_.utc(),
                     .request = hex_text(record.request),
                     .answer = hex_text(record.answer),
                     .error = record.error,
                     .took = record.took,
                     .exception = {},
                     .registers = {},
                     .bits = {},
                     .objects = {}};
    if (answer) {
        take_over(*answer, report);
    } else if (answer.error().exception != 0) {
        report.exception = answer.error().exception;
    }
    done_(report);
    return false;
}

void RawErrand::give_up(const Error& why) {
    done_(tl::unexpected{why});
}

}  // namespace mg
