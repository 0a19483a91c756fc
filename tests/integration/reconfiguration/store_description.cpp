#include "tests/integration/reconfiguration/store_description.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "tests/unit/buffer/store_fixture.h"

namespace mg::test {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t number(UtcTime time) {
    return time.time_since_epoch().count();
}

Json json_of(const Sample& sample, std::size_t at) {
    const LayoutPoint& point = sample.layout->points[at];
    const Reading& reading = sample.readings[at];
    Json json{{"id", point.id.text},
              {"type", to_string(point.type)},
              {"kind", to_string(point.kind)},
              {"ratio", to_string(point.ratio)},
              {"scale", point.scale.to_string()},
              {"unit", point.unit}};
    if (point.exponent_from) json["exponent_from"] = *point.exponent_from;
    json["exponent_offset"] = point.exponent_offset;
    json["quality"] = to_string(reading.quality);
    if (!has_value(reading.quality)) return json;
    const auto displayed = displayed_value(sample, at);
    json["bits"] = reading.bits;
    json["displayed"] = displayed ? displayed->to_string() : "none";
    return json;
}

std::string line_of(const StoredSample& stored) {
    const Sample& sample = stored.sample;
    Json points = Json::array();
    for (std::size_t i = 0; i < sample.readings.size(); ++i) points.push_back(json_of(sample, i));
    return Json{{"seq", stored.sequence},         {"rev", stored.revision},
                {"meter", sample.meter().text},   {"model", sample.layout->model},
                {"slot", number(sample.slot.at)}, {"taken_at", number(sample.taken_at)},
                {"epoch", sample.epoch},          {"boundary", sample.boundary},
                {"points", std::move(points)}}
        .dump();
}

std::string line_of(const StoredGap& stored) {
    const Gap& gap = stored.gap;
    return Json{{"seq", stored.sequence},  {"meter", gap.meter.text},         {"from", number(gap.from.at)},
                {"to", number(gap.to.at)}, {"reason", to_string(gap.reason)}, {"epoch", gap.epoch}}
        .dump();
}

/// A template, so that it compiles against a store that has no such thing yet.
template <class Store>
void add_deliveries(Store& store, const UplinkId& consumer, std::vector<std::string>& states) {
    if constexpr (requires { store.deliveries(); }) {
        auto& deliveries = store.deliveries();
        Json ranges = Json::array();
        for (const auto& run : store.settled(consumer).beyond) ranges.push_back({run.first, run.last});
        states.push_back(Json{{"consumer", consumer.text},
                              {"beyond", std::move(ranges)},
                              {"paused", deliveries.paused(consumer)}}
                             .dump());
        for (const auto& order : deliveries.resends(consumer)) {
            Json meters = Json::array();
            for (const MeterId& meter : order.meters) meters.push_back(meter.text);
            states.push_back(Json{{"consumer", consumer.text},
                                  {"resend", order.id},
                                  {"from", number(order.from.at)},
                                  {"to", number(order.to.at)},
                                  {"meters", std::move(meters)},
                                  {"done", order.done},
                                  {"until", order.until},
                                  {"ordered_by", order.ordered_by}}
                                 .dump());
        }
        const auto receipts = deliveries.receipts(consumer, UtcTime{}, 1000);
        if (!receipts) throw std::runtime_error(receipts.error().what);
        for (const auto& receipt : *receipts) {
            states.push_back(Json{
                {"consumer", consumer.text},
                {"receipt", {receipt.items.first, receipt.items.last}},
                {"samples", receipt.samples},
                {"gaps", receipt.gaps},
                {"lane", to_string(receipt.lane)},
                {"answer",
                 receipt.answer}}.dump());
        }
        const auto aside = deliveries.set_aside_items(consumer, 1000);
        if (!aside) throw std::runtime_error(aside.error().what);
        for (const auto& item : *aside) {
            states.push_back(
                Json{{"consumer", consumer.text}, {"aside", item.sequence}, {"why", item.why}}.dump());
        }
        if constexpr (requires { deliveries.traffic(consumer); }) {
            for (const auto& day : deliveries.traffic(consumer)) {
                states.push_back(Json{
                    {"consumer", consumer.text},
                    {"traffic", day.day.time_since_epoch().count()},
                    {"bytes", day.bytes},
                    {"messages",
                     day.messages}}.dump());
            }
        }
    }
}

template <class Store>
void add_clock(Store& store, std::vector<std::string>& states) {
    if constexpr (requires { store.clock_book(); }) {
        const auto notes = store.clock_book().notes(1000);
        if (!notes) throw std::runtime_error(notes.error().what);
        for (const auto& note : *notes) {
            states.push_back(Json{{"clock", note.reason}, {"who", note.who}, {"from", note.sequence}}.dump());
        }
        const auto held = store.clock_book().held_counts("b1");
        if (!held) throw std::runtime_error(held.error().what);
        if (held->of_this_boot > 0) states.push_back(Json{{"held", held->of_this_boot}}.dump());
    }
}

}  // namespace

StoreDescription describe(SampleStore& store) {
    StoreDescription found;
    for (const StoredItem& item : everything(store)) {
        found.items.push_back(std::visit([](const auto& stored) { return line_of(stored); }, item));
    }
    for (const char* name : kFixtureConsumers) {
        const UplinkId consumer{name};
        found.states.push_back(Json{{"consumer", name},
                                    {"through", store.progress(consumer)},
                                    {"set_aside", store.set_aside_count(consumer)}}
                                   .dump());
        add_deliveries(store, consumer, found.states);
    }
    for (const char* name : kFixtureMeters) {
        const auto last = store.last_slot(MeterId{name});
        found.states.push_back(
            Json{{"meter", name}, {"last_slot", last ? Json(number(last->at)) : Json(nullptr)}}.dump());
    }
    add_clock(store, found.states);
    found.states.push_back(Json{
        {"newest", store.newest()},
        {"last_taken_at", number(store.last_taken_at())},
        {"last_epoch",
         store.last_epoch()}}.dump());
    return found;
}

}  // namespace mg::test
