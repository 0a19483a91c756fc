#include "gateway/acceptance/acceptance_run.h"

#include <algorithm>

#include "gateway/base/language.h"

namespace mg {

std::string_view label(AcceptanceStep step) {
    switch (step) {
        case AcceptanceStep::address:
            return tr("address and TLS", "地址与 TLS");
        case AcceptanceStep::registration:
            return tr("registration", "端设备注册");
        case AcceptanceStep::working_key:
            return tr("working key", "工作密钥");
        case AcceptanceStep::application:
            return tr("application of the enterprise", "企业接入申请");
        case AcceptanceStep::token:
            return tr("token", "令牌(AK)");
        case AcceptanceStep::addresses:
            return tr("addresses", "平台地址");
        case AcceptanceStep::version:
            return tr("version check", "版本校验");
        case AcceptanceStep::base_data:
            return tr("base data", "基础数据下载");
        case AcceptanceStep::configuration:
            return tr("enterprise and item configuration", "企业与采集项配置");
        case AcceptanceStep::ledger:
            return tr("meter ledger", "计量器具台账");
        case AcceptanceStep::record:
            return tr("one record", "上传一条数据");
        case AcceptanceStep::repetition:
            return tr("the same record again", "同一条数据重传");
    }
    return {};
}

std::string_view label(StepOutcome outcome) {
    switch (outcome) {
        case StepOutcome::passed:
            return tr("passed", "通过");
        case StepOutcome::failed:
            return tr("failed", "不通过");
        case StepOutcome::not_tried:
            return tr("not tried", "未测");
        case StepOutcome::not_needed:
            return tr("not needed", "不适用");
    }
    return {};
}

std::size_t AcceptanceRun::count(StepOutcome outcome) const {
    return static_cast<std::size_t>(std::ranges::count(steps, outcome, &StepReport::outcome));
}

}  // namespace mg
