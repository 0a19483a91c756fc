#include "gateway/daemon/inquiry_orders.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/accounting/doctor.h"
#include "gateway/accounting/doctor_evidence.h"
#include "gateway/accounting/explanation_json.h"
#include "gateway/base/language.h"
#include "gateway/base/nearest.h"

namespace mg {
namespace {

Result<std::optional<std::uint32_t>> revision_from(const std::string& text) {
    if (text.empty()) return std::nullopt;
    std::uint32_t revision = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, revision);
    if (error == std::errc{} && stopped == end) return revision;
    return fail(Failure::rejected, trf("\"{}\" is no number of a revision", "“{}”不是修订号", text));
}

}  // namespace

InquiryOrders::InquiryOrders(const AccountingBasis& basis, Books& books, SampleStore& store, Clock& clock)
    : basis_{basis},
      books_{books},
      store_{store},
      clock_{clock},
      explainer_{basis, books, store},
      thread_{clock, "inquiries"} {}

void InquiryOrders::answer_on(ControlServer& server) {
    server.on("explain", [this](const ControlRequest& request, const ControlReply& reply) {
        thread_.take([this, request] { return explain(request); }, reply);
    });
    server.on("doctor", [this](const ControlRequest&, const ControlReply& reply) {
        thread_.take([this] { return examine_site(); }, reply);
    });
}

void InquiryOrders::refuse_on(ControlServer& server, const std::string& why) {
    for (const char* name : {"explain", "doctor"}) {
        server.on(name, [why](const ControlRequest&, const ControlReply& reply) {
            reply.done(fail(Failure::unsupported, why));
        });
    }
}

Result<std::string> InquiryOrders::explain(const ControlRequest& request) {
    const std::string id = request.argument("item");
    const auto& items = basis_.options.items;
    const auto item = std::ranges::find(items, id, &ItemOptions::id);
    if (item == items.end()) {
        std::vector<std::string> ids;
        for (const auto& each : items) ids.push_back(each.id);
        return fail(Failure::rejected, trf("no item \"{}\"; the nearest is \"{}\"",
                                           "没有采集项“{}”；最接近的是“{}”", id, nearest_of(id, ids)));
    }
    SiteCalendar calendar{.utc_offset = basis_.options.site.utc_offset,
                          .real_time = basis_.options.site.boundary};
    if (item->interval > milliseconds{0}) calendar.real_time = item->interval;
    const std::string text = request.argument("period");
    const auto period = calendar.parse(text);
    if (!period) {
        return fail(Failure::rejected,
                    trf("\"{}\" is no period; allowed: 2026, 2026-11, 2026-11-22, \"2026-11-22 10:15\"",
                        "“{}”不是统计时段；可写：2026、2026-11、2026-11-22、\"2026-11-22 10:15\"", text));
    }
    const auto revision = revision_from(request.argument("revision"));
    if (!revision) return pass_on(revision.error());
    return explainer_.explain(id, *period, *revision).map([](const Explanation& explanation) {
        return json_of(explanation);
    });
}

Result<std::string> InquiryOrders::examine_site() {
    const auto evidence = gather_evidence(basis_, books_, store_, clock_.utc());
    if (!evidence) return pass_on(evidence.error());
    return json_of(examine(basis_.options, *evidence), *evidence);
}

}  // namespace mg
