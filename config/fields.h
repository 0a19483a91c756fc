#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/language.h"
#include "gateway/base/nearest.h"

/// The one table of everything that may be written into the configuration. It drives reading and checking,
/// the reference manual, the headings of the spreadsheets and, later, the forms of the page.
namespace mg {

enum class FieldSection : std::uint8_t {
    site,
    storage,
    control,
    accounting,
    line,
    uplink,
    enterprise,
    provincial,
    model,
    point,
    meter,
    item,
    coefficient,
    calendar,
    plant,
    code,
    factor,
    inbound,
    inbound_http,
    entry,
    display_reading,
    profile,
    profile_record,
    profile_answers,
    profile_paths,
    profile_addresses,
    profile_names,
    profile_fields,
};

enum class ValueType : std::uint8_t {
    id,          ///< a-z 0-9 _, permanent
    model_id,    ///< a-z 0-9 - _
    prose,       ///< free text for people
    code,        ///< text that must stay as it is, and that spreadsheets like to turn into numbers and dates
    integer,     ///< within the limits
    decimal,     ///< exact, as written
    positive,    ///< a decimal above 0
    duration,    ///< "500ms", "15m"; limits in milliseconds
    size,        ///< "64KiB"; limits in bytes
    choice,      ///< one of `choices`
    choices,     ///< some of `choices`, with spaces or commas between them
    minutes,     ///< "15" minutes, or a duration; limits in milliseconds
    boolean,     ///< true or false
    date,        ///< 2026-03-02 or 2026/3/2
    moment,      ///< a time at the site, 2026-11-01 00:00, or one of `choices`
    utc_offset,  ///< "+08:00"
    bilingual,   ///< a text, or { zh = "…", en = "…" }
    hex_marks,   ///< a list of numbers such as "0xFFFF"
    code_list,   ///< one text that must stay as it is, or a list of them
    ids,         ///< a list of ids that are defined elsewhere
};

struct Limits {
    std::int64_t least{INT64_MIN};
    std::int64_t most{INT64_MAX};
};

struct Field {
    FieldSection section{};
    std::string_view key;
    std::string_view zh;  ///< its name; in tables the heading
    std::string_view en;
    ValueType type{ValueType::prose};
    bool required{false};
    Limits limits{};
    std::string_view choices{};  ///< "none=无|even=偶": the key, then what else is accepted
    std::string_view unit{};
    std::string_view standard{};  ///< what holds when it is left out; empty: nothing
    std::string_view help_zh{};
    std::string_view help_en{};
};

struct SectionText {
    FieldSection section{};
    std::string_view name;  ///< as the file has it: "site", "line", "point"
    bool many{false};       ///< [[name]], one for each; or a row of a table
    bool table{false};      ///< `name` is a CSV file
    std::string_view zh;
    std::string_view en;
    std::string_view help_zh;
    std::string_view help_en;
};

/// The fields of one section, in the order of the manual.
std::span<const Field> fields_of(FieldSection section);
const SectionText& text_of(FieldSection section);

/// The field by its exact key; nullptr when there is none.
const Field* field_by_key(FieldSection section, std::string_view key);
/// The field by a table heading: Chinese name or key, whatever the case, spaces, underscores, and an appended
/// "(unit)".
const Field* field_by_heading(FieldSection section, std::string_view heading);

/// The key or Chinese name (whichever alphabet `text` has) that is most like `text`.
std::string nearest_key(FieldSection section, std::string_view text);

/// "a, b, c": what the field accepts, in the language of the user. Empty for free text.
std::string allowed_values(const Field& field);

/// The reference manual of all fields, as Markdown.
std::string fields_reference(Language language);

}  // namespace mg
