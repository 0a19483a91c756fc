#include "drivers/channel/dtu_channel.h"
#include "drivers/channel/serial_port.h"
#include "drivers/channel/tcp_client.h"
#include "drivers/driver.h"
#include "gateway/base/language.h"

namespace mg {

Result<> may_ask(const LineOptions& line) {
    if (line.mode != LineMode::listen) return {};
    return fail(Failure::unsupported,
                trf("line {0}: mode = \"listen\": another master owns it, nothing is ever sent on it",
                    "线路 {0}：mode = \"listen\"：由其他主站轮询，本网关从不在其上发送", line.id.text));
}

Result<std::unique_ptr<Channel>> make_channel(const LineOptions& line, Clock& clock, DtuMailbox* modem) {
    switch (line.kind) {
        case LineKind::serial:
            return SerialPort::make(line, clock);
        case LineKind::modbus_tcp:
        case LineKind::rtu_over_tcp:
            return TcpClient::make(line, clock);
        case LineKind::dtu:
            if (modem == nullptr) break;
            return std::make_unique<DtuChannel>(line, std::get<ListenChannel>(line.channel), *modem, clock);
    }
    return fail(Failure::unsupported,
                trf("line {0}: its modem calls the running daemon, and nobody else can use the line",
                    "线路 {0}：DTU 只拨入正在运行的守护进程，其他程序无法使用该线路", line.id.text));
}

}  // namespace mg
