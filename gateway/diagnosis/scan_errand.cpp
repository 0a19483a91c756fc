#include "gateway/diagnosis/scan_errand.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <unistd.h>

#include "drivers/channel/descriptor_wait.h"
#include "gateway/diagnosis/raw_errand.h"

namespace mg {
namespace {

constexpr milliseconds kSlice{1000};
constexpr milliseconds kStartedFrame{1500};
constexpr SteadyTime::duration kSayEvery = std::chrono::seconds{1};
// A spike on an open pair is a byte or two; the shortest frame has five.
constexpr std::size_t kMoreThanNoise = 4;

}  // namespace

ScanErrand::ScanErrand(const LineOptions& line, ScanOrder order, Clock& clock, Client client)
    : line_{line},
      order_{std::move(order)},
      scan_{order_.plan},
      clock_{clock},
      client_{std::move(client)},
      spoken_{language()},
      exchange_{framing_on(line.kind), clock} {}

milliseconds ScanErrand::longest_step() const {
    return listened_ < order_.listen ? kSlice : 2 * order_.timing.response_timeout + kStartedFrame;
}

std::optional<SerialSettings> ScanErrand::settings() const {
    const auto question = scan_.next();
    if (!question) return std::nullopt;
    return question->settings;
}

bool ScanErrand::pauses_polling() const {
    if (order_.pause.count() == 0 || listened_ < order_.listen) return false;
    const auto question = scan_.next();
    return question && question->settings != order_.plan.settings.front();
}

bool ScanErrand::pause_is_over() const {
    return paused_at_ && clock_.steady() >= *paused_at_ + order_.pause;
}

void ScanErrand::report(bool complete) {
    ScanReport report{.line = line_.id,
                      .asked = scan_.asked(),
                      .complete = complete,
                      .found = scan_.found(),
                      .known = order_.known};
    if (line_.kind != LineKind::serial) {
        for (ScanFound& found : report.found) found.settings.clear();  // they are set elsewhere
    }
    client_.done(report);
}

bool ScanErrand::step(Channel& channel, const StopEvent& stop) {
    const SpokenLanguage speaking{spoken_};
    if (!client_.wanted()) return false;
    if (listened_ < order_.listen) return listen(channel, stop);
    const auto question = scan_.next();
    if (pauses_polling() && !paused_at_) paused_at_ = clock_.steady();
    if (!question || pause_is_over()) {
        report(/*complete=*/!question);
        return false;
    }
    say_progress(*question);
    const auto answer = exchange_.ask(channel, question->unit, question->pdu, order_.timing, stop);
    if (!answer && answer.error().quality == Quality::not_asked) return false;  // stopped
    if (!answer && answer.error().next == Failure::session_lost && line_.kind == LineKind::serial) {
        client_.done(fail(Failure::session_lost, answer.error().what));
        return false;
    }
    scan_.take(answer);
    return true;
}

bool ScanErrand::listen(Channel& channel, const StopEvent& stop) {
    if (listened_.count() == 0) {
        client_.progress({.asked = 0,
                          .of = scan_.of(),
                          .settings = {},
                          .unit = 0,
                          .found = 0,
                          .seconds_left = static_cast<std::uint64_t>(longest_scan(order_, line_).count()),
                          .listening = true});
    }
    const auto until = clock_.steady() + kSlice;
    while (clock_.steady() < until) {
        const auto ready = channel.wait_readable(until, stop);
        if (is_stopped(stop)) return false;
        if (!ready && ready.error().kind == Failure::session_lost) {
            client_.done(pass_on(ready.error()));
            return false;
        }
        if (!ready) break;
        std::array<std::uint8_t, 256> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init)
        const auto got = ::read(channel.descriptor(), chunk.data(), chunk.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got <= 0) {
            channel.close();
            break;
        }
        const std::span bytes{chunk.data(), static_cast<std::size_t>(got)};
        channel.note_received(bytes.size());
        channel.note_discarded(bytes.size());
        channel.tap().note(clock_, WireFate::surplus, bytes);
        heard_.insert(heard_.end(), bytes.begin(), bytes.end());
        if (another_master_is_heard()) {
            client_.done(fail(Failure::refused,
                              trf("line {}: somebody else talks on it ({} bytes that nobody here asked for): "
                                  "another master; "
                                  "nothing was sent",
                                  "线路 {}：有其他主站在通信（收到 {} 字节未经请求的数据），未发送任何报文",
                                  line_.id.text, heard_.size())));
            return false;
        }
    }
    listened_ += kSlice;
    return true;
}

bool ScanErrand::another_master_is_heard() const {
    return heard_.size() > kMoreThanNoise;
}

void ScanErrand::say_progress(const ScanQuestion& question) {
    const auto now = clock_.steady();
    if (said_ != SteadyTime{} && now < said_ + kSayEvery) return;
    said_ = now;
    const auto left = scan_.of() - std::min(scan_.asked(), scan_.of());
    client_.progress({.asked = scan_.asked(),
                      .of = scan_.of(),
                      .settings = line_.kind == LineKind::serial ? text_of(question.settings) : std::string{},
                      .unit = question.unit,
                      .found = scan_.found().size(),
                      .seconds_left = static_cast<std::uint64_t>(
                          std::chrono::ceil<std::chrono::seconds>(2 * static_cast<std::int64_t>(left) *
                                                                  line_.response_timeout)
                              .count()),
                      .listening = false});
}

void ScanErrand::give_up(const Error& why) {
    client_.done(pass_on(why));
}

}  // namespace mg
