#include "gateway/uplink/provincial/platform_body.h"

#include "gateway/uplink/json_text.h"

namespace mg {
namespace {

void quoted_member(json::Buffer& out, std::string_view name, std::string_view value) {
    if (out.size() > 0) out.push_back(',');
    json::string(out, name);
    out.push_back(':');
    json::string(out, value);
}

}  // namespace

std::string body_head(const ProfileOptions& profile, const PlatformIdentity& identity) {
    json::Buffer out;
    for (const BodyField field : profile.record.body) {
        switch (field) {
            case BodyField::device_id:
                quoted_member(out, profile.names.device_id, identity.device_id);
                break;
            case BodyField::enterprise_code:
                quoted_member(out, profile.names.enterprise_code, identity.enterprise_code);
                break;
            case BodyField::reg_version:
                quoted_member(out, profile.names.reg_version, identity.reg_version);
                break;
            case BodyField::dic_version:
                quoted_member(out, profile.names.dic_version, identity.dic_version);
                break;
        }
    }
    return fmt::to_string(out);
}

std::string platform_body(const ProfileOptions& profile, const PlatformIdentity& identity,
                          std::string_view members) {
    const std::string head = body_head(profile, identity);
    const std::string_view inside = members.substr(1, members.size() - 2);
    return fmt::format("{{{}{}{}}}", head, head.empty() || inside.empty() ? "" : ",", inside);
}

int known_input_type(const RecordFormOptions& form, int input_type) {
    return input_type > form.most_input_type ? form.input_type_otherwise : input_type;
}

}  // namespace mg
