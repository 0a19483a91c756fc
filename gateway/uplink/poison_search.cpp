#include "gateway/uplink/poison_search.h"

#include <algorithm>
#include <utility>

namespace mg {

PoisonSearch::Send PoisonSearch::send() const {
    switch (step_) {
        case Step::batches:
        case Step::suspect_again:
            return Send::batches;
        case Step::control_before:
        case Step::control_after:
            return Send::control;
    }
    return Send::batches;
}

void PoisonSearch::delivered() {
    items_ = items_ > most_ / 2 ? most_ : items_ * 2;
    step_ = Step::batches;
    set_aside_ = 0;
    breaks_ = 0;
}

PoisonSearch::Next PoisonSearch::rejected(std::size_t items) {
    if (items > 1) {
        items_ = std::max<std::size_t>(1, std::min(items_, items) / 2);
        step_ = Step::batches;
        return Next::go_on;
    }
    items_ = 1;
    if (step_ == Step::suspect_again) {
        step_ = Step::control_after;
    } else {
        step_ = Step::control_before;
        candidate_ = 0;
    }
    return Next::go_on;
}

PoisonSearch::Next PoisonSearch::control_taken() {
    if (step_ == Step::control_before) {
        step_ = Step::suspect_again;
        return Next::go_on;
    }
    step_ = Step::batches;
    return unsendable();
}

PoisonSearch::Next PoisonSearch::control_rejected(bool taken_before) {
    // After the suspect it was taken once at least: in the step before.
    if (taken_before || step_ == Step::control_after) return hold();
    ++candidate_;
    return candidate_ < kMostCandidates ? Next::go_on : hold();
}

PoisonSearch::Next PoisonSearch::no_control() {
    return hold();
}

PoisonSearch::Next PoisonSearch::unsendable() {
    if (set_aside_ == kMostSetAside) return Next::hold;
    ++set_aside_;
    return Next::set_aside;
}

PoisonSearch::Next PoisonSearch::hold() {
    breaks_ = 0;
    step_ = Step::batches;
    return Next::hold;
}

void PoisonSearch::broke(bool again) {
    if (!again) {
        breaks_ = 0;
        step_ = Step::batches;
    }
    items_ = 1;
    if (step_ == Step::batches && ++breaks_ < kBreaks) return;
    rejected(1);
    goes_on_ = true;
}

void PoisonSearch::interrupted() {
    if (std::exchange(goes_on_, false)) return;
    // The destination broke with the control, too, or there was another reason.
    if (step_ != Step::batches) {
        items_ = 1;
        breaks_ = 0;
    }
    step_ = Step::batches;
}

}  // namespace mg
