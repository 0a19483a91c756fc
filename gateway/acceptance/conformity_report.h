#pragma once

#include <string>

#include "gateway/acceptance/acceptance_run.h"
#include "gateway/acceptance/acceptance_walk.h"

namespace mg {

/// What the report is about, beside the run itself.
struct ReportSubject {
    const AcceptanceSite& site;
    std::string version;  ///< of this program
};

/// The report for the acceptance file: one HTML page without anything from elsewhere, made for A4, in the
/// language of the user. It says what was tried and what came of it, and of the rest that it was not tried;
/// what the site reports, from which formula and instruments; and leaves room for signatures. Pure.
std::string conformity_report(const ReportSubject& subject, const AcceptanceRun& run);

}  // namespace mg
