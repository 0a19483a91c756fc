#include <algorithm>
#include <set>

#include "config/calendar_values.h"
#include "config/loaders.h"
#include "config/table.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

/// Reads the rows of all calendars; what cannot be judged row by row is for check_calendar().
class CalendarTable {
public:
    CalendarTable(const SiteOptions& site, std::vector<CalendarOptions>& calendars, Reporter& report)
        : site_{site}, calendars_{calendars}, report_{report} {}

    void add(const Record& record, const TableReader& rows) {
        const std::string id = record.get_or<std::string>("calendar", {});
        const std::size_t before = report_count_;
        CalendarRule rule = read_rule(record, rows);
        const bool right = report_count_ == before && record.has("slot") &&
                           std::ranges::all_of(record.entries(), &Record::Entry::valid);
        if (id.empty() || !right) {
            // Hours that this row was meant to have would be missed in vain.
            id.empty() ? void(all_broken_ = true) : void(broken_.insert(id));
            return;
        }
        CalendarOptions& calendar = calendar_of(id);
        rule.slot = slot_of(calendar, record);
        CalendarVersion& version =
            version_of(calendar, site_midnight(record, "valid_from", site_).value_or(UtcTime{}));
        if (version.rules.size() == kMostCalendarRules) {
            error(record, "valid_from",
                  {std::string(tr("too many rows of one version", "同一版的行数过多")),
                   trf("at most {}", "不超过 {} 行", kMostCalendarRules)});
            broken_.insert(id);
        }
        version.rules.push_back(std::move(rule));
    }

    void finish() {
        for (CalendarOptions& calendar : calendars_) {
            std::ranges::stable_sort(calendar.versions, {}, &CalendarVersion::valid_from);
            limit_versions(calendar);
            if (all_broken_ || broken_.contains(calendar.id)) continue;
            check_calendar(calendar, site_.utc_offset, report_);
        }
    }

private:
    CalendarRule read_rule(const Record& record, const TableReader& rows) {
        CalendarRule rule;
        rule.row = rows.row_of(record);
        if (const auto months = read(record, "months", parse_months)) rule.months = *months;
        if (auto days = read(record, "days", parse_days)) {
            rule.weekdays = days->weekdays;
            rule.dates = std::move(days->dates);
        }
        rule.from = read_time(record, "from").value_or(rule.from);
        rule.to = read_time(record, "to").value_or(rule.to);
        if (rule.from == rule.to) {
            error(record, "to",
                  {std::string(tr("from and to are the same", "开始与结束是同一时刻")),
                   std::string(tr("00:00 and 24:00 for a whole day", "全天写 00:00 和 24:00"))});
        } else if (rule.from == std::chrono::days{1}) {
            error(record, "from",
                  {std::string(tr("the day is over then", "此刻一天已结束")), "00:00 … 23:45"});
        } else if (rule.to < rule.from) {
            rule.to += std::chrono::days{1};
        }
        return rule;
    }

    template <class T>
    std::optional<T> read(const Record& record, std::string_view key, Parsed<T> (*parse)(std::string_view)) {
        const auto* text = record.get<std::string>(key);
        if (text == nullptr) return std::nullopt;
        auto value = parse(*text);
        if (value) return std::move(*value);
        error(record, key, value.error());
        return std::nullopt;
    }

    std::optional<milliseconds> read_time(const Record& record, std::string_view key) {
        const auto time = read(record, key, parse_time_of_day);
        if (!time || *time % site_.boundary == milliseconds{0}) return time;
        error(record, key,
              {std::string(tr("not a boundary of the site", "不是站点的边界时刻")),
               trf("multiples of {}", "{} 的整数倍", print_duration(site_.boundary.count()))});
        return std::nullopt;
    }

    CalendarOptions& calendar_of(const std::string& id) {
        const auto known = std::ranges::find(calendars_, id, &CalendarOptions::id);
        if (known != calendars_.end()) return *known;
        return calendars_.emplace_back(CalendarOptions{.id = id, .slots = {}, .versions = {}});
    }

    std::size_t slot_of(CalendarOptions& calendar, const Record& record) {
        const std::string name{record.text("slot")};
        const auto known = std::ranges::find(calendar.slots, name);
        if (known != calendar.slots.end()) return static_cast<std::size_t>(known - calendar.slots.begin());
        if (calendar.slots.size() == kMostCalendarSlots) {
            error(record, "slot",
                  {trf("calendar {} has too many slots", "日历 {} 的时段过多", calendar.id),
                   trf("at most {}", "不超过 {} 个", kMostCalendarSlots)});
        }
        calendar.slots.push_back(name);
        return calendar.slots.size() - 1;
    }

    static CalendarVersion& version_of(CalendarOptions& calendar, UtcTime valid_from) {
        const auto known = std::ranges::find(calendar.versions, valid_from, &CalendarVersion::valid_from);
        if (known != calendar.versions.end()) return *known;
        return calendar.versions.emplace_back(CalendarVersion{.valid_from = valid_from, .rules = {}});
    }

    void limit_versions(const CalendarOptions& calendar) {
        if (calendar.versions.size() <= kMostCalendarVersions) return;
        const TableRow& row = calendar.versions[kMostCalendarVersions].rules.front().row;
        report_.error({row.line(), row.column_of("valid_from")}, "valid_from",
                      {trf("calendar {} has too many versions", "日历 {} 的版本过多", calendar.id),
                       trf("at most {}", "不超过 {} 版", kMostCalendarVersions)},
                      row.text("valid_from"));
    }

    void error(const Record& record, std::string_view key, Complaint complaint) {
        ++report_count_;
        report_.error(record.place_of(key), key, std::move(complaint), record.text(key));
    }

    const SiteOptions& site_;
    std::vector<CalendarOptions>& calendars_;
    Reporter& report_;
    std::size_t report_count_{0};
    bool all_broken_{false};
    std::set<std::string> broken_;
};

}  // namespace

void load_calendars(std::string_view text, Options& options, Reporter& report) {
    TableReader rows{FieldSection::calendar, text, kMostCalendarRows, report};
    CalendarTable table{options.site, options.calendars, report};
    while (const auto record = rows.next()) table.add(*record, rows);
    table.finish();
}

}  // namespace mg
