#include "gateway/commands/buffer_export.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/fields.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/buffer/store_view.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/data_options.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/export_rows.h"
#include "gateway/commands/output_file.h"
#include "gateway/commands/progress_line.h"
#include "gateway/commands/terminal.h"
#include "gateway/document/csv_text.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

constexpr std::size_t kItemsAtOnce = 2000;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

struct ExportArguments {
    std::string from;
    std::string to;
    std::vector<std::string> meters;
    std::vector<std::string> points;
    std::string format{"csv"};
    std::string file;  ///< empty: stdout
    bool mark{false};
};

std::optional<HistoryQuery> query_of(const ExportArguments& arguments, const DataPlace& place) {
    HistoryQuery query;
    const auto read = [&](const std::string& given, PeriodEnd which, Slot& into) {
        if (given.empty()) return true;
        const auto moment = moment_from(given, which, place.site.utc_offset);
        if (moment) into = *moment;
        if (!moment) {
            print_error(trf("not a date or time: {}; such as 2026-11-22 or \"2026-11-22 10:15\"",
                            "不是日期或时间：{}；例如 2026-11-22 或 \"2026-11-22 10:15\"", given));
        }
        return moment.has_value();
    };
    if (!read(arguments.from, PeriodEnd::begin, query.from) ||
        !read(arguments.to, PeriodEnd::end, query.to)) {
        return std::nullopt;
    }
    for (const std::string& meter : arguments.meters) query.meters.insert(MeterId{meter});
    return query;
}

/// A misspelt meter would give an empty table that looks like an answer.
bool meters_are_known(const ExportArguments& arguments, const DataPlace& place, const StoreView& view) {
    std::vector<std::string> names;
    for (const MeterOptions& meter : place.options.meters) names.push_back(meter.id.text);
    for (const std::string& meter : arguments.meters) {
        if (view.last_slot(MeterId{meter}) || place.options.meter(MeterId{meter}) != nullptr) continue;
        const std::string nearest = nearest_of(meter, names);
        print_error(
            trf("no metering point is called '{}'", "没有名为“{}”的计量点", meter) +
            (nearest.empty() ? std::string{} : trf("; is \"{}\" meant?", "；是否想输入“{}”？", nearest)));
        return false;
    }
    return true;
}

int export_all(StoreView& view, const HistoryQuery& query, const ExportOptions& options,
               const ExportArguments& arguments) {
    const bool csv = arguments.format == "csv";
    OutputFile output{arguments.file};
    const auto cannot_write = [&] {
        print_error(trf("{}: cannot be written", "{}：无法写入", output.name()));
        return kExitFailed;
    };
    if (!output.is_open()) return cannot_write();
    if (arguments.mark && !output.write(kUtf8Mark)) return cannot_write();
    if (csv && !output.write(csv_heading())) return cannot_write();
    SystemClock clock;
    ProgressLine progress{clock};
    std::uint64_t items = 0;
    Sequence first = 0;
    for (Sequence after = 0; after < view.newest();) {
        const auto part = view.read(query, after, kItemsAtOnce);
        if (!part) {
            print_error(part.error().what);
            return kExitFailed;
        }
        std::string rows;
        for (const StoredItem& item : part->items)
            rows += csv ? csv_rows(item, options) : json_row(item, options);
        if (!output.write(rows)) return cannot_write();
        items += part->items.size();
        if (first == 0) first = part->through;
        after = part->through;
        progress.show([&] {
            const auto seconds = static_cast<double>(progress.running().count()) / 1000;
            return trf("{0:.0f} %  {1} items  {2:.0f} a second", "{0:.0f} %  {1} 条  每秒 {2:.0f} 条",
                       100.0 * static_cast<double>(after - first) /
                           static_cast<double>(std::max<Sequence>(view.newest() - first, 1)),
                       items, seconds > 0 ? static_cast<double>(items) / seconds : 0.0);
        });
    }
    if (!output.finish()) return cannot_write();
    if (const auto damaged = view.damaged_items() + view.unusable().size(); damaged > 0) {
        print_error(
            trf("the table is not complete: {0} items or files cannot be read, see `metergate buffer check`",
                "导出不完整：{0} 条数据或文件无法读取，见 metergate buffer check", damaged));
        return kExitFailed;
    }
    return kExitOk;
}

int run_export(const DataPlace& place, const ExportArguments& arguments) {
    const auto query = query_of(arguments, place);
    if (!query) return kExitUsage;
    const auto view = StoreView::open(place.storage.path);
    if (!view) {
        print_error(view.error().what);
        return kExitConfiguration;
    }
    if (!meters_are_known(arguments, place, **view)) return kExitUsage;
    ExportOptions options{.utc_offset = place.site.utc_offset, .multipliers = {}, .points = {}};
    for (const MeterOptions& meter : place.options.meters) options.multipliers[meter.id] = meter.multiplier;
    for (const std::string& point : arguments.points) options.points.insert(PointId{point});
    return export_all(**view, *query, options, arguments);
}

}  // namespace

void add_export_options(CLI::App& command, int& exit_code) {
    const auto arguments = std::make_shared<ExportArguments>();
    const auto option = [&](const char* name, const char* value, auto& into, const std::string& description) {
        return command.add_option(name, into, description)
            ->option_text(value)
            ->group(text("Options", "选项"));
    };
    option("--from", "TIME", arguments->from,
           text("First slot, at the site's time: 2026-11-22 or \"2026-11-22 10:15\"; standard: the oldest",
                "起始时刻(现场时间)：2026-11-22 或 \"2026-11-22 10:15\"；默认最早"));
    option("--to", "TIME", arguments->to,
           text("Up to this moment; a date alone includes that day", "截止时刻(不含)；只写日期则含当天"));
    option("--meter", "ID", arguments->meters,
           text("Only this metering point; may be repeated", "只导出该计量点；可多次"));
    option("--point", "ID", arguments->points,
           text("Only this point; may be repeated", "只导出该测点；可多次"));
    option("--format", "csv|jsonl", arguments->format, text("Standard: csv", "默认 csv"))
        ->check(CLI::IsMember({"csv", "jsonl"}));
    option("-o,--output", "FILE", arguments->file, text("Standard: to stdout", "默认输出到标准输出"));
    CLI::Option* mark = add_flag(
        command, "--bom", text("Byte order mark first, for Excel and WPS", "加 BOM，供 Excel 和 WPS 打开"));
    command.callback([&command, &exit_code, arguments, mark] {
        const auto place = data_place(command);
        arguments->mark = mark->count() > 0;
        exit_code = place ? run_export(*place, *arguments) : kExitConfiguration;
    });
}

}  // namespace mg
