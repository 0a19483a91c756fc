#include "drivers/modbus/overhearing.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include "drivers/modbus/frame.h"

namespace mg {
namespace {

constexpr std::size_t kShortest = 4;      // unit, function, checksum
constexpr std::size_t kQuestion = 8;      // and two words
constexpr std::size_t kAroundValues = 5;  // unit, function, byte count, checksum
constexpr std::size_t kExceptionSize = 5;
constexpr std::size_t kAroundWritten = 9;  // of 0F and 10: two words and a byte count more
constexpr std::uint8_t kExceptionBit = 0x80;
constexpr int kMostRegisters =
    127;  // in a byte count; the standard allows 125, and not everybody keeps to it
constexpr std::size_t kMostOpen = 64;
constexpr std::size_t kLongestUnknown = 32;
// A driver that turns round pulls the pair for some bits: one character, low at first, now and then a second.
constexpr std::size_t kPulse = 2;

std::uint16_t word_at(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

/// Alone: 0 is everybody, beyond 247 is reserved.
bool is_unit(std::uint8_t address) {
    return address >= 1 && address <= 247;
}

bool reads_registers(std::uint8_t function) {
    return function == 3 || function == 4;
}

/// By everything but its checksum. `question`: eight bytes.
std::optional<HeardQuestion> question_in(std::span<const std::uint8_t> question) {
    const int first = word_at(question, 2);
    const int count = word_at(question, 4);
    // Nobody answers a broadcast.
    const bool possible = reads_registers(question[1]) && question[0] != 0 && count >= 1 &&
                          count <= kMostRegisters && first + count <= 0x10000;
    if (!possible) return std::nullopt;
    return HeardQuestion{question[0], static_cast<RegisterTable>(question[1]),
                         static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(count)};
}

/// The lengths that a frame with this beginning can have, by its function; 0 for those it can't have, and for
/// all of them: a function that is not known here.
struct Sizes {
    std::size_t question{0};
    std::size_t answer{0};
    [[nodiscard]] bool known() const { return question != 0 || answer != 0; }
};

Sizes sizes_of(std::span<const std::uint8_t> rest) {
    const auto function = rest[1];
    if ((function & kExceptionBit) != 0) return {0, kExceptionSize};
    switch (function) {
        case 0x01:
        case 0x02:
            return {kQuestion, kAroundValues + rest[2]};
        case 0x03:
        case 0x04:
            return {kQuestion, rest[2] % 2 == 0 && rest[2] != 0 ? kAroundValues + rest[2] : 0};
        case 0x05:
        case 0x06:
            return {kQuestion, 0};  // repeated as its answer
        case 0x08:
            return {kQuestion, 0};
        case 0x11:
            return {kShortest, kAroundValues + rest[2]};
        case 0x0F:
        case 0x10:
            return {rest.size() > 6 ? kAroundWritten + rest[6] : kAroundWritten, kQuestion};
        default:
            return {};
    }
}

}  // namespace

std::span<const std::uint8_t> Heard::registers() const {
    if (kind != Kind::answer) return {};
    return std::span{bytes}.subspan(3, bytes.size() - kAroundValues);
}

Overhearing::Overhearing(milliseconds answer_within)
    : answer_within_{answer_within}, remembered_{answer_within + kFrameEnds} {}

void Overhearing::begin(SteadyTime now) {
    bytes_.clear();
    times_.clear();
    read_ = 0;
    damage_ = 0;
    asked_.reset();
    open_.clear();
    doubt_until_ = now + remembered_;
}

std::vector<Heard> Overhearing::take(std::span<const std::uint8_t> bytes, SteadyTime at) {
    auto heard = settle(at);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    times_.insert(times_.end(), bytes.size(), at);
    const auto more = read_on(false);
    heard.insert(heard.end(), more.begin(), more.end());
    return heard;
}

std::vector<Heard> Overhearing::settle(SteadyTime now) {
    if (bytes_.empty() || now < times_.back() + kFrameEnds) return {};
    return read_on(true);
}

std::vector<Heard> Overhearing::read_on(bool ended) {
    std::vector<Heard> heard;
    while (read_ < bytes_.size()) {
        const auto found = look(std::span{bytes_}.subspan(read_), ended);
        if (!found) {
            skip_byte();
            if (damage_ == kLongestFrame) end_damage(heard);
        } else if (found->size != 0) {
            end_damage(heard);
            accept(*found, heard);
        } else {
            break;
        }
    }
    if (ended) end_damage(heard);
    const auto done = static_cast<std::ptrdiff_t>(read_ - damage_);
    bytes_.erase(bytes_.begin(), bytes_.begin() + done);
    times_.erase(times_.begin(), times_.begin() + done);
    read_ = damage_;
    return heard;
}

std::optional<Overhearing::Found> Overhearing::look(std::span<const std::uint8_t> rest, bool ended) const {
    const auto more_needed = ended ? std::nullopt : std::optional{Found{}};
    if (rest.size() < kShortest) return more_needed;
    if (asked_ && (damage_ == 0 || is_pulse())) {
        if (const auto answer = look_for_answer(rest, ended)) return answer;
    }
    const auto sizes = sizes_of(rest);
    if (!sizes.known()) return look_for_unknown(rest, ended);
    const auto is_sound = [&](std::size_t size) {
        return size != 0 && rest.size() >= size && checksum_is_right(rest.first(size));
    };
    if (is_sound(sizes.question)) {
        const bool registers = sizes.question == kQuestion && question_in(rest);
        return Found{registers ? Heard::Kind::question : Heard::Kind::other, sizes.question};
    }
    // Not before it is certain that it is no question: where one block is read for ever, one coincidence of
    // checksums would come for ever.
    if (sizes.question == kQuestion && rest.size() < kQuestion && !ended) return more_needed;
    if (is_sound(sizes.answer)) {
        const auto function = static_cast<std::uint8_t>(rest[1] & ~kExceptionBit);
        if ((rest[1] & kExceptionBit) != 0) return Found{Heard::Kind::exception, sizes.answer};
        return Found{reads_registers(function) ? Heard::Kind::answer : Heard::Kind::other, sizes.answer};
    }
    return rest.size() < std::max(sizes.question, sizes.answer) ? more_needed : std::nullopt;
}

/// A frame of a function without a known length ends where its checksum is right. That is a guess among many
/// lengths: made for short frames only, and only in step, where a frame must begin.
std::optional<Overhearing::Found> Overhearing::look_for_unknown(std::span<const std::uint8_t> rest,
                                                                bool ended) const {
    const bool in_step = damage_ == 0 && is_unit(rest[0]) && rest[1] != 0;
    if (!in_step) return std::nullopt;
    const auto size = shortest_sound_frame(rest.first(std::min(rest.size(), kLongestUnknown)));
    if (size) return Found{Heard::Kind::other, *size};
    return rest.size() < kLongestUnknown && !ended ? std::optional{Found{}} : std::nullopt;
}

/// The answer that is due, told from the same question asked again, whose first register may look like its
/// byte count: only one of the two has a right checksum, or it is neither. None: it is something else.
std::optional<Overhearing::Found> Overhearing::look_for_answer(std::span<const std::uint8_t> rest,
                                                               bool ended) const {
    const auto& question = asked_->question;
    const bool like_it = rest[0] == question.unit && rest[1] == static_cast<std::uint8_t>(question.table) &&
                         rest[2] == 2 * question.count;
    if (!like_it) return std::nullopt;
    const auto size = kAroundValues + rest[2];
    if (rest.size() < std::max(size, kQuestion) && !ended) {
        // Seven bytes are whole if no byte could make a question of them.
        const bool whole = rest.size() == size && (rest[4] != 0 || rest[5] > kMostRegisters);
        if (!whole) return Found{};
    }
    if (rest.size() < size || !checksum_is_right(rest.first(size))) return std::nullopt;
    const bool asked_again = rest.size() >= kQuestion && checksum_is_right(rest.first(kQuestion)) &&
                             question_in(rest.first(kQuestion));
    return Found{asked_again ? Heard::Kind::doubtful : Heard::Kind::answer, size};
}

void Overhearing::accept(const Found& found, std::vector<Heard>& heard) {
    Heard frame{.kind = found.kind, .bytes = {}, .at = times_[read_ + found.size - 1], .question = {}};
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(read_);
    frame.bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(found.size));
    read_ += found.size;
    switch (found.kind) {
        case Heard::Kind::question:
            accept_question(frame);
            break;
        case Heard::Kind::answer:
            accept_answer(frame);
            asked_.reset();
            break;
        case Heard::Kind::exception:
            accept_exception(frame);
            asked_.reset();
            break;
        case Heard::Kind::doubtful:
        case Heard::Kind::other:
        case Heard::Kind::damaged:
            asked_.reset();
            break;
    }
    heard.push_back(std::move(frame));
}

void Overhearing::accept_question(Heard& frame) {
    frame.question = *question_in(frame.bytes);
    asked_ = Open{frame.question, frame.at};
    auto& open = open_[frame.question.unit];
    open.push_back(*asked_);
    if (open.size() <= kMostOpen) return;
    open.erase(open.begin());
    doubt_until_ = std::max(doubt_until_, frame.at + remembered_);
}

void Overhearing::accept_answer(Heard& frame) {
    const auto count = static_cast<std::uint16_t>(frame.bytes[2] / 2);
    const HeardQuestion said{frame.bytes[0], static_cast<RegisterTable>(frame.bytes[1]), 0, count};
    frame.kind = Heard::Kind::doubtful;
    const auto open = open_like(said, frame.at);
    if (open.empty()) return;
    const auto question = open.front()->question;
    const bool certain =
        std::ranges::all_of(open, [&](const Open* other) { return other->question == question; });
    if (!certain) return;
    // One that nobody waits for may be an answer's second copy, and settles no question.
    if (!asked_ || asked_->question != question) return;
    const bool in_time = frame.at <= asked_->at + answer_within_;
    // A unit answers in the order of its questions: what it was asked before this one it never answers.
    forget_until(said.unit, open.front());
    if (!in_time || frame.at < doubt_until_) return;
    frame.kind = Heard::Kind::answer;
    frame.question = question;
}

void Overhearing::accept_exception(Heard& frame) {
    const auto table = static_cast<RegisterTable>(frame.bytes[1] & ~kExceptionBit);
    const bool to_it = asked_ && asked_->question.unit == frame.bytes[0] && asked_->question.table == table;
    frame.kind = to_it || !reads_registers(static_cast<std::uint8_t>(table)) ? Heard::Kind::other
                                                                             : Heard::Kind::doubtful;
    if (!to_it) return;
    auto& open = open_[frame.bytes[0]];
    std::erase_if(open, [&](const Open& o) { return frame.at > o.at + remembered_; });
    // It says nothing about length: whatever else the unit owes may be meant.
    const bool certain =
        std::ranges::all_of(open, [&](const Open& other) { return other.question == asked_->question; });
    if (!certain || open.empty() || frame.at < doubt_until_) {
        frame.kind = Heard::Kind::doubtful;
        return;
    }
    forget_until(frame.bytes[0], &open.front());
    frame.kind = Heard::Kind::exception;
    frame.question = asked_->question;
}

std::vector<Overhearing::Open*> Overhearing::open_like(const HeardQuestion& question, SteadyTime now) {
    auto& open = open_[question.unit];
    std::erase_if(open, [&](const Open& o) { return now > o.at + remembered_; });
    std::vector<Open*> alike;
    for (Open& each : open) {
        if (each.question.table == question.table && each.question.count == question.count)
            alike.push_back(&each);
    }
    return alike;
}

void Overhearing::forget_until(std::uint8_t unit, const Open* last) {
    auto& open = open_[unit];
    open.erase(open.begin(), open.begin() + (last - open.data()) + 1);
}

void Overhearing::skip_byte() {
    const auto rest = std::span{bytes_}.subspan(read_);
    if (damage_ == 0) {
        damage_began_like_a_frame_ = rest.size() >= kShortest && is_unit(rest[0]) && sizes_of(rest).known();
    }
    ++damage_;
    ++read_;
}

bool Overhearing::is_pulse() const {
    const auto run = std::span{bytes_}.subspan(read_ - damage_, damage_);
    // Low for some bits and then idle: 00, 80, C0 … FF.
    const auto low_then_high = [](std::uint8_t byte) {
        return std::countl_one(byte) + std::countr_zero(byte) >= 8;
    };
    return run.size() <= kPulse && std::ranges::all_of(run, low_then_high);
}

/// The run of damaged bytes before read_ is over.
void Overhearing::end_damage(std::vector<Heard>& heard) {
    if (damage_ == 0) return;
    const bool harmless = is_pulse();
    Heard damage{.kind = Heard::Kind::damaged, .bytes = {}, .at = times_[read_ - 1], .question = {}};
    const auto end = bytes_.begin() + static_cast<std::ptrdiff_t>(read_);
    damage.bytes.assign(end - static_cast<std::ptrdiff_t>(damage_), end);
    damage.bad_checksum = damage_began_like_a_frame_;
    damage_ = 0;
    if (!harmless) {
        asked_.reset();
        doubt_until_ = std::max(doubt_until_, damage.at + remembered_);
    }
    heard.push_back(std::move(damage));
}

}  // namespace mg
