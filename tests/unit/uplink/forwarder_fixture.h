#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include "gateway/base/guarded.h"
#include "gateway/uplink/forwarder.h"
#include "tests/support/child_process.h"
#include "tests/support/memory_store.h"
#include "tests/support/set_clock.h"
#include "tests/support/uplink_plant.h"

namespace mg {

struct TakenMessage {
    std::string lane;
    std::vector<Sequence> samples;
    std::vector<Sequence> gaps;
    std::size_t bytes{0};
};

/// A destination in memory that answers at once and as it was told.
struct FakePlace {
    std::vector<Sequence> taken;  ///< samples in order of delivery
    std::vector<TakenMessage> messages;
    std::vector<std::size_t> message_items;
    int connects{0};
    std::vector<std::chrono::steady_clock::time_point> connected_at;
    int connects_to_refuse{0};
    Failure refusal{Failure::transient};
    std::set<Sequence> poison;             ///< a message with one of these is rejected
    std::optional<Failure> deny;           ///< every message of samples fails with this
    std::size_t most_description{65'536};  ///< a larger one ends the connection
    std::set<Sequence> breaks_at;          ///< a message with one of these ends the connection
    int breaks_at_all{0};                  ///< so many further messages of samples do
    int lose_after{-1};  ///< the connection breaks after so many further messages of samples
    bool throw_out_after_delivery{false};
    std::size_t payload_bytes{65'536};
    bool silent{false};
    bool narrow{false};          ///< there is room for one message at a time
    int crowded{0};              ///< messages that came although there was no room
    std::set<std::string> mute;  ///< messages of these lanes are neither taken nor answered
    std::vector<std::string> status;
    std::vector<std::string> described;
};

inline std::string unpacked(std::string_view payload) {
    std::string text(1U << 22U, '\0');
    z_stream stream{};
    ::inflateInit2(&stream, MAX_WBITS + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
    stream.avail_in = static_cast<uInt>(payload.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    ::inflate(&stream, Z_FINISH);
    text.resize(stream.total_out);
    ::inflateEnd(&stream);
    return text;
}

class FakeDestination final : public Destination {
public:
    FakeDestination(Guarded<FakePlace>& place, Signal& wake) : place_{place}, wake_{wake} {}

    Result<DestinationLimits> connect(SteadyTime /*deadline*/, std::stop_token /*stop*/) override {
        events_ = {};
        waiting_.clear();
        lost_ = false;
        return place_.with([&](FakePlace& place) -> Result<DestinationLimits> {
            ++place.connects;
            place.connected_at.push_back(std::chrono::steady_clock::now());
            if (place.connects_to_refuse > 0) {
                --place.connects_to_refuse;
                return fail(place.refusal, "not now");
            }
            return DestinationLimits{
                .payload_bytes = place.payload_bytes, .in_flight = 4, .message_overhead = 100};
        });
    }
    [[nodiscard]] bool has_room() const override {
        const bool narrow = place_.with([](const FakePlace& place) { return place.narrow; });
        return !narrow || events_.outcomes.empty();
    }
    Result<> submit(Ticket ticket, const OutgoingMessage& message) override {
        const bool crowded = !has_room();
        place_.with([&](FakePlace& place) {
            place.crowded += crowded ? 1 : 0;
            consider(place, ticket, message);
        });
        wake_.raise();
        return {};
    }
    DestinationEvents take_events() override {
        place_.with([&](FakePlace& place) {
            for (auto& [ticket, message] : std::exchange(waiting_, {})) deliver(place, ticket, message);
        });
        return std::exchange(events_, {});
    }
    void disconnect(SteadyTime /*deadline*/) override {}
    void abandon() override {
        events_ = {};
        waiting_.clear();
    }

private:
    void consider(FakePlace& place, Ticket ticket, const OutgoingMessage& message) {
        const std::string text = message.gzipped ? unpacked(message.payload) : std::string(message.payload);
        const auto body = nlohmann::json::parse(text);
        if (message.kind == MessageKind::samples) {
            TakenMessage taken{.lane = body.at("lane"), .bytes = message.payload.size()};
            for (const auto& sample : body.at("samples")) taken.samples.push_back(sample.at("seq"));
            for (const auto& gap : body.at("gaps")) taken.gaps.push_back(gap.at("seq"));
            return deliver(place, ticket, taken);
        }
        if (lost_) return;
        if (message.kind == MessageKind::description && message.payload.size() > place.most_description) {
            return lose();
        }
        if (message.kind == MessageKind::status) place.status.push_back(body.at("state"));
        if (message.kind == MessageKind::description) place.described.push_back(message.meter.text);
        Outcome outcome;
        outcome.ticket = ticket;
        events_.outcomes.push_back(outcome);
    }

    void deliver(FakePlace& place, Ticket ticket, const TakenMessage& message) {
        if (place.silent || lost_) return;
        if (place.mute.contains(message.lane)) {
            waiting_.emplace_back(ticket, message);
            return;
        }
        if (place.lose_after == 0) {
            place.lose_after = -1;
            return lose();
        }
        if (place.breaks_at_all > 0) {
            --place.breaks_at_all;
            return lose();
        }
        if (std::ranges::any_of(message.samples, [&](Sequence s) { return place.breaks_at.contains(s); })) {
            return lose();
        }
        if (place.lose_after > 0) --place.lose_after;
        events_.outcomes.push_back(judged(place, ticket, message));
    }

    void lose() {
        lost_ = true;
        events_.lost = Error{Failure::session_lost, "gone"};
    }

    Outcome judged(FakePlace& place, Ticket ticket, const TakenMessage& message) {
        Outcome outcome;
        outcome.ticket = ticket;
        outcome.answer = "taken";
        if (place.deny) {
            outcome.error = Error{*place.deny, "denied"};
            return outcome;
        }
        for (const Sequence sequence : message.samples) {
            if (place.poison.contains(sequence)) {
                outcome.error = Error{Failure::rejected, "poison"};
                return outcome;
            }
        }
        if (place.throw_out_after_delivery) {
            lost_ = true;
            events_.lost = Error{Failure::refused, "another client"};
        }
        place.message_items.push_back(message.samples.size());
        place.messages.push_back(message);
        place.taken.insert(place.taken.end(), message.samples.begin(), message.samples.end());
        return outcome;
    }

    Guarded<FakePlace>& place_;
    Signal& wake_;
    DestinationEvents events_;
    std::vector<std::pair<Ticket, TakenMessage>> waiting_;
    bool lost_{false};
};

class ForwarderTest : public testing::Test {
protected:
    void start(std::size_t most_items = 10,
               BackoffLimits hold = {.first = milliseconds{10}, .most = milliseconds{20}}) {
        Forwarder::Settings settings;
        settings.id = up;
        settings.delivery = delivery;
        settings.most_items = most_items;
        settings.reconnect = {.first = milliseconds{2}, .most = milliseconds{10}};
        settings.hold = hold;
        settings.ack_timeout = ack_timeout;
        settings.stop_timeout = milliseconds{200};
        forwarder = std::make_unique<Forwarder>(settings, plant, store, clock, [&](Signal& wake) {
            return std::make_unique<FakeDestination>(place, wake);
        });
    }
    bool done() {
        return eventually([&] { return store.progress(up) >= store.newest(); });
    }
    /// By last delivery: what goes back to an earlier item brings everything after it again, so this is in
    /// order.
    std::vector<Sequence> deliveries() {
        std::set<Sequence> seen;
        std::vector<Sequence> order;
        const auto taken = place.copy().taken;
        for (auto sequence = taken.rbegin(); sequence != taken.rend(); ++sequence) {
            if (seen.insert(*sequence).second) order.push_back(*sequence);
        }
        std::ranges::reverse(order);
        return order;
    }

    UplinkId up{"up"};
    Options plant = plant_with_uplink(2, 1883);
    DeliveryOptions delivery;
    milliseconds ack_timeout{300};
    SetClock clock{plant_slot(3600).at};
    MemoryStore store;
    Guarded<FakePlace> place;
    std::unique_ptr<Forwarder> forwarder;
};

}  // namespace mg
