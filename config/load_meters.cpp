#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "config/loaders.h"
#include "config/table.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

/// Everything a row may refer to, and what the rows before it claimed.
class MeterTable {
public:
    MeterTable(TableReader& rows, Options& options, const std::set<std::string>& broken_models,
               Reporter& report)
        : rows_{rows}, options_{options}, broken_models_{broken_models}, report_{report} {
        for (const auto& line : options.lines) lines_.emplace(line.id.text, &line);
        for (const auto& model : options.models) models_.emplace(model.id, &model);
    }

    void add(const Record& record) {
        MeterOptions meter;
        meter.id.text = record.get_or<std::string>("id", {});
        meter.name = record.text("name");
        meter.every = milliseconds{record.get_or<std::int64_t>("every", meter.every.count())};
        meter.circuit = static_cast<int>(record.get_or<std::int64_t>("circuit", 0));
        meter.model = record.get_or<std::string>("model", {});
        meter.row = rows_.row_of(record);
        read_ledger(record, options_.site, meter);
        claim_id(record, meter);
        check_every(record, meter);
        check_dates(record);
        meter.multiplier = read_multiplier(record, report_);
        if (record.has("line"))
            connect(record, meter);
        else
            check_ledger_only(record);
        options_.meters.push_back(std::move(meter));
    }

private:
    struct Claim {
        std::size_t meter;
        int line;
    };

    void report_missing(const Record& record, std::string_view key) {
        rows_.report_missing(record, key,
                             {std::string(tr("the column is missing, and metering points on a line need it",
                                             "缺少这一列，而联网的计量点必须写")),
                              {}},
                             {std::string(tr("is missing", "缺少此项")),
                              std::string(tr("required where a line is given", "写了通信线路就必填"))});
    }

    void claim_id(const Record& record, const MeterOptions& meter) {
        if (meter.id.text.empty()) return;
        const auto [known, is_new] = ids_.emplace(meter.id.text, record.place().line);
        if (is_new) return;
        report_.error(
            record.place_of("id"), "id",
            {trf("the id was used before, in line {}", "编号重复，第 {} 行已用过", known->second), {}},
            meter.id.text);
    }

    void check_every(const Record& record, const MeterOptions& meter) {
        if (std::chrono::hours{24} % meter.every == milliseconds{0}) return;
        report_.error(record.place_of("every"), "every",
                      {std::string(tr("does not divide 24 hours", "不能整除 24 小时")),
                       "1s, 5s, 10s, 60s, 5m, 15m, 1h, …"},
                      record.text("every"));
    }

    void check_dates(const Record& record) {
        const auto* verified = record.get<std::string>("verified_on");
        const auto* valid = record.get<std::string>("valid_until");
        if (verified == nullptr || valid == nullptr || *verified <= *valid) return;
        report_.error(record.place_of("valid_until"), "valid_until",
                      {trf("before the verification of {}", "早于最近检定日期 {}", *verified), {}}, *valid);
    }

    void check_ledger_only(const Record& record) {
        for (const std::string_view key : {"address", "model", "circuit"}) {
            if (!record.has(key)) continue;
            report_.warning(
                record.place_of(key), key,
                {std::string(tr("no line is given: the row is for the ledger only and is never polled",
                                "没有写通信线路：此行只进台账，不会采集")),
                 {}},
                record.text(key));
            return;
        }
    }

    const LineOptions* find_line(const Record& record) {
        const auto* id = record.get<std::string>("line");
        if (id == nullptr) return nullptr;
        const auto found = lines_.find(*id);
        if (found != lines_.end()) return found->second;
        std::vector<std::string> names;
        for (const auto& line : options_.lines) names.push_back(line.id.text);
        const std::string nearest = nearest_of(*id, names);
        report_.error(
            record.place_of("line"), "line",
            {nearest.empty() ? std::string(tr("gateway.toml has no lines", "gateway.toml 中没有线路"))
                             : trf("no such line in gateway.toml, nearest is '{}'",
                                   "gateway.toml 中没有这条线路，最接近的是“{}”", nearest),
             {}},
            *id);
        return nullptr;
    }

    const ModelOptions* find_model(const Record& record) {
        if (!record.has("model")) report_missing(record, "model");
        const auto* id = record.get<std::string>("model");
        if (id == nullptr) return nullptr;
        const auto found = models_.find(*id);
        if (found != models_.end()) return found->second;
        if (broken_models_.contains(*id)) return nullptr;
        std::vector<std::string> names;
        for (const auto& model : options_.models) names.push_back(model.id);
        report_.error(record.place_of("model"), "model",
                      {trf("no such model, nearest is '{}'", "没有这个采集模板，最接近的是“{}”",
                           nearest_of(*id, names)),
                       {}},
                      *id);
        return nullptr;
    }

    void connect(const Record& record, MeterOptions& meter) {
        const LineOptions* line = find_line(record);
        const ModelOptions* model = find_model(record);
        if (!record.has("address")) report_missing(record, "address");
        if (line == nullptr || model == nullptr) return;
        meter.line = line->id;
        meter.settings = settings_of(record, *line);
        if (line->kind == LineKind::modbus_tcp && model->protocol != Protocol::modbus) {
            report_.error(record.place_of("model"), "model",
                          {trf("the line '{}' speaks Modbus TCP, this instrument does not",
                               "线路“{}”是 Modbus TCP，这种表不说 Modbus", line->id.text),
                           "serial, rtu-over-tcp, dtu"},
                          model->id);
        }
        if (line->mode == LineMode::listen) check_heard(record, *line, meter, *model);
        check_circuit(record, meter, *model);
        check_index_unit(record, meter, *model);
        const auto* address = record.get<std::string>("address");
        if (address == nullptr) return;
        meter.address = read_address(record, *line, model->protocol, report_);
        if (meter.address.empty()) return;
        check_modem_packets(record, *line, model->protocol, meter.address, report_);
        claim_address(record, meter, *model);
    }

    /// One port hears one baud rate, and only Modbus is understood there.
    void check_heard(const Record& record, const LineOptions& line, const MeterOptions& meter,
                     const ModelOptions& model) {
        if (model.protocol != Protocol::modbus) {
            report_.error(record.place_of("model"), "model",
                          {trf("the line '{}' only listens: instruments that speak Modbus can be heard",
                               "线路“{}”只旁听：只能听懂 Modbus 表计", line.id.text),
                           {}},
                          model.id);
        }
        if (meter.settings) {
            const std::string_view key = record.has("baud") ? "baud" : "parity";
            report_.error(
                record.place_of(key), std::string(key),
                {trf("the line '{}' only listens: its own baud rate and parity count for all meters",
                     "线路“{}”只旁听：所有表计都以线路的波特率和校验为准", line.id.text),
                 {}},
                record.text(key));
        }
    }

    static std::optional<SerialSettings> settings_of(const Record& record, const LineOptions& line) {
        const SerialSettings of_line =
            std::visit([](const auto& channel) { return channel.settings; }, line.channel);
        SerialSettings own = of_line;
        own.baud = static_cast<int>(record.get_or<std::int64_t>("baud", own.baud));
        if (const auto* parity = record.get<std::string>("parity")) {
            own.parity = *parity == "even" ? Parity::even : *parity == "odd" ? Parity::odd : Parity::none;
        }
        return own == of_line ? std::nullopt : std::optional{own};
    }

    void check_circuit(const Record& record, const MeterOptions& meter, const ModelOptions& model) {
        if (model.circuits == 0 && record.has("circuit")) {
            report_.error(record.place_of("circuit"), "circuit",
                          {trf("the model '{}' has no circuits", "采集模板“{}”没有回路", model.id), {}},
                          record.text("circuit"));
        } else if (model.circuits > 0 && (meter.circuit < 1 || meter.circuit > model.circuits)) {
            report_.error(record.place_of("circuit"), "circuit",
                          {trf("the model '{}' has several circuits: say which",
                               "采集模板“{}”有多个回路，须写明第几回路", model.id),
                           fmt::format("1 … {}", model.circuits)},
                          record.text("circuit"));
        }
    }

    /// The unit of the display is stated twice, and a mistake in either makes figures a thousand times too
    /// large.
    void check_index_unit(const Record& record, const MeterOptions& meter, const ModelOptions& model) {
        if (meter.index_unit.empty()) return;
        std::vector<std::string> units;
        for (const PointOptions& point : model.points) {
            const bool of_meter = point.circuit == 0 || point.circuit == meter.circuit;
            if (point.kind != PointKind::index || !of_meter || point.unit.empty()) continue;
            if (is_same_unit(point.unit, meter.index_unit)) return;
            if (std::ranges::find(units, point.unit) == units.end()) units.push_back(point.unit);
        }
        if (units.empty()) return;
        std::string in_model;
        for (const std::string& unit : units) in_model += (in_model.empty() ? "" : ", ") + unit;
        report_.error(record.place_of("index_unit"), "index_unit",
                      {trf("the indexes of the model '{}' are in {}, not in {}",
                           "采集模板“{}”的底数以 {} 为单位，不是 {}", model.id, in_model, meter.index_unit),
                       in_model},
                      meter.index_unit);
    }

    void claim_address(const Record& record, const MeterOptions& meter, const ModelOptions& model) {
        auto& claims = addresses_[{meter.line->text, meter.address}];
        for (const Claim& claim : claims) {
            const MeterOptions& other = options_.meters[claim.meter];
            if (model.circuits == 0 || other.model != meter.model || other.circuit == meter.circuit) {
                report_.error(
                    record.place_of("address"), "address",
                    {trf("'{}' in line {} is at this address already", "第 {1} 行的“{0}”已占用此地址",
                         other.id.text, claim.line),
                     std::string(tr(
                         "one row for each instrument; several rows only for different circuits of one model",
                         "一台表一行；只有同一模板的不同回路才能同地址"))},
                    record.text("address"));
                break;
            }
            if (other.settings != meter.settings || other.every != meter.every) {
                report_.error(record.place_of("address"), "address",
                              {trf("circuits of one instrument differ in baud rate, parity or interval from "
                                   "'{}' in line {}",
                                   "与第 {1} 行“{0}”是同一台表，波特率、校验、采集周期必须相同",
                                   other.id.text, claim.line),
                               {}},
                              record.text("address"));
                break;
            }
        }
        claims.push_back({options_.meters.size(), record.place().line});
    }

    TableReader& rows_;
    Options& options_;
    const std::set<std::string>& broken_models_;
    Reporter& report_;
    std::unordered_map<std::string, const LineOptions*> lines_;
    std::unordered_map<std::string, const ModelOptions*> models_;
    std::unordered_map<std::string, int> ids_;
    std::map<std::pair<std::string, std::string>, std::vector<Claim>> addresses_;
};

}  // namespace

void load_meters(std::string_view text, const std::set<std::string>& broken_models, Options& options,
                 Reporter& report) {
    TableReader rows{FieldSection::meter, text, kMostMeters, report};
    MeterTable table{rows, options, broken_models, report};
    while (const auto record = rows.next()) table.add(*record);
}

}  // namespace mg
