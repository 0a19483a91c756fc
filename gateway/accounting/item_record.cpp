#include "gateway/accounting/item_record.h"

#include <array>

#include "gateway/base/language.h"

namespace mg {
namespace {

struct Named {
    Mark mark;
    std::string_view name;
    std::string_view en;
    std::string_view zh;
};

/// In the order of the bits.
constexpr std::array kMarks{
    Named{Mark::begin_bridged, "begin_bridged", "begin interpolated", "起点插补"},
    Named{Mark::end_bridged, "end_bridged", "end interpolated", "终点插补"},
    Named{Mark::begin_doubtful, "begin_doubtful", "clock in doubt at the begin", "起点时钟存疑"},
    Named{Mark::end_doubtful, "end_doubtful", "clock in doubt at the end", "终点时钟存疑"},
    Named{Mark::unconfirmed, "unconfirmed", "unexplained index step", "示数跳变未确认"},
    Named{Mark::estimated, "estimated", "contains an estimate", "含估算量"},
    Named{Mark::entered, "entered", "entered by hand", "人工录入"},
    Named{Mark::out_of_limits, "out_of_limits", "outside the limits", "超出合理范围"},
    Named{Mark::split, "split", "interpolated at a change of ratio or coefficient", "倍率或系数变更处插补"},
    Named{Mark::opening, "opening", "contains an opening amount", "含期初值"},
    Named{Mark::no_divisor, "no_divisor", "no value: division by zero", "无值：除数为零"},
    Named{Mark::too_large, "too_large", "no value: too large", "无值：数值过大"},
    Named{Mark::few_samples, "few_samples", "too few samples", "采样不足"},
    Named{Mark::stuck, "stuck", "register stands while something flows", "有流量而示数不走"},
};

template <class Text>
std::vector<std::string_view> texts(Marks marks, Text text) {
    std::vector<std::string_view> all;
    for (const Named& each : kMarks) {
        if (marks.has(each.mark)) all.push_back(text(each));
    }
    return all;
}

}  // namespace

std::vector<std::string_view> names_of(Marks marks) {
    return texts(marks, [](const Named& each) { return each.name; });
}

std::vector<std::string_view> labels_of(Marks marks) {
    return texts(marks, [](const Named& each) { return tr(each.en, each.zh); });
}

std::optional<Mark> mark_from(std::string_view name) {
    for (const Named& each : kMarks) {
        if (each.name == name) return each.mark;
    }
    return std::nullopt;
}

}  // namespace mg
