#include "gateway/uplink/mqtt/reason_codes.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr int kNoMatchingSubscribers = 0x10;
constexpr int kFirstFailure = 0x80;
constexpr int kNotAuthorised = 0x87;
constexpr int kSessionTakenOver = 0x8E;
constexpr int kPacketTooLarge = 0x95;

struct Reason {
    int code;
    Failure next;
    std::string_view en;
    std::string_view zh;
};

constexpr std::array kReasons{
    Reason{0x80, Failure::transient, "unspecified error", "未说明的错误"},
    Reason{0x81, Failure::transient, "malformed packet", "报文格式错误"},
    Reason{0x82, Failure::transient, "protocol error", "协议错误"},
    Reason{0x83, Failure::transient, "implementation specific error", "服务端内部错误"},
    Reason{0x84, Failure::refused, "this MQTT version is not spoken there; set version = 4",
           "服务端不支持该 MQTT 版本，请设置 version = 4"},
    Reason{0x85, Failure::refused, "client id refused", "客户端标识被拒绝"},
    Reason{0x86, Failure::refused, "bad user name or password", "用户名或密码错误"},
    Reason{kNotAuthorised, Failure::refused, "not authorised", "没有权限"},
    Reason{0x88, Failure::transient, "server unavailable", "服务端不可用"},
    Reason{0x89, Failure::transient, "server busy", "服务端繁忙"},
    Reason{0x8A, Failure::refused, "banned", "已被禁止接入"},
    Reason{0x8B, Failure::transient, "server is shutting down", "服务端正在关闭"},
    Reason{0x8C, Failure::refused, "authentication method not accepted", "认证方式不被接受"},
    Reason{0x8D, Failure::transient, "keep alive timed out", "保活超时"},
    Reason{0x90, Failure::rejected, "topic name invalid", "主题名无效"},
    Reason{0x91, Failure::transient, "packet id in use", "报文标识已被占用"},
    Reason{0x93, Failure::transient, "receive maximum exceeded", "超过接收上限"},
    Reason{kPacketTooLarge, Failure::rejected, "packet too large", "报文过大"},
    Reason{0x96, Failure::transient, "message rate too high", "消息过于频繁"},
    Reason{0x97, Failure::transient, "quota exceeded", "超出配额"},
    Reason{0x98, Failure::transient, "ended by an administrator", "被管理员断开"},
    Reason{0x99, Failure::rejected, "payload format invalid", "负载格式无效"},
    Reason{0x9A, Failure::refused, "retained messages are not supported", "不支持保留消息"},
    Reason{0x9B, Failure::refused, "QoS 1 is not supported", "不支持 QoS 1"},
    Reason{0x9C, Failure::refused, "use another server", "请使用其他服务器"},
    Reason{0x9D, Failure::refused, "server moved", "服务器已迁移"},
    Reason{0x9F, Failure::transient, "connection rate exceeded", "连接过于频繁"},
};

/// MQTT 3.1.1, table 3.1 Connect Return code values.
constexpr std::array kReturnCodes{
    Reason{1, Failure::refused, "this MQTT version is not spoken there", "服务端不支持该 MQTT 版本"},
    Reason{2, Failure::refused, "client id refused", "客户端标识被拒绝"},
    Reason{3, Failure::transient, "server unavailable", "服务端不可用"},
    Reason{4, Failure::refused, "bad user name or password", "用户名或密码错误"},
    Reason{5, Failure::refused, "not authorised: check user name, password and rights",
           "未授权：请核对用户名、密码和权限"},
};

template <class Table>
Error explained(const Table& table, int code, std::string_view en, std::string_view zh) {
    const auto found = std::ranges::find(table, code, &Reason::code);
    if (found == table.end()) {
        return {Failure::transient, trf("{0}: reason {1}", "{0}：原因码 {1}", tr(en, zh), code)};
    }
    return {found->next, trf("{0}: {1} (reason {2})", "{0}：{1}（原因码 {2}）", tr(en, zh),
                             tr(found->en, found->zh), code)};
}

}  // namespace

Outcome outcome_of_puback(Ticket ticket, int reason) {
    Outcome outcome;
    outcome.ticket = ticket;
    outcome.nobody_listens = reason == kNoMatchingSubscribers;
    outcome.answer = fmt::format("PUBACK {}", reason);
    if (reason < kFirstFailure) return outcome;
    outcome.error = explained(kReasons, reason, "broker did not take a message", "服务端未接收消息");
    outcome.too_large = reason == kPacketTooLarge;
    return outcome;
}

Error connack_error(int version, int code) {
    constexpr std::string_view kEn = "broker refused the connection";
    constexpr std::string_view kZh = "服务端拒绝连接";
    // A broker that knows only MQTT 3.1.1 answers even a version 5 client with its own return codes.
    // mosquitto 2.0.11 answers a wrong password with 0x87 and not with 0x86.
    if (version >= 5 && code == kNotAuthorised) code = 5;
    if (version < 5 || code < kFirstFailure) return explained(kReturnCodes, code, kEn, kZh);
    return explained(kReasons, code, kEn, kZh);
}

Error disconnect_error(int reason, const std::string& client_id) {
    if (reason == kSessionTakenOver) {
        return {Failure::refused,
                trf("another client uses the client id {0} (reason {1}): two gateways configured alike? Give "
                    "each its own client_id",
                    "另一客户端使用相同的客户端标识 {0}（原因码 {1}）：是否有两台网关配置相同？请各设不同的 "
                    "client_id",
                    client_id, reason)};
    }
    Error error = explained(kReasons, reason, "broker ended the connection", "服务端断开连接");
    // Nothing says which message it was about; what was under way is sent again after a new connection.
    if (error.kind == Failure::rejected) error.kind = Failure::transient;
    return error;
}

}  // namespace mg
