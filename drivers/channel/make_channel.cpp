#include "drivers/channel/serial_port.h"
#include "drivers/channel/tcp_client.h"
#include "drivers/driver.h"
#include "gateway/base/language.h"

namespace mg {

Result<std::unique_ptr<Channel>> make_channel(const LineOptions& line, Clock& clock) {
    switch (line.kind) {
        case LineKind::serial:
            return SerialPort::make(line, clock);
        case LineKind::modbus_tcp:
        case LineKind::rtu_over_tcp:
            return TcpClient::make(line, clock);
        case LineKind::dtu:
            break;
    }
    return fail(Failure::unsupported, trf("line {0}: modems that dial in are not supported by this build",
                                          "线路 {0}：此版本不支持 DTU 主动接入", line.id.text));
}

}  // namespace mg
