#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/store_figures.h"
#include "gateway/commands/terminal.h"
#include "gateway/reading/local_time.h"

// How the figures of the store are shown.
namespace mg {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostDropsShown = 10;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::string per_reading(const std::optional<double>& bytes) {
    return bytes ? fmt::format("{:.1f}", *bytes) : std::string{"-"};
}

std::string_view code(DropReason reason) {
    switch (reason) {
        case DropReason::age:
            return "age";
        case DropReason::space:
            return "space";
        case DropReason::damaged:
            return "damaged";
    }
    return "space";
}

std::string_view label_of(DropReason reason) {
    switch (reason) {
        case DropReason::age:
            return tr("age", "超过保存期限");
        case DropReason::space:
            return tr("space", "空间不足");
        case DropReason::damaged:
            return tr("damage", "文件损坏");
    }
    return {};
}

std::string_view label_of(FileKind kind) {
    return kind == FileKind::boundary ? tr("boundary", "边界") : tr("other", "其他");
}

std::string kinds_view(const StoreFigures& figures) {
    TextTable table{{{text("class", "类别")},
                     {text("files", "文件"), Align::right},
                     {text("packed", "已压缩"), Align::right},
                     {text("days", "天数"), Align::right},
                     {text("items", "条数"), Align::right},
                     {text("size", "大小"), Align::right},
                     {text("bytes/reading hot", "字节/读数(未压缩)"), Align::right},
                     {text("packed", "(已压缩)"), Align::right}}};
    for (const FileKind kind : {FileKind::boundary, FileKind::other}) {
        const auto& of = figures.kinds[static_cast<std::size_t>(kind)];
        table.add({std::string(label_of(kind)), std::to_string(of.files), std::to_string(of.packed_files),
                   std::to_string(of.days), std::to_string(of.items), bytes_text(of.bytes),
                   per_reading(of.hot_bytes_per_reading), per_reading(of.packed_bytes_per_reading)});
    }
    return '\n' + table.to_string();
}

std::string consumers_view(const StoreFigures& figures) {
    TextTable table{{{text("uplink", "上传目标")},
                     {text("through", "已确认至"), Align::right},
                     {text("backlog", "积压"), Align::right},
                     {text("set aside", "搁置"), Align::right},
                     {text("dropped unsent", "未传即清理"), Align::right},
                     {text("configured", "已配置")}}};
    for (const auto& consumer : figures.consumers) {
        table.add({consumer.id.text, std::to_string(consumer.through), std::to_string(consumer.backlog),
                   std::to_string(consumer.set_aside), std::to_string(consumer.never_sent),
                   consumer.configured ? text("yes", "是") : text("no", "否")});
    }
    return table.empty() ? std::string{} : '\n' + table.to_string();
}

std::string drops_view(const StoreFigures& figures, std::chrono::minutes utc_offset, bool all) {
    std::vector<std::pair<DropKey, DropCount>> drops{figures.drops.dropped.begin(),
                                                     figures.drops.dropped.end()};
    if (drops.empty()) return {};
    std::ranges::stable_sort(drops, std::ranges::greater{},
                             [](const auto& drop) { return drop.second.samples + drop.second.gaps; });
    const std::size_t shown = all ? drops.size() : std::min(drops.size(), kMostDropsShown);
    TextTable table{{{text("dropped of", "已清理的计量点")},
                     {text("class", "类别")},
                     {text("because of", "原因")},
                     {text("samples", "采样"), Align::right},
                     {text("gaps", "缺口"), Align::right},
                     {text("from", "从")},
                     {text("to", "到")}}};
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& [key, count] = drops[i];
        table.add({key.meter.text.empty() ? text("(unknown)", "(未知)") : key.meter.text,
                   std::string(label_of(key.kind)), std::string(label_of(key.reason)),
                   std::to_string(count.samples), std::to_string(count.gaps),
                   local_text(count.first.at, utc_offset), local_text(count.last.at, utc_offset)});
    }
    std::string view = '\n' + table.to_string();
    if (shown < drops.size())
        view += trf("and {} more, see --meters\n", "另有 {} 行，见 --meters\n", drops.size() - shown);
    return view;
}

}  // namespace

std::string forecast_text(const std::optional<int>& days_left, bool known) {
    if (!known) return text("not known before a whole day was stored", "存满一整天后才能估算");
    if (!days_left)
        return text("the disk lasts: what comes is what retention takes", "磁盘够用：新增与到期清理持平");
    return trf("the disk lasts {} days at this rate", "按当前速度磁盘还够 {} 天", *days_left);
}

std::string figures_view(const StoreFigures& figures, std::chrono::minutes utc_offset, bool all_drops) {
    std::string view = trf("data folder {} · sequence {}\n", "数据目录 {} · 序号 {}\n",
                           printable(figures.folder), figures.newest);
    if (figures.first_slot && figures.last_slot) {
        view += trf("slots   {} … {}\n", "时刻    {} … {}\n", local_text(figures.first_slot->at, utc_offset),
                    local_text(figures.last_slot->at, utc_offset));
    }
    view +=
        trf("disk    {} used here · {} free of {} · room for {}\n",
            "磁盘    本目录占用 {} · 空闲 {}，共 {} · 还可存 {}\n", bytes_text(figures.disk.used),
            bytes_text(figures.disk.free), bytes_text(figures.disk.total),
            figures.room >= 0 ? bytes_text(static_cast<std::uint64_t>(figures.room)) : text("nothing", "零"));
    const Forecast& forecast = figures.forecast;
    const bool known = forecast.hot_bytes_per_day + forecast.packed_bytes_per_day > 0 || forecast.days_left;
    const std::string lasts = forecast_text(forecast.days_left, known);
    view += known ? trf("        {} a day as written, {} a day repacked · {}\n",
                        "        每天写入 {}，压缩后 {} · {}\n", bytes_text(forecast.hot_bytes_per_day),
                        bytes_text(forecast.packed_bytes_per_day), lasts)
                  : fmt::format("        {}\n", lasts);
    view += kinds_view(figures) + consumers_view(figures) + drops_view(figures, utc_offset, all_drops);
    for (const std::string& file : figures.unusable_files) {
        view += trf("not readable: {}\n", "无法读取：{}\n", printable(file));
    }
    for (const std::string& file : figures.set_aside_files) {
        view += trf("set aside: {} (see `metergate buffer repair`)\n",
                    "已另存：{}(见 metergate buffer repair)\n", printable(file));
    }
    return view;
}

std::string figures_json(const StoreFigures& figures, std::chrono::minutes utc_offset) {
    const auto time = [&](const std::optional<Slot>& slot) {
        return slot ? Json(iso_local(slot->at, utc_offset)) : Json(nullptr);
    };
    const auto number = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
    Json classes = Json::object();
    for (const FileKind kind : {FileKind::boundary, FileKind::other}) {
        const auto& of = figures.kinds[static_cast<std::size_t>(kind)];
        classes[std::string(to_string(kind))] = {
            {"files", of.files},
            {"packed_files", of.packed_files},
            {"days", of.days},
            {"items", of.items},
            {"bytes", of.bytes},
            {"hot_bytes_per_reading", number(of.hot_bytes_per_reading)},
            {"packed_bytes_per_reading", number(of.packed_bytes_per_reading)}};
    }
    Json consumers = Json::array();
    for (const auto& consumer : figures.consumers) {
        consumers.push_back({{"id", consumer.id.text},
                             {"configured", consumer.configured},
                             {"through", consumer.through},
                             {"backlog", consumer.backlog},
                             {"set_aside", consumer.set_aside},
                             {"dropped_unsent", consumer.never_sent}});
    }
    Json drops = Json::array();
    for (const auto& [key, count] : figures.drops.dropped) {
        drops.push_back({{"meter", key.meter.text},
                         {"class", to_string(key.kind)},
                         {"reason", code(key.reason)},
                         {"samples", count.samples},
                         {"gaps", count.gaps},
                         {"first", iso_local(count.first.at, utc_offset)},
                         {"last", iso_local(count.last.at, utc_offset)},
                         {"at", iso_local(count.at, utc_offset)}});
    }
    return Json{{"folder", figures.folder},
                {"newest", figures.newest},
                {"first_slot", time(figures.first_slot)},
                {"last_slot", time(figures.last_slot)},
                {"classes", std::move(classes)},
                {"bytes", figures.disk.used},
                {"free_bytes", figures.disk.free},
                {"room_bytes", figures.room},
                {"hot_bytes_per_day", figures.forecast.hot_bytes_per_day},
                {"packed_bytes_per_day", figures.forecast.packed_bytes_per_day},
                {"days_left", number(figures.forecast.days_left)},
                {"uplinks", std::move(consumers)},
                {"drops", std::move(drops)},
                {"set_aside_files", figures.set_aside_files},
                {"unusable_files", figures.unusable_files}}
               .dump(2, ' ', false, Json::error_handler_t::replace) +
           '\n';
}

}  // namespace mg
