#include "gateway/commands/direct_errand.h"

#include <memory>
#include <stop_token>
#include <variant>

#include "gateway/base/language.h"

namespace mg {

Result<> run_directly(const LineOptions& line, Errand& errand, Clock& clock) {
    if (auto allowed = may_ask(line); !allowed) return allowed;
    auto channel = make_channel(line, clock);
    if (!channel) return pass_on(channel.error());
    const auto own = std::visit([](const auto& options) { return options.settings; }, line.channel);
    const StopEvent never{std::stop_token{}};
    do {
        if (auto used = (*channel)->use(errand.settings().value_or(own)); !used) return used;
        if (auto opened = (*channel)->open(never); !opened) {
            return fail(opened.error().kind,
                        trf("line {}: {}", "线路 {}：{}", line.id.text, opened.error().what));
        }
    } while (errand.step(**channel, never));
    return {};
}

}  // namespace mg
