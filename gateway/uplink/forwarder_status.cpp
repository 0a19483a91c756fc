#include "gateway/uplink/forwarder_status.h"

#include "gateway/base/language.h"

namespace mg {

std::string_view to_string(ForwarderState state) {
    switch (state) {
        case ForwarderState::connecting:
            return "connecting";
        case ForwarderState::connected:
            return "connected";
        case ForwarderState::waiting:
            return "waiting";
        case ForwarderState::held:
            return "held";
        case ForwarderState::paused:
            return "paused";
        case ForwarderState::not_begun:
            return "not_begun";
        case ForwarderState::stopped:
            return "stopped";
    }
    return "";
}

std::string_view label(ForwarderState state) {
    switch (state) {
        case ForwarderState::connecting:
            return tr("connecting", "正在连接");
        case ForwarderState::connected:
            return tr("connected", "已连接");
        case ForwarderState::waiting:
            return tr("waiting to try again", "等待重试");
        case ForwarderState::held:
            return tr("held", "被拒绝，需处理");
        case ForwarderState::paused:
            return tr("paused by order", "已按指令暂停");
        case ForwarderState::not_begun:
            return tr("begins later", "未到起点");
        case ForwarderState::stopped:
            return tr("stopped", "已停止");
    }
    return "";
}

}  // namespace mg
