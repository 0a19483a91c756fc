#include "gateway/acceptance/exchange_view.h"

#include <utility>

#include <fmt/format.h>

#include "gateway/acceptance/shown_json.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

std::string header_line(const std::string& name, const std::string& value, const Masking& masking) {
    if (masking.of_member(name) == Masking::Part::shown)
        return fmt::format("{}: {}", name, masking.text(value));
    // "Bearer" says how, what stands behind it is secret.
    const auto blank = value.rfind(' ');
    return fmt::format("{}: {}{}", name, blank == std::string::npos ? "" : value.substr(0, blank + 1),
                       kMasked);
}

/// Base data come in thousands of lines that say nothing more.
ShownLimits limits_of(PlatformCall call) {
    constexpr std::size_t kBeginOnly = 12;
    const bool table = call == PlatformCall::base_data || call == PlatformCall::public_base_data;
    return table ? ShownLimits{.lines = kBeginOnly} : ShownLimits{};
}

void learn(const PlatformExchange& exchange, Masking& masking) {
    learn_secrets(exchange.request.body, masking);
    if (exchange.reply) learn_secrets(exchange.reply->body, masking);
}

}  // namespace

std::string_view label(PlatformCall call) {
    switch (call) {
        case PlatformCall::registration:
            return tr("register", "注册");
        case PlatformCall::working_key:
            return tr("ask for the working key", "获取工作密钥");
        case PlatformCall::application:
            return tr("apply", "接入申请");
        case PlatformCall::application_update:
            return tr("change the application", "更新接入申请");
        case PlatformCall::token:
            return tr("ask for a token", "获取令牌");
        case PlatformCall::addresses:
            return tr("ask for the addresses", "获取平台地址");
        case PlatformCall::version:
            return tr("check versions", "版本校验");
        case PlatformCall::public_base_data:
            return tr("load public base data", "下载公共基础数据");
        case PlatformCall::base_data:
            return tr("load base data", "下载基础数据");
        case PlatformCall::enterprise:
            return tr("tell enterprise, processes, units and items", "上传企业、工序、单元和采集项");
        case PlatformCall::process:
            return tr("tell a process", "配置工序");
        case PlatformCall::process_unit:
            return tr("tell a unit", "配置工序单元");
        case PlatformCall::equipment:
            return tr("tell an equipment", "配置重点设备");
        case PlatformCall::product:
            return tr("tell a product", "配置产品");
        case PlatformCall::items:
            return tr("tell an item", "配置采集项");
        case PlatformCall::ledger:
            return tr("tell instruments", "上传计量器具");
        case PlatformCall::replacement:
            return tr("tell a replacement", "上传器具更换");
        case PlatformCall::verification:
            return tr("tell a verification", "上传检定校准");
        case PlatformCall::data:
            return tr("send a record", "上传数据");
        case PlatformCall::own_configuration:
            return tr("load our configuration", "下载本企业配置");
        case PlatformCall::own_data:
            return tr("load our data", "下载本企业数据");
    }
    return {};
}

std::string_view label(PlatformVerdict verdict) {
    switch (verdict) {
        case PlatformVerdict::accepted:
            return tr("accepted", "已接收");
        case PlatformVerdict::rejected:
            return tr("rejected", "拒收");
        case PlatformVerdict::refused:
            return tr("refused altogether", "全部拒绝");
        case PlatformVerdict::expired:
            return tr("expired, to be renewed", "已失效，需重新获取");
        case PlatformVerdict::transient:
            return tr("says nothing, to be tried later", "未说明结果，稍后再试");
    }
    return {};
}

ShownExchange shown_exchange(const PlatformExchange& exchange, milliseconds took, Masking& masking) {
    learn(exchange, masking);
    ShownExchange shown{.what = std::string(label(exchange.call)),
                        .url = masking.text(exchange.request.url),
                        .headers = {},
                        .request = shown_json(exchange.request.body, masking),
                        .note = {},
                        .sent = true,
                        .status = 0,
                        .took = took,
                        .verdict = {},
                        .answer = {}};
    for (const auto& [name, value] : exchange.request.headers)
        shown.headers.push_back(header_line(name, value, masking));
    if (!exchange.reply) {
        shown.verdict = tr("no answer", "无应答");
        shown.answer = masking.text(exchange.reply.error().what);
        return shown;
    }
    shown.status = exchange.reply->status;
    shown.answer = shown_json(exchange.reply->body, masking, limits_of(exchange.call));
    if (exchange.answer == nullptr) return shown;
    shown.verdict = label(exchange.answer->verdict);
    if (!exchange.answer->trouble.empty())
        shown.verdict += trf(": {}", "：{}", masking.text(exchange.answer->trouble));
    return shown;
}

ShownExchange shown_request(PlatformCall call, std::string url, std::string_view body,
                            const ProfileOptions& profile, const Masking& masking) {
    constexpr std::size_t kAllThatMatters = 2000;
    return {.what = std::string(label(call)),
            .url = std::move(url),
            .headers = {header_line("Content-Type", profile.content_type, masking)},
            .request = shown_json(body, masking, {.lines = kAllThatMatters}),
            .note = {},
            .sent = false,
            .status = 0,
            .took = milliseconds{0},
            .verdict = {},
            .answer = {}};
}

}  // namespace mg
