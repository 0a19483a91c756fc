#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "tests/integration/drivers/lines.h"
#include "tests/support/modems.h"

/// Meters that misbehave, on every kind of line: whatever they do, a poll brings the value that the meter had
/// for a question of that very poll, or none.
namespace mg {
namespace {

using raw::Bytes;
using raw::Wire;

/// The far end's view: each question gets a number, and the number is the value of its answer.
class Meter7 {
public:
    Meter7(Wire& far_end, LineKind kind, std::atomic<unsigned>& asked)
        : wire{far_end}, kind_{kind}, asked_{asked} {}

    bool next() {
        const auto request = wire.read(kind_ == LineKind::modbus_tcp ? kTcpRequest : kRtuRequest);
        if (!request) return false;
        if (kind_ == LineKind::modbus_tcp) transaction_ = raw::mbap_request(*request).transaction;
        number_ = ++asked_;
        return true;
    }
    [[nodiscard]] unsigned number() const { return number_; }
    [[nodiscard]] Bytes framed(const Bytes& body) const {
        return kind_ == LineKind::modbus_tcp ? raw::mbap(transaction_, body) : raw::rtu(body);
    }
    [[nodiscard]] Bytes answer() const { return framed(body_of(static_cast<std::uint16_t>(number_))); }
    [[nodiscard]] bool has_wire() const { return kind_ != LineKind::modbus_tcp; }

    Wire& wire;

private:
    LineKind kind_;
    std::atomic<unsigned>& asked_;
    std::uint16_t transaction_{0};
    unsigned number_{0};
};

using Misbehave = std::function<void(Meter7&)>;

struct Misbehaviour {
    const char* name;
    Misbehave act;
};

void good(Meter7& meter) {
    meter.wire.write(meter.answer());
}

const std::vector<Misbehaviour>& misbehaviours() {
    static const std::vector<Misbehaviour> all{
        {"late",
         [](Meter7& meter) {
             // Within time-out and drain time, 400 ms; a third of it is left to a busy machine.
             if (meter.number() % 2 == 1 && !meter.wire.pause(milliseconds{270})) return;
             good(meter);
         }},
        {"surplus",
         [](Meter7& meter) {
             auto bytes = meter.answer();
             const auto other = meter.framed(body_of(40'000));
             bytes.insert(bytes.end(), other.begin(), other.end());
             meter.wire.write(bytes);
         }},
        {"twice",
         [](Meter7& meter) {
             auto bytes = meter.answer();
             const auto again = bytes;
             bytes.insert(bytes.end(), again.begin(), again.end());
             meter.wire.write(bytes);
         }},
        {"foreign_id",
         [](Meter7& meter) {
             meter.wire.write(meter.framed(raw::registers_body(9, 3, {40'000, 40'000, 40'000})));
             if (meter.number() % 2 == 0 && meter.wire.pause(milliseconds{20})) good(meter);
         }},
        {"longer",
         [](Meter7& meter) {
             if (meter.number() % 2 == 0) return good(meter);
             meter.wire.write(meter.framed(raw::registers_body(7, 3, {40'000, 40'000, 40'000, 40'000})));
         }},
        {"endless",
         [](Meter7& meter) {
             if (meter.number() % 2 == 0) return good(meter);
             for (int i = 0; i < 200 && meter.wire.pause(milliseconds{1}); ++i) {
                 meter.wire.write(Bytes(16, 0x07));
             }
         }},
        {"one_byte_per_150_ms",
         [](Meter7& meter) {
             if (meter.number() % 2 == 0) return good(meter);
             for (const auto byte : meter.answer()) {
                 if (!meter.wire.pause(milliseconds{150})) return;
                 meter.wire.write({byte});
             }
         }},
        {"second_master",
         [](Meter7& meter) {
             if (!meter.has_wire()) return good(meter);  // nobody else is on this connection
             // Another master asks the same meter for as many registers, and it answers, in our time.
             auto bytes = raw::rtu({7, 3, 0, 100, 0, 3});
             const auto answer = raw::rtu(body_of(40'000));
             bytes.insert(bytes.end(), answer.begin(), answer.end());
             if (meter.number() % 2 == 1)
                 meter.wire.write(bytes);
             else
                 good(meter);
         }},
    };
    return all;
}

struct Kind {
    const char* name;
    LineKind kind;
};
constexpr std::array kKinds{Kind{"serial", LineKind::serial}, Kind{"modbus_tcp", LineKind::modbus_tcp},
                            Kind{"rtu_over_tcp", LineKind::rtu_over_tcp}, Kind{"dtu", LineKind::dtu}};

constexpr unsigned kMisbehaves = 6;  ///< questions; from then on it is a good meter

/// A line of that kind with the meter at its far end.
class FarEnd {
public:
    FarEnd(LineKind kind, const Misbehave& act) {
        const auto serve = [this, kind, act](Wire& wire) {
            Meter7 meter{wire, kind, asked};
            // Requests that piled up meanwhile are answered all at once, as bad as it gets.
            while (meter.next()) meter.number() <= kMisbehaves ? act(meter) : good(meter);
        };
        switch (kind) {
            case LineKind::serial:
                serial_ = std::make_unique<raw::PtyPeer>(serve);
                line = serial_line(serial_->device());
                std::get<SerialChannel>(line.channel).settings.baud = 1200;  // a silence of 29 ms
                break;
            case LineKind::modbus_tcp:
            case LineKind::rtu_over_tcp:
                tcp_ = std::make_unique<raw::TcpPeer>([serve](Wire& wire, int) { serve(wire); });
                line = tcp_line(kind, tcp_->port());
                std::get<TcpChannel>(line.channel).settings.baud = 1200;
                break;
            case LineKind::dtu:
                line = modem_line("line_1", "PUMP-01", "hello");
                std::get<ListenChannel>(line.channel).settings.baud = 1200;
                desk_ = std::make_unique<ModemDesk>(std::vector{line});
                modem_ = std::make_unique<ModemPeer>(desk_->port(), "PUMP-01",
                                                     [serve](Wire& wire, int) { serve(wire); });
                break;
        }
    }
    [[nodiscard]] DtuMailbox* mailbox() const { return desk_ ? &desk_->mailbox() : nullptr; }

    LineOptions line;
    std::atomic<unsigned> asked{0};

private:
    std::unique_ptr<raw::PtyPeer> serial_;
    std::unique_ptr<raw::TcpPeer> tcp_;
    std::unique_ptr<ModemDesk> desk_;
    std::unique_ptr<ModemPeer> modem_;
};

class EveryLine : public testing::TestWithParam<std::tuple<Kind, Misbehaviour>> {};

TEST_P(EveryLine, StaleReplyIsNeverReported) {
    const auto& [kind, misbehaviour] = GetParam();
    FarEnd far{kind.kind, misbehaviour.act};
    Plant plant{far.line, far.mailbox()};

    int good_polls = 0;
    for (int poll = 0; far.asked <= kMisbehaves || good_polls < 2; ++poll) {
        ASSERT_LT(poll, 400) << "the line works again when the meter does";
        const unsigned before = far.asked;
        if (!plant.channel->open(plant.stop)) {
            std::this_thread::sleep_for(milliseconds{50});  // the back-off
            continue;
        }
        PollResult result;
        const auto took =
            time_of([&] { result = plant.meter->poll(*plant.channel, plant.stop, Effort::usual, false); });
        EXPECT_LT(took, milliseconds{20'000}) << "bounded";
        for (const auto& reading : result.readings[0]) {
            if (!has_value(reading.quality)) continue;
            EXPECT_GT(reading.bits, before) << "of an earlier question";
            EXPECT_LE(reading.bits, far.asked) << "of nobody's question";
        }
        if (Plant::value(result)) ++good_polls;
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryLine,
                         testing::Combine(testing::ValuesIn(kKinds), testing::ValuesIn(misbehaviours())),
                         [](const auto& test) {
                             return std::string(std::get<0>(test.param).name) + "_" +
                                    std::get<1>(test.param).name;
                         });

}  // namespace
}  // namespace mg
