#pragma once

#include <string>

#include "gateway/acceptance/acceptance_run.h"
#include "gateway/acceptance/acceptance_walk.h"

/// A walk through a platform's steps as text for a terminal. Pure.
namespace mg {

/// Whom and as whom, and what the test does.
std::string acceptance_head(const AcceptanceSite& site, bool dry);
/// "[2] registration"
std::string acceptance_step_head(AcceptanceStep step, int number);
std::string acceptance_exchange(const ShownExchange& exchange);
/// Findings and result of a step; the exchanges stand before it.
std::string acceptance_step_end(const StepReport& report, bool dry);
std::string acceptance_summary(const AcceptanceRun& run);

}  // namespace mg
