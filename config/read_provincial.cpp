#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/ranges.h>

#include "config/loaders.h"
#include "gateway/base/language.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

using std::filesystem::path;

constexpr std::size_t kCreditCode = 18;
constexpr std::size_t kRegionCode = 6;
/// GB 32100-2015, 4.2: the characters of a credit code, and the weights of the first 17.
constexpr std::string_view kCreditLetters = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr std::array<int, kCreditCode - 1> kCreditWeights{1,  3,  9,  27, 19, 26, 16, 17, 20,
                                                          29, 25, 13, 8,  24, 10, 30, 28};

void complain(const Record& record, std::string_view key, Complaint complaint, Reporter& report) {
    report.error(record.place_of(key), record.field_name(key), complaint, without_secrets(record.text(key)));
}

bool has_credit_check(std::string_view code) {
    int sum = 0;
    for (std::size_t i = 0; i + 1 < kCreditCode; ++i) {
        sum += static_cast<int>(kCreditLetters.find(code[i])) * kCreditWeights[i];
    }
    constexpr int kModulus = 31;
    const int check = (kModulus - sum % kModulus) % kModulus;
    return static_cast<int>(kCreditLetters.find(code.back())) == check;
}

void check_credit_code(const Record& record, std::string_view key, Reporter& report) {
    const std::string_view code = record.text(key);
    if (code.empty()) return;
    if (code.size() != kCreditCode || code.find_first_not_of(kCreditLetters) != std::string_view::npos) {
        complain(record, key,
                 {std::string(tr("not a credit code", "不是统一社会信用代码")),
                  std::string(tr("18 digits and capital letters without I O S V Z",
                                 "18 位数字或大写字母，不含 I O S V Z"))},
                 report);
        return;
    }
    if (has_credit_check(code)) return;
    report.warning(record.place_of(key), record.field_name(key),
                   {std::string(tr("its check digit is wrong: mistyped?", "校验位不对：是否抄错？")), {}},
                   code);
}

/// The new code and its date belong together.
void read_next_code(const Record& record, const SiteOptions& site, EnterpriseOptions& enterprise,
                    Reporter& report) {
    check_credit_code(record, "next_code", report);
    enterprise.next_code = record.text("next_code");
    const auto from = site_midnight(record, "next_code_from", site);
    if (from) enterprise.next_code_from = *from;
    if (enterprise.next_code.empty() && record.has("next_code_from")) {
        complain(
            record, "next_code_from",
            {std::string(tr("means nothing without the new code", "没有新代码，日期没有意义")), "next_code"},
            report);
    }
    if (enterprise.next_code.empty()) return;
    if (!record.has("next_code_from")) {
        complain(record, "next_code",
                 {std::string(tr("from when on?", "没有写明从何日起")), "next_code_from"}, report);
    }
    if (enterprise.next_code == enterprise.code) {
        complain(record, "next_code", {std::string(tr("is the present code", "与现代码相同")), {}}, report);
    }
}

void check_region(const Record& record, std::string_view code, Reporter& report) {
    const bool digits = code.find_first_not_of("0123456789") == std::string_view::npos;
    if (code.empty() || (digits && code.size() == kRegionCode)) return;
    complain(
        record, "region_code",
        {std::string(tr("not a region code", "不是行政区划代码")), std::string(tr("6 digits", "6 位数字"))},
        report);
}

/// nullopt: right.
std::optional<Complaint> wrong_address(std::string_view url, std::initializer_list<std::string_view> schemes,
                                       std::string_view example) {
    const Complaint no_address{std::string(tr("not an address", "不是网址")), std::string(example)};
    const auto scheme =
        std::ranges::find_if(schemes, [&](std::string_view each) { return url.starts_with(each); });
    if (scheme == schemes.end()) return no_address;
    const std::string_view rest = url.substr(scheme->size());
    const std::string_view authority = rest.substr(0, rest.find('/'));
    if (authority.find('@') != std::string_view::npos) {
        return Complaint{
            std::string(tr("user and password do not belong into the address", "用户名和口令不能写在地址里")),
            std::string(tr("the key `credentials` names a file for them", "用 credentials 指明口令文件"))};
    }
    const bool is_plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7F'; });
    if (authority.empty() || authority.starts_with(':') || !is_plain) return no_address;
    return {};
}

void check_addresses(const Record& record, const ProvincialOptions& platform, Reporter& report) {
    if (record.has("url")) {
        const auto wrong = wrong_address(platform.url, {"https://", "http://"},
                                         tr("https://host:port/path", "https://主机:端口/路径"));
        if (wrong) {
            complain(record, "url", *wrong, report);
        } else if (platform.url.starts_with("http://")) {
            report.warning(record.place_of("url"), record.field_name("url"),
                           {std::string(tr("not encrypted: everybody on the way can read and change it",
                                           "未加密：传输途中可被读取和篡改")),
                            "https://…"},
                           platform.url);
        }
    }
    if (!record.has("proxy")) return;
    const auto wrong = wrong_address(platform.proxy, {"http://"}, tr("http://host:port", "http://主机:端口"));
    if (wrong) complain(record, "proxy", *wrong, report);
}

/// "01:38:00".
std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
    constexpr std::array<int, 3> kMost{23, 59, 59};
    constexpr int kBase = 60;
    if (text.size() != std::string_view("HH:MM:SS").size() || text[2] != ':' || text[5] != ':') return {};
    int seconds = 0;
    for (std::size_t i = 0; i < kMost.size(); ++i) {
        int part = 0;
        const char* begin = text.data() + 3 * i;
        const auto [end, error] = std::from_chars(begin, begin + 2, part);
        if (error != std::errc{} || end != begin + 2 || part < 0 || part > kMost[i]) return {};
        seconds = seconds * kBase + part;
    }
    return std::chrono::seconds{seconds};
}

void check_profile(const Record& record, const Options& options, const std::string& id, Reporter& report) {
    if (id.empty() || options.profile(id) != nullptr) return;
    std::vector<std::string> ids;
    for (const ProfileOptions& profile : options.profiles) ids.push_back(profile.id);
    complain(
        record, "profile",
        {trf("no such profile, nearest is '{}'", "没有这个平台协议，最接近的是“{}”", nearest_of(id, ids)),
         fmt::format("{}", fmt::join(ids, ", "))},
        report);
}

ProvincialTls read_tls(const Record& record, const path& directory, Reporter& report) {
    const auto file = [&](std::string_view key) {
        return record.has(key) ? directory / std::string(record.text(key)) : path{};
    };
    if (record.has("key_file") && !record.has("certificate_file")) {
        complain(record, "key_file",
                 {std::string(tr("means nothing without a certificate", "没有证书，私钥没有意义")),
                  "certificate_file"},
                 report);
    }
    if (record.get_or<bool>("tls_legacy", false)) {
        report.warning(record.place_of("tls_legacy"), record.field_name("tls_legacy"),
                       {std::string(tr("lets old and broken encryption through: only where the platform "
                                       "knows nothing better",
                                       "允许过时、可被破解的加密：仅在平台别无他法时使用")),
                        {}},
                       {});
    }
    return {.ca_file = file("ca_file"),
            .certificate_file = file("certificate_file"),
            .key_file = file("key_file"),
            .legacy = record.get_or<bool>("tls_legacy", false)};
}

ProvincialStart start_of(const Record& record, const SiteOptions& site) {
    using At = ProvincialStart::At;
    const std::string text = record.get_or<std::string>("start", "oldest");
    if (text == "now") return {.at = At::now, .time = {}};
    const auto moment = moment_from(text, PeriodEnd::begin, site.utc_offset);
    return moment ? ProvincialStart{.at = At::time, .time = moment->at} : ProvincialStart{};
}

TableRow row_of(const Record& record) {
    std::vector<TableRow::Cell> cells;
    for (const Record::Entry& entry : record.entries()) {
        cells.push_back({std::string(entry.field->key), entry.place.column, entry.text});
    }
    return {"gateway.toml", record.place().line, std::move(cells)};
}

}  // namespace

EnterpriseOptions read_enterprise(const Record& record, const SiteOptions& site, Reporter& report) {
    EnterpriseOptions enterprise;
    enterprise.id = record.get_or<std::string>("id", {});
    enterprise.name = record.text("name");
    enterprise.code = record.text("code");
    check_credit_code(record, "code", report);
    read_next_code(record, site, enterprise, report);
    enterprise.region_code = record.text("region_code");
    check_region(record, enterprise.region_code, report);
    enterprise.industry_code = record.text("industry_code");
    enterprise.type_code = record.text("type_code");
    enterprise.central = record.get_or<bool>("central", false);
    enterprise.converts = record.get_or<bool>("energy_conversion", false);
    enterprise.public_institution = record.get_or<bool>("public_institution", false);
    if (const auto* level = record.get<std::int64_t>("consumption_level")) {
        enterprise.consumption_level = static_cast<int>(*level);
    }
    if (const auto* degrees = record.get<Decimal>("latitude")) enterprise.latitude = *degrees;
    if (const auto* degrees = record.get<Decimal>("longitude")) enterprise.longitude = *degrees;
    enterprise.row = row_of(record);
    return enterprise;
}

ProvincialOptions read_provincial(const Record& record, const Options& options, Reporter& report) {
    ProvincialOptions platform;
    platform.id.text = record.get_or<std::string>("id", {});
    platform.name = record.text("name");
    platform.profile = record.get_or<std::string>("profile", {});
    check_profile(record, options, platform.profile, report);
    platform.url = record.text("url");
    platform.proxy = record.text("proxy");
    check_addresses(record, platform, report);
    const auto& enterprises = options.enterprises;
    platform.enterprise = record.get_or<std::string>(
        "enterprise", enterprises.size() == 1 ? enterprises.front().id : std::string{});
    if (platform.enterprise.empty() && !record.has("enterprise")) {
        report.error(
            record.place(), record.field_name("enterprise"),
            {std::string(enterprises.empty() ? tr("nobody is there to report for: write an [[enterprise]]",
                                                  "没有上报单位：先写一段 [[enterprise]]")
                                             : tr("is missing: there are several", "缺少此项：有多个单位")),
             {}});
    } else if (record.has("enterprise") && options.enterprise(platform.enterprise) == nullptr) {
        complain(record, "enterprise",
                 {std::string(tr("no such [[enterprise]]", "没有这个 [[enterprise]]")), {}}, report);
    }
    platform.credentials = record.text("credentials");
    if (platform.credentials.find('/') != std::string::npos) {
        platform.credentials = (options.directory / platform.credentials).string();
    }
    platform.tls = read_tls(record, options.directory, report);
    platform.bind_interface = record.text("interface");
    platform.real_time = record.get_or<std::string>("real_time", {}) == "daily"
                             ? RealTimeUpload::daily
                             : RealTimeUpload::as_they_come;
    platform.upload_time = time_of_day(record.text("upload_time"));
    if (record.has("upload_time") && !platform.upload_time) {
        complain(record, "upload_time", {std::string(tr("not a time of day", "不是时刻")), "01:38:00"},
                 report);
    }
    platform.start = start_of(record, options.site);
    platform.batch = static_cast<std::size_t>(record.get_or<std::int64_t>("batch", 0));
    platform.connections = static_cast<std::size_t>(
        record.get_or<std::int64_t>("connections", static_cast<std::int64_t>(platform.connections)));
    platform.timeout = milliseconds{record.get_or<std::int64_t>("timeout", platform.timeout.count())};
    return platform;
}

}  // namespace mg
