#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/acceptance_file/acceptance_template.h"
#include "gateway/acceptance_file/display_comparison.h"
#include "gateway/acceptance_file/platform_comparison.h"
#include "gateway/base/result.h"

/// The acceptance file (验收资料) of a site: what provincial standards ask of an enterprise before its end
/// device is accepted. Pure.
namespace mg {

/// What built-in templates there are in the language of the user, in the order of their names.
std::vector<AcceptanceTemplate> shipped_templates();

/// What a standard lists. Data: config/acceptance/documents.toml.
struct RequiredDocuments {
    std::string standard;
    std::string region_zh;
    std::string region_en;
    std::string source;
    bool verified{false};
    std::vector<std::string> documents_zh;
    std::vector<std::string> documents_en;
};
/// invalid_config: says what is wrong and in which line.
Result<std::vector<RequiredDocuments>> parse_required_documents(std::string_view text);
Result<std::vector<RequiredDocuments>> shipped_required_documents();

struct AcceptanceFacts {
    const Options& options;
    UtcTime now{};
    std::string version;  ///< of this program
    std::vector<DisplayComparison> displays;
    std::vector<PlatformComparison> records;
    std::vector<Block> network;  ///< the metering network as a picture
    std::vector<RequiredDocuments> required;
    std::string conformity;  ///< file name of the conformity report in the folder; empty: none
};

/// What the templates may say.
TemplateWords acceptance_words(const AcceptanceFacts& facts,
                               const std::vector<AcceptanceTemplate>& templates);

/// "02-system.html" of "02-system.md".
std::string page_name(const AcceptanceTemplate& given);

}  // namespace mg
