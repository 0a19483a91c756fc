#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "config/load.h"
#include "tests/unit/drivers/modbus_fixture.h"

/// Each file in answers/ holds what an instrument answered, or what its register list says it would, and what
/// its display shows then. The shipped model must read exactly that:
///     model <id> · unit <n>
///     ask <bytes> · get <bytes>               a request and its answer as they were on the wire
///     registers <table> <first> <bytes>       the same without frames
///     point <id> <value>                      as displayed
///     missing <id> <quality>
namespace mg {
namespace {

struct Recorded {
    std::string model;
    std::string unit;
    std::map<std::pair<int, int>, std::uint16_t> registers;  ///< by function and address
    std::map<std::string, std::string> values;
    std::map<std::string, std::string> missing;
};

void keep(Recorded& recorded, int function, int first, const raw::Bytes& bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        recorded.registers[{function, first + static_cast<int>(i / 2)}] =
            static_cast<std::uint16_t>(bytes[i] * 256 + bytes[i + 1]);
    }
}

// Keeps the registers of an answer that was on the wire; the CRCs of both frames must be right.
void keep_frames(Recorded& recorded, const raw::Bytes& ask, const raw::Bytes& get) {
    for (const auto& frame : {ask, get}) {
        EXPECT_EQ(raw::rtu({frame.begin(), frame.end() - 2}), frame);
    }
    const auto asked = raw::rtu_request(ask);
    EXPECT_EQ(get[0], asked.unit);
    EXPECT_EQ(get[2], asked.count * 2);
    keep(recorded, asked.function, asked.first, {get.begin() + 3, get.end() - 2});
}

Recorded recorded_in(const std::filesystem::path& file) {
    Recorded recorded;
    raw::Bytes ask;
    std::ifstream in{file};
    EXPECT_TRUE(in) << file;
    for (std::string text; std::getline(in, text);) {
        std::istringstream words{text};
        std::string what;
        std::string first;
        std::string rest;
        words >> what;
        if (what == "ask" || what == "get") {
            std::getline(words, rest);
            if (what == "ask")
                ask = raw::hex(rest);
            else
                keep_frames(recorded, ask, raw::hex(rest));
            continue;
        }
        words >> first;
        if (what == "model") recorded.model = first;
        if (what == "unit") recorded.unit = first;
        if (what == "point") words >> recorded.values[first];
        if (what == "missing") words >> recorded.missing[first];
        if (what == "registers") {
            std::string address;
            words >> address;
            std::getline(words, rest);
            keep(recorded, first == "input" ? 4 : 3, std::stoi(address, nullptr, 16), raw::hex(rest));
        }
    }
    return recorded;
}

// The instrument: refuses what the file does not give.
Bytes answer_from(const Recorded& recorded, const Bytes& request) {
    const auto asked = raw::rtu_request(request);
    std::vector<std::uint16_t> registers;
    for (int address = asked.first; address < asked.first + asked.count; ++address) {
        const auto found = recorded.registers.find({asked.function, address});
        if (found == recorded.registers.end()) return exception_rtu(request, 2);
        registers.push_back(found->second);
    }
    return raw::rtu(raw::registers_body(asked.unit, asked.function, registers));
}

class ModelDecode : public ::testing::TestWithParam<std::string> {};

TEST_P(ModelDecode, TheShippedModelReadsWhatTheDisplayShows) {
    const auto recorded = recorded_in(std::filesystem::path{MG_ANSWERS} / (GetParam() + ".txt"));
    const auto& models = shipped_models();
    const auto model = std::ranges::find(models, recorded.model, &ModelOptions::id);
    ASSERT_NE(model, models.end()) << recorded.model;
    const auto line = line_of(LineKind::serial);
    MeterOptions metering_point;
    metering_point.id.text = "m1";
    metering_point.address = recorded.unit;
    FakeClock clock{UtcTime{}};
    const std::stop_source stopper;
    const StopEvent stop{stopper.get_token()};
    const auto meter = driver_for(Protocol::modbus)->make_meter({&line, &*model, {&metering_point}}, clock);
    ASSERT_TRUE(meter) << meter.error().what;
    ScriptedChannel channel{clock, LineKind::serial, [&](const Bytes& request) {
                                return std::vector{Arrival{milliseconds{20}, answer_from(recorded, request)}};
                            }};
    ASSERT_TRUE(channel.open(stop));

    auto result = (*meter)->poll(channel, stop, Effort::usual, false);

    Sample sample;
    sample.layout = (*meter)->layouts()[0];
    sample.readings = std::move(result.readings[0]);
    std::size_t seen = 0;
    for (std::size_t i = 0; i < sample.readings.size(); ++i) {
        const auto& id = sample.layout->points[i].id.text;
        SCOPED_TRACE(id);
        if (const auto expected = recorded.values.find(id); expected != recorded.values.end()) {
            const auto value = displayed_value(sample, i);
            ASSERT_TRUE(value) << value.error().what;
            EXPECT_EQ(*value, *Decimal::parse(expected->second)) << value->to_string();
            ++seen;
        }
        if (const auto why = recorded.missing.find(id); why != recorded.missing.end()) {
            EXPECT_EQ(to_string(sample.readings[i].quality), why->second);
            ++seen;
        }
    }
    EXPECT_EQ(seen, recorded.values.size() + recorded.missing.size())
        << "the model lacks a point of the file";
}

INSTANTIATE_TEST_SUITE_P(Answers, ModelDecode,
                         ::testing::Values("abb-a43", "accuenergy-acuvim-ii", "acrel-dtsd1352", "bell-vfm60",
                                           "chint-ddsu666", "chint-dtsu666", "eastron-sdm630",
                                           "electromagnetic-flow-4112", "kaifeng-xintai-water",
                                           "longrun-lrf3000s", "schneider-iem3000", "tuf-2000m"),
                         [](const auto& answer) {
                             auto name = answer.param;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace mg
