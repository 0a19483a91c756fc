#include "gateway/uplink/announcement.h"

#include "gateway/uplink/json_text.h"

namespace mg {
namespace {

void field(json::Buffer& out, std::string_view key, std::string_view value) {
    out.push_back(',');
    json::string(out, key);
    out.push_back(':');
    json::string(out, value);
}

void decimal_field(json::Buffer& out, std::string_view key, const Result<Decimal>& value) {
    out.push_back(',');
    json::string(out, key);
    out.push_back(':');
    if (value) {
        json::decimal(out, *value);
    } else {
        json::text(out, "null");
    }
}

void point(json::Buffer& out, const PointOptions& described, const MeterOptions& meter) {
    json::text(out, R"({"id":)");
    json::string(out, described.id.text);
    field(out, "kind", to_string(described.kind));
    field(out, "unit", described.unit);
    field(out, "ratio", to_string(described.ratio));
    decimal_field(out, "multiplier", meter.multiplier.of(described.ratio));
    json::text(out, R"(,"name":{"zh":)");
    json::string(out, described.name_zh);
    json::text(out, R"(,"en":)");
    json::string(out, described.name_en);
    json::text(out, "}}");
}

bool belongs_to(const PointOptions& described, const MeterOptions& meter) {
    return described.circuit == 0 || described.circuit == meter.circuit;
}

std::string text_of(const json::Buffer& out) {
    return {out.data(), out.size()};
}

}  // namespace

std::string meter_description(const Options& options, const MeterOptions& meter) {
    json::Buffer out;
    json::text(out, R"({"schema":"metergate.meter.1","site":)");
    json::string(out, options.site.id);
    field(out, "meter", meter.id.text);
    field(out, "name", meter.name);
    field(out, "line", meter.line ? meter.line->text : "");
    field(out, "model", meter.model);
    const ModelOptions* model = options.model(meter.model);
    field(out, "model_name", model != nullptr ? model->name : "");
    json::text(out, R"(,"every_ms":)");
    json::integer(out, meter.every.count());
    json::text(out, R"(,"ct":)");
    json::decimal(out, meter.multiplier.ct);
    decimal_field(out, "pt", meter.multiplier.pt);
    json::text(out, R"(,"points":[)");
    bool first = true;
    if (model != nullptr) {
        for (const PointOptions& described : model->points) {
            if (!belongs_to(described, meter)) continue;
            if (!first) out.push_back(',');
            first = false;
            point(out, described, meter);
        }
    }
    json::text(out, R"(],"ledger":{)");
    first = true;
    for (const auto& [key, column, value] : meter.row.cells()) {
        if (value.empty()) continue;
        if (!first) out.push_back(',');
        first = false;
        json::string(out, key);
        out.push_back(':');
        json::string(out, value);
    }
    json::text(out, "}}");
    return text_of(out);
}

std::string status_message(const SiteOptions& site, Presence presence, UtcTime since) {
    json::Buffer out;
    json::text(out, R"({"schema":"metergate.status.1","site":)");
    json::string(out, site.id);
    field(out, "name", site.name);
    switch (presence) {
        case Presence::online:
            json::text(out, R"(,"state":"online","since":)");
            break;
        case Presence::stopped:
            json::text(out, R"(,"state":"offline","reason":"stopped","since":)");
            break;
        case Presence::lost:
            json::text(out, R"(,"state":"offline","reason":"connection_lost"})");
            return text_of(out);
    }
    json::time(out, since, site.utc_offset, false);
    out.push_back('}');
    return text_of(out);
}

}  // namespace mg
