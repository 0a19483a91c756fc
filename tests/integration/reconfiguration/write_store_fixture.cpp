#include <csignal>
#include <cstdio>
#include <thread>

#include "tests/integration/reconfiguration/store_description.h"
#include "tests/unit/buffer/store_fixture.h"

#if __has_include("gateway/buffer/repacker.h")
#include "gateway/buffer/repacker.h"
#endif

// Fills a store with one of everything, writes to stdout what is in it, and kills itself, so that the logs of
// the unfinished files stay. Built and run at the last commit of a format (tests/fixtures/store/README.md);
// what only later versions have is left out by the earlier ones.
//
// usage: write_store_fixture FOLDER, twice: the first life closes two days and ends in good order, the second
// goes on and is killed.
namespace mg::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const UplinkId kBroker{"broker"};
const UplinkId kCloud{"cloud"};

struct Point {
    const char* id;
    WireType type;
    PointKind kind;
    Ratio ratio;
    Decimal scale;
    const char* unit;
};

LayoutRef layout_of(const char* meter, const char* model, std::initializer_list<Point> points) {
    auto made = std::make_shared<Layout>();
    made->meter.text = meter;
    made->model = model;
    for (const Point& each : points) {
        LayoutPoint point;
        point.id.text = each.id;
        point.type = each.type;
        point.kind = each.kind;
        point.ratio = each.ratio;
        point.scale = each.scale;
        point.unit = each.unit;
        made->points.push_back(std::move(point));
    }
    return made;
}

LayoutRef plain() {
    return layout_of("plain", "first-model",
                     {{"energy_import", WireType::u32, PointKind::index, Ratio::ct_pt, {1, -2}, "kWh"},
                      {"power", WireType::f32, PointKind::momentary, Ratio::ct_pt, {1, 0}, "kW"}});
}

/// The same metering point after its model was changed: other points, other types.
LayoutRef plain_later() {
    return layout_of("plain", "second-model",
                     {{"energy_import", WireType::f64, PointKind::index, Ratio::ct, {1, 0}, "MWh"},
                      {"state", WireType::u16, PointKind::state, Ratio::none, {1, 0}, ""},
                      {"power", WireType::i16, PointKind::momentary, Ratio::pt, {1, -1}, "W"}});
}

LayoutRef varied() {
    return layout_of("varied", "every-type",
                     {{"a", WireType::u16, PointKind::index, Ratio::none, {1, 0}, "kWh"},
                      {"b", WireType::i16, PointKind::momentary, Ratio::ct, {1, -1}, "A"},
                      {"c", WireType::u32, PointKind::index, Ratio::pt, {1, -2}, "kvarh"},
                      {"d", WireType::i32, PointKind::momentary, Ratio::ct_pt, {5, -3}, "kW"},
                      {"e", WireType::u64, PointKind::index, Ratio::none, {1, -3}, "m³"},
                      {"f", WireType::i64, PointKind::index, Ratio::none, {1, 0}, "Wh"},
                      {"g", WireType::f32, PointKind::momentary, Ratio::none, {1, 0}, "°C"},
                      {"h", WireType::f64, PointKind::momentary, Ratio::none, {1, 0}, "MPa"},
                      {"i", WireType::bcd16, PointKind::momentary, Ratio::none, {1, -1}, "V"},
                      {"j", WireType::bcd32, PointKind::index, Ratio::none, {1, -2}, "kWh"},
                      {"k", WireType::bcd64, PointKind::index, Ratio::none, {1, 0}, "kWh"},
                      {"l", WireType::sm16, PointKind::momentary, Ratio::none, {1, 0}, "kvar"},
                      {"m", WireType::sm32, PointKind::momentary, Ratio::none, {1, -4}, "kW"},
                      {"n", WireType::i32_f32, PointKind::index, Ratio::none, {1, 0}, "m3"},
                      {"o", WireType::f32_hundreds, PointKind::index, Ratio::none, {1, 0}, "t"}});
}

LayoutRef water() {
    auto made = std::make_shared<Layout>(
        *layout_of("water", "tuf",
                   {{"total", WireType::i32, PointKind::index, Ratio::none, {1, 0}, "m³"},
                    {"exponent", WireType::i16, PointKind::state, Ratio::none, {1, 0}, ""}}));
    made->points[0].exponent_from = 1;
    made->points[0].exponent_offset = -3;
    return made;
}

Sample varied_sample(UtcTime slot, bool boundary, unsigned turn) {
    Sample made = sample(varied(), slot, 0, boundary);
    const std::uint64_t more = turn;
    made.readings = {{65'000 + more, Quality::good},
                     {0xFF38 + more, Quality::good},
                     {4'000'000'000 + more, Quality::good},
                     {0xFFFF'FF00 + more, Quality::good},
                     {9'007'199'254'740'993 + more, Quality::good},
                     {0xFFFF'FFFF'FFFF'0000 + more, Quality::good},
                     {0x41BC'0000 + more, Quality::good},  // 23.5
                     {0x3FF0'0000'0000'0001 + more, Quality::clock_untrusted},
                     {0x2301 + more, Quality::good},
                     {0x1234'5670 + more, Quality::implausible},
                     {0x0123'4567'8901'2340 + more, Quality::good},
                     {0x8005 + more, Quality::good},
                     {0x8000'0100 + more, Quality::good},
                     {(1'234ULL << 32U) | 0x3F00'0000, Quality::good},         // 1234 + 0.5
                     {(0x4140'0000ULL << 32U) | 0x4248'0000, Quality::good}};  // 12 hundreds and 50
    return made;
}

/// One of each reason for a value that is missing.
Sample reasons(UtcTime slot) {
    Sample made = sample(varied(), slot, 7);
    std::size_t at = 0;
    for (const Quality why :
         {Quality::no_reply, Quality::corrupt_reply, Quality::refused, Quality::unsupported,
          Quality::not_available, Quality::line_down, Quality::not_asked, Quality::stopped,
          Quality::clock_step, Quality::storage_lost}) {
        made.readings[at++] = {0, why};
    }
    made.readings[8] = {0x2301, Quality::good};
    made.readings[9] = {0x1234'5678, Quality::good};
    return made;
}

void a_quarter(SampleStore& store, UtcTime begin, const LayoutRef& of_plain) {
    for (unsigned turn = 0; turn < 3; ++turn) {
        const UtcTime slot = begin + turn * minutes{1};
        const bool boundary = turn == 0;
        store.append(sample(of_plain, slot, 0x3F80'0000 + turn, boundary));
        store.append(varied_sample(slot, boundary, turn));
        store.append(partly(water(), slot, {{120 + turn, Quality::good}, {2, Quality::good}}));
        store.append(missing(layout("silent"), slot, Quality::no_reply));
    }
}

template <class Store>
void order(Store& store, UtcTime now) {
    if constexpr (requires { store.deliveries(); }) {
        auto& deliveries = store.deliveries();
        static_cast<void>(deliveries.set_paused(kCloud, true));
        const auto newest = store.newest();
        store.ack_run(kCloud, {newest - 6, newest - 4});
        store.ack_run(kCloud, {newest - 2, newest - 2});
        static_cast<void>(deliveries.order_resend(
            kBroker,
            {.from = {now - hours{24}}, .to = {now}, .meters = {MeterId{"plain"}}, .ordered_by = "clerk"}));
        const auto orders = deliveries.resends(kBroker);
        if (!orders.empty()) deliveries.resend_done(kBroker, orders.front().id, 3);
        deliveries.keep_receipt(kBroker, {.items = {1, 12},
                                          .samples = 11,
                                          .gaps = 1,
                                          .first_at = now,
                                          .last_at = now,
                                          .answer = "PUBACK 0"});
        if constexpr (requires { deliveries.traffic(kBroker); }) {
            deliveries.count_traffic(kBroker, {.day = std::chrono::floor<std::chrono::days>(now),
                                               .since = now,
                                               .bytes = 123'456,
                                               .messages = 7});
        }
    }
}

template <class Store>
void tell_of_the_clock(Store& store, UtcTime now) {
    if constexpr (requires { store.clock_book(); }) {
        auto& book = store.clock_book();
        static_cast<void>(book.note_boot("b1"));
        static_cast<void>(
            book.note({.at = now, .epoch = 1, .sequence = 5, .reason = "confirmed", .who = "李工"}));
        static_cast<void>(book.hold(*plain(), "b1", minutes{3},
                                    {{0x3F80'0000, Quality::good}, {0, Quality::not_available}}));
    }
}

#if __has_include("gateway/buffer/repacker.h")
/// The file of the first day only: one packed, the others as they were.
void pack_first(const std::filesystem::path& folder) {
    for (const auto& each : std::filesystem::directory_iterator(folder)) {
        const auto name = FileName::from(each.path().filename().native());
        if (!name || name->text() != "other-20261121-0001.db") continue;
        const auto found = inspect_at_start(each.path(), *name);
        LayoutCache layouts;
        if (found) static_cast<void>(repack(folder, {*name, found->summary}, layouts));
    }
}
#else
void pack_first(const std::filesystem::path& folder) {
    static_cast<void>(folder);
}
#endif

/// Two days, the first of them closed for good.
void first_life(const std::filesystem::path& folder) {
    SetClock clock{kMorning - hours{24}};
    auto store = open_or_fail(storage_in(folder), clock);
    const UtcTime begin = kMorning - hours{24};
    store->append(Gap{MeterId{"plain"}, {begin - minutes{1}}, {begin}, Quality::not_asked, 0});
    a_quarter(*store, begin, plain());
    store->append(reasons(begin + minutes{4}));
    settle(*store, clock);
    store->append(sample(layout("silent"), begin, 5));  // a late value: revision 1
    settle(*store, clock);
    clock.set(kMorning);
    store->append(Gap{MeterId{"plain"}, {kMorning - hours{23}}, {kMorning}, Quality::stopped, 0});
    a_quarter(*store, kMorning, plain());
    settle(*store, clock);
    tell_of_the_clock(*store, kMorning);
    static_cast<void>(store->set_aside(kBroker, 4, "reason 153: payload format invalid"));
    static_cast<void>(store->set_aside(kCloud, 2, "太大"));
    store.reset();
    pack_first(folder);
}

/// The second day goes on with another model and a clock set back, and is never finished.
void second_life(const std::filesystem::path& folder) {
    SetClock clock{kMorning + minutes{15}};
    auto store = open_or_fail(storage_in(folder), clock);
    a_quarter(*store, kMorning + minutes{15}, plain_later());
    settle(*store, clock);
    Sample again = sample(plain_later(), kMorning + minutes{16}, 0x4000'0000, false, 1);
    store->append(again);  // the clock was set back: epoch 1 supersedes
    again.slot.at += minutes{2};
    store->append(again);
    settle(*store, clock);
    store->ack(kBroker, 20);
    store->ack(kCloud, 5);
    order(*store, kMorning + minutes{15});
    std::this_thread::sleep_for(seconds{3});  // progress is on disk within a second
    const StoreDescription found = describe(*store);
    for (const auto* lines : {&found.items, &found.states}) {
        for (const std::string& line : *lines) std::puts(line.c_str());
    }
    std::fflush(stdout);
    std::raise(SIGKILL);
}

}  // namespace
}  // namespace mg::test

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const std::filesystem::path folder{arguments[1]};
    if (std::filesystem::exists(folder / "meta.db")) {
        mg::test::second_life(folder);
    } else {
        mg::test::first_life(folder);
    }
}
