#include "drivers/channel/serial_port.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <linux/serial.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "drivers/channel/descriptor_wait.h"
#include "drivers/channel/wire_timing.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

struct Baud {
    int rate;
    speed_t code;
};
constexpr std::array kBauds{
    Baud{300, B300},         Baud{600, B600},         Baud{1200, B1200},       Baud{1800, B1800},
    Baud{2400, B2400},       Baud{4800, B4800},       Baud{9600, B9600},       Baud{19200, B19200},
    Baud{38400, B38400},     Baud{57600, B57600},     Baud{115200, B115200},   Baud{230400, B230400},
    Baud{460800, B460800},   Baud{500000, B500000},   Baud{576000, B576000},   Baud{921600, B921600},
    Baud{1000000, B1000000}, Baud{1152000, B1152000}, Baud{1500000, B1500000}, Baud{2000000, B2000000},
    Baud{2500000, B2500000}, Baud{3000000, B3000000}, Baud{3500000, B3500000}, Baud{4000000, B4000000},
};

std::string reason(int error) {
    return std::error_code{error, std::generic_category()}.message();
}

Result<speed_t> speed_of(const SerialSettings& settings) {
    const auto found = std::ranges::find(kBauds, settings.baud, &Baud::rate);
    if (found == kBauds.end()) {
        return fail(
            Failure::invalid_config,
            trf("baud {0}: not a standard rate; allowed: 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, "
                "57600, 115200 … 4000000",
                "波特率 {0}：不是标准值；允许：300、600、1200、2400、4800、9600、19200、38400、57600、115200 "
                "… 4000000",
                settings.baud));
    }
    if (settings.data_bits != 7 && settings.data_bits != 8) {
        return fail(Failure::invalid_config, trf("data bits {0}: allowed are 7 and 8",
                                                 "数据位 {0}：只允许 7 或 8", settings.data_bits));
    }
    if (settings.stop_bits != 1 && settings.stop_bits != 2) {
        return fail(Failure::invalid_config, trf("stop bits {0}: allowed are 1 and 2",
                                                 "停止位 {0}：只允许 1 或 2", settings.stop_bits));
    }
    return found->code;
}

tcflag_t control_flags(const SerialSettings& settings) {
    // No HUPCL: adapters that draw their power from DTR must not lose it.
    tcflag_t flags = CREAD | CLOCAL;
    flags |= settings.data_bits == 7 ? CS7 : CS8;
    if (settings.stop_bits == 2) flags |= CSTOPB;
    switch (settings.parity) {
        case Parity::none:
            break;
        case Parity::even:
            flags |= PARENB;
            break;
        case Parity::odd:
            flags |= PARENB | PARODD;
            break;
    }
    return flags;
}

Result<> apply(int descriptor, const SerialSettings& settings) {
    const auto speed = speed_of(settings);
    if (!speed) return pass_on(speed.error());
    termios port{};
    if (::tcgetattr(descriptor, &port) != 0) return fail(Failure::session_lost, reason(errno));
    ::cfmakeraw(&port);
    port.c_cflag = control_flags(settings);
    // A character with a parity error arrives as 0, and the frame's checksum tells.
    port.c_iflag = settings.parity == Parity::none ? 0 : INPCK;
    port.c_cc[VMIN] = 1;
    port.c_cc[VTIME] = 0;
    ::cfsetispeed(&port, *speed);
    ::cfsetospeed(&port, *speed);
    if (::tcsetattr(descriptor, TCSANOW, &port) != 0) return fail(Failure::session_lost, reason(errno));
    return {};
}

// An FTDI adapter holds bytes back for 16 ms unless told otherwise: 12 % of the line. Ports without the
// setting (CDC-ACM, pty) refuse, and lose nothing.
void ask_for_low_latency(int descriptor) {
    serial_struct port{};
    if (::ioctl(descriptor, TIOCGSERIAL, &port) != 0) return;
    port.flags |= ASYNC_LOW_LATENCY;
    static_cast<void>(::ioctl(descriptor, TIOCSSERIAL, &port));
}

// RTS high while we send. False: errno says why.
bool switch_by_kernel(int descriptor) {
    serial_rs485 direction{};
    direction.flags = SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND;
    return ::ioctl(descriptor, TIOCSRS485, &direction) == 0;
}

Error cannot_open(const std::string& device, int error) {
    switch (error) {
        case ENOENT:
        case ENODEV:
        case ENXIO:
            return {Failure::session_lost, trf("{0}: no such serial device; is the adapter plugged in?",
                                               "{0}：串口不存在，适配器是否已插好？", device)};
        case EBUSY:
            return {Failure::session_lost,
                    trf("{0}: in use by another program", "{0}：被其他程序占用", device)};
        case EACCES:
            return {Failure::session_lost,
                    trf("{0}: no permission; the service's user must be in group dialout",
                        "{0}：无权限，服务用户须属于 dialout 组", device)};
        default:
            return {Failure::session_lost, trf("{0}: {1}", "{0}：{1}", device, reason(error))};
    }
}

}  // namespace

Result<std::unique_ptr<Channel>> SerialPort::make(const LineOptions& line, Clock& clock) {
    const auto& options = std::get<SerialChannel>(line.channel);
    if (const auto speed = speed_of(options.settings); !speed) return pass_on(speed.error());
    return std::make_unique<SerialPort>(line, options, clock);
}

SerialPort::SerialPort(const LineOptions& line, const SerialChannel& options, Clock& clock)
    : StreamChannel{line, clock},
      device_{options.device},
      kernel_rs485_{options.kernel_rs485},
      settings_{options.settings} {}

Result<UniqueFd> SerialPort::connect(const StopEvent& stop) {
    static_cast<void>(stop);  // opening a tty with O_NONBLOCK waits for nothing
    UniqueFd port{::open(device_.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};
    if (!port) return tl::unexpected{cannot_open(device_, errno)};
    if (::isatty(port.get()) == 0) {
        return fail(Failure::session_lost, trf("{0}: not a serial device", "{0}：不是串口设备", device_));
    }
    // TIOCEXCL keeps others from opening it later, but not root, and not those who have it open already.
    if (::ioctl(port.get(), TIOCEXCL) != 0) return tl::unexpected{cannot_open(device_, errno)};
    if (auto applied = apply(port.get(), settings_); !applied) {
        return fail(Failure::session_lost, trf("{0}: {1}", "{0}：{1}", device_, applied.error().what));
    }
    if (kernel_rs485_ && !switch_by_kernel(port.get())) {
        return fail(
            Failure::session_lost,
            trf("{0}: the kernel cannot switch the RS-485 direction of this port ({1}); adapters that "
                "switch by themselves need rs485 = \"adapter\"",
                "{0}：内核无法控制该串口的 RS-485 换向({1})；会自动换向的适配器应写 rs485 = \"adapter\"",
                device_, reason(errno)));
    }
    ask_for_low_latency(port.get());
    static_cast<void>(::tcflush(port.get(), TCIOFLUSH));
    return port;
}

Result<> SerialPort::use(const SerialSettings& settings) {
    if (settings == settings_) return {};
    if (const auto speed = speed_of(settings); !speed) return pass_on(speed.error());
    settings_ = settings;
    return is_open() ? apply(descriptor(), settings_) : Result<>{};
}

void SerialPort::recover(const StopEvent& stop) {
    stay_silent(clock().steady() + drain_time(), stop, clock());
    if (is_open() && !discard_input(silence(), stop)) close();
}

std::chrono::microseconds SerialPort::wire_time(std::size_t bytes) const {
    return time_on_wire(settings_, bytes);
}

std::chrono::microseconds SerialPort::silence() const {
    return frame_silence(settings_);
}

ssize_t SerialPort::write_some(std::span<const std::uint8_t> bytes) {
    return ::write(descriptor(), bytes.data(), bytes.size());
}

}  // namespace mg
