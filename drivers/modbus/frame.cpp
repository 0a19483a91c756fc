#include "drivers/modbus/frame.h"

#include <algorithm>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kMbapSize = 7;  // transaction, protocol, length, unit
constexpr std::size_t kCrcSize = 2;
constexpr std::uint8_t kExceptionBit = 0x80;

std::uint8_t high(std::uint16_t word) {
    return static_cast<std::uint8_t>(word >> 8U);
}
std::uint8_t low(std::uint16_t word) {
    return static_cast<std::uint8_t>(word & 0xFFU);
}

std::uint16_t word_at(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

// Modbus over Serial Line V1.02, 6.2.2: polynomial A001, start FFFF, low byte first on the wire.
constexpr std::uint16_t kCrcStart = 0xFFFF;

std::uint16_t crc16_with(std::uint16_t before, std::uint8_t byte) {
    std::uint32_t crc = before ^ byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1U ^ 0xA001U : crc >> 1U;
    return static_cast<std::uint16_t>(crc);
}

std::uint16_t crc16(std::span<const std::uint8_t> bytes) {
    auto crc = kCrcStart;
    for (const auto byte : bytes) crc = crc16_with(crc, byte);
    return crc;
}

// Where the unit id stands; the function follows it, then the byte count or the exception code.
std::size_t unit_at(Framing framing) {
    return framing == Framing::mbap ? kMbapSize - 1 : 0;
}
std::size_t trailer_size(Framing framing) {
    return framing == Framing::mbap ? 0 : kCrcSize;
}

// MBAP only: protocol 0, and the length counts what follows it (Modbus Messaging on TCP/IP V1.0b, 3.1.3).
bool header_is_sound(const Question& question, std::span<const std::uint8_t> frame) {
    return question.framing == Framing::rtu ||
           (word_at(frame, 2) == 0 && word_at(frame, 4) + 6U == frame.size());
}

Judged wrong(std::string_view why) {
    return {Verdict::wrong, {}, 0, why};
}

}  // namespace

RequestFrame request_frame(const Question& question) {
    RequestFrame frame;
    const auto put = [&frame](std::uint8_t byte) { frame.bytes[frame.size++] = byte; };
    const auto put_word = [&put](std::uint16_t word) {
        put(high(word));
        put(low(word));
    };
    if (question.framing == Framing::mbap) {
        put_word(question.transaction);
        put_word(0);
        put_word(6);
    }
    put(question.unit);
    put(static_cast<std::uint8_t>(question.table));
    put_word(question.first);
    put_word(question.count);
    if (question.framing == Framing::rtu) {
        const auto crc = crc16(frame.span());
        put(low(crc));
        put(high(crc));
    }
    return frame;
}

std::vector<std::uint8_t> wrapped(Framing framing, std::uint16_t transaction, std::uint8_t unit,
                                  std::span<const std::uint8_t> pdu) {
    std::vector<std::uint8_t> frame;
    const auto put_word = [&frame](std::size_t word) {
        frame.push_back(high(static_cast<std::uint16_t>(word)));
        frame.push_back(low(static_cast<std::uint16_t>(word)));
    };
    if (framing == Framing::mbap) {
        put_word(transaction);
        put_word(0);
        put_word(pdu.size() + 1);
    }
    frame.push_back(unit);
    frame.insert(frame.end(), pdu.begin(), pdu.end());
    if (framing == Framing::rtu) {
        const auto crc = crc16(frame);
        frame.push_back(low(crc));
        frame.push_back(high(crc));
    }
    return frame;
}

bool checksum_is_right(std::span<const std::uint8_t> rtu_frame) {
    if (rtu_frame.size() < 2 + kCrcSize) return false;
    const auto body = rtu_frame.first(rtu_frame.size() - kCrcSize);
    const auto crc = crc16(body);
    return rtu_frame[body.size()] == low(crc) && rtu_frame[body.size() + 1] == high(crc);
}

std::optional<std::size_t> shortest_sound_frame(std::span<const std::uint8_t> rtu_bytes) {
    auto crc = kCrcStart;
    for (std::size_t body = 1; body + kCrcSize <= rtu_bytes.size(); ++body) {
        crc = crc16_with(crc, rtu_bytes[body - 1]);
        if (body >= 2 && rtu_bytes[body] == low(crc) && rtu_bytes[body + 1] == high(crc))
            return body + kCrcSize;
    }
    return std::nullopt;
}

std::size_t answer_size(const Question& question) {
    return unit_at(question.framing) + 3 + std::size_t{2} * question.count + trailer_size(question.framing);
}

std::size_t frame_size(Framing framing, std::span<const std::uint8_t> frame) {
    const auto unit = unit_at(framing);
    if (frame.size() < unit + 3) return frame.size();
    const bool exception = (frame[unit + 1] & kExceptionBit) != 0;
    const std::size_t body = exception ? 0 : frame[unit + 2];
    return std::min(frame.size(), unit + 3 + body + trailer_size(framing));
}

Judged judge(const Question& question, std::span<const std::uint8_t> frame) {
    const auto unit = unit_at(question.framing);
    const auto trailer = trailer_size(question.framing);
    if (frame.size() < unit + 3 + trailer) return wrong(tr("too short", "帧过短"));
    if (!header_is_sound(question, frame)) return wrong(tr("bad MBAP header", "MBAP 报文头错误"));
    if (question.framing == Framing::mbap && word_at(frame, 0) != question.transaction)
        return {Verdict::foreign, {}, 0, {}};
    if (frame[unit] != question.unit) return {Verdict::foreign, {}, 0, {}};

    const auto function = static_cast<std::uint8_t>(question.table);
    const auto body = frame.subspan(unit + 3, frame.size() - unit - 3 - trailer);
    if (frame[unit + 1] == (function | kExceptionBit)) {
        if (!body.empty()) return wrong(tr("bad length", "长度错误"));
        return {Verdict::exception, {}, frame[unit + 2], {}};
    }
    if (frame[unit + 1] != function) return wrong(tr("wrong function code", "功能码不符"));
    if (frame[unit + 2] != 2U * question.count || body.size() != frame[unit + 2]) {
        return wrong(tr("wrong byte count", "字节数不符"));
    }
    return {Verdict::answer, body, 0, {}};
}

std::string_view exception_text(std::uint8_t code) {
    // Modbus Application Protocol V1.1b3, section 7.
    switch (code) {
        case 0x01:
            return tr("illegal function", "非法功能码");
        case 0x02:
            return tr("illegal data address", "非法数据地址");
        case 0x03:
            return tr("illegal data value", "非法数据值");
        case 0x04:
            return tr("device failure", "设备故障");
        case 0x05:
            return tr("acknowledged, not ready yet", "已确认，处理中");
        case 0x06:
            return tr("busy", "设备忙");
        case 0x07:
            return tr("negative acknowledge", "否定应答");
        case 0x08:
            return tr("memory parity error", "存储奇偶校验错误");
        case 0x0A:
            return tr("gateway has no path to this unit", "网关路径不可用");
        case 0x0B:
            return tr("unit behind the gateway is silent", "网关后的仪表无应答");
        default:
            return tr("unknown exception", "未知异常");
    }
}

}  // namespace mg
