#include "gateway/commands/trace_view.h"

#include <fmt/format.h>

#include "drivers/modbus/frame.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"

namespace mg {
namespace {

constexpr std::size_t kMostValues = 8;

std::string fate_in_words(const TraceFrame& frame) {
    if (frame.fate == "silence") return std::string{tr("no answer", "无应答")};
    if (frame.fate == "surplus") {
        return std::string{
            tr("discarded: late, twice, or nobody's answer", "已丢弃：迟到、重复或无主的报文")};
    }
    if (frame.fate == "foreign")
        return std::string{tr("discarded: of another unit", "已丢弃：其他从站的报文")};
    if (frame.fate == "echo") return std::string{tr("echo of the request", "请求回显")};
    if (frame.fate != "wrong") return {};
    return std::string{frame.sound
                           ? tr("discarded: does not fit the request", "已丢弃：与请求不符")
                           : tr("discarded: wrong checksum or broken off", "已丢弃：校验错误或不完整")};
}

std::string decode_in_words(const TraceFrame& frame) {
    if (!frame.sound) return {};
    std::string words = trf("unit {} function {:02X}", "从站 {} 功能码 {:02X}", frame.unit, frame.function);
    if (frame.exception) {
        return words + ", " +
               trf("exception {:02X}: {}", "异常 {:02X}：{}", *frame.exception,
                   exception_text(static_cast<std::uint8_t>(*frame.exception)));
    }
    if (frame.address) words += fmt::format(" 0x{:04X}+{}", *frame.address, frame.count.value_or(0));
    for (std::size_t i = 0; i < frame.registers.size() && i < kMostValues; ++i)
        words += fmt::format("{}{}", i == 0 ? ": " : " ", frame.registers[i]);
    if (frame.registers.size() > kMostValues) words += fmt::format(" … ({})", frame.registers.size());
    return words;
}

}  // namespace

std::string trace_text(const TraceFrame& frame, std::chrono::minutes utc_offset) {
    std::string lost;
    if (frame.lost > 0) {
        lost = trf("… {} frames lost: they came faster than they were taken\n", "…… 丢失 {} 帧：显示跟不上\n",
                   frame.lost);
    }
    const auto since = frame.at.time_since_epoch() % std::chrono::seconds{1};
    const char* arrow = frame.fate == "request" ? ">" : "<";
    std::string line = fmt::format("{}.{:03} {}", local_text(frame.at, utc_offset), since.count(), arrow);
    for (const auto& part : {frame.bytes, fate_in_words(frame), decode_in_words(frame)}) {
        if (!part.empty()) line.append("  ").append(part);
    }
    return lost + line + '\n';
}

}  // namespace mg
