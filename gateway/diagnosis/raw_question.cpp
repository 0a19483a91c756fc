#include "gateway/diagnosis/raw_question.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "gateway/base/language.h"
#include "gateway/diagnosis/line_timing.h"

namespace mg {
namespace {

constexpr int kIdentification = 0x2B;
constexpr std::uint8_t kDeviceIdentification = 0x0E;

tl::unexpected<Error> refused(std::string what) {
    return fail(Failure::rejected, std::move(what));
}

std::optional<int> number_in(std::string_view text, int base) {
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        base = 16;
    }
    int number = 0;
    const auto* end = text.data() + text.size();
    const auto [read, error] = std::from_chars(text.data(), end, number, base);
    if (error != std::errc{} || read != end || number < 0) return std::nullopt;
    return number;
}

Result<int> between(const std::string& name, const std::string& text, int least, int most) {
    const auto number = number_in(text, 10);
    if (number && *number >= least && *number <= most) return *number;
    return refused(trf("{0} \"{1}\": allowed is {2} … {3}, or 0x and hexadecimal",
                       "{0}“{1}”：允许 {2} … {3}，或 0x 加十六进制", name, text, least, most));
}

std::uint8_t byte_of(int number, unsigned shift) {
    return static_cast<std::uint8_t>(static_cast<unsigned>(number) >> shift & 0xFFU);
}

Result<int> function_in(std::string text) {
    if (text.ends_with("/0E") || text.ends_with("/0e")) text.resize(text.size() - 3);
    const auto function = number_in(text, 16);
    if (function && ((*function >= 1 && *function <= 4) || *function == kIdentification)) return *function;
    return refused(trf("function \"{0}\": only reading is possible: 01, 02, 03, 04, 2B",
                       "功能码“{0}”：只允许读取：01、02、03、04、2B", text));
}

Result<int> unit_in(const std::string& text, LineKind kind) {
    if (kind == LineKind::modbus_tcp) return between(std::string{tr("unit", "从站地址")}, text, 0, 255);
    return between(std::string{tr("unit", "从站地址")}, text, 1, 247);
}

Result<RawQuestion> identification(RawQuestion question, const RawWords& words) {
    const auto level =
        between(std::string{tr("level", "级别")}, words.address.empty() ? "1" : words.address, 1, 4);
    if (!level) return pass_on(level.error());
    const auto object =
        between(std::string{tr("object", "对象")}, words.count.empty() ? "0" : words.count, 0, 255);
    if (!object) return pass_on(object.error());
    question.pdu = {kIdentification, kDeviceIdentification, byte_of(*level, 0), byte_of(*object, 0)};
    return question;
}

}  // namespace

Result<std::optional<SerialSettings>> settings_in_words(const std::string& baud, const std::string& parity,
                                                        const LineOptions& line) {
    if (baud.empty() && parity.empty()) return std::nullopt;
    const auto* serial = std::get_if<SerialChannel>(&line.channel);
    if (serial == nullptr) {
        return refused(trf("line {0} is no serial port of this machine: baud and parity are set elsewhere",
                           "线路 {0} 不是本机串口，波特率和校验在别处设置", line.id.text));
    }
    SerialSettings settings = serial->settings;
    if (!baud.empty()) {
        const auto rate = between("--baud", baud, 300, 4'000'000);
        if (!rate) return pass_on(rate.error());
        settings.baud = *rate;
    }
    if (parity == "even") {
        settings.parity = Parity::even;
    } else if (parity == "odd") {
        settings.parity = Parity::odd;
    } else if (parity == "none") {
        settings.parity = Parity::none;
    } else if (!parity.empty()) {
        return refused(trf("--parity \"{0}\": allowed are none, even, odd",
                           "--parity“{0}”：允许 none、even、odd", parity));
    }
    return settings;
}

Result<RawQuestion> raw_question(const RawWords& words, const Options& options, const LineOptions& line) {
    RawQuestion question;
    const auto unit = unit_in(words.unit, line.kind);
    if (!unit) return pass_on(unit.error());
    question.unit = byte_of(*unit, 0);
    const auto function = function_in(words.function);
    if (!function) return pass_on(function.error());
    auto settings = settings_in_words(words.baud, words.parity, line);
    if (!settings) return pass_on(settings.error());
    question.settings = *settings;
    question.timing = timing_for(options, line, question.unit);
    if (const MeterOptions* meter = meter_at(options, line, question.unit); meter && !question.settings)
        question.settings = meter->settings;
    if (*function == kIdentification) return identification(std::move(question), words);

    const auto address = between(std::string{tr("address", "地址")}, words.address, 0, 0xFFFF);
    if (!address) return pass_on(address.error());
    const int most = *function <= 2 ? 2000 : 125;  // Modbus Application Protocol V1.1b3, 6.1 … 6.4
    const auto count =
        between(std::string{tr("count", "数量")}, words.count, 1, std::min(most, 0x10000 - *address));
    if (!count) return pass_on(count.error());
    question.address = *address;
    question.count = *count;
    question.pdu = {byte_of(*function, 0), byte_of(*address, 8), byte_of(*address, 0), byte_of(*count, 8),
                    byte_of(*count, 0)};
    return question;
}

}  // namespace mg
