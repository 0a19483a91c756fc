#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

#include "config/text_file.h"
#include "gateway/acceptance_file/acceptance_documents.h"
#include "gateway/accounting/books.h"
#include "gateway/balance/metering_network.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/buffer/store_view.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/data_options.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/output_file.h"
#include "gateway/commands/progress_line.h"
#include "gateway/commands/terminal.h"
#include "gateway/daemon/build_info.h"
#include "gateway/document/html_page.h"

namespace mg {
namespace {

constexpr std::string_view kFormFile = "readings.csv";
constexpr std::string_view kConformityFile = "conformity.html";
/// Beside the configuration: the templates of the site.
constexpr std::string_view kTemplateFolder = "acceptance";

namespace fs = std::filesystem;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

struct AcceptanceArguments {
    std::string out;
    std::string readings;
    std::string conformity;
    std::string templates;
    std::string write_templates;
    bool replace{false};
};

void complain_all(const std::vector<Problem>& problems) {
    for (const Problem& problem : problems) print_error(problem.to_string());
}

/// None: complained.
std::optional<std::vector<AcceptanceTemplate>> templates_in(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        if (entry.path().extension() == ".md") files.push_back(entry.path());
    }
    if (failed || files.empty()) {
        print_error(trf("{}: no templates (*.md) in it; --write-templates writes the built-in ones",
                        "{}：其中没有模板（*.md）；可用 --write-templates 写出内置模板", folder.string()));
        return std::nullopt;
    }
    std::ranges::sort(files);
    std::vector<Problem> problems;
    std::vector<AcceptanceTemplate> templates;
    for (const fs::path& file : files) {
        Reporter report{file.string(), problems};
        if (auto read = read_text_file(file, report))
            templates.push_back({file.filename().string(), std::move(*read)});
    }
    complain_all(problems);
    if (!problems.empty()) return std::nullopt;
    return templates;
}

std::optional<std::vector<AcceptanceTemplate>> templates_of(const AcceptanceArguments& arguments,
                                                            const fs::path& configuration) {
    if (!arguments.templates.empty()) return templates_in(arguments.templates);
    std::error_code ignored;
    const fs::path own = configuration / kTemplateFolder;
    if (fs::is_directory(own, ignored)) return templates_in(own);
    return shipped_templates();
}

/// Makes the folder. False: complained.
bool make_folder(const fs::path& folder, bool replace) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed || !fs::is_directory(folder, failed)) {
        print_error(trf("{}: cannot be made a folder", "{}：无法建立目录", folder.string()));
        return false;
    }
    if (replace || fs::is_empty(folder, failed)) return true;
    print_error(trf("{}: not empty; what is filled in there would be lost. Another folder, or --replace",
                    "{}：目录非空，其中已填写的内容会被覆盖。请换一个目录，或加 --replace", folder.string()));
    return false;
}

bool write_file(const fs::path& file, std::string_view content) {
    OutputFile output{file.string()};
    if (output.is_open() && output.write(content) && output.finish()) return true;
    print_error(trf("{}: cannot be written", "{}：无法写入", output.name()));
    return false;
}

int write_templates(const AcceptanceArguments& arguments) {
    const fs::path folder{arguments.write_templates};
    if (!make_folder(folder, arguments.replace)) return kExitFailed;
    for (const AcceptanceTemplate& each : shipped_templates()) {
        if (!write_file(folder / each.name, each.text)) return kExitFailed;
    }
    print(trf("templates: {}\n", "模板：{}\n", folder.string()));
    return kExitOk;
}

/// Both sides of each point. None: complained.
std::optional<std::vector<DisplayComparison>> compare_displays(const DataPlace& place,
                                                               const std::vector<DisplayReading>& noted,
                                                               SystemClock& clock) {
    const auto view = StoreView::open(place.storage.path);
    if (!view) {
        print_error(view.error().what);
        return std::nullopt;
    }
    const auto noted_of = [&](const ComparedPoint& what) -> std::optional<DisplayReading> {
        const auto found = std::ranges::find_if(noted, [&](const DisplayReading& each) {
            return each.meter == what.meter->id && each.point == what.point->id;
        });
        return found == noted.end() ? std::nullopt : std::optional{*found};
    };
    const std::vector<ComparedPoint> points = compared_points(place.options);
    const UtcTime now = clock.utc();
    std::map<PointName, UtcTime> moments;
    for (const ComparedPoint& each : points) {
        const auto reading = noted_of(each);
        moments[{each.meter->id, each.point->id}] = reading ? reading->at : now;
    }
    ProgressLine progress{clock};
    const auto found = box_readings(**view, moments, now, [&](double share) {
        progress.show(
            [&] { return trf("reading what is stored: {:.0f} %", "读取已存数据：{:.0f} %", 100 * share); });
    });
    if (!found) {
        print_error(found.error().what);
        return std::nullopt;
    }
    std::vector<DisplayComparison> comparisons;
    for (const ComparedPoint& each : points)
        comparisons.push_back(compare(each, noted_of(each), found->at({each.meter->id, each.point->id})));
    return comparisons;
}

/// Without books nothing was accepted yet. None: complained.
std::optional<std::vector<PlatformComparison>> compare_records(const DataPlace& place, UtcTime now) {
    const auto books = Books::look_into(place.storage.path / kBooksFile);
    if (!books) {
        print_error(books.error().what);
        return std::nullopt;
    }
    if (*books == nullptr) return std::vector<PlatformComparison>{};
    auto compared = platform_comparisons(**books, place.options, now);
    if (compared) return std::move(*compared);
    print_error(compared.error().what);
    return std::nullopt;
}

std::optional<std::vector<DisplayReading>> noted_readings(const AcceptanceArguments& arguments,
                                                          const Options& options) {
    if (arguments.readings.empty()) return std::vector<DisplayReading>{};
    std::vector<Problem> problems;
    Reporter report{arguments.readings, problems};
    std::vector<DisplayReading> noted;
    if (const auto table = read_text_file(arguments.readings, report))
        noted = read_display_readings(*table, options, report);
    complain_all(problems);
    if (std::ranges::count(problems, Severity::error, &Problem::severity) > 0) return std::nullopt;
    return noted;
}

std::vector<Block> network_pictures(const Options& options) {
    std::vector<Block> pictures;
    for (const MeteringNetwork& network : metering_networks(options.meters)) {
        if (std::string svg = network_picture(network); !svg.empty())
            pictures.emplace_back(Picture{.title = network.energy, .svg = std::move(svg)});
    }
    return pictures;
}

std::string summary(const std::vector<DisplayComparison>& displays, const fs::path& folder) {
    const auto count = [&](DisplayVerdict verdict) {
        return std::ranges::count(displays, verdict, &DisplayComparison::verdict);
    };
    const auto size = static_cast<std::ptrdiff_t>(displays.size());
    const auto open = count(DisplayVerdict::blank);
    std::string made = trf("acceptance file: {}\n", "验收资料：{}\n", folder.string());
    if (open == size) {
        return made + trf("readings of the displays go into {0}; then once more with --readings {0}\n",
                          "现场示值填入 {0}，再加 --readings {0} 重新生成\n", (folder / kFormFile).string());
    }
    return made + trf("{} points: {} agree, {} differ, {} without a reading of the display, {} not judged\n",
                      "{} 个测点：{} 个一致，{} 个不一致，{} 个未读现场示值，{} 个无法判定\n", size,
                      count(DisplayVerdict::agrees), count(DisplayVerdict::differs), open,
                      size - open - count(DisplayVerdict::agrees) - count(DisplayVerdict::differs));
}

/// Every page before the first is written: a template with mistakes leaves the folder as it was.
std::optional<std::vector<std::pair<std::string, std::string>>> pages_of(
    const std::vector<AcceptanceTemplate>& templates, const TemplateWords& words,
    std::chrono::minutes utc_offset) {
    std::vector<Problem> problems;
    std::vector<std::pair<std::string, std::string>> pages;
    for (const AcceptanceTemplate& each : templates) {
        Reporter report{each.name, problems};
        auto document = filled(each, words, report);
        if (!document) continue;
        document->utc_offset = utc_offset;
        pages.emplace_back(page_name(each), html_page(*document));
    }
    complain_all(problems);
    if (!problems.empty()) return std::nullopt;
    return pages;
}

int write_all(const DataPlace& place, const fs::path& configuration, const AcceptanceArguments& arguments) {
    const auto templates = templates_of(arguments, configuration);
    if (!templates) return kExitConfiguration;
    const auto noted = noted_readings(arguments, place.options);
    if (!noted) return kExitConfiguration;
    const auto required = shipped_required_documents();
    if (!required) {
        print_error(required.error().what);
        return kExitFailed;
    }
    std::string conformity;
    if (!arguments.conformity.empty()) {
        std::vector<Problem> problems;
        Reporter report{arguments.conformity, problems};
        const auto read = read_text_file(arguments.conformity, report);
        complain_all(problems);
        if (!read) return kExitConfiguration;
        conformity = *read;
    }
    SystemClock clock;
    const UtcTime now = clock.utc();
    auto displays = compare_displays(place, *noted, clock);
    if (!displays) return kExitFailed;
    auto records = compare_records(place, now);
    if (!records) return kExitFailed;
    const std::string said = summary(*displays, arguments.out);
    const AcceptanceFacts facts{.options = place.options,
                                .now = now,
                                .version = std::string(version()),
                                .displays = std::move(*displays),
                                .records = std::move(*records),
                                .network = network_pictures(place.options),
                                .required = *required,
                                .conformity = conformity.empty() ? "" : std::string(kConformityFile)};
    const auto pages = pages_of(*templates, acceptance_words(facts, *templates), place.site.utc_offset);
    if (!pages) return kExitConfiguration;

    const fs::path folder{arguments.out};
    if (!make_folder(folder, arguments.replace)) return kExitFailed;
    for (const auto& [name, page] : *pages) {
        if (!write_file(folder / name, page)) return kExitFailed;
    }
    if (!conformity.empty() && !write_file(folder / kConformityFile, conformity)) return kExitFailed;
    // What was filled in is never written over by an empty form.
    if (arguments.readings.empty() && !fs::exists(folder / kFormFile) &&
        !write_file(folder / kFormFile, display_readings_form(place.options)))
        return kExitFailed;
    print(said);
    return kExitOk;
}

}  // namespace

void add_acceptance(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "acceptance",
        text("Write the documents of the acceptance file: applications, description, comparison records, "
             "pledge; in Chinese unless --lang en",
             "生成验收资料：申请表、系统说明、比对记录、承诺书等；默认中文，--lang en 为英文"));
    const auto arguments = std::make_shared<AcceptanceArguments>();
    const auto option = [&](const char* name, const char* value, std::string& into,
                            const std::string& description) {
        return add_option(*command, name, value, description)->each([&into](const std::string& given) {
            into = given;
        });
    };
    auto* out =
        option("--out", "FOLDER", arguments->out, text("Where they go: a new folder", "写到哪里：新目录"));
    option("--readings", "FILE", arguments->readings,
           text("What the displays showed: readings.csv of an earlier call, filled in",
                "现场示值：前一次生成的 readings.csv，填写后给出"));
    option("--conformity", "FILE", arguments->conformity,
           text("The report of `platform test --report`, to be put beside them",
                "platform test --report 写出的符合性测试报告，一并放入"));
    option("--templates", "FOLDER", arguments->templates,
           text("Templates of your own; standard: the folder acceptance/ beside gateway.toml, else built in",
                "自己的模板；默认用配置目录下的 acceptance/，没有则用内置模板"));
    auto* templates = option("--write-templates", "FOLDER", arguments->write_templates,
                             text("Writes the built-in templates there, for editing, and nothing else",
                                  "只把内置模板写到该目录，供修改"));
    auto* replace = add_flag(*command, "--replace",
                             text("Write into a folder that is not empty", "允许写入非空目录，覆盖同名文件"));
    add_data_options(*command);
    command->callback([=, &app, &exit_code] {
        // The pages are for a Chinese file.
        const bool chosen = app.get_option("--lang")->count() > 0;
        const SpokenLanguage spoken{chosen ? language() : Language::zh};
        arguments->replace = replace->count() > 0;
        exit_code = kExitUsage;
        if (templates->count() > 0) {
            exit_code = write_templates(*arguments);
            return;
        }
        if (out->count() == 0)
            return print_error(text("where shall it go? --out FOLDER", "写到哪里？请给出 --out 目录"));
        exit_code = kExitConfiguration;
        const auto place = data_place(*command);
        if (!place) return;
        if (place->options.meters.empty()) {
            return print_error(
                text("what the site consists of is in the configuration: give its folder "
                     "with --config",
                     "站点情况由配置决定：请用 --config 指定配置目录"));
        }
        exit_code = write_all(*place, config_directory(*command), *arguments);
    });
}

}  // namespace mg
