#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "config/load.h"
#include "config/loaders.h"
#include "config/toml_tree.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

/// A point with the record it came from, for problems.
struct PlacedPoint {
    PointOptions point;
    Record record;
};

Protocol protocol_of(const Record& record) {
    const std::string name = record.get_or<std::string>("protocol", "modbus");
    if (name == "dlt645-2007") return Protocol::dlt645_2007;
    return name == "cjt188" ? Protocol::cjt188 : Protocol::modbus;
}

WordOrder order_of(const Record& record) {
    const std::string name = record.get_or<std::string>("order", "abcd");
    if (name == "cdab") return WordOrder::cdab;
    if (name == "badc") return WordOrder::badc;
    return name == "dcba" ? WordOrder::dcba : WordOrder::abcd;
}

Ratio ratio_of_point(const Record& record) {
    const std::string name = record.get_or<std::string>("ratio", "none");
    if (name == "ct") return Ratio::ct;
    if (name == "pt") return Ratio::pt;
    return name == "ct*pt" ? Ratio::ct_pt : Ratio::none;
}

PointKind kind_of(const Record& record) {
    const std::string name = record.get_or<std::string>("kind", "momentary");
    if (name == "index") return PointKind::index;
    return name == "state" ? PointKind::state : PointKind::momentary;
}

int registers_of(const PointOptions& point) {
    return size_of(point.type) / 2;
}

/// "holding:0x000A"
void read_register(Record& record, PointOptions& point, Reporter& report) {
    constexpr std::uint64_t kRegisters = 65'536;
    const std::string_view text = record.text("at");
    const auto colon = text.find(':');
    const std::string_view table = text.substr(0, colon);
    const auto number =
        parse_unsigned(colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1));
    if ((table != "holding" && table != "input") || !number) {
        report.error(record.place_of("at"), record.field_name("at"),
                     {std::string(tr("not a register", "不是寄存器位置")),
                      std::string(tr("holding:0x000A or input:72, counted from 0",
                                     "holding:0x000A 或 input:72，从 0 起"))},
                     text);
        record.reject("at");
        return;
    }
    const std::uint64_t end = *number + static_cast<std::uint64_t>(registers_of(point));
    if (*number >= kRegisters || end > kRegisters) {
        report.error(record.place_of("at"), record.field_name("at"),
                     {std::string(tr("beyond the last register", "超出最后一个寄存器")),
                      trf("0 … {} for this type", "此类型为 0 … {}",
                          kRegisters - static_cast<std::uint64_t>(registers_of(point)))},
                     text);
        record.reject("at");
        return;
    }
    point.table = table == "input" ? RegisterTable::input : RegisterTable::holding;
    point.address = static_cast<std::uint16_t>(*number);
}

bool is_hexadecimal(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
    });
}

/// DL/T 645: four bytes DI3 … DI0 in hexadecimal. CJ/T 188: two bytes and the name of the quantity in that
/// answer.
void read_identifier(Record& record, Protocol protocol, PointOptions& point, Reporter& report) {
    const std::string_view text = record.text("at");
    std::string digits(text.substr(0, text.find(':')));
    std::erase(digits, '-');
    std::erase(digits, ' ');
    const bool named = text.find(':') != std::string_view::npos;
    const bool right = is_hexadecimal(digits) &&
                       (protocol == Protocol::dlt645_2007
                            ? digits.size() == 8 && !named
                            : digits.size() == 4 && named && is_valid_id(text.substr(text.find(':') + 1)));
    if (!right) {
        report.error(record.place_of("at"), record.field_name("at"),
                     {std::string(tr("not a data identifier of this protocol", "不是该协议的数据标识")),
                      protocol == Protocol::dlt645_2007 ? "00-01-00-00" : "901F:volume"},
                     text);
        record.reject("at");
        return;
    }
    point.identifier = text;
}

void check_marks(const Record& record, const PointOptions& point, Reporter& report) {
    const int bits = size_of(point.type) * 8;
    for (const std::uint64_t mark : point.invalid) {
        if (bits >= 64 || mark >> static_cast<unsigned>(bits) == 0) continue;
        report.error(
            record.place_of("invalid"), record.field_name("invalid"),
            {trf("the mark has more than the {} bits of the type", "标记超出该类型的 {} 位", bits), {}},
            fmt::format("{:#X}", mark));
    }
}

PointOptions read_point(Record& record, Protocol protocol, Reporter& report) {
    PointOptions point;
    point.id.text = record.get_or<std::string>("id", {});
    const auto name = record.get_or<Bilingual>("name", {});
    point.name_zh = name.zh;
    point.name_en = name.en;
    point.type = wire_type_from(record.get_or<std::string>("as", "u16")).value_or(WireType::u16);
    point.order = order_of(record);
    point.scale = record.get_or<Decimal>("scale", Decimal{1, 0});
    point.unit = record.text("unit");
    point.kind = kind_of(record);
    point.ratio = ratio_of_point(record);
    point.invalid = record.get_or<std::vector<std::uint64_t>>("invalid", {});
    if (const auto* id = record.get<std::string>("exponent_point")) point.exponent_point = PointId{*id};
    point.exponent_offset = static_cast<int>(record.get_or<std::int64_t>("exponent_offset", 0));
    point.circuit = static_cast<int>(record.get_or<std::int64_t>("circuit", 0));
    if (point.scale.mantissa() == 0) {
        report.error(record.place_of("scale"), record.field_name("scale"),
                     {std::string(tr("makes every value zero", "会使所有值为零")), {}}, record.text("scale"));
    }
    if (record.has("at")) {
        if (protocol == Protocol::modbus)
            read_register(record, point, report);
        else
            read_identifier(record, protocol, point, report);
    }
    check_marks(record, point, report);
    return point;
}

bool share_a_circuit(const PointOptions& a, const PointOptions& b) {
    return a.circuit == b.circuit || a.circuit == 0 || b.circuit == 0;
}

void report_duplicate_points(const std::vector<PlacedPoint>& points, Reporter& report) {
    for (auto later = points.begin(); later != points.end(); ++later) {
        const PointOptions& point = later->point;
        const auto earlier = std::find_if(points.begin(), later, [&](const PlacedPoint& other) {
            return !point.id.text.empty() && other.point.id == point.id &&
                   share_a_circuit(other.point, point);
        });
        if (earlier == later) continue;
        report.error(later->record.place_of("id"), "point.id",
                     {trf("the id was used before, in line {}", "编号重复，第 {} 行已用过",
                          earlier->record.place().line),
                      {}},
                     point.id.text);
    }
}

/// "holding 0x000A+2"
std::string registers_text(const PointOptions& point) {
    return fmt::format("{} 0x{:04X}+{}", point.table == RegisterTable::input ? "input" : "holding",
                       point.address, registers_of(point));
}

void report_overlaps(const std::vector<PlacedPoint>& points, Reporter& report) {
    std::vector<const PlacedPoint*> sorted;
    for (const auto& point : points) {
        if (point.record.get<std::string>("at") != nullptr) sorted.push_back(&point);
    }
    std::ranges::stable_sort(
        sorted, {}, [](const PlacedPoint* p) { return std::tuple{p->point.table, p->point.address}; });
    for (auto second = sorted.begin(); second != sorted.end(); ++second) {
        const PointOptions& b = (*second)->point;
        const auto first = std::find_if(sorted.begin(), second, [&](const PlacedPoint* p) {
            return p->point.table == b.table && share_a_circuit(p->point, b) &&
                   p->point.address + registers_of(p->point) > b.address;
        });
        if (first == second) continue;
        const PointOptions& a = (*first)->point;
        report.error(
            (*second)->record.place_of("at"), "point.at",
            {trf("'{}' ({}) and '{}' ({}) read the same register", "“{}”({})与“{}”({})读同一个寄存器",
                 a.id.text, registers_text(a), b.id.text, registers_text(b)),
             {}});
    }
}

void report_duplicate_identifiers(const std::vector<PlacedPoint>& points, Reporter& report) {
    std::map<std::tuple<std::string, int>, std::string> owners;
    for (const auto& [point, record] : points) {
        if (point.identifier.empty()) continue;
        const auto [known, is_new] =
            owners.emplace(std::tuple{point.identifier, point.circuit}, point.id.text);
        if (is_new) continue;
        report.error(record.place_of("at"), "point.at",
                     {trf("'{}' reads the same identifier", "“{}”读同一个数据标识", known->second), {}},
                     point.identifier);
    }
}

bool is_whole_number_type(WireType type) {
    return type != WireType::f32 && type != WireType::f64 && size_of(type) <= 4;
}

void check_exponent(const PlacedPoint& placed, const std::vector<PlacedPoint>& points, Reporter& report) {
    const auto& [point, record] = placed;
    if (!point.exponent_point) return;
    const auto found = std::ranges::find_if(points, [&](const PlacedPoint& other) {
        return other.point.id == *point.exponent_point && share_a_circuit(other.point, point);
    });
    if (found == points.end()) {
        report.error(record.place_of("exponent_point"), "point.exponent_point",
                     {std::string(tr("no such point in this model", "本模板没有这个测点")), {}},
                     point.exponent_point->text);
    } else if (!is_whole_number_type(found->point.type) || found->point.exponent_point) {
        report.error(record.place_of("exponent_point"), "point.exponent_point",
                     {std::string(tr("a power of ten is a plain whole number", "指数必须是普通整数测点")),
                      "u16, i16, …"},
                     point.exponent_point->text);
    }
}

void check_point(const PlacedPoint& placed, const ModelOptions& model, Reporter& report) {
    const auto& [point, record] = placed;
    if (point.circuit > model.circuits) {
        report.error(
            record.place_of("circuit"), "point.circuit",
            {trf("the model has {} circuits", "本模板只有 {} 个回路", model.circuits), "model.circuits"},
            std::to_string(point.circuit));
    }
    if (model.protocol == Protocol::modbus && registers_of(point) > model.max_registers) {
        report.error(
            record.place_of("as"), "point.as",
            {trf("takes {} registers, and the model allows {} in one request",
                 "占 {} 个寄存器，而本模板单次只能读 {} 个", registers_of(point), model.max_registers),
             "model.max_registers"},
            record.text("as"));
    }
}

/// The list of points is taken out of [model], so that its other keys can be read by the field table.
std::optional<TomlNode> take_points(TomlNode& head) {
    const auto found = std::ranges::find(head.members, "point", &TomlNode::Member::key);
    if (found == head.members.end()) return std::nullopt;
    TomlNode list = std::move(found->value);
    head.members.erase(found);
    return list;
}

/// [[point]] tables, or `point = [ {…}, … ]` under [model]: what TOML makes of an array that follows that
/// heading.
std::vector<PlacedPoint> read_points(const TomlNode* list, const ModelOptions& model, Reporter& report) {
    const bool tables =
        list != nullptr && list->kind == TomlKind::array && !list->items.empty() &&
        std::ranges::all_of(list->items, [](const TomlNode& n) { return n.kind == TomlKind::table; });
    if (!tables) {
        report.error(list != nullptr ? list->place : Place{}, "point",
                     {std::string(tr("a model needs points", "模板必须有测点")), "[[point]]"});
        return {};
    }
    if (list->items.size() > kMostPointsPerModel) {
        report.error(list->items[kMostPointsPerModel].place, "point",
                     {std::string(tr("too many points", "测点过多")),
                      trf("at most {}", "不超过 {} 个", kMostPointsPerModel)},
                     std::to_string(list->items.size()));
        return {};
    }
    std::vector<PlacedPoint> points;
    for (const TomlNode& item : list->items) {
        Record record = read_table(FieldSection::point, item, report);
        PointOptions point = read_point(record, model.protocol, report);
        points.push_back({std::move(point), std::move(record)});
    }
    return points;
}

void check_points(const std::vector<PlacedPoint>& points, const ModelOptions& model, Place place,
                  Reporter& report) {
    for (const auto& point : points) {
        check_point(point, model, report);
        check_exponent(point, points, report);
    }
    report_duplicate_points(points, report);
    if (model.protocol == Protocol::modbus)
        report_overlaps(points, report);
    else
        report_duplicate_identifiers(points, report);
    for (int circuit = 1; circuit <= model.circuits && !points.empty(); ++circuit) {
        if (std::ranges::any_of(points, [&](const PlacedPoint& p) { return p.point.circuit == circuit; }))
            continue;
        report.error(place, "model.circuits",
                     {trf("circuit {} has no point", "第 {} 回路没有测点", circuit), {}},
                     std::to_string(model.circuits));
    }
}

ModelOptions read_model(const Record& record) {
    ModelOptions model;
    model.name = record.text("name");
    model.maker = record.text("maker");
    model.source = record.text("source");
    model.verified = record.get_or("verified", false);
    model.protocol = protocol_of(record);
    model.max_registers =
        static_cast<std::uint16_t>(record.get_or<std::int64_t>("max_registers", model.max_registers));
    model.max_gap = static_cast<std::uint16_t>(record.get_or<std::int64_t>("max_gap", model.max_gap));
    model.request_gap = milliseconds{record.get_or<std::int64_t>("request_gap", 0)};
    if (const auto* timeout = record.get<std::int64_t>("response_timeout"))
        model.response_timeout = milliseconds{*timeout};
    model.circuits = static_cast<int>(record.get_or<std::int64_t>("circuits", 0));
    return model;
}

}  // namespace

LoadedModel load_model(std::string_view text, const std::string& file_name) {
    LoadedModel loaded;
    Reporter report{file_name, loaded.problems};
    constexpr std::string_view kEnding = ".toml";
    std::string id = std::filesystem::path{file_name}.filename().string();
    if (id.ends_with(kEnding)) id.resize(id.size() - kEnding.size());
    const Field naming{
        .section = FieldSection::model, .key = "id", .zh = "", .en = "", .type = ValueType::model_id};
    if (const auto valid = parse_value(naming, id); !valid) {
        report.error({}, {},
                     {std::string(tr("the file name is not a valid model id", "文件名不能用作模板名")),
                      valid.error().allowed + kEnding.data()},
                     file_name);
    }
    const auto document = parse_toml(text);
    if (!document) {
        report.error(document.error().place, {}, document.error().complaint);
        return loaded;
    }
    for (const auto& member : document->members) {
        if (member.key == "model" || member.key == "point") continue;
        report.error(member.place, member.key,
                     {trf("unknown section '{}', nearest is '{}'", "没有“{}”这一段，最接近的是“{}”",
                          member.key, nearest_of(member.key, {"model", "point"})),
                      "[model], [[point]]"});
    }
    const TomlNode* written_head = document->find("model");
    TomlNode head = written_head != nullptr ? *written_head : TomlNode{};
    const auto points_of_head = take_points(head);
    const Record record = read_table(FieldSection::model, head, report);
    ModelOptions model = read_model(record);
    model.id = id;
    const auto points =
        read_points(points_of_head ? &*points_of_head : document->find("point"), model, report);
    check_points(points, model, record.place_of("circuits"), report);
    for (const auto& placed : points) model.points.push_back(placed.point);
    sort_by_position(loaded.problems);
    if (std::ranges::none_of(loaded.problems,
                             [](const Problem& p) { return p.severity == Severity::error; })) {
        loaded.model = std::move(model);
    }
    return loaded;
}

}  // namespace mg
