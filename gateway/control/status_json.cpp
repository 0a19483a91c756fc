#include <utility>

#include "gateway/control/clock_json.h"
#include "gateway/control/json_fields.h"
#include "gateway/control/point_json.h"
#include "gateway/control/status.h"
#include "gateway/control/uplink_json.h"

namespace mg {
namespace control_json {
namespace {

using control_json::to_json;  // that of an uplink, beside those below

constexpr std::array kLineStates{LineState::up, LineState::down, LineState::idle, LineState::not_supported};
constexpr std::array kMeterStates{MeterState::ok, MeterState::silent, MeterState::trouble,
                                  MeterState::ledger_only, MeterState::not_supported};
constexpr std::array kBufferStates{BufferState::ok, BufferState::disk_trouble};
constexpr std::array kLineKinds{LineKind::serial, LineKind::modbus_tcp, LineKind::rtu_over_tcp,
                                LineKind::dtu};

Json to_json(const std::optional<LoadStatus>& load) {
    if (!load) return nullptr;
    Json intervals = Json::array();
    for (const auto& each : load->intervals) {
        intervals.push_back({{"every_ms", each.every.count()},
                             {"needs_ms", each.needs.count()},
                             {"has_ms", each.has.count()}});
    }
    return {{"sweep_needs_ms", load->sweep_needs.count()},
            {"sweep_has_ms", load->sweep_has.count()},
            {"intervals", std::move(intervals)},
            {"percent", load->percent}};
}

std::optional<LoadStatus> load_from(const Json& json) {
    if (json.is_null()) return std::nullopt;
    const auto time = [](const Json& number) { return milliseconds{whole_from<std::int64_t>(number)}; };
    LoadStatus load{.sweep_needs = time(json.at("sweep_needs_ms")),
                    .sweep_has = time(json.at("sweep_has_ms")),
                    .intervals = {},
                    .percent = whole_from<int>(json.at("percent"))};
    for (const Json& each : json.at("intervals")) {
        load.intervals.push_back(
            {time(each.at("every_ms")), time(each.at("needs_ms")), time(each.at("has_ms"))});
    }
    return load;
}

Json to_json(const ModemStatus& modem) {
    return {{"since", time_json(modem.since)},
            {"from", modem.from},
            {"calls", modem.calls},
            {"turned_away", modem.turned_away}};
}

std::optional<ModemStatus> modem_from(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return ModemStatus{.since = optional_time_from(json.at("since")),
                       .from = json.at("from").get<std::string>(),
                       .calls = whole_from<std::uint64_t>(json.at("calls")),
                       .turned_away = whole_from<std::uint64_t>(json.at("turned_away"))};
}

Json to_json(const std::optional<ListeningStatus>& listening) {
    if (!listening) return nullptr;
    Json never = Json::array();
    for (const auto& each : listening->never_asked) {
        Json points = Json::array();
        for (const PointId& point : each.points) points.push_back(point.text);
        never.push_back(
            {{"meter", each.meter.text}, {"everything", each.everything}, {"points", std::move(points)}});
    }
    return {{"requests", listening->requests},
            {"answers", listening->answers},
            {"exceptions", listening->exceptions},
            {"doubtful", listening->doubtful},
            {"other", listening->other},
            {"bad_checksums", listening->bad_checksums},
            {"resynchronisations", listening->resynchronisations},
            {"never_asked", std::move(never)}};
}

std::optional<ListeningStatus> listening_from(const Json& json) {
    if (json.is_null()) return std::nullopt;
    const auto count = [&](const char* name) { return whole_from<std::uint64_t>(json.at(name)); };
    ListeningStatus listening{.requests = count("requests"),
                              .answers = count("answers"),
                              .exceptions = count("exceptions"),
                              .doubtful = count("doubtful"),
                              .other = count("other"),
                              .bad_checksums = count("bad_checksums"),
                              .resynchronisations = count("resynchronisations"),
                              .never_asked = {}};
    for (const Json& each : json.at("never_asked")) {
        ListeningStatus::NeverAsked never{.meter = {each.at("meter").get<std::string>()},
                                          .everything = each.at("everything").get<bool>(),
                                          .points = {}};
        for (const Json& point : each.at("points")) never.points.push_back({point.get<std::string>()});
        listening.never_asked.push_back(std::move(never));
    }
    return listening;
}

Json to_json(const LineStatus& line) {
    return {{"id", line.id.text},
            {"name", line.name},
            {"kind", to_string(line.kind)},
            {"state", to_string(line.state)},
            {"since", time_json(line.since)},
            {"meters", line.meters},
            {"polls", line.polls},
            {"answered", line.answered},
            {"failed", line.failed},
            {"slots_missed", line.slots_missed},
            {"last_error", line.last_error},
            {"busy_percent", line.busy_percent},
            {"sweep_ms", milliseconds_json(line.sweep)},
            {"sweep_lead_ms", line.sweep_lead.count()},
            {"discarded_bytes", line.discarded_bytes},
            {"load", to_json(line.load)},
            {"modem", line.modem ? to_json(*line.modem) : Json(nullptr)},
            {"listening", to_json(line.listening)}};
}

LineStatus line_from(const Json& json) {
    return {.id = {json.at("id").get<std::string>()},
            .name = json.at("name").get<std::string>(),
            .kind = enum_from(json.at("kind"), kLineKinds),
            .state = enum_from(json.at("state"), kLineStates),
            .since = optional_time_from(json.at("since")),
            .meters = whole_from<std::uint64_t>(json.at("meters")),
            .polls = whole_from<std::uint64_t>(json.at("polls")),
            .answered = whole_from<std::uint64_t>(json.at("answered")),
            .failed = whole_from<std::uint64_t>(json.at("failed")),
            .slots_missed = whole_from<std::uint64_t>(json.at("slots_missed")),
            .last_error = json.at("last_error").get<std::string>(),
            .busy_percent = whole_from<int>(json.at("busy_percent")),
            .sweep = optional_milliseconds_from(json.at("sweep_ms")),
            .sweep_lead = milliseconds{whole_from<std::int64_t>(json.at("sweep_lead_ms"))},
            .discarded_bytes = whole_from<std::uint64_t>(json.at("discarded_bytes")),
            .load = load_from(json.at("load")),
            .modem = modem_from(json.at("modem")),
            .listening = listening_from(json.at("listening"))};
}

Json to_json(const std::optional<ExchangeStatus>& exchanges) {
    if (!exchanges) return nullptr;
    Json json{{"asked", exchanges->asked},
              {"answered", exchanges->answered},
              {"exceptions", exchanges->exceptions},
              {"timeouts", exchanges->timeouts},
              {"corrupt", exchanges->corrupt},
              {"foreign", exchanges->foreign},
              {"latency_us", nullptr}};
    if (exchanges->latency) {
        json["latency_us"] = {{"p50", exchanges->latency->p50.count()},
                              {"p95", exchanges->latency->p95.count()},
                              {"most", exchanges->latency->most.count()}};
    }
    return json;
}

std::optional<ExchangeStatus> exchanges_from(const Json& json) {
    if (json.is_null()) return std::nullopt;
    const auto count = [&](const char* name) { return whole_from<std::uint64_t>(json.at(name)); };
    ExchangeStatus exchanges{.asked = count("asked"),
                             .answered = count("answered"),
                             .exceptions = count("exceptions"),
                             .timeouts = count("timeouts"),
                             .corrupt = count("corrupt"),
                             .foreign = count("foreign"),
                             .latency = std::nullopt};
    const Json& latency = json.at("latency_us");
    const auto time = [&](const char* name) {
        return std::chrono::microseconds{whole_from<std::int64_t>(latency.at(name))};
    };
    if (!latency.is_null()) exchanges.latency = {time("p50"), time("p95"), time("most")};
    return exchanges;
}

Json to_json(const MeterStatus& meter) {
    Json json{{"id", meter.id.text},
              {"name", meter.name},
              {"line", meter.line ? Json(meter.line->text) : Json(nullptr)},
              {"model", meter.model},
              {"state", to_string(meter.state)},
              {"last_slot", meter.last_slot ? Json(utc_text(meter.last_slot->at)) : Json(nullptr)},
              {"taken_at", time_json(meter.taken_at)},
              {"skew_ms", milliseconds_json(meter.skew)},
              {"skew_change_ms", milliseconds_json(meter.skew_change)},
              {"exchanges", to_json(meter.exchanges)},
              {"last_error", meter.last_error}};
    Json points = Json::array();
    for (const PointStatus& point : meter.points) points.push_back(point_json(point));
    json["points"] = std::move(points);
    return json;
}

MeterStatus meter_from(const Json& json) {
    MeterStatus meter{.id = {json.at("id").get<std::string>()},
                      .name = json.at("name").get<std::string>(),
                      .line = std::nullopt,
                      .model = json.at("model").get<std::string>(),
                      .state = enum_from(json.at("state"), kMeterStates),
                      .last_slot = std::nullopt,
                      .taken_at = optional_time_from(json.at("taken_at")),
                      .skew = optional_milliseconds_from(json.at("skew_ms")),
                      .skew_change = optional_milliseconds_from(json.at("skew_change_ms")),
                      .exchanges = exchanges_from(json.at("exchanges")),
                      .last_error = json.at("last_error").get<std::string>(),
                      .points = {}};
    if (!json.at("line").is_null()) meter.line = LineId{json.at("line").get<std::string>()};
    if (const auto slot = optional_time_from(json.at("last_slot"))) meter.last_slot = Slot{*slot};
    for (const Json& point : json.at("points")) meter.points.push_back(point_from(point));
    return meter;
}

Json to_json(const BufferStatus& buffer) {
    return {{"state", to_string(buffer.state)},
            {"newest", buffer.newest},
            {"committed", buffer.committed},
            {"waiting", buffer.waiting},
            {"duplicates", buffer.duplicates},
            {"superseded", buffer.superseded},
            {"lost", buffer.lost},
            {"dropped", buffer.dropped},
            {"bytes_on_disk", buffer.bytes_on_disk},
            {"trouble", buffer.trouble}};
}

BufferStatus buffer_from(const Json& json) {
    return {.state = enum_from(json.at("state"), kBufferStates),
            .newest = whole_from<Sequence>(json.at("newest")),
            .committed = whole_from<std::uint64_t>(json.at("committed")),
            .waiting = whole_from<std::uint64_t>(json.at("waiting")),
            .duplicates = whole_from<std::uint64_t>(json.at("duplicates")),
            .superseded = whole_from<std::uint64_t>(json.at("superseded")),
            .lost = whole_from<std::uint64_t>(json.at("lost")),
            .dropped = whole_from<std::uint64_t>(json.at("dropped")),
            .bytes_on_disk = whole_from<std::uint64_t>(json.at("bytes_on_disk")),
            .trouble = json.at("trouble").get<std::string>()};
}

Json to_json(const std::optional<BooksStatus>& books) {
    if (!books) return nullptr;
    return {{"figures_until", time_json(books->figures_until)},
            {"to_do", books->to_do},
            {"breaks", books->breaks},
            {"unconfirmed", books->unconfirmed},
            {"requests", books->requests},
            {"without_value", books->without_value},
            {"trouble", books->trouble}};
}

std::optional<BooksStatus> books_from(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return BooksStatus{.figures_until = optional_time_from(json.at("figures_until")),
                       .to_do = whole_from<std::uint64_t>(json.at("to_do")),
                       .breaks = whole_from<std::uint64_t>(json.at("breaks")),
                       .unconfirmed = whole_from<std::uint64_t>(json.at("unconfirmed")),
                       .requests = whole_from<std::uint64_t>(json.at("requests")),
                       .without_value = json.at("without_value").get<std::vector<std::string>>(),
                       .trouble = json.at("trouble").get<std::string>()};
}

template <class T>
Json array_of(const std::vector<T>& items) {
    Json json = Json::array();
    for (const T& item : items) json.push_back(to_json(item));
    return json;
}

GatewayStatus gateway_from(const Json& json) {
    GatewayStatus status{.version = json.at("version").get<std::string>(),
                         .site = json.at("site").get<std::string>(),
                         .site_name = json.at("site_name").get<std::string>(),
                         .started = time_from(json.at("started")),
                         .clock = clock_from(json.at("clock")),
                         .lines = {},
                         .meters = {},
                         .buffer = buffer_from(json.at("buffer")),
                         .uplinks = {},
                         .accounting = books_from(json.at("accounting"))};
    for (const Json& line : json.at("lines")) status.lines.push_back(line_from(line));
    for (const Json& meter : json.at("meters")) status.meters.push_back(meter_from(meter));
    for (const Json& uplink : json.at("uplinks")) status.uplinks.push_back(uplink_from(uplink));
    return status;
}

}  // namespace

Json point_json(const PointStatus& point) {
    return {{"id", point.id.text},
            {"unit", point.unit},
            {"displayed", point.displayed},
            {"with_multiplier", point.with_multiplier},
            {"multiplier", point.multiplier},
            {"quality", to_string(point.quality)}};
}

PointStatus point_from(const Json& json) {
    const auto quality = quality_from(json.at("quality").get<std::string>());
    if (!quality) throw NotAsDocumented("unknown quality: " + json.at("quality").dump());
    return {.id = {json.at("id").get<std::string>()},
            .unit = json.at("unit").get<std::string>(),
            .displayed = json.at("displayed").get<std::string>(),
            .with_multiplier = json.at("with_multiplier").get<std::string>(),
            .multiplier = json.at("multiplier").get<std::string>(),
            .quality = *quality};
}

}  // namespace control_json

std::string status_to_json(const GatewayStatus& status) {
    using namespace control_json;
    return to_line({{"version", status.version},
                    {"site", status.site},
                    {"site_name", status.site_name},
                    {"started", utc_text(status.started)},
                    {"clock", to_json(status.clock)},
                    {"buffer", to_json(status.buffer)},
                    {"lines", array_of(status.lines)},
                    {"uplinks", array_of(status.uplinks)},
                    {"accounting", to_json(status.accounting)},
                    {"meters", array_of(status.meters)}});
}

Result<GatewayStatus> status_from_json(std::string_view json) {
    return control_json::read_as<GatewayStatus>(json, control_json::gateway_from);
}

}  // namespace mg
