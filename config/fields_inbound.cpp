#include <array>

#include "config/fields_tables.h"

namespace mg {
namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;

constexpr std::string_view kOfMachines =
    "management=管理信息系统=MIS=1|production=生产监控管理系统=2|dcs=分布式控制系统=DCS=3|"
    "supplier=能源供应单位=6|other=其他=7";
constexpr std::string_view kOfAll =
    "management=管理信息系统=MIS=1|production=生产监控管理系统=2|dcs=分布式控制系统=DCS=3|"
    "manual=手工填报=手工=5|supplier=能源供应单位=6|other=其他=7";

constexpr std::array kFields{
    Field{.section = FieldSection::inbound,
          .key = "folder",
          .zh = "接收目录",
          .en = "drop folder",
          .type = ValueType::code,
          .help_zh = "其他系统把 values.csv 格式的文件放到这里；录入后移到 done/，有错的移到 refused/ "
                     "并附原因。须能由本程序写入",
          .help_en = "Where other systems put files like values.csv. Those that were taken in go to done/, "
                     "those with mistakes to refused/ with the reason. The program must be able to write to "
                     "it."},
    Field{.section = FieldSection::inbound,
          .key = "source",
          .zh = "来源名称",
          .en = "source",
          .help_zh = "写了 folder 则必填：录入记录中的录入人，如 地磅",
          .help_en = "Required with `folder`: who gave the values, in the records that are made of them."},
    Field{.section = FieldSection::inbound,
          .key = "input_type",
          .zh = "采集来源",
          .en = "input type",
          .type = ValueType::choice,
          .choices = kOfMachines,
          .help_zh = "上报的 inputType；不写则每行都要有",
          .help_en = "The inputType that is reported. Left out: each row must say it."},
    Field{.section = FieldSection::inbound,
          .key = "settle",
          .zh = "静止时间",
          .en = "at rest for",
          .type = ValueType::duration,
          .limits = {100, 10 * kMinute},
          .standard = "5s",
          .help_zh = "文件的大小和时间这么久没有变化，才认为已写完；也是查看目录的间隔",
          .help_en = "A file is complete when size and time stay the same for so long; the folder is looked "
                     "at as often."},

    Field{.section = FieldSection::inbound_http,
          .key = "listen",
          .zh = "监听地址",
          .en = "address",
          .type = ValueType::code,
          .required = true,
          .help_zh = "如 127.0.0.1:8095；只写 IP 地址。不加密：要出本机，应放在反向代理之后",
          .help_en = "Such as 127.0.0.1:8095; an address, no name. There is no encryption: where it must "
                     "leave the box, put a reverse proxy before it."},
    Field{.section = FieldSection::inbound_http,
          .key = "credentials",
          .zh = "口令文件",
          .en = "credentials file",
          .type = ValueType::code,
          .required = true,
          .help_zh = "权限 0600 的文件，每个来源一行 来源名 = 令牌；不含 / 的名称从 systemd 凭据中取",
          .help_en =
              "A file of mode 0600 with a line `source = token` for each system; a name without / is a "
              "systemd credential."},
    Field{.section = FieldSection::inbound_http,
          .key = "input_type",
          .zh = "采集来源",
          .en = "input type",
          .type = ValueType::choice,
          .choices = kOfMachines,
          .help_zh = "上报的 inputType；不写则每个值都要有",
          .help_en = "The inputType that is reported. Left out: each value must say it."},
    Field{.section = FieldSection::inbound_http,
          .key = "network",
          .zh = "允许网络访问",
          .en = "open to the network",
          .type = ValueType::boolean,
          .standard = "false",
          .help_zh = "监听地址不是本机回环时必须写 true：令牌和数值将以明文在网络上传输",
          .help_en = "Must be true where the address is not a loopback one: tokens and values then go over "
                     "the network in the clear."},

    Field{.section = FieldSection::entry,
          .key = "item",
          .zh = "采集项编号",
          .en = "item id",
          .type = ValueType::id,
          .required = true,
          .help_zh = "items.csv 中的编号",
          .help_en = "As in items.csv."},
    Field{.section = FieldSection::entry,
          .key = "type",
          .zh = "统计周期",
          .en = "type",
          .type = ValueType::choice,
          .choices = "day=日=1|month=月=2|year=年=3",
          .help_zh = "不写则按周期的写法；表格软件会把 2026-11 改成 2026/11/1，写明“月”就不会弄错",
          .help_en = "Left out: what the period looks like. Spreadsheets turn 2026-11 into 2026/11/1, which "
                     "`month` puts right."},
    Field{.section = FieldSection::entry,
          .key = "period",
          .zh = "周期",
          .en = "period",
          .required = true,
          .help_zh = "站点的日、月或年：2026-11-22、2026/11/22、2026-11、2026年11月、2026",
          .help_en = "A day, month or year at the site: 2026-11-22, 2026/11/22, 2026-11, 2026."},
    Field{.section = FieldSection::entry,
          .key = "value",
          .zh = "数值",
          .en = "value",
          .type = ValueType::decimal,
          .required = true,
          .help_zh = "按采集项的单位",
          .help_en = "In the unit of the item."},
    Field{.section = FieldSection::entry,
          .key = "evidence",
          .zh = "依据",
          .en = "evidence",
          .required = true,
          .help_zh = "单据、台账等，如 磅单 11-22",
          .help_en = "What it rests on: a weighing list, a laboratory sheet."},
    Field{.section = FieldSection::entry,
          .key = "input_type",
          .zh = "采集来源",
          .en = "input type",
          .type = ValueType::choice,
          .choices = kOfAll,
          .help_zh = "上报的 inputType；不写则用命令(手工填报)或接收目录的设置",
          .help_en = "The inputType that is reported; left out: manual with the command, else as the folder "
                     "is configured."},
};

}  // namespace

std::span<const Field> inbound_fields() {
    return kFields;
}

}  // namespace mg
