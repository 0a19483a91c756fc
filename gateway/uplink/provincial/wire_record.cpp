#include "gateway/uplink/provincial/wire_record.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/base/check.h"
#include "gateway/base/language.h"
#include "gateway/uplink/json_text.h"
#include "gateway/uplink/provincial/platform_time.h"

namespace mg {
namespace {

void quoted_member(json::Buffer& out, std::string_view name, std::string_view value) {
    if (out.size() > 0) out.push_back(',');
    json::string(out, name);
    out.push_back(':');
    json::string(out, value);
}

/// What every JSON parser and every database column takes for a number: no exponent, no sign in front but -.
bool is_plain_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const auto dot = text.find('.');
    const auto all_digits = [](std::string_view part) {
        return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    };
    const std::string_view whole = text.substr(0, dot);
    const bool leading_zero = whole.size() > 1 && whole.front() == '0';
    return all_digits(whole) && !leading_zero &&
           (dot == std::string_view::npos || all_digits(text.substr(dot + 1)));
}

tl::unexpected<Error> unwritable(const OutgoingRecord& record, std::string_view why) {
    return fail(Failure::rejected, fmt::format("{} {}: {}", record.record.item, record.code.digits(), why));
}

std::string valid_text(const RecordFormOptions& form, bool good) {
    const bool said = good != form.valid_inverted;
    switch (form.valid) {
        case ValidForm::boolean:
            return said ? "true" : "false";
        case ValidForm::digit:
            return said ? "1" : "0";
    }
    return {};
}

Result<std::string> value_text(const OutgoingRecord& record) {
    if (!record.record.value) return unwritable(record, tr("it has no value", "没有数值"));
    std::string text = record.record.value->to_string();
    if (!is_plain_number(text)) return unwritable(record, tr("too many digits", "位数过多"));
    return text;
}

Result<std::string> factor_text(const OutgoingRecord& record) {
    if (is_plain_number(record.factor)) return record.factor;
    return unwritable(record, tr("the coal factor is no plain number", "折标系数不是普通数"));
}

}  // namespace

Result<RecordWriter> RecordWriter::create(const ProfileOptions& profile, const PlatformIdentity& identity,
                                          std::chrono::minutes utc_offset) {
    RecordWriter writer{profile.record, profile.scope, utc_offset};
    writer.head_ = body_head(profile, identity);
    if (std::ranges::any_of(profile.record.fields, &RecordFieldOptions::encrypted)) {
        auto cipher = sm4_key(identity.secret_key, profile.secret_key).and_then(&Sm4Fields::with);
        if (!cipher) return pass_on(cipher.error());
        writer.cipher_ = std::move(*cipher);
    }
    return writer;
}

bool RecordWriter::is_text(RecordField field) const {
    const RecordFieldOptions& options = form_.field(field);
    if (options.text || options.encrypted) return true;
    switch (field) {
        case RecordField::data_code:
        case RecordField::stat_date:
        case RecordField::upload_date:
        case RecordField::remark:
            return true;
        case RecordField::valid:
            return form_.valid == ValidForm::digit;
        case RecordField::data_value:
        case RecordField::input_type:
        case RecordField::stat_type:
        case RecordField::scope:
        case RecordField::factor:
            return false;
    }
    return true;
}

Result<std::string> RecordWriter::plain(RecordField field, const OutgoingRecord& outgoing,
                                        UtcTime upload) const {
    const ItemRecord& record = outgoing.record;
    switch (field) {
        case RecordField::data_code:
            return form_.code == CodeForm::hyphens ? outgoing.code.hyphenated() : outgoing.code.digits();
        case RecordField::data_value:
            return value_text(outgoing);
        case RecordField::input_type:
            return std::to_string(known_input_type(form_, record.input_type));
        case RecordField::stat_type:
            return std::to_string(static_cast<int>(record.period.type));
        case RecordField::stat_date:
            return platform_time(record.period.from, utc_offset_, form_.dates);
        case RecordField::upload_date:
            return platform_time(upload, utc_offset_, form_.dates);
        case RecordField::scope: {
            const CodeScope scope = scope_.value_or(outgoing.code.scope());
            if (!outgoing.code.fits(scope))
                return unwritable(outgoing, tr("its code is of a narrower scope", "编码的范围更小"));
            return std::to_string(static_cast<int>(scope));
        }
        case RecordField::valid:
            return valid_text(form_, !record.marks.suspect());
        case RecordField::factor:
            return factor_text(outgoing);
        case RecordField::remark:
            return outgoing.remark;
    }
    return std::string{};
}

Result<std::string> RecordWriter::members(const OutgoingRecord& record, UtcTime upload) const {
    json::Buffer out;
    for (std::size_t i = 0; i < kRecordFields; ++i) {
        const auto field = static_cast<RecordField>(i);
        const RecordFieldOptions& options = form_.field(field);
        if (!options.sent) continue;
        auto text = plain(field, record, upload);
        if (!text) return text;
        if (options.longest > 0 && text->size() > options.longest) {
            return unwritable(
                record, trf("{} has {} characters, the platform takes {}", "{} 有 {} 个字符，平台只收 {} 个",
                            options.name, text->size(), options.longest));
        }
        if (options.encrypted) text = cipher_->encrypted(*text);
        if (!text) return text;
        if (field == RecordField::remark && text->empty()) continue;
        if (is_text(field)) {
            quoted_member(out, options.name, *text);
            continue;
        }
        if (out.size() > 0) out.push_back(',');
        json::string(out, options.name);
        out.push_back(':');
        json::text(out, *text);
    }
    return fmt::to_string(out);
}

std::string RecordWriter::body(std::span<const std::string> records) const {
    MG_CHECK(!records.empty() && records.size() <= form_.batch);
    json::Buffer out;
    out.push_back('{');
    json::text(out, head_);
    if (!head_.empty()) out.push_back(',');
    if (form_.list.empty()) {
        json::text(out, records.front());
    } else {
        json::string(out, form_.list);
        json::text(out, ":[");
        for (const std::string& record : records) {
            json::text(out, &record == records.data() ? "{" : ",{");
            json::text(out, record);
            out.push_back('}');
        }
        out.push_back(']');
    }
    out.push_back('}');
    return fmt::to_string(out);
}

}  // namespace mg
