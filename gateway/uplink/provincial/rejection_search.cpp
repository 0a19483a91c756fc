#include "gateway/uplink/provincial/rejection_search.h"

#include <utility>

namespace mg {

bool RejectionSearch::needs_control() const {
    if (phase_ == Phase::suspects_again) return suspects_.empty() && !confirmed_.empty();
    if (phase_ != Phase::groups || since_taken_ == 0) return false;
    return since_taken_ >= kMostSuspects || groups_.empty();
}

RejectionSearch::Step RejectionSearch::step() const {
    if (needs_control()) return Step::control;
    switch (phase_) {
        case Phase::groups:
        case Phase::suspects_again:
            return Step::post;
        case Phase::done:
            return Step::done;
        case Phase::hold:
            return Step::hold;
    }
    return Step::hold;
}

std::size_t RejectionSearch::groups() const {
    if (phase_ == Phase::suspects_again) return suspects_.size();
    // One at a time until it is known whether the platform takes anything at all.
    return since_taken_ == 0 ? groups_.size() : 1;
}

RejectionSearch::Group RejectionSearch::group(std::size_t which) const {
    return phase_ == Phase::suspects_again ? Group{suspects_.at(which)} : groups_.at(which);
}

void RejectionSearch::accepted() {
    if (phase_ == Phase::suspects_again) {
        suspects_.pop_front();
    } else {
        groups_.pop_front();
        since_taken_ = 0;
    }
    new_taken_ = true;
    look_on();
}

void RejectionSearch::rejected() {
    if (phase_ == Phase::suspects_again) {
        confirmed_.push_back(suspects_.front());
        suspects_.pop_front();
        return look_on();
    }
    const Group group = std::move(groups_.front());
    groups_.pop_front();
    if (group.size() == 1) {
        suspects_.push_back(group.front());
        ++since_taken_;
    } else {
        const auto middle = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
        groups_.emplace_front(middle, group.end());
        groups_.emplace_front(group.begin(), middle);
    }
    look_on();
}

void RejectionSearch::control_taken() {
    if (phase_ == Phase::groups) {
        since_taken_ = 0;
    } else {
        at_fault_ = std::move(confirmed_);
        phase_ = Phase::done;
    }
    look_on();
}

void RejectionSearch::control_rejected() {
    phase_ = Phase::hold;
}

void RejectionSearch::look_on() {
    if (!new_taken_ && suspects_.size() + confirmed_.size() > most_faults_) phase_ = Phase::hold;
    if (phase_ == Phase::groups && groups_.empty() && !needs_control()) {
        phase_ = suspects_.empty() ? Phase::done : Phase::suspects_again;
    } else if (phase_ == Phase::suspects_again && suspects_.empty() && confirmed_.empty()) {
        phase_ = Phase::done;
    }
}

}  // namespace mg
