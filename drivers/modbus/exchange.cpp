#include "drivers/modbus/exchange.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <modbus/modbus.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "drivers/channel/descriptor_wait.h"
#include "gateway/base/check.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

// Once the first byte is here the rest may take its time on the wire and this much: libmodbus waits for it in
// select(), where no stop reaches it.
constexpr std::chrono::milliseconds kStartedFrame{1000};

NoAnswer no_reply(milliseconds waited) {
    return {Failure::transient, Quality::no_reply, 0, false,
            trf("no reply in {0} ms", "{0} 毫秒内无应答", waited.count())};
}
NoAnswer corrupt(std::string what) {
    return {Failure::transient, Quality::corrupt_reply, 0, false, std::move(what)};
}
NoAnswer stopped() {
    return {Failure::transient, Quality::not_asked, 0, false, std::string{tr("stopped", "已停止")}};
}
NoAnswer lost(std::string what) {
    return {Failure::session_lost, Quality::line_down, 0, false, std::move(what)};
}

NoAnswer of_channel(const Error& error, const StopEvent& stop) {
    if (error.kind == Failure::session_lost) return lost(error.what);
    return is_stopped(stop) ? stopped() : corrupt(error.what);
}

NoAnswer of_libmodbus(int error) {
    switch (error) {
        case ETIMEDOUT:
            return corrupt(std::string{tr("the answer broke off", "应答不完整")});
        case EMBBADCRC:
            return corrupt(std::string{tr("wrong checksum", "校验错误")});
        case EMBBADDATA:
            return corrupt(std::string{tr("the answer is too long", "应答过长")});
        case ECONNRESET:
        case EPIPE:
            return lost(std::string{tr("the other side closed the connection", "对端关闭了连接")});
        default:
            return lost(trf("reading failed: {0}", "读取失败：{0}", modbus_strerror(error)));
    }
}

WireFate fate_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::answer:
        case Verdict::exception:
            return WireFate::answer;
        case Verdict::foreign:
            return WireFate::foreign;
        case Verdict::wrong:
            break;
    }
    return WireFate::wrong;
}

std::size_t readable_bytes(int descriptor) {
    int bytes = 0;
    return ::ioctl(descriptor, FIONREAD, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

}  // namespace

// The libmodbus context. It is told the channel's descriptor before each use and never opens, flushes or
// closes one: modbus_close on a tty sets B0, modbus_flush on a socket does nothing.
struct Exchange::Framer {
    explicit Framer(Framing framing, std::uint8_t unit)
        // Neither call does any I/O; device and address are never used.
        : context{framing == Framing::rtu ? modbus_new_rtu("adopted", 9600, 'N', 8, 1)
                                          : modbus_new_tcp("127.0.0.1", 502)} {
        MG_CHECK(context);
        if (framing == Framing::rtu) MG_CHECK(modbus_set_slave(context.get(), unit) == 0);
        modbus_set_error_recovery(context.get(), MODBUS_ERROR_RECOVERY_NONE);
        // (0,0): the response timeout holds for the whole answer. With libmodbus's default of 500 ms between
        // bytes a limit of 0.4 s was measured to last 3.6 s on a dribbling meter.
        modbus_set_byte_timeout(context.get(), 0, 0);
    }

    // Bytes of the frame; 0: a whole frame of a foreign unit was read; -1: errno.
    int receive(int descriptor, std::chrono::microseconds within) {
        frame.fill(0);
        modbus_set_socket(context.get(), descriptor);
        modbus_set_response_timeout(context.get(), static_cast<std::uint32_t>(within.count() / 1'000'000),
                                    static_cast<std::uint32_t>(within.count() % 1'000'000));
        return modbus_receive_confirmation(context.get(), frame.data());
    }

    struct Free {
        void operator()(modbus_t* used) const noexcept { modbus_free(used); }
    };
    std::unique_ptr<modbus_t, Free> context;
    std::array<std::uint8_t, MODBUS_MAX_ADU_LENGTH> frame{};
    std::size_t frame_length{0};  // of what stands in `frame`, whole or broken; for the record
};

NoAnswer meaning_of_exception(std::uint8_t code) {
    const auto text = trf("exception {0:02X}: {1}", "异常 {0:02X}：{1}", code, exception_text(code));
    switch (code) {
        case 0x01:
        case 0x02:
        case 0x03:
            return {Failure::unsupported, Quality::unsupported, code, false, text};
        // The gateway speaks, the meter behind it does not.
        case 0x0B:
            return {Failure::transient, Quality::no_reply, code, false, text};
        default:
            return {Failure::transient, Quality::refused, code, false, text};
    }
}

Exchange::Exchange(Framing framing, std::uint8_t unit, Clock& clock)
    : framing_{framing}, unit_{unit}, clock_{clock}, framer_{std::make_unique<Framer>(framing, unit)} {}
Exchange::Exchange(Exchange&&) noexcept = default;
Exchange::~Exchange() = default;

Answer Exchange::read(Channel& channel, const Block& block, const ExchangeTiming& timing,
                      const StopEvent& stop, WireRecord* record) {
    const Question question{framing_, ++transaction_, unit_, block.table, block.first, block.count};
    framer_->frame_length = 0;
    latency_.reset();
    const auto began = clock_.steady();
    auto answer = ask(channel, question, timing, stop);
    if (record != nullptr) {
        const auto request = request_frame(question);
        record->request.assign(request.span().begin(), request.span().end());
        record->answer.assign(framer_->frame.begin(),
                              framer_->frame.begin() + static_cast<std::ptrdiff_t>(framer_->frame_length));
        record->error = answer ? std::string{} : answer.error().what;
        record->took = std::chrono::round<milliseconds>(clock_.steady() - began);
    }
    return answer;
}

Answer Exchange::ask(Channel& channel, const Question& question, const ExchangeTiming& timing,
                     const StopEvent& stop) {
    const auto request = request_frame(question);
    if (auto sent = channel.send(request.span(), timing.gap, stop); !sent) {
        return tl::unexpected{of_channel(sent.error(), stop)};
    }
    // The bytes leave after the write has returned.
    const auto sent_at = clock_.steady() + channel.wire_time(request.size);
    const auto due =
        clock_.steady() + timing.response_timeout + channel.wire_time(request.size + answer_size(question));
    if (echoes_) {
        if (auto swallowed = swallow_echo(channel, request.span(), due, stop); !swallowed) {
            return tl::unexpected{of_channel(swallowed.error(), stop)};
        }
    }

    for (;;) {
        if (auto ready = channel.wait_readable(due, stop); !ready) {
            if (ready.error().kind == Failure::session_lost) return tl::unexpected{lost(ready.error().what)};
            if (is_stopped(stop)) return tl::unexpected{stopped()};
            channel.tap().note(clock_, WireFate::silence, {});
            return tl::unexpected{no_reply(timing.response_timeout)};
        }
        const auto first_byte_at = clock_.steady();
        const auto limit = kStartedFrame + channel.wire_time(framer_->frame.size());
        const auto left = std::chrono::floor<std::chrono::microseconds>(due - clock_.steady());
        const auto within = std::clamp<std::chrono::microseconds>(left, milliseconds{1}, limit);

        const auto here = readable_bytes(channel.descriptor());
        const int length = framer_->receive(channel.descriptor(), within);
        const auto error = errno;
        auto& frame = framer_->frame;
        if (length < 0) {
            const auto read =
                error == EMBBADCRC ? frame_size(question.framing, frame) : std::min(here, frame.size());
            framer_->frame_length = read;
            channel.note_received(read);
            channel.note_discarded(read);
            auto trouble = of_libmodbus(error);
            // An echo read as an answer: its third byte, half an address, was taken for the byte count.
            const auto compared = std::min(error == EMBBADDATA ? std::size_t{3} : request.size, read);
            if (channel.may_echo() && compared >= 3 &&
                std::equal(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(compared),
                           request.bytes.begin())) {
                echoes_ = trouble.found_echo = true;
            }
            channel.tap().note(clock_, trouble.found_echo ? WireFate::echo : WireFate::wrong,
                               {frame.data(), read});
            return tl::unexpected{std::move(trouble)};
        }
        // 0: libmodbus saw a foreign unit and left the CRC unchecked.
        const auto size =
            length == 0 ? frame_size(question.framing, frame) : static_cast<std::size_t>(length);
        channel.note_received(size);
        framer_->frame_length = size;
        const auto judged =
            length == 0 ? Judged{Verdict::foreign, {}, 0, {}} : judge(question, {frame.data(), size});
        channel.tap().note(clock_, fate_of(judged.verdict), {frame.data(), size});
        const bool is_answer = judged.verdict == Verdict::answer || judged.verdict == Verdict::exception;
        if (is_answer) {
            latency_ = std::chrono::duration_cast<std::chrono::microseconds>(
                std::max(first_byte_at - sent_at, SteadyTime::duration::zero()));
        }
        switch (judged.verdict) {
            case Verdict::answer:
                return judged.registers;
            case Verdict::exception:
                return tl::unexpected{meaning_of_exception(judged.exception)};
            case Verdict::foreign:
                channel.note_discarded(size);
                ++foreign_frames_;
                break;
            case Verdict::wrong:
                channel.note_discarded(size);
                return tl::unexpected{corrupt(std::string{judged.why})};
        }
    }
}

Result<> Exchange::swallow_echo(Channel& channel, std::span<const std::uint8_t> request, SteadyTime due,
                                const StopEvent& stop) {
    std::array<std::uint8_t, 12> echo{};
    std::size_t size = 0;
    while (size < request.size()) {
        if (auto ready = channel.wait_readable(due, stop); !ready) return ready;
        const auto got = ::read(channel.descriptor(), echo.data() + size, request.size() - size);
        if (got <= 0) return fail(Failure::session_lost, std::string{tr("the line is gone", "线路已断开")});
        size += static_cast<std::size_t>(got);
        channel.note_received(static_cast<std::size_t>(got));
        channel.note_discarded(static_cast<std::size_t>(got));
    }
    channel.tap().note(clock_, WireFate::echo, {echo.data(), size});
    if (std::equal(request.begin(), request.end(), echo.begin())) return {};
    // Another adapter was plugged in.
    echoes_ = false;
    return fail(Failure::transient,
                std::string{tr("the expected echo of the request did not come", "未收到请求回显")});
}

}  // namespace mg
