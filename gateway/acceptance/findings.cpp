#include "gateway/acceptance/findings.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "gateway/acceptance/reported_items.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr auto kSoon = 30 * 24h;

std::string day_text(UtcTime time, std::chrono::minutes utc_offset) {
    return local_text(time, utc_offset).substr(0, 10);
}

void add(const ServerCertificate& certificate, UtcTime now, std::chrono::minutes utc_offset,
         std::vector<std::string>& lines) {
    std::string line =
        trf("certificate: {}; issued by {}; valid {} to {}", "证书：{}；签发者 {}；有效期 {} 至 {}",
            certificate.subject, certificate.issuer, day_text(certificate.valid_from, utc_offset),
            day_text(certificate.valid_until, utc_offset));
    if (!certificate.names.empty())
        line += trf("; for {}", "；适用于 {}", fmt::format("{}", fmt::join(certificate.names, ", ")));
    const auto left = certificate.valid_until - now;
    if (left > 0ms && left < kSoon) {
        line += trf("; ends in {} days", "；还有 {} 天到期",
                    std::chrono::duration_cast<std::chrono::days>(left).count());
    }
    lines.push_back(std::move(line));
}

}  // namespace

std::vector<std::string> papers_findings(const ServerPapers& papers, UtcTime now,
                                         std::chrono::minutes utc_offset) {
    std::vector<std::string> lines;
    if (!papers.version.empty()) lines.push_back(fmt::format("{}, {}", papers.version, papers.cipher));
    for (const ServerCertificate& certificate : papers.chain) add(certificate, now, utc_offset, lines);
    return lines;
}

std::string record_finding(const OutgoingRecord& sample, const Options& options) {
    const ItemRecord& record = sample.record;
    const auto item = std::ranges::find(options.items, record.item, &ItemOptions::id);
    const SiteCalendar calendar{.utc_offset = options.site.utc_offset, .real_time = options.site.boundary};
    return trf("{0} {1}, {2} {3}: {4} {5}, {6}", "{0} {1}，{2} {3}：{4} {5}，{6}", record.item,
               sample.code.hyphenated(), period_word(record.period.type), calendar.text(record.period),
               record.value ? record.value->to_string() : std::string{},
               item == options.items.end() ? std::string{} : item->unit,
               record.marks.suspect() ? tr("suspect", "可疑") : tr("valid", "有效"));
}

std::string encrypted_fields(const ProfileOptions& profile) {
    std::vector<std::string_view> names;
    for (const RecordFieldOptions& field : profile.record.fields) {
        if (field.sent && field.encrypted) names.push_back(field.name);
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

ProfileOptions in_clear(const ProfileOptions& profile) {
    ProfileOptions clear = profile;
    for (RecordFieldOptions& field : clear.record.fields) field.encrypted = false;
    return clear;
}

}  // namespace mg
