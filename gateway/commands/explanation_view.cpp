#include "gateway/commands/explanation_view.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "config/coal_basis.h"
#include "gateway/accounting/dated_record_json.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/cause_text.h"
#include "gateway/commands/dated_view.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"
#include "gateway/reading/quality.h"

namespace mg {
namespace {

using Json = nlohmann::json;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

/// Puts an explanation into lines. Throws what nlohmann throws where it is not as documented.
class ExplanationText {
public:
    explicit ExplanationText(std::chrono::minutes utc_offset) : offset_{utc_offset} {}

    std::string all(const Json& said) {
        head(said);
        rounding(said);
        working(said);
        passed_over(said.at("passed_over"));
        records(said.at("records"));
        revisions(said.at("revisions"));
        return std::move(lines_);
    }

private:
    template <class... Args>
    void line(std::string_view en, std::string_view zh, const Args&... args) {
        lines_.append(2 * depth_, ' ');
        lines_ += fmt::format(fmt::runtime(tr(en, zh)), args...) + '\n';
    }
    /// What is printed within is one step further in.
    class Inside {
    public:
        explicit Inside(std::size_t& depth) : depth_{depth} { ++depth_; }
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;
        ~Inside() { --depth_; }

    private:
        std::size_t& depth_;
    };

    static std::string word(const Json& json) {
        return printable(json.is_string() ? json.get_ref<const std::string&>() : json.dump());
    }
    /// As it stands between signs of arithmetic.
    static std::string number(const Json& json) {
        const std::string digits = word(json);
        const bool needs_brackets = digits.starts_with('-') || digits.find('/') != std::string::npos;
        return needs_brackets ? "(" + digits + ")" : digits;
    }
    [[nodiscard]] std::string at(const Json& json) const {
        if (json.is_null()) return text("ever", "始终");
        const auto time = utc_from_text(json.get_ref<const std::string&>());
        return time ? local_text(*time, offset_) : word(json);
    }
    static UtcTime time(const Json& json) {
        return utc_from_text(json.get_ref<const std::string&>()).value_or(UtcTime{});
    }
    static std::string by_record(const Json& record) {
        return record.is_null() ? std::string{} : trf(" [record {}]", "［记录 {}］", word(record));
    }
    static std::string marks(const Json& names) {
        std::string words;
        for (const Json& name : names) {
            words += (words.empty() ? "" : text(", ", "、")) + printable(mark_label(word(name)));
        }
        return words;
    }

    /// ", equivalent".
    static std::string basis_text(const Json& basis) {
        if (basis.is_null()) return {};
        const auto known =
            std::ranges::find(kCoalBases, word(basis), [](CoalBasis each) { return to_string(each); });
        return text(", ", "，") + (known == kCoalBases.end() ? word(basis) : std::string(label(*known)));
    }

    void head(const Json& said) {
        const std::string value = word(said.at("value"));
        line("{} {}: {} {}, revision {}", "{} {}：{} {}，修订 {}", word(said.at("item")),
             word(said.at("period")), value.empty() ? text("no value", "无值") : value, word(said.at("unit")),
             word(said.at("revision")));
        const Inside inside{depth_};
        line("{}", "{}", word(said.at("name")));
        const std::string formula = word(said.at("formula"));
        if (!formula.empty()) line("formula: {}", "计算公式：{}", formula);
        for (const Json& each : said.at("coal")) {
            line("standard coal of {}: × {} {}{}", "{} 折标：× {} {}{}", word(each.at("item")),
                 word(each.at("factor")), word(each.at("unit")), basis_text(each.at("basis")));
        }
        line("this version of the item holds since: {}", "采集项的此版本启用：{}",
             at(said.at("version_from")));
        line("inputType {}, computed {}", "inputType {}，计算于 {}", word(said.at("input_type")),
             at(said.at("computed_at")));
        if (!said.at("marks").empty()) line("marks: {}", "标记：{}", marks(said.at("marks")));
    }

    void rounding(const Json& said) {
        const Json& rounding = said.at("rounding");
        if (word(said.at("value")).empty()) return;
        line("rounded to {} decimals, half to even (GB/T 8170):",
             "修约到 {} 位小数，四舍六入五成双（GB/T 8170）：", word(rounding.at("decimals")));
        const Inside inside{depth_};
        if (!rounding.contains("total_end")) {
            line("{} → {}", "{} → {}", word(rounding.at("exact")), word(said.at("value")));
            return;
        }
        line("total since the year's start, at the end:   {} → {}", "年初累计，期末：{} → {}",
             word(rounding.at("total_end")), word(rounding.at("total_end_rounded")));
        line("total since the year's start, at the begin: {} → {}", "年初累计，期初：{} → {}",
             word(rounding.at("total_begin")), word(rounding.at("total_begin_rounded")));
        line("{} - {} = {}", "{} - {} = {}", word(rounding.at("total_end_rounded")),
             number(rounding.at("total_begin_rounded")), word(said.at("value")));
        line("exact amount: {}", "精确值：{}", word(rounding.at("exact")));
    }

    void working(const Json& said) {
        const Json& working = said.at("working");
        const std::string why_not = word(working.at("why_not"));
        if (!why_not.empty()) line("{}", "{}", why_not_text(why_not));
        if (!working.at("amount").is_null()) amount(working.at("amount"));
        if (!word(working.at("ratio")).empty() && why_not.empty()) ratio(working, said);
        for (const Json& one : working.at("means")) mean(one);
        if (!word(working.at("last")).empty() && why_not.empty()) last(working, said);
        if (working.at("left_out") != 0) {
            line("{} more are not shown", "另有 {} 条未列出", word(working.at("left_out")));
        }
    }

    static std::string why_not_text(std::string_view code) {
        if (code == "revised") {
            return text("A later revision took its place: the working is shown of the newest only.",
                        "已有更新的修订取代：计算过程只列出最新修订的。");
        }
        if (code == "samples_gone") {
            return text("What it rests on is not in the store and the books any more, or not yet.",
                        "所依据的采样已不在或尚未进入本地存储和核算库。");
        }
        if (code == "being_computed") {
            return text("Something that it rests on has changed; it is being computed again.",
                        "所依据的数据已有变化，正在重算。");
        }
        return std::string(code);
    }

    // ---- amounts ----
    void amount(const Json& amount) {
        line("{}, {} – {}: {}", "{}，{} – {}：{}", word(amount.at("name")), at(amount.at("from")),
             at(amount.at("to")), word(amount.at("amount")));
        const Inside inside{depth_};
        if (!amount.at("entered").is_null()) line("entered{}", "补录{}", by_record(amount.at("entered")));
        const bool is_cut = amount.at("pieces").size() > 1;
        for (const Json& piece : amount.at("pieces")) {
            if (is_cut) line("from {} to {}:", "{} 至 {}：", at(piece.at("from")), at(piece.at("to")));
            for (const Json& one : piece.at("terms")) term(one);
        }
        for (const Json& part : amount.at("parts")) {
            const auto marked = marks(part.at("marks"));
            line("+ {}  {} – {}{}{}", "+ {}  {} – {}{}{}", number(part.at("amount")), at(part.at("from")),
                 at(part.at("to")), part.at("type") == "opening" ? text("  opening amount", "  期初值") : "",
                 by_record(part.at("record")) + (marked.empty() ? "" : "  " + marked));
        }
        for (const Json& more : amount.at("more")) {
            line("+ ({} - {}) × {}{} = {}: {} was entered as a whole",
                 "+ ({} - {}) × {}{} = {}：{} 按整段补录", word(more.at("whole")), number(more.at("parts")),
                 number(more.at("constant")), weight(more), word(more.at("adds")), word(more.at("input")));
            coefficients(more.at("coefficients"));
        }
    }

    /// " × 0.78", with what that is.
    static std::string weight(const Json& of) {
        const std::string written = word(of.at("weight"));
        if (written.empty()) return {};
        return fmt::format(" × {} [{}]", number(of.at("weight_value")), written);
    }
    static std::string factor(const Json& of, const char* name, std::string_view what) {
        const std::string digits = number(of.at(name));
        return digits == "1" ? std::string{} : fmt::format(" × {}{}", digits, what);
    }

    void term(const Json& term) {
        line("{}: {} {}{}{}{} = {}", "{}：{} {}{}{}{} = {}", word(term.at("input")), word(term.at("amount")),
             word(term.at("unit")), factor(term, "numbers", ""),
             factor(term, "conversion", tr(" (units)", "（单位换算）")), weight(term), word(term.at("adds")));
        const Inside inside{depth_};
        coefficients(term.at("coefficients"));
        for (const Json& one : term.at("spans")) span(one);
        if (!term.at("item").is_null()) amount(term.at("item"));
    }

    void coefficients(const Json& coefficients) {
        for (const Json& one : coefficients) {
            std::string rests_on = word(one.at("source"));
            for (const char* field : {"year", "region", "author"}) {
                const std::string value = word(one.at(field));
                if (!value.empty()) rests_on += (rests_on.empty() ? "" : ", ") + value;
            }
            line("coef.{} = {} {} since {}{}: {}", "coef.{} = {} {}，自 {} 起{}：{}", word(one.at("name")),
                 word(one.at("value")), word(one.at("unit")), at(one.at("from")), by_record(one.at("record")),
                 rests_on.empty() ? text("source not stated", "未注明依据") : rests_on);
        }
    }

    // ---- registers ----
    void end(const Json& end) {
        const std::string by = word(end.at("by"));
        std::string from;
        if (by == "reading") {
            from = trf("sample {}", "采样 {}", word(end.at("sequence")));
            if (!end.at("read").is_null()) {
                const auto quality = quality_from(word(end.at("quality")));
                from += trf(", taken {}, {}", "，采于 {}，{}", at(end.at("taken_at")),
                            quality ? std::string(label(*quality)) : word(end.at("quality")));
                if (end.at("read") != end.at("index")) {
                    from += trf(", read {}: within one step, it stood",
                                "，读数 {}：在一个最小步进内，视为未走", word(end.at("read")));
                }
            }
        } else {
            from = trf("record {}", "记录 {}", word(end.at("record")));
        }
        if (end.at("clock_doubtful") == true) from += text(", clock in doubt", "，时钟存疑");
        line("{}  {}  ({})", "{}  {}  （{}）", at(end.at("at")), word(end.at("index")), from);
    }

    static std::string kind_text(std::string_view kind) {
        if (kind == "measured") return text("index difference", "示数之差");
        if (kind == "rolled") return text("rolled over", "满码翻转");
        if (kind == "ruled") return text("by a ruling", "按裁定");
        if (kind == "broken") return text("unexplained step: counts as nothing", "未说明的示数跳变：不计量");
        if (kind == "unmetered") return text("unmetered, estimated", "未计量，按估计");
        if (kind == "no_service") return text("out of service", "停用");
        return std::string(kind);
    }

    /// " × 420 s / 900 s": only a part of the span lies in the period.
    [[nodiscard]] std::string share(const Json& span) const {
        const UtcTime from = time(span.at("from").at("at"));
        const UtcTime to = time(span.at("to").at("at"));
        const UtcTime used_from = time(span.at("used_from"));
        const UtcTime used_to = time(span.at("used_to"));
        if (from == used_from && to == used_to) return {};
        return trf(" × {} s / {} s ({} – {} of it)", " × {} 秒 / {} 秒（其中 {} – {}）",
                   seconds(used_to - used_from), seconds(to - from), local_text(used_from, offset_),
                   local_text(used_to, offset_));
    }
    static std::string seconds(milliseconds time) {
        return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000)
                                        : fmt::format("{:.3f}", static_cast<double>(time.count()) / 1000);
    }

    void span(const Json& span) {
        const std::string kind = word(span.at("kind"));
        line(
            "{}{}{}{}:", "{}{}{}{}：", kind_text(kind), by_record(span.at("record")),
            span.at("unconfirmed") == true ? text(", after an unexplained step", "，在未说明的跳变之后") : "",
            span.at("stuck") == true
                ? text(", stood still although power or flow went by", "，功率或流量表明有用量而示数未动")
                : "");
        const Inside inside{depth_};
        end(span.at("from"));
        if (span.at("readings_between") != 0) {
            line("… {} readings between", "…… 其间 {} 个读数", word(span.at("readings_between")));
        }
        end(span.at("to"));
        const std::string amount = word(span.at("amount"));
        if (kind == "broken" || kind == "no_service") {
            line("= {}", "= {}", amount);
        } else if (kind == "unmetered") {
            line("{}{} = {}", "{}{} = {}", word(span.at("estimate")), share(span), amount);
        } else {
            const std::string added =
                span.at("added") == "0" ? std::string{} : " + " + number(span.at("added"));
            line("({} - {}{}) × {}{}{} = {}", "({} - {}{}) × {}{}{} = {}", word(span.at("to").at("index")),
                 word(span.at("from").at("index")), added, number(span.at("multiplier")),
                 by_record(span.at("multiplier_record")), share(span), amount);
        }
    }

    // ---- other methods ----
    void ratio(const Json& working, const Json& said) {
        line("{} = {}", "{} = {}", word(working.at("ratio")), word(said.at("rounding").at("exact")));
        const Inside inside{depth_};
        int number = 0;
        for (const Json& place : working.at("places")) {
            line("[{}] = {}{}", "[{}] = {}{}", ++number, word(place.at("value")),
                 place.at("amount").is_null()
                     ? trf(" (item {} of the same period)", "（采集项 {} 同期值）", word(place.at("name")))
                     : std::string{});
            const Inside further{depth_};
            if (!place.at("amount").is_null()) amount(place.at("amount"));
        }
    }

    void sample(const Json& sample) {
        const auto quality = quality_from(word(sample.at("quality")));
        line("{}: {} × {}  (sample {}, taken {}, {})", "{}：{} × {}  （采样 {}，采于 {}，{}）",
             at(sample.at("slot")), word(sample.at("read")), number(sample.at("multiplier")),
             word(sample.at("sequence")), at(sample.at("taken_at")),
             quality ? std::string(label(*quality)) : word(sample.at("quality")));
    }

    void mean(const Json& mean) {
        line("mean of {}: {} / {}{}{}{}", "{} 的平均：{} / {}{}{}{}", word(mean.at("input")),
             word(mean.at("sum").at("amount")), word(mean.at("count").at("amount")),
             factor(mean, "numbers", ""), factor(mean, "conversion", tr(" (units)", "（单位换算）")),
             weight(mean));
        const Inside inside{depth_};
        coefficients(mean.at("coefficients"));
        for (const Json& one : mean.at("samples")) sample(one);
        if (!mean.at("samples").empty()) return;
        const Json& counts = mean.at("count").at("parts");
        const Json& sums = mean.at("sum").at("parts");
        for (std::size_t i = 0; i < sums.size() && i < counts.size(); ++i) {
            line("{}: sum {} of {} samples", "{}：{} / {} 个采样", at(sums[i].at("from")),
                 word(sums[i].at("amount")), word(counts[i].at("amount")));
        }
    }

    void last(const Json& working, const Json& said) {
        line("{}{} = {}", "{}{} = {}", word(working.at("last")),
             factor(working, "last_conversion", tr(" (units)", "（单位换算）")),
             word(said.at("rounding").at("exact")));
        const Inside inside{depth_};
        for (const Json& value : working.at("values")) {
            line("{} = {}", "{} = {}", word(value.at("reference")), word(value.at("value")));
            const Inside further{depth_};
            if (!value.at("sample").is_null()) sample(value.at("sample"));
            if (!value.at("coefficient").is_null()) coefficients(Json::array({value.at("coefficient")}));
        }
    }

    // ---- what stands behind it ----
    void passed_over(const Json& readings) {
        for (const Json& one : readings) {
            line("not believed: {} of {}, sample {}, after {}", "未采信：{} 在 {} 的读数（采样 {}），前值 {}",
                 word(one.at("index")) + " " + word(one.at("point")), at(one.at("slot")),
                 word(one.at("sequence")), word(one.at("before")));
        }
    }

    void records(const Json& records) {
        for (const Json& json : records) {
            const auto record = dated_record_from_json(json.dump());
            if (!record) continue;
            line("record {}: {}, {}: {}; {}, {}{}", "记录 {}：{}，{}：{}；{}，{}{}", record->id,
                 dated_kind_label(kind_of(record->body)), printable(subject_of(record->body)),
                 printable(dated_text(record->body, offset_)), printable(record->author),
                 local_text(record->entered_at, offset_),
                 record->remark.empty() ? std::string{} : "; " + printable(record->remark));
        }
    }

    void revisions(const Json& revisions) {
        if (revisions.size() < 2) return;
        std::string before;
        for (const Json& one : revisions) {
            const std::string value = word(one.at("value"));
            const std::string cause = cause_text(word(one.at("cause")));
            line("revision {}: {}{}, {}{}", "修订 {}：{}{}，{}{}", word(one.at("revision")),
                 before.empty() ? "" : before + " → ", value.empty() ? text("no value", "无值") : value,
                 at(one.at("computed_at")), cause.empty() ? std::string{} : ", " + cause);
            before = value;
        }
    }

    std::chrono::minutes offset_;
    std::size_t depth_{0};
    std::string lines_;
};

}  // namespace

Result<std::string> explanation_view(std::string_view json, std::chrono::minutes utc_offset) {
    try {
        return ExplanationText{utc_offset}.all(Json::parse(json));
    } catch (const nlohmann::json::exception& error) {
        return fail(Failure::corrupt, error.what());
    }
}

}  // namespace mg
