#include <array>

#include "config/fields_tables.h"

namespace mg {
namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;
constexpr std::int64_t kTiB = 1024 * 1024 * kMiB;

constexpr std::array kFields{
    Field{.section = FieldSection::uplink,
          .key = "class",
          .zh = "数据类别",
          .en = "class",
          .type = ValueType::choice,
          .choices = "all=全部|boundary=边界|other=非边界",
          .standard = "all",
          .help_zh = "全部、只传边界时刻的采样，或只传其余采样；未选中的不发送，进度照常前移",
          .help_en =
              "All samples, only those of boundaries, or only the others. What is not selected is passed "
              "over."},
    Field{.section = FieldSection::uplink,
          .key = "meters",
          .zh = "计量点",
          .en = "metering points",
          .type = ValueType::ids,
          .help_zh = "只传这些计量点（以及 lines 所列线路上的）；两项都不写则全部上传",
          .help_en = "Only these metering points, and those of `lines`; all when neither is given."},
    Field{.section = FieldSection::uplink,
          .key = "lines",
          .zh = "线路",
          .en = "lines",
          .type = ValueType::ids,
          .help_zh = "只传这些线路上的计量点（以及 meters 所列的）",
          .help_en = "Only metering points of these lines, and those of `meters`."},
    Field{.section = FieldSection::uplink,
          .key = "points",
          .zh = "测点",
          .en = "points",
          .type = ValueType::ids,
          .help_zh = "每个采样只传这些测点；缺省传全部",
          .help_en = "Of each sample only these points; all when left out."},
    Field{.section = FieldSection::uplink,
          .key = "every",
          .zh = "上传间隔",
          .en = "interval",
          .type = ValueType::duration,
          .limits = {kSecond, 24 * kHour},
          .help_zh = "只传该间隔整数倍时刻的采样，须能整除 24 小时；边界采样总是上传。缺省传每个采样",
          .help_en =
              "Only samples at multiples of it, and every boundary; it divides 24 h. Each sample when left "
              "out."},
    Field{.section = FieldSection::uplink,
          .key = "gaps",
          .zh = "上传缺口",
          .en = "gaps",
          .type = ValueType::boolean,
          .standard = "true",
          .help_zh = "是否上传未能采集的时段及其原因",
          .help_en = "Whether slots that were not read, and why, are sent too."},
    Field{
        .section = FieldSection::uplink,
        .key = "start",
        .zh = "起点",
        .en = "start",
        .type = ValueType::moment,
        .choices = "oldest=最早|now=现在",
        .standard = "oldest",
        .help_zh =
            "新加的上传目标从何处传起：本地最早的数据、现在起新存入的数据，或某一时刻（站点时间，可为将来）起"
            "的数据；此前的视为未选中。只在该编号首次启用时有效，已有进度的编号接着原进度传",
        .help_en =
            "Where a new uplink begins: with the oldest data that are stored, with what is stored from now "
            "on, or with a time at the site, which may lie ahead. What lies before is not selected. It "
            "counts only when this id is seen for the first time; a known id goes on where it stood."},
    Field{.section = FieldSection::uplink,
          .key = "order",
          .zh = "顺序",
          .en = "order",
          .type = ValueType::choice,
          .choices = "strict=先旧后新|live-first=实时优先",
          .standard = "strict",
          .help_zh = "strict：一律先旧后新；live-first：断线恢复后新数据立即上传，积压数据同时补传",
          .help_en =
              "strict: oldest first. live-first: after an outage new data go at once, the backlog beside "
              "them."},
    Field{.section = FieldSection::uplink,
          .key = "backlog_share",
          .zh = "积压占比",
          .en = "share of the backlog",
          .type = ValueType::integer,
          .limits = {1, 99},
          .unit = "%",
          .standard = "50",
          .help_zh = "有新数据要传时，积压与补传数据最多占用的流量百分比",
          .help_en = "Of the bytes, for backlog and re-sent periods while there are new data too."},
    Field{.section = FieldSection::uplink,
          .key = "compression",
          .zh = "压缩",
          .en = "compression",
          .type = ValueType::choice,
          .choices = "none=不压缩|gzip",
          .standard = "none",
          .help_zh = "gzip：采样消息的载荷以 gzip 压缩，接收方须能解压；约为原来的十分之一",
          .help_en = "gzip: payloads of samples are compressed, about to a tenth; receivers must know."},
    Field{
        .section = FieldSection::uplink,
        .key = "budget",
        .zh = "流量上限",
        .en = "byte budget",
        .type = ValueType::size,
        .limits = {64 * kKiB, 16 * kTiB},
        .help_zh =
            "每个周期最多发送的字节数（载荷压缩后，外加每条消息的开销）；用完后只传边界采样，其余等下个周期",
        .help_en =
            "Bytes a period, payloads as sent and overhead; when it is used up only boundary samples go, "
            "the others wait for the next period."},
    Field{.section = FieldSection::uplink,
          .key = "budget_per",
          .zh = "流量周期",
          .en = "budget period",
          .type = ValueType::choice,
          .choices = "day=日|month=月",
          .standard = "month",
          .help_zh = "按站点时间的自然日或自然月",
          .help_en = "Calendar days or months in the site's time."},
    Field{.section = FieldSection::uplink,
          .key = "max_messages_per_second",
          .zh = "每秒消息上限",
          .en = "messages per second",
          .type = ValueType::integer,
          .limits = {1, 100'000},
          .help_zh = "缺省不限",
          .help_en = "No limit when left out."},
    Field{.section = FieldSection::uplink,
          .key = "max_bytes_per_second",
          .zh = "每秒流量上限",
          .en = "bytes per second",
          .type = ValueType::size,
          .limits = {kKiB, 1024 * kMiB},
          .help_zh = "缺省不限；按压缩后的载荷加开销计",
          .help_en = "Payloads as sent and overhead; no limit when left out."},
};

}  // namespace

std::span<const Field> delivery_fields() {
    return kFields;
}

}  // namespace mg
