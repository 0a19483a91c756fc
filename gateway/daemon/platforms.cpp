#include "gateway/daemon/platforms.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "config/load.h"

namespace mg {

namespace {

std::vector<std::string> differences_from(const Options& options, const UplinkId& uplink,
                                          const BaseData& theirs) {
    Options as_they_say = options;
    as_they_say.codes = theirs.over(std::move(as_they_say.codes));
    std::vector<std::string> lines;
    for (const Problem& problem : check_code_words_of(as_they_say, uplink))
        lines.push_back(problem.to_string());
    return lines;
}

}  // namespace

Platforms::Platforms(const Options& options, AccountingLife& accounting, ClockWatch& watch, Clock& clock) {
    for (const ProvincialOptions& uplink : options.provincial) {
        CoalFactors& factors = factors_.emplace_back(options, accounting.graph(), accounting.books(), clock);
        uplinks_.push_back(std::make_unique<ProvincialUplink>(ProvincialUplink::Setup{
            .options = options,
            .uplink = uplink,
            .outbox = accounting.books().outbox(),
            .clock = clock,
            .factor = [&factors](const ItemRecord& record) { return factors.of(record); },
            .clock_is_trusted = [&watch] { return watch.state().trust != ClockTrust::untrusted; },
            .platform_time = [&watch,
                              id = uplink.id.text](UtcTime theirs) { watch.platform_said(theirs, id); },
            .replacements =
                [&books = accounting.books()] { return books.dated(DatedQuery{.kind = "replacement"}); },
            .differences = [&options, id = uplink.id](
                               const BaseData& theirs) { return differences_from(options, id, theirs); },
            .seed = std::hash<std::string>{}(uplink.id.text)}));
    }
}

ProvincialUplink* Platforms::find(std::string_view id) const {
    const auto found =
        std::ranges::find_if(uplinks_, [&](const auto& uplink) { return uplink->id().text == id; });
    return found == uplinks_.end() ? nullptr : found->get();
}

void Platforms::request_stop() {
    for (const auto& uplink : uplinks_) uplink->request_stop();
}

}  // namespace mg
