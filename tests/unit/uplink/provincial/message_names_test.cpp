#include "config/message_names.h"

#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/uplink/provincial/enterprise_messages.h"
#include "gateway/uplink/provincial/instrument_messages.h"
#include "tests/unit/uplink/provincial/stated_plant.h"

namespace mg {
namespace {

using nlohmann::json;

ProfileOptions with_items_in_full(const std::string& id) {
    ProfileOptions profile = shipped_profile(id);
    profile.items_with_code = true;
    return profile;
}

/// Object by object, what a platform of this profile is told.
std::map<std::string, std::vector<json>> told(const ProfileOptions& profile) {
    const StatedPlant plant;
    const ConfigurationScene scene = plant.scene(profile);
    std::map<std::string, std::vector<json>> objects;
    if (const auto body = application_body(profile, plant.enterprise, "p", "i"))
        objects["application"].push_back(json::parse(*body));
    const auto records = plant.records();
    for (const auto& made : {configuration_messages(scene), ledger_messages(scene),
                             replacement_messages(scene, records), verification_messages(scene)}) {
        for (const ConfigurationCall& call : made.calls) {
            const json body = json::parse(call.body);
            const auto add_list = [&](const std::string& object, const std::string& list) {
                for (const json& one : body.at(list)) objects[object].push_back(one);
            };
            if (call.key == "enterprise") {
                objects["enterprise"].push_back(body.at("enterprise"));
                objects["group"].push_back(body.at("group"));
                add_list("process", "process");
                add_list("unit", "processUnit");
                add_list("item", "collectItemConfig");
            } else if (call.key == "ledger") {
                add_list("ledger", "data");
            } else {
                const std::string object = call.key.substr(0, call.key.find('/'));
                objects[object == "meter" ? "ledger" : object].push_back(body);
            }
        }
    }
    return objects;
}

std::set<std::string> names_in(const std::map<std::string, std::vector<json>>& objects) {
    std::set<std::string> names;
    for (const auto& [object, list] : objects) {
        for (const json& one : list) {
            for (const auto& [name, value] : one.items()) names.insert(object + "." + name);
        }
    }
    return names;
}

TEST(MessageNames, AreExactlyThoseThatPlatformsAreTold) {
    std::set<std::string> written = names_in(told(with_items_in_full("national")));
    written.merge(names_in(told(with_items_in_full("yunnan"))));
    // Of the message, not of what it tells.
    for (const std::string_view beside :
         {"enterpriseCode", "regVersion", "dicVersion", "password", "dataIndex"}) {
        for (const std::string_view object :
             {"application", "process", "unit", "equipment", "item", "ledger", "replacement", "verification"})
            written.erase(fmt::format("{}.{}", object, beside));
    }
    const auto names = message_names();
    EXPECT_EQ(written, (std::set<std::string>{names.begin(), names.end()}));
}

TEST(MessageNames, EachOneCanBeRenamedAndEachOneLeftOut) {
    for (const std::string id : {"national", "yunnan"}) {
        ProfileOptions profile = with_items_in_full(id);
        const std::set<std::string> before = names_in(told(profile));
        for (const std::string_view name : message_names()) {
            if (!before.contains(std::string(name))) continue;
            const std::string renamed = std::string(name.substr(0, name.find('.'))) + ".other";

            profile.renames = {{std::string(name), "other"}};
            const auto with_other = names_in(told(profile));
            profile.renames = {{std::string(name), ""}};
            const auto without = names_in(told(profile));

            EXPECT_TRUE(with_other.contains(renamed) && !with_other.contains(std::string(name))) << name;
            EXPECT_FALSE(without.contains(std::string(name))) << name;
            EXPECT_EQ(without.size() + 1, before.size()) << name;
        }
    }
}

}  // namespace
}  // namespace mg
