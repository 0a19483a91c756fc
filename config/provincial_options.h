#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/profile_options.h"
#include "config/table_row.h"
#include "gateway/base/clock.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/ids.h"

/// The typed configuration of what goes to provincial platforms: who reports, and whereto. Part of
/// options.h, which is what others include.
namespace mg {

inline constexpr std::size_t kMostEnterprises = 16;

/// One legal entity that reports. The texts are those of the platform's own form; `row` has them as written.
struct EnterpriseOptions {
    std::string id;                        ///< a-z 0-9 _; items and uplinks refer to it
    std::string name;                      ///< as registered
    std::string code;                      ///< 统一社会信用代码, 18 characters
    std::string region_code;               ///< 行政区划代码, 6 digits
    std::string industry_code;             ///< GB/T 4754: "C3011"
    std::string type_code;                 ///< registration type: "170"
    bool central{false};                   ///< 央企
    bool converts{false};                  ///< 加工转换企业 (jgzh)
    bool public_institution{false};        ///< 公共机构
    std::optional<int> consumption_level;  ///< 1 … 6
    std::optional<Decimal> latitude;       ///< degrees
    std::optional<Decimal> longitude;
    std::string next_code;     ///< the code from next_code_from on; empty: the code stays
    UtcTime next_code_from{};  ///< midnight at the site
    TableRow row;              ///< every key of the section

    /// The code under which it reports at this time.
    [[nodiscard]] const std::string& code_at(UtcTime time) const;
    /// The same with the code of this time, and without a next one where that is in force.
    [[nodiscard]] EnterpriseOptions as_of(UtcTime time) const;
    /// What is written under a key of the section, be it in `row` or beside it; empty: nothing.
    [[nodiscard]] std::string text(std::string_view key) const;
};

/// Keys of [[enterprise]] that this platform requires and that say nothing, in the order of the profile.
std::vector<std::string> unstated(const EnterpriseOptions& enterprise, const ProfileOptions& profile);

/// The files of a TLS connection. The password of a PKCS#12 file or a key is in the credentials.
struct ProvincialTls {
    std::filesystem::path ca_file;           ///< PEM; empty: the system's
    std::filesystem::path certificate_file;  ///< PEM or PKCS#12 (.p12, .pfx), client certificate
    std::filesystem::path key_file;          ///< PEM; empty: in the certificate's file
    /// Versions below 1.2, retired ciphers and renegotiation are let through. Server and name are verified
    /// all the same.
    bool legacy{false};
};

/// When real-time records are sent.
enum class RealTimeUpload : std::uint8_t {
    as_they_come,  ///< as soon as their period is computed
    daily,         ///< with the records of the day
};

/// Where a platform begins that the books have never seen.
struct ProvincialStart {
    enum class At : std::uint8_t { oldest, now, time };
    At at{At::oldest};
    UtcTime time{};  ///< the begin of the first period, with At::time
};

/// One way to a provincial platform or another data centre: [[uplink]] with kind = "provincial".
struct ProvincialOptions {
    UplinkId id;
    std::string name;
    std::string profile;     ///< id of a ProfileOptions
    std::string url;         ///< where to register; of a profile with tokens the base of all paths
    std::string enterprise;  ///< id of an EnterpriseOptions
    /// A file of 0600 with `password = …` (of the account), `certificate_password = …`; a bare name is
    /// looked up in systemd's credentials. Empty: none.
    std::string credentials;
    ProvincialTls tls;
    std::string proxy;           ///< "http://host:port"; empty: none
    std::string bind_interface;  ///< "eth1"; empty: what the system chooses
    RealTimeUpload real_time{RealTimeUpload::as_they_come};
    /// Time of day at the site; none: what the platform assigns.
    std::optional<std::chrono::seconds> upload_time;
    ProvincialStart start;
    std::size_t batch{0};          ///< records in one request, 1 … 5000; 0: what the profile says
    std::size_t connections{4};    ///< 1 … 8 at once, where the profile sends one record a request
    milliseconds timeout{30'000};  ///< 1 s … 10 min for one request and its answer
};

}  // namespace mg
