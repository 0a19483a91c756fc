#include "gateway/document/xlsx_file.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <map>
#include <optional>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <xlsxwriter.h>

#include "gateway/base/language.h"
#include "gateway/document/cell_text.h"
#include "gateway/document/table_width.h"

namespace mg {
namespace {

constexpr std::size_t kWidestWords = 44;
constexpr std::size_t kUpright = 96;  ///< characters of a line that A4 takes upright
constexpr std::size_t kAcross = 190;  ///< and across, made smaller a little
constexpr lxw_row_t kChartRows = 19;
constexpr std::size_t kMostBytes = 32'000;  ///< a spreadsheet takes 32767 characters a cell
constexpr int kSafeDigits = 15;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

/// None: a double would not bring back these digits.
std::optional<double> as_double(const Decimal& value) {
    Int128 mantissa = value.mantissa() < 0 ? -value.mantissa() : value.mantissa();
    while (mantissa != 0 && mantissa % 10 == 0) mantissa /= 10;
    int digits = 0;
    for (; mantissa != 0; mantissa /= 10) ++digits;
    if (digits > kSafeDigits || value.exponent() < -kSafeDigits || value.exponent() > kSafeDigits)
        return std::nullopt;
    const std::string plain = value.to_string();
    double number = 0;
    const auto read = std::from_chars(plain.data(), plain.data() + plain.size(), number);
    return read.ec == std::errc{} ? std::optional{number} : std::nullopt;
}

std::string number_format(int decimals) {
    return decimals == 0 ? "#,##0" : "#,##0." + std::string(static_cast<std::size_t>(decimals), '0');
}

/// The day's number as spreadsheets count: 1 is 1900-01-01, and they believe that 1900 had a 29 February.
double day_number(UtcTime midnight, std::chrono::minutes utc_offset) {
    constexpr std::chrono::sys_days kZero{std::chrono::year{1899} / 12 / 30};
    return static_cast<double>(
        (std::chrono::floor<std::chrono::days>(midnight + utc_offset) - kZero).count());
}

/// What a cell looks like; equal ones share a format of the file.
struct Look {
    std::string number;  ///< the number format; empty: words
    Tone tone{Tone::plain};
    bool bold{false};
    bool bordered{true};
    bool right{false};
    bool heading{false};
    bool wrapped{false};
    int size{10};
    auto operator<=>(const Look&) const = default;
};

void colour(lxw_format* format, Tone tone) {
    switch (tone) {
        case Tone::plain:
            return;
        case Tone::good:
            format_set_font_color(format, 0x05611F);
            return;
        case Tone::warning:
            format_set_bg_color(format, 0xFFF2CC);
            return;
        case Tone::bad:
            format_set_bg_color(format, 0xF8CBAD);
            format_set_bold(format);
            return;
    }
}

class Workbook {
public:
    Workbook(const Document& document, const std::string& file) : document_{document}, file_{file} {
        lxw_workbook_options options{};
        options.constant_memory = LXW_TRUE;
        book_ = workbook_new_opt(file.c_str(), &options);
    }
    Workbook(const Workbook&) = delete;
    Workbook& operator=(const Workbook&) = delete;
    ~Workbook() {
        if (book_ != nullptr) lxw_workbook_free(book_);
    }

    Result<> write() {
        // The library would complain on stderr by itself, at the end.
        std::FILE* opened = std::fopen(file_.c_str(), "we");
        if (opened == nullptr) return cannot(std::generic_category().message(errno));
        std::fclose(opened);
        if (book_ == nullptr) return cannot(text("no memory", "内存不足"));
        if (!add_sheets()) return cannot(text("no temporary file", "无法建立临时文件"));
        for (std::size_t i = 0; i < document_.sections.size(); ++i) write_sheet(i);
        const lxw_error error = workbook_close(std::exchange(book_, nullptr));
        if (error != LXW_NO_ERROR) return cannot(lxw_strerror(error));
        return {};
    }

private:
    struct Sheet {
        lxw_worksheet* sheet{};
        lxw_row_t row{0};
        lxw_col_t last_column{5};
        std::size_t width{0};
        bool tones{false};
    };

    [[nodiscard]] tl::unexpected<Error> cannot(std::string why) const {
        return fail(Failure::storage_full, trf("{}: cannot be written: {}", "{}：无法写入：{}", file_, why));
    }

    bool add_sheets() {
        std::vector<std::string> headings;
        for (const Section& section : document_.sections) headings.push_back(section.heading);
        headings.push_back(text("Chart values", "图表数据"));
        names_ = sheet_names(headings);
        const bool charts = has_charts();
        for (std::size_t i = 0; i + (charts ? 0 : 1) < names_.size(); ++i) {
            lxw_worksheet* sheet = workbook_add_worksheet(book_, names_[i].c_str());
            if (sheet == nullptr) return false;
            sheets_.push_back(sheet);
        }
        return true;
    }

    [[nodiscard]] bool has_charts() const {
        return std::ranges::any_of(document_.sections, [](const Section& section) {
            return std::ranges::any_of(
                section.blocks, [](const Block& block) { return std::holds_alternative<Chart>(block); });
        });
    }

    lxw_format* format(const Look& look) {
        auto [place, is_new] = formats_.try_emplace(look, nullptr);
        if (!is_new) return place->second;
        lxw_format* made = workbook_add_format(book_);
        format_set_font_size(made, look.size);
        // The mark stands in the format, so that a number with a mark is a number still.
        const std::string mark = look.tone == Tone::plain ? "" : fmt::format("\"{} \"", mark_of(look.tone));
        if (!look.number.empty()) {
            format_set_num_format(made, fmt::format("{0}{1};{0}-{1}", mark, look.number).c_str());
        } else if (!mark.empty()) {
            format_set_num_format(made, fmt::format("General;General;General;{}@", mark).c_str());
        }
        colour(made, look.tone);
        if (look.bold) format_set_bold(made);
        if (look.bordered) format_set_border(made, LXW_BORDER_HAIR);
        if (look.right) format_set_align(made, LXW_ALIGN_RIGHT);
        if (look.wrapped || look.heading) format_set_text_wrap(made);
        format_set_align(made, LXW_ALIGN_VERTICAL_CENTER);
        if (look.heading) format_set_bg_color(made, 0xE7E6E6);
        return place->second = made;
    }

    static void put_words(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, std::string_view words,
                          lxw_format* format) {
        std::size_t bytes = std::min(words.size(), kMostBytes);
        while (bytes < words.size() && bytes > 0 &&
               (static_cast<unsigned char>(words[bytes]) & 0xC0U) == 0x80)
            --bytes;
        worksheet_write_string(sheet, row, column, std::string(words.substr(0, bytes)).c_str(), format);
    }

    void write_sheet(std::size_t number) {
        const Section& section = document_.sections[number];
        Sheet sheet{.sheet = sheets_[number]};
        set_columns(sheet, section);
        if (number == 0) write_title(sheet);
        put_words(sheet.sheet, sheet.row++, 0, section.heading,
                  format({.bold = true, .bordered = false, .size = 14}));
        const lxw_row_t below_heading = sheet.row;
        std::size_t tables = 0;
        lxw_row_t heading_row = 0;
        std::size_t leading = 0;
        for (const Block& block : section.blocks) {
            if (std::holds_alternative<Chart>(block)) continue;
            if (const auto* table = std::get_if<Table>(&block)) {
                ++tables;
                heading_row = sheet.row + (table->title.empty() ? 0 : 1);
                leading = table->leading_columns;
            }
            std::visit([&](const auto& what) { put(sheet, what); }, block);
        }
        if (sheet.tones) put_legend(sheet);
        for (const Block& block : section.blocks)
            if (const auto* chart = std::get_if<Chart>(&block)) put_chart(sheet, *chart);
        const bool one = tables == 1 && heading_row < 14;
        worksheet_freeze_panes(sheet.sheet, one ? heading_row + 1 : below_heading,
                               one && sheet.width > kUpright ? static_cast<lxw_col_t>(leading) : 0);
        if (one) worksheet_repeat_rows(sheet.sheet, heading_row, heading_row);
        if (one && sheet.width > kAcross && leading > 0)
            worksheet_repeat_columns(sheet.sheet, 0, static_cast<lxw_col_t>(leading - 1));
        set_page(sheet);
    }

    void set_columns(Sheet& sheet, const Section& section) {
        std::vector<std::size_t> widths;
        for (const Block& block : section.blocks) {
            std::vector<std::size_t> wanted;
            if (const auto* table = std::get_if<Table>(&block))
                wanted = column_widths(*table, document_.utc_offset, kWidestWords);
            if (const auto* facts = std::get_if<Facts>(&block)) {
                wanted.push_back(0);
                for (const auto& fact : facts->facts)
                    wanted[0] = std::max(wanted[0], std::min(kWidestWords, columns_of(fact.first)));
            }
            if (wanted.size() > widths.size()) widths.resize(wanted.size(), 8);
            for (std::size_t i = 0; i < wanted.size(); ++i) widths[i] = std::max(widths[i], wanted[i]);
        }
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const auto column = static_cast<lxw_col_t>(i);
            worksheet_set_column(sheet.sheet, column, column, static_cast<double>(widths[i]) + 2, nullptr);
            sheet.width += widths[i] + 2;
        }
        if (widths.size() > 1) sheet.last_column = static_cast<lxw_col_t>(widths.size() - 1);
        if (widths.size() <= 1) sheet.width += 9 * 5;
    }

    void set_page(const Sheet& sheet) {
        worksheet_set_paper(sheet.sheet, 9);
        if (sheet.width > kUpright) worksheet_set_landscape(sheet.sheet);
        const std::size_t page = sheet.width > kUpright ? kAcross : kUpright;
        const std::size_t pages = (sheet.width + page - 1) / page;
        worksheet_fit_to_pages(sheet.sheet, static_cast<std::uint16_t>(std::max<std::size_t>(1, pages)), 0);
        worksheet_set_margins(sheet.sheet, 0.5, 0.5, 0.7, 0.7);
        worksheet_set_footer(sheet.sheet, "&L&8&A&C&8&P / &N");
    }

    void write_title(Sheet& sheet) {
        put_words(sheet.sheet, sheet.row++, 0, document_.title,
                  format({.bold = true, .bordered = false, .size = 18}));
        for (const std::string& line : document_.subtitles)
            put_words(sheet.sheet, sheet.row++, 0, line, format({.bordered = false}));
        ++sheet.row;
    }

    /// Words over the width of the sheet, as high as they need.
    void put_line(Sheet& sheet, std::string_view words, Tone tone, int size = 10) {
        const std::size_t width = std::max<std::size_t>(std::min(sheet.width, kUpright), 40);
        const std::size_t lines = columns_of(words) / width + 1;
        worksheet_set_row(sheet.sheet, sheet.row,
                          15.0 * static_cast<double>(std::min<std::size_t>(lines, 20)), nullptr);
        lxw_format* look = format({.tone = tone, .bordered = false, .wrapped = true, .size = size});
        worksheet_merge_range(sheet.sheet, sheet.row, 0, sheet.row, merge_until(sheet), "", look);
        put_words(sheet.sheet, sheet.row++, 0, words, look);
        sheet.tones = sheet.tones || tone != Tone::plain;
    }

    /// So that a line on a wide sheet can be read without scrolling.
    static lxw_col_t merge_until(const Sheet& sheet) { return std::min<lxw_col_t>(sheet.last_column, 11); }

    void put(Sheet& sheet, const Paragraph& paragraph) { put_line(sheet, paragraph.text, paragraph.tone); }

    void put(Sheet& sheet, const Facts& facts) {
        for (const auto& [what, value] : facts.facts) {
            put_words(sheet.sheet, sheet.row, 0, what,
                      format({.bold = true, .bordered = false, .wrapped = true}));
            put_words(sheet.sheet, sheet.row++, 1, value, format({.bordered = false}));
        }
        ++sheet.row;
    }

    void put(Sheet& sheet, const Picture& picture) {
        put_line(sheet, trf("{}: see the printable page", "{}：见可打印页", picture.title), Tone::plain);
    }

    static void put(Sheet& /*sheet*/, const Chart& /*chart*/) {}  // below everything else

    void put(Sheet& sheet, const Signatures& signatures) {
        ++sheet.row;
        for (const std::string& who : signatures.who) {
            worksheet_set_row(sheet.sheet, sheet.row, 30, nullptr);
            put_words(sheet.sheet, sheet.row, 0, who, format({.bold = true}));
            for (lxw_col_t i = 1; i < 4; ++i)
                put_words(sheet.sheet, sheet.row, i, i == 2 ? tr("date", "日期") : "",
                          format({.bold = i == 2}));
            ++sheet.row;
        }
        ++sheet.row;
    }

    void put(Sheet& sheet, const Table& table) {
        if (!table.title.empty())
            put_words(sheet.sheet, sheet.row++, 0, table.title,
                      format({.bold = true, .bordered = false, .size = 11}));
        const bool units =
            std::ranges::any_of(table.columns, [](const Column& c) { return !c.unit.empty(); });
        worksheet_set_row(sheet.sheet, sheet.row, units ? 30 : 18, nullptr);
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const Column& column = table.columns[i];
            put_words(
                sheet.sheet, sheet.row, static_cast<lxw_col_t>(i),
                column.unit.empty() ? column.heading : fmt::format("{}\n{}", column.heading, column.unit),
                format({.bold = true, .right = column.number, .heading = true}));
        }
        ++sheet.row;
        for (std::size_t r = 0; r < table.rows.size(); ++r) {
            const bool total = r + table.total_rows >= table.rows.size();
            for (std::size_t i = 0; i < table.rows[r].size(); ++i)
                put_cell(sheet, static_cast<lxw_col_t>(i), table.rows[r][i], table.columns[i].number, total);
            ++sheet.row;
        }
        if (table.rows.empty()) put_line(sheet, tr("None.", "无。"), Tone::plain);
        if (!table.note.empty()) put_line(sheet, table.note, Tone::plain, 9);
        ++sheet.row;
    }

    void put_cell(Sheet& sheet, lxw_col_t column, const Cell& cell, bool number, bool bold) {
        Look look{.tone = cell.tone, .bold = bold, .right = number};
        sheet.tones = sheet.tones || cell.tone != Tone::plain;
        const auto put_number = [&](double value, std::string as) {
            look.number = std::move(as);
            worksheet_write_number(sheet.sheet, sheet.row, column, value, format(look));
        };
        if (const auto* value = std::get_if<Decimal>(&cell.value)) {
            if (const auto exact = as_double(*value))
                return put_number(*exact, number_format(std::max(0, -value->exponent())));
        } else if (const auto* share = std::get_if<ShareCell>(&cell.value)) {
            if (const auto exact = as_double(percent_of(*share).shifted(-2)))
                return put_number(
                    *exact,
                    share->decimals == 0
                        ? "0%"
                        : fmt::format("0.{}%", std::string(static_cast<std::size_t>(share->decimals), '0')));
        } else if (const auto* day = std::get_if<DateCell>(&cell.value)) {
            return put_number(day_number(day->midnight, document_.utc_offset), "yyyy-mm-dd");
        }
        const std::string words = cell_text(cell, document_.utc_offset, Digits::plain);
        look.wrapped = columns_of(words) > kWidestWords;
        put_words(sheet.sheet, sheet.row, column, words, format(look));
    }

    void put_legend(Sheet& sheet) {
        std::string words;
        for (const Tone tone : {Tone::good, Tone::warning, Tone::bad})
            words += fmt::format("{}{} {}", words.empty() ? "" : "   ", mark_of(tone), label(tone));
        put_line(sheet, words, Tone::plain, 9);
    }

    // ---- charts ----

    static std::uint8_t type_of(const Chart& chart) {
        switch (chart.kind) {
            case Chart::Kind::columns:
                return LXW_CHART_COLUMN;
            case Chart::Kind::stacked_columns:
                return LXW_CHART_COLUMN_STACKED;
            case Chart::Kind::lines:
                return LXW_CHART_LINE;
        }
        return LXW_CHART_COLUMN;
    }

    void put_chart(Sheet& sheet, const Chart& chart) {
        const lxw_row_t first = put_values(chart);
        lxw_chart* made = workbook_add_chart(book_, type_of(chart));
        const auto last = first + static_cast<lxw_row_t>(chart.categories.size()) - 1;
        const std::size_t number = chart.series.size() + (bar_is_series(chart) ? 1 : 0);
        const char* values = names_.back().c_str();
        for (std::size_t i = 0; i < number; ++i) {
            const auto column = static_cast<lxw_col_t>(i + 1);
            lxw_chart_series* series = chart_add_series(made, nullptr, nullptr);
            chart_series_set_categories(series, values, first, 0, last, 0);
            chart_series_set_values(series, values, first, column, last, column);
            chart_series_set_name_range(series, values, first - 1, column);
        }
        const std::string bar =
            chart.bar && !bar_is_series(chart) ? fmt::format(" ({})", chart.bar_name) : std::string{};
        chart_title_set_name(made, (chart.title + bar).c_str());
        chart_axis_set_name(made->y_axis, chart.unit.c_str());
        chart_show_blanks_as(made, LXW_CHART_BLANKS_AS_GAP);
        if (number > 1) chart_legend_set_position(made, LXW_CHART_LEGEND_BOTTOM);
        if (number == 1) chart_legend_set_position(made, LXW_CHART_LEGEND_NONE);
        lxw_chart_options place{};
        place.x_scale = 1.7;
        place.y_scale = 1.2;
        worksheet_insert_chart_opt(sheet.sheet, sheet.row + 1, 0, made, &place);
        sheet.row += kChartRows;
    }

    /// Of columns the library draws no line across; the bar is named in their title.
    static bool bar_is_series(const Chart& chart) { return chart.bar && chart.kind == Chart::Kind::lines; }

    /// On the last sheet, one chart below the other; the row of the first value.
    lxw_row_t put_values(const Chart& chart) {
        lxw_worksheet* sheet = sheets_.back();
        put_words(sheet, values_row_++, 0, chart.title, format({.bold = true, .bordered = false}));
        put_words(sheet, values_row_, 0, chart.unit, format({.bordered = false}));
        for (std::size_t i = 0; i < chart.series.size(); ++i)
            put_words(sheet, values_row_, static_cast<lxw_col_t>(i + 1), chart.series[i].name, nullptr);
        const auto bar = static_cast<lxw_col_t>(chart.series.size() + 1);
        if (bar_is_series(chart)) put_words(sheet, values_row_, bar, chart.bar_name, nullptr);
        const lxw_row_t first = ++values_row_;
        for (std::size_t k = 0; k < chart.categories.size(); ++k, ++values_row_) {
            put_words(sheet, values_row_, 0, chart.categories[k], nullptr);
            for (std::size_t i = 0; i < chart.series.size(); ++i) {
                const auto& values = chart.series[i].values;
                if (k < values.size() && values[k])
                    worksheet_write_number(sheet, values_row_, static_cast<lxw_col_t>(i + 1), *values[k],
                                           nullptr);
            }
            if (bar_is_series(chart)) worksheet_write_number(sheet, values_row_, bar, *chart.bar, nullptr);
        }
        ++values_row_;
        return first;
    }

    const Document& document_;
    std::string file_;
    lxw_workbook* book_{};
    std::vector<std::string> names_;
    std::vector<lxw_worksheet*> sheets_;
    std::map<Look, lxw_format*> formats_;
    lxw_row_t values_row_{0};
};

}  // namespace

Result<> write_xlsx(const Document& document, const std::string& file) {
    return Workbook{document, file}.write();
}

}  // namespace mg
