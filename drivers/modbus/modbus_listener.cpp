#include "drivers/modbus/modbus_listener.h"

#include <algorithm>
#include <utility>

namespace mg {
namespace {

WireFate fate_of(Heard::Kind kind) {
    switch (kind) {
        case Heard::Kind::question:
            return WireFate::request;
        case Heard::Kind::answer:
        case Heard::Kind::exception:
            return WireFate::answer;
        case Heard::Kind::doubtful:
            return WireFate::surplus;
        case Heard::Kind::other:
            return WireFate::foreign;
        case Heard::Kind::damaged:
            return WireFate::wrong;
    }
    return WireFate::wrong;
}

}  // namespace

ModbusListener::ModbusListener(std::vector<HeardInstrument> instruments, milliseconds answer_within)
    : instruments_{std::move(instruments)}, answer_within_{answer_within}, overhearing_{answer_within} {}

void ModbusListener::begin(SteadyTime now) {
    overhearing_.begin(now);
    waiting_.reset();
}

void ModbusListener::take(std::span<const std::uint8_t> bytes, SteadyTime at, const Tell& tell) {
    understand(overhearing_.take(bytes, at), tell);
}

void ModbusListener::settle(SteadyTime now, const Tell& tell) {
    understand(overhearing_.settle(now), tell);
    // What came in time may have been held back on its way.
    if (waiting_ && now > waiting_->at + answer_within_ + Overhearing::kFrameEnds) {
        give_up_waiting(Quality::no_reply, now);
    }
}

void ModbusListener::understand(const std::vector<Heard>& heard, const Tell& tell) {
    for (const Heard& each : heard) {
        tell(fate_of(each.kind), each.bytes);
        understand(each);
    }
}

void ModbusListener::understand(const Heard& heard) {
    switch (heard.kind) {
        case Heard::Kind::question:
            ++figures_.requests;
            give_up_waiting(Quality::no_reply, heard.at);
            waiting_ = Waiting{heard.question, heard.at};
            if (auto* points = points_of(heard.question.unit)) points->asked(heard.question);
            return;
        case Heard::Kind::answer:
            ++figures_.answers;
            waiting_.reset();
            if (auto* points = points_of(heard.question.unit))
                points->answered(heard.question, heard.registers(), heard.at);
            return;
        case Heard::Kind::exception:
            ++figures_.exceptions;
            give_up_waiting(Quality::refused, heard.at);
            return;
        case Heard::Kind::doubtful:
            ++figures_.doubtful;
            give_up_waiting(Quality::corrupt_reply, heard.at);
            return;
        case Heard::Kind::other:
            ++figures_.other;
            give_up_waiting(Quality::no_reply, heard.at);
            return;
        case Heard::Kind::damaged:
            ++figures_.resynchronisations;
            if (heard.bad_checksum) {
                ++figures_.bad_checksums;
                give_up_waiting(Quality::corrupt_reply, heard.at);
            }
            return;
    }
}

void ModbusListener::give_up_waiting(Quality why, SteadyTime at) {
    if (!waiting_) return;
    if (auto* points = points_of(waiting_->question.unit)) points->failed(waiting_->question, why, at);
    waiting_.reset();
}

HeardPoints* ModbusListener::points_of(std::uint8_t unit) {
    const auto found = std::ranges::find(instruments_, unit, &HeardInstrument::unit);
    return found != instruments_.end() ? &found->points : nullptr;
}

std::span<const LayoutRef> ModbusListener::layouts(std::size_t instrument) const {
    return instruments_[instrument].layouts;
}
HeardReadings ModbusListener::heard(std::size_t instrument, SteadyTime since) const {
    return instruments_[instrument].points.since(since);
}
std::vector<PointId> ModbusListener::never_asked(std::size_t instrument) const {
    return instruments_[instrument].points.never_asked();
}
MeterFigures ModbusListener::figures(std::size_t instrument) const {
    return instruments_[instrument].points.figures();
}

}  // namespace mg
