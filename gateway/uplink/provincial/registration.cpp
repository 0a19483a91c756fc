#include "gateway/uplink/provincial/registration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "gateway/base/language.h"
#include "gateway/uplink/provincial/platform_time.h"
#include "gateway/uplink/provincial/sm4.h"

namespace mg {
namespace {

constexpr std::size_t kLongestShown = 80;
constexpr std::size_t kLongestId = 64;

tl::unexpected<Error> bad_field(std::string_view name, std::string_view why) {
    return fail(Failure::refused, trf("answer of the platform, {}: {}", "平台应答的 {}：{}",
                                      printable_words(name, kLongestShown), why));
}

std::string shown(std::string_view text) {
    return printable_words(text, kLongestShown);
}

/// The same name twice in one answer: which one is meant?
Result<> once(const PlatformAnswer& answer, const std::string& name) {
    const auto found = answer.fields.find(name);
    if (found == answer.fields.end()) return {};
    if (found->second.twice) return bad_field(name, tr("is there twice", "出现两次"));
    if (found->second.too_long) return bad_field(name, tr("is too long", "过长"));
    return {};
}

bool is_id(std::string_view text) {
    return text.size() <= kLongestId && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-' || c == '_';
           });
}

Result<> check_enterprise(const PlatformAnswer& answer, const ProfileOptions& profile,
                          const PlatformQuestion& question) {
    if (auto single = once(answer, profile.names.enterprise_code); !single) return single;
    const auto given = answer.text(profile.names.enterprise_code);
    if (!given || *given == question.enterprise_code) return {};
    return bad_field(profile.names.enterprise_code,
                     trf("'{}' is another enterprise", "“{}”是另一家企业", shown(*given)));
}

Result<std::string> read_device_id(const PlatformAnswer& answer, const ProfileOptions& profile) {
    const std::string& name = profile.names.device_id;
    if (auto single = once(answer, name); !single) return pass_on(single.error());
    const auto id = answer.text(name);
    if (!id) return bad_field(name, tr("is missing", "缺失"));
    if (!is_id(*id)) return bad_field(name, trf("'{}' is no id", "“{}”不是设备编号", shown(*id)));
    return std::string(*id);
}

bool encrypts(const ProfileOptions& profile) {
    return std::ranges::any_of(profile.record.fields, &RecordFieldOptions::encrypted);
}

/// Never shown.
Result<std::string> read_secret_key(const PlatformAnswer& answer, const ProfileOptions& profile) {
    const std::string& name = profile.names.secret_key;
    if (auto single = once(answer, name); !single) return pass_on(single.error());
    const auto key = answer.text(name);
    if (!key) return bad_field(name, tr("is missing", "缺失"));
    if (!sm4_key(*key, profile.secret_key))
        return bad_field(name, tr("has not the form of a key", "不是密钥的形式"));
    return std::string(*key);
}

std::optional<std::chrono::seconds> read_upload_time(const PlatformAnswer& answer,
                                                     const ProfileOptions& profile,
                                                     std::vector<std::string>& remarks) {
    const auto written = answer.text(profile.names.upload_time);
    if (!written) return std::nullopt;
    const auto time = time_of_day_from(*written);
    if (!time) {
        remarks.push_back(trf("answer of the platform, {}: '{}' is no time of day",
                              "平台应答的 {}：“{}”不是时刻", profile.names.upload_time, shown(*written)));
    }
    return time;
}

/// The first of the names that is there.
Result<std::optional<PlatformAddress>> read_address(const PlatformAnswer& answer,
                                                    const PlatformCallOptions& call,
                                                    const PlatformQuestion& question) {
    for (const std::string& name : call.answer_names) {
        if (auto single = once(answer, name); !single) return pass_on(single.error());
        const auto url = answer.text(name);
        if (!url) continue;
        auto address = given_address(*url, question.asked);
        if (!address) return bad_field(name, fmt::format("{} ({})", address.error().what, shown(*url)));
        return std::optional{std::move(*address)};
    }
    return std::optional<PlatformAddress>{};
}

/// Records sent to where versions are asked for would be lost with a success.
Result<> check_distinct(const PlatformAddresses& addresses, const ProfileOptions& profile) {
    constexpr std::array kOwn{PlatformCall::data, PlatformCall::version, PlatformCall::enterprise,
                              PlatformCall::ledger};
    for (auto a = kOwn.begin(); a != kOwn.end(); ++a) {
        for (auto b = std::next(a); b != kOwn.end(); ++b) {
            const auto first = addresses.find(*a);
            const auto second = addresses.find(*b);
            if (first == addresses.end() || second == addresses.end() || first->second != second->second)
                continue;
            if (profile.call(*a).folder || profile.call(*b).folder) continue;
            return bad_field(profile.call(*b).answer_names.front(),
                             trf("the same address as {} ({})", "与 {} 的地址相同({})",
                                 profile.call(*a).answer_names.front(), shown(first->second.to_string())));
        }
    }
    return {};
}

bool is_configuration(PlatformCall call) {
    switch (call) {
        case PlatformCall::process:
        case PlatformCall::process_unit:
        case PlatformCall::equipment:
        case PlatformCall::product:
        case PlatformCall::items:
        case PlatformCall::ledger:
        case PlatformCall::replacement:
        case PlatformCall::verification:
            return true;
        case PlatformCall::registration:
        case PlatformCall::working_key:
        case PlatformCall::application:
        case PlatformCall::application_update:
        case PlatformCall::token:
        case PlatformCall::addresses:
        case PlatformCall::version:
        case PlatformCall::public_base_data:
        case PlatformCall::base_data:
        case PlatformCall::enterprise:
        case PlatformCall::data:
        case PlatformCall::own_configuration:
        case PlatformCall::own_data:
            return false;
    }
    return false;
}

/// A point in time, or seconds from now.
std::optional<UtcTime> token_end(std::string_view text, std::chrono::minutes utc_offset, UtcTime now) {
    if (const auto time = platform_time_from(text, utc_offset)) return time;
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return now + std::chrono::seconds{seconds};
}

}  // namespace

Result<PlatformAddresses> read_addresses(const PlatformAnswer& answer, const ProfileOptions& profile,
                                         const PlatformQuestion& question) {
    if (auto ours = check_enterprise(answer, profile, question); !ours) return pass_on(ours.error());
    PlatformAddresses addresses;
    for (std::size_t i = 0; i < kPlatformCalls; ++i) {
        const auto call = static_cast<PlatformCall>(i);
        auto address = read_address(answer, profile.call(call), question);
        if (!address) return pass_on(address.error());
        if (*address) {
            addresses.emplace(call, std::move(**address));
        } else if (profile.required.contains(call)) {
            return bad_field(profile.call(call).answer_names.front(), tr("is missing", "缺失"));
        }
    }
    if (auto distinct = check_distinct(addresses, profile); !distinct) return pass_on(distinct.error());
    return addresses;
}

Result<Registration> read_registration(const PlatformAnswer& answer, const ProfileOptions& profile,
                                       const PlatformQuestion& question) {
    Registration registration;
    auto id = read_device_id(answer, profile);
    if (!id) return pass_on(id.error());
    registration.device_id = std::move(*id);
    if (encrypts(profile)) {
        auto key = read_secret_key(answer, profile);
        if (!key) return pass_on(key.error());
        registration.secret_key = std::move(*key);
    }
    auto addresses = read_addresses(answer, profile, question);
    if (!addresses) return pass_on(addresses.error());
    registration.addresses = std::move(*addresses);
    registration.upload_time = read_upload_time(answer, profile, registration.remarks);
    registration.versions = read_versions(answer, profile);
    return registration;
}

Result<TokenGrant> read_token(const PlatformAnswer& answer, const ProfileOptions& profile,
                              const PlatformQuestion& question, UtcTime now) {
    if (auto ours = check_enterprise(answer, profile, question); !ours) return pass_on(ours.error());
    const std::string& name = profile.names.token;
    if (auto single = once(answer, name); !single) return pass_on(single.error());
    const auto token = answer.text(name);
    if (!token) return bad_field(name, tr("is missing", "缺失"));
    if (!std::ranges::all_of(*token, [](char c) { return c > ' ' && c < 0x7F; }))
        return bad_field(name, tr("has characters that no header may have", "含有请求头不允许的字符"));
    TokenGrant grant;
    grant.token = *token;
    if (const auto until = answer.text(profile.names.token_until)) {
        grant.until = token_end(*until, question.utc_offset, now);
        if (!grant.until) {
            grant.remarks.push_back(trf("answer of the platform, {}: '{}' is no time",
                                        "平台应答的 {}：“{}”不是时间", profile.names.token_until,
                                        shown(*until)));
        }
    }
    grant.upload_time = read_upload_time(answer, profile, grant.remarks);
    return grant;
}

Result<std::string> read_working_key(const PlatformAnswer& answer, const ProfileOptions& profile,
                                     const PlatformQuestion& question) {
    if (auto ours = check_enterprise(answer, profile, question); !ours) return pass_on(ours.error());
    return read_secret_key(answer, profile);
}

PlatformVersions read_versions(const PlatformAnswer& answer, const ProfileOptions& profile) {
    const auto version = [&](const std::string& name) {
        return printable_words(answer.text(name).value_or(std::string_view{}), kLongestId);
    };
    return {version(profile.names.reg_version), version(profile.names.dic_version)};
}

std::optional<PlatformAddress> address_of(PlatformCall call, const ProfileOptions& profile,
                                          const PlatformAddress& asked, const PlatformAddresses& given) {
    const PlatformCallOptions& options = profile.call(call);
    const auto own = given.find(call);
    if (own != given.end()) return options.folder ? below(own->second, options.path) : own->second;
    if (call == PlatformCall::registration) return asked;
    if (options.path.empty()) return std::nullopt;
    const auto folder = given.find(PlatformCall::enterprise);
    if (is_configuration(call) && folder != given.end() && profile.call(PlatformCall::enterprise).folder)
        return below(folder->second, options.path);
    return beside(asked, options.path, profile.flow);
}

}  // namespace mg
