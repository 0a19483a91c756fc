#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/item_code.h"
#include "gateway/reading/stat_period.h"

/// A provincial platform as data: what differs from one province to the next. Read from profiles/*.toml; part
/// of options.h, which is what others include.
namespace mg {

inline constexpr std::size_t kMostProfiles = 200;
inline constexpr std::size_t kMostRecordsPerPost = 5000;

/// How a box becomes known to the platform.
enum class PlatformFlow : std::uint8_t {
    registration,  ///< it registers, and is told an id and the addresses of everything else
    token,         ///< it asks for a working key, then for a token that each further call carries
};

/// What a box asks of a platform, in the order in which it does.
enum class PlatformCall : std::uint8_t {
    registration,
    working_key,
    application,         ///< the enterprise's data, the first time
    application_update,  ///< the same again
    token,
    addresses,
    version,
    public_base_data,  ///< base data that need no token
    base_data,
    enterprise,  ///< enterprise, processes, units and items in one message
    process,     ///< from here to `items`: each one a call of its own
    process_unit,
    equipment,
    product,
    items,
    ledger,
    replacement,
    verification,
    data,
    own_configuration,
    own_data,
};
inline constexpr std::size_t kPlatformCalls = 21;

/// Where a call goes: to the address in the platform's answer, or else to `path`.
struct PlatformCallOptions {
    std::string path;  ///< as a link: from the root of the server with a leading /, otherwise beside the
                       ///< address of the uplink (registration) or below it (token); empty: none
    std::vector<std::string>
        answer_names;    ///< under which the platform gives an address; the first that is there
    bool folder{false};  ///< that address is of a folder that `path` stands in
};

/// A field of a record, in the order in which records are written.
enum class RecordField : std::uint8_t {
    data_code,
    data_value,
    input_type,
    stat_type,
    stat_date,
    upload_date,
    scope,
    valid,
    factor,
    remark,
};
inline constexpr std::size_t kRecordFields = 10;

struct RecordFieldOptions {
    std::string name;
    bool sent{true};
    bool text{false};        ///< a number is written as a JSON string
    bool encrypted{false};   ///< SM4/ECB/PKCS7, lower-case hexadecimal; always a text
    std::size_t longest{0};  ///< characters of the value, before encryption; 0: no limit
};

/// What stands beside the records, or beside the fields of the only one.
enum class BodyField : std::uint8_t { device_id, enterprise_code, reg_version, dic_version };

enum class CodeForm : std::uint8_t { hyphens, digits };
enum class ValidForm : std::uint8_t {
    boolean,  ///< true or false
    digit,    ///< "1" or "0"
};
enum class DateForm : std::uint8_t {
    dashes,   ///< 2026-11-22 10:15:00
    slashes,  ///< 2026/11/22 10:15:00
    iso,      ///< 2026-11-22T10:15:00
    digits,   ///< 20261122101500
};

struct RecordFormOptions {
    std::array<RecordFieldOptions, kRecordFields> fields;
    std::vector<BodyField> body;  ///< in this order
    std::string list;      ///< name of the array of records; empty: one record a call, without an array
    std::size_t batch{1};  ///< 1 … kMostRecordsPerPost records in one call
    CodeForm code{CodeForm::hyphens};
    ValidForm valid{ValidForm::boolean};
    bool valid_inverted{false};  ///< false or 0 stands for a good value
    DateForm dates{DateForm::dashes};
    int most_input_type{7};       ///< the largest that the platform knows …
    int input_type_otherwise{1};  ///< … and what is sent for larger ones

    [[nodiscard]] const RecordFieldOptions& field(RecordField which) const {
        return fields[static_cast<std::size_t>(which)];
    }
};

/// Names in questions and answers that are not those of a record.
struct PlatformNames {
    std::string enterprise_code{"enterpriseCode"};
    std::string region{"region"};
    std::string device_id{"deviceId"};
    std::string secret_key{"secretKey"};
    std::string reg_version{"regVersion"};
    std::string dic_version{"dicVersion"};
    std::string upload_time{"uploadTime"};
    std::string password{"password"};
    std::string token{"token"};
    std::string token_from{"akValidAt"};
    std::string token_until{"akExpiresIn"};
    std::string platform_time{"platformTime"};
    std::string base_table{"itemIndex"};
    std::string response_code{"responseCode"};
    std::string response_message{"responseMessage"};
    std::string data_index{"dataIndex"};  ///< by which the platform knows a thing that it was told
    std::string add{"add"};        ///< what with tokens follows a configuration's path for a new thing,
    std::string update{"update"};  ///< for one that changed,
    std::string remove{"delete"};  ///< and for one that is gone
    std::string wrapper;           ///< of everything else in an answer; empty: it stands beside the code
};

/// How the secret key that the platform gives becomes the 16 bytes of an SM4 key.
enum class KeyForm : std::uint8_t {
    hexadecimal,  ///< 32 hexadecimal digits
    characters,   ///< its first 16 characters
};
enum class PasswordForm : std::uint8_t { plain, sm4_cbc };

/// Which answers mean what. Codes are compared as text, so that 0 and "0" are the same; an HTTP status counts
/// as a code for `expired` only.
struct PlatformVerdicts {
    std::set<std::string> success{"0"};
    std::set<std::string> expired;           ///< token or registration is to be renewed
    std::set<std::string> transient;         ///< ask again later
    std::set<std::string> refused;           ///< everything is refused now, whatever is sent
    std::vector<std::string> refused_words;  ///< the same, by a part of the message
    std::vector<std::string> taken_words;    ///< by a part of the message: it has this record already
};

/// Steps beside registration or token and the records themselves.
enum class PlatformStep : std::uint8_t {
    version,
    base_data,
    enterprise,
    items,
    ledger,
    replacement,
    verification
};

/// An array in a platform's base data that is one of our pick-lists.
struct BaseList {
    std::string array;  ///< what the platform calls it: "EnergySubstanceCodes"
    std::string table;  ///< the file of codes/ without .csv: "energy_types"
    std::string group;  ///< of all its entries: "03"; empty: each says its own, or belongs to all
    bool operator==(const BaseList&) const = default;
};

struct ProfileOptions {
    std::string id;  ///< file name without .toml: a-z 0-9 - _
    std::string name_zh;
    std::string name_en;
    std::string source;    ///< the document, or what was seen
    bool verified{false};  ///< a box was accepted by such a platform
    PlatformFlow flow{PlatformFlow::registration};
    std::array<PlatformCallOptions, kPlatformCalls> calls;
    std::set<PlatformCall> required;  ///< calls whose address the platform must give
    PlatformNames names;
    RecordFormOptions record;
    KeyForm secret_key{KeyForm::hexadecimal};
    PasswordForm password{PasswordForm::plain};
    PlatformVerdicts verdicts;
    std::set<PlatformStep> steps;
    std::set<StatType> stat_types;                 ///< what is sent at all
    std::vector<std::string> enterprise_required;  ///< keys of [[enterprise]] that the platform wants
    /// "ledger.meteringType" (one of message_names()) → what this platform calls it; empty: it is not sent.
    std::map<std::string, std::string, std::less<>> renames;
    bool items_per_stat_type{true};                 ///< an item is configured once for each StatType
    bool items_with_code{false};                    ///< with the data code beside its parts
    std::string ledger_list{"data"};                ///< name of the array of instruments
    std::vector<std::uint64_t> public_base_tables;  ///< numbers of the base data asked for without a token
    std::vector<std::uint64_t> base_tables;         ///< of those asked for with it; empty: one call for all
    std::vector<BaseList> base_lists;               ///< those of them that are pick-lists of ours
    std::string content_type{"application/json"};   ///< of what is posted
    std::string token_header{"Authorization"};
    std::string token_prefix{"Bearer "};
    std::optional<CodeScope> scope;  ///< for all records; none: by the code
    int backfill_days{0};            ///< older periods are not taken; 0: no limit

    [[nodiscard]] const PlatformCallOptions& call(PlatformCall which) const {
        return calls[static_cast<std::size_t>(which)];
    }
    [[nodiscard]] PlatformCallOptions& call(PlatformCall which) {
        return calls[static_cast<std::size_t>(which)];
    }
};

/// "data_code": how it is called in profiles.
std::string_view to_string(RecordField field);
/// "process_unit".
std::string_view to_string(PlatformCall call);

}  // namespace mg
