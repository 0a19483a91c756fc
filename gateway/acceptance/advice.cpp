#include "gateway/acceptance/advice.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/base/language.h"
#include "gateway/uplink/provincial/handshake_watch.h"

namespace mg {
namespace {

struct Advice {
    TroubleCause cause;
    std::string_view en;
    std::string_view zh;
};
constexpr std::array kAdvice{
    Advice{TroubleCause::unknown_ca,
           "The certificate is of a CA that this box does not have. Ask the operator for the CA certificate "
           "(PEM) "
           "and name it as ca_file of the uplink. Do not go on without: the server could be anybody.",
           "服务器证书由本机不认识的 CA 签发。请向平台运维单位索取 CA 证书(PEM)，填到上传目标的 ca_file。"
           "未核实之前不要上传：对方可能是任何人。"},
    Advice{TroubleCause::self_signed,
           "The certificate is signed by itself. Ask the operator for this very certificate over another way "
           "(not over this connection), compare, and name it as ca_file.",
           "服务器用的是自签名证书。请通过其他途径(不要经本连接)向平台运维单位索取该证书，核对后填到 "
           "ca_file。"},
    Advice{TroubleCause::expired_certificate,
           "The server's certificate has expired. Check the clock of this box first; if it is right, the "
           "operator "
           "has to renew the certificate.",
           "服务器证书已过期。先核对本机时钟；时钟无误则请平台运维单位更新证书。"},
    Advice{TroubleCause::certificate_not_yet_valid,
           "The server's certificate is not valid yet. The clock of this box is probably behind: set it.",
           "服务器证书尚未生效，多半是本机时钟偏慢：请先校时。"},
    Advice{TroubleCause::other_name,
           "The certificate is for another host. Ask the operator under which name or number the platform is "
           "to be "
           "asked, and for a certificate that has it.",
           "证书不是签发给这个地址的。请询问平台运维单位应使用哪个域名或 IP，并请其提供包含该地址的证书。"},
    Advice{TroubleCause::old_tls,
           "The server speaks only an old TLS. Ask the operator for TLS 1.2; only if he cannot, set "
           "tls_legacy = true "
           "for this uplink, which is noted in log and status.",
           "服务器只支持旧版 TLS。请平台运维单位启用 TLS 1.2；确实不能时，才对该上传目标设 tls_legacy = "
           "true(日志和状态中会提示)。"},
    Advice{TroubleCause::no_tls,
           "What answers there does not speak TLS. Ask the operator for the address and port of HTTPS.",
           "该端口不是 TLS 服务。请询问平台运维单位 HTTPS 的地址和端口。"},
    Advice{TroubleCause::wants_certificate,
           "The server asks for a client certificate, or does not take ours. Ask the operator for one (PEM "
           "or PKCS#12 "
           "with its password) issued for this enterprise; name it as certificate_file.",
           "服务器要求客户端证书，或不接受现有证书。请向平台运维单位申请本企业的客户端证书(PEM，或 PKCS#12 "
           "及其口令)，填到 certificate_file。"},
    Advice{TroubleCause::our_files,
           "A file of ours cannot be used: certificate, key, CA file or their password. Correct it in the "
           "configuration or the credentials.",
           "本机的证书、私钥、CA 文件或口令不可用。请更正配置或凭据文件。"},
    Advice{TroubleCause::name_not_found,
           "The name of the platform is not found. Check its spelling and the DNS of this network; ask "
           "whether the "
           "platform is to be asked by an IP address or over a private line.",
           "域名解析不到。请核对拼写和本网络的 DNS；询问平台是否应使用 IP 地址或专线访问。"},
    Advice{TroubleCause::not_reached,
           "Nobody answers at this address. Check network, route, firewall and interface; ask the operator "
           "whether "
           "the port is right and whether the address of this site must be put on a list.",
           "该地址没有应答。请检查网络、路由、防火墙和网卡；询问平台运维单位端口是否正确、本企业公网 IP "
           "是否需要登记白名单。"},
    Advice{TroubleCause::timed_out,
           "No answer in time. Try again; if it stays so, ask the operator whether his service runs, and set "
           "timeout "
           "of the uplink higher.",
           "超时无应答。请稍后再试；若一直如此，询问平台运维单位服务是否正常，并加大上传目标的 timeout。"},
    Advice{
        TroubleCause::cut_off,
        "The connection ended in the middle. Try again; if it stays so, ask the operator what lies between "
        "(firewall, gatekeeper) and whether it limits the size of requests.",
        "连接中途断开。请再试；若一直如此，询问平台运维单位中间是否有防火墙、网闸，是否限制报文大小。"},
    Advice{
        TroubleCause::cut_off_at_once,
        "The server ends the connection at the first request. Often it wants a client certificate, or lets "
        "in only addresses on a list: ask the operator for both.",
        "服务器在第一个请求后即断开。常见原因：要求客户端证书，或只允许登记过的 "
        "IP。请向平台运维单位核实这两点。"},
    Advice{
        TroubleCause::cut_off_handshake,
        "The server ends the connection during the TLS handshake and does not say why. Ask the operator "
        "which TLS "
        "versions it speaks (1.2 is needed), whether it wants a client certificate, and what lies between.",
        "服务器在 TLS 握手中断开且未说明原因。请询问平台运维单位支持的 TLS 版本(需要 "
        "1.2)、是否要求客户端证书、"
        "中间是否有防火墙或网闸。"},
    Advice{TroubleCause::redirected,
           "The server sends us elsewhere, which is not followed. Ask the operator for the final address.",
           "服务器要求跳转，本机不跟随跳转。请向平台运维单位索取最终地址。"},
    Advice{TroubleCause::unauthorized,
           "We are not let in (401). Ask the operator whether this enterprise is admitted, and for the right "
           "account, "
           "password or token rule.",
           "平台不予授权(401)。请询问平台运维单位本企业是否已开通，并核对账号、密码或令牌规则。"},
    Advice{
        TroubleCause::forbidden,
        "Access is forbidden (403). Ask the operator whether the public address of this site or the client "
        "certificate must be put on a list.",
        "平台拒绝访问(403)。请询问平台运维单位本企业公网 IP 或客户端证书是否需要登记。"},
    Advice{TroubleCause::not_found,
           "There is no such path (404). Ask the operator for the right path of this call; paths stand in "
           "the profile "
           "or in the address of the uplink.",
           "路径不存在(404)。请向平台运维单位核对该接口的路径；路径在协议文件或上传目标地址中。"},
    Advice{TroubleCause::not_allowed,
           "The server does not take this kind of request (405 or 415). Ask the operator for method and "
           "content type; "
           "the profile has content_type.",
           "服务器不接受这种请求(405 或 415)。请核对请求方法和内容类型；协议文件中可设 content_type。"},
    Advice{TroubleCause::proxy, "The proxy does not let us through. Check proxy of the uplink.",
           "代理服务器不放行。请检查上传目标的 proxy。"},
    Advice{TroubleCause::too_many,
           "The platform says that we ask too often (429). Wait, and ask the operator for his limit.",
           "平台提示请求过于频繁(429)。请稍候，并询问其频率限制。"},
    Advice{TroubleCause::server_error,
           "The platform has an error of its own (5xx). Hand the operator the request shown here with its "
           "time, and "
           "try again later.",
           "平台内部错误(5xx)。请把上面的请求和时间提供给平台运维单位，稍后再试。"},
    Advice{TroubleCause::no_json,
           "What came back is no JSON: often a page of a firewall, a portal, or of the wrong address. Look "
           "at the "
           "answer, and ask the operator for the address of the interface.",
           "应答不是 JSON，常见于防火墙、认证页面或地址写错。请查看应答内容，并核对接口地址。"},
    Advice{TroubleCause::no_code,
           "The answer has no code that the profile knows. Compare the interface document: the profile has "
           "names and "
           "success.",
           "应答中没有协议文件所写的应答码。请对照接口协议，修改协议文件的 names、success。"},
    Advice{TroubleCause::decryption,
           "The platform cannot decrypt. Ask the operator for the key of this device and its form (32 "
           "hexadecimal "
           "digits?), and whether uploadDate is encrypted; the profile has encrypted and secret_key.",
           "平台解密失败。请向平台运维单位核对本设备密钥及其形式(32 位十六进制？)，以及 uploadDate "
           "是否加密；协议文件中可设 encrypted、secret_key。"},
    Advice{TroubleCause::device_mismatch,
           "The device id does not belong to the credit code. Check code in [[enterprise]]; ask the operator "
           "which "
           "device is recorded for this enterprise, and to correct or reset it.",
           "设备序列号与统一社会信用代码不符。请核对 [[enterprise]] 的 code；请平台运维单位查本企业备案的"
           "设备并更正或重置。"},
    Advice{TroubleCause::not_known,
           "The platform does not know this enterprise. Check the credit code; ask the operator to put it on "
           "record "
           "before the box registers.",
           "平台没有本企业。请核对统一社会信用代码；请平台运维单位先建档，再注册。"},
    Advice{TroubleCause::old_version,
           "The platform has another version of registration or base data than we named. Run this test "
           "again; if it "
           "stays so, ask the operator which versions hold.",
           "注册版本或基础数据版本不一致。请再测一次；若一直如此，询问平台当前版本。"},
    Advice{TroubleCause::wrong_password,
           "The password is not the one on record, or is encrypted otherwise. Check password in the "
           "credentials; ask "
           "the operator for the account and how the password is encrypted.",
           "密码与平台备案的不符，或加密方式不同。请核对凭据文件中的 password；询问账号和密码的加密方式。"},
    Advice{TroubleCause::time_refused,
           "The platform refuses a time. Check the clock of this box; ask which time zone and form it takes, "
           "and how "
           "far back (backfill_days of the profile).",
           "平台不接受时间字段。请核对本机时钟；询问平台的时区、格式和补传时限(协议文件的 backfill_days)。"},
    Advice{TroubleCause::code_unknown,
           "The platform does not know the item. Ask the operator to put the collection item on record, or "
           "for the "
           "right code; it stands in items.csv.",
           "平台没有该采集项。请平台备案该采集项，或索取正确的采集数据编码，填到 items.csv。"},
    Advice{TroubleCause::repetition_refused,
           "The platform refuses a record that it has already. After a lost answer the gateway sends the "
           "same again: "
           "put the words of the refusal into taken_words of the profile, so that it counts as received.",
           "平台拒收重复数据。应答丢失后本机会重传同一条：请把拒收用语写进协议文件的 taken_words，"
           "使其视为已接收。"},
    Advice{TroubleCause::bad_answer,
           "The platform accepted, but what it gave cannot be used; the line above says what. Hand it to the "
           "operator "
           "for correction.",
           "平台已受理，但给出的内容不可用(见上一行)。请提供给平台运维单位更正。"},
    Advice{TroubleCause::no_address,
           "The platform gave no address for this call. Ask the operator for it; the profile has paths.",
           "平台没有给出该接口的地址。请向平台运维单位索取，写到协议文件的 paths。"},
    Advice{TroubleCause::ours_incomplete,
           "Something is missing in our own tables; the line above says what. Fill it in and run the test "
           "again.",
           "本机配置不全(见上一行)。请补全后再测。"},
    Advice{
        TroubleCause::item_unsendable,
        "This record cannot be written as the platform wants it. Check code, unit and decimals of the item.",
        "该记录无法按平台要求填写。请核对该采集项的编码、单位和小数位。"},
    Advice{TroubleCause::rejected,
           "The platform rejects it for the reason shown. Hand its words and the request to the operator.",
           "平台按上述理由拒收。请把平台的用语和请求提供给平台运维单位。"},
    Advice{TroubleCause::other, "Hand request and answer shown here to the operator.",
           "请把上面的请求和应答提供给平台运维单位。"},
};

struct Word {
    std::string_view part;
    TroubleCause cause;
};
/// In messages of platforms; the first that is found.
constexpr std::array kPlatformWords{
    Word{"密码解密", TroubleCause::wrong_password},  Word{"密码", TroubleCause::wrong_password},
    Word{"解密", TroubleCause::decryption},          Word{"decrypt", TroubleCause::decryption},
    Word{"序列号", TroubleCause::device_mismatch},   Word{"deviceId", TroubleCause::device_mismatch},
    Word{"不是当前版本", TroubleCause::old_version}, Word{"版本", TroubleCause::old_version},
    Word{"企业不存在", TroubleCause::not_known},     Word{"未注册", TroubleCause::not_known},
    Word{"尚未申请", TroubleCause::not_known},       Word{"信用代码", TroubleCause::not_known},
    Word{"statDate", TroubleCause::time_refused},    Word{"uploadDate", TroubleCause::time_refused},
    Word{"dataCode", TroubleCause::code_unknown},    Word{"编码", TroubleCause::code_unknown},
    Word{"采集项", TroubleCause::code_unknown},      Word{"AK", TroubleCause::unauthorized},
    Word{"token", TroubleCause::unauthorized},
};
/// In errors of the network: those of libcurl and of our own name lookup, in either language.
constexpr std::array kNetworkWords{
    Word{"imed out", TroubleCause::timed_out},
    Word{"timeout", TroubleCause::timed_out},
    Word{"Empty reply", TroubleCause::cut_off},
    Word{"transfer closed", TroubleCause::cut_off},
    Word{"reset by peer", TroubleCause::cut_off},
    Word{"Recv failure", TroubleCause::cut_off},
    Word{"unexpected eof", TroubleCause::cut_off},
    Word{"resolve", TroubleCause::name_not_found},
    Word{"Name or service", TroubleCause::name_not_found},
    Word{"解析", TroubleCause::name_not_found},
};

std::optional<TroubleCause> in_words(const auto& table, std::string_view words) {
    const auto* found = std::ranges::find_if(
        table, [&](const Word& word) { return words.find(word.part) != std::string_view::npos; });
    if (found == table.end()) return std::nullopt;
    return found->cause;
}

std::optional<TroubleCause> of_papers(PapersFault fault) {
    switch (fault) {
        case PapersFault::unknown_ca:
            return TroubleCause::unknown_ca;
        case PapersFault::self_signed:
            return TroubleCause::self_signed;
        case PapersFault::expired:
            return TroubleCause::expired_certificate;
        case PapersFault::not_yet_valid:
            return TroubleCause::certificate_not_yet_valid;
        case PapersFault::other_name:
            return TroubleCause::other_name;
        case PapersFault::old_tls:
            return TroubleCause::old_tls;
        case PapersFault::no_tls:
            return TroubleCause::no_tls;
        case PapersFault::wants_certificate:
            return TroubleCause::wants_certificate;
        case PapersFault::none:
        case PapersFault::other:
            break;
    }
    return std::nullopt;
}

std::optional<TroubleCause> of_status(int status) {
    if (status >= 500) return TroubleCause::server_error;
    if (status >= 300 && status < 400) return TroubleCause::redirected;
    switch (status) {
        case 401:
            return TroubleCause::unauthorized;
        case 403:
            return TroubleCause::forbidden;
        case 404:
        case 410:
            return TroubleCause::not_found;
        case 405:
        case 415:
            return TroubleCause::not_allowed;
        case 407:
            return TroubleCause::proxy;
        case 429:
            return TroubleCause::too_many;
        case 495:
        case 496:
            return TroubleCause::wants_certificate;
        default:
            return std::nullopt;
    }
}

/// As nginx says it, with status 400 and a page.
bool asks_for_certificate(std::string_view body) {
    return body.find("required SSL certificate") != std::string_view::npos ||
           body.find("SSL certificate error") != std::string_view::npos;
}

TroubleCause of_answer(const PlatformAnswer& answer, const TroubleSeen& seen) {
    if (asks_for_certificate(seen.body)) return TroubleCause::wants_certificate;
    if (const auto known = of_status(answer.status)) return *known;
    if (answer.verdict == PlatformVerdict::accepted) return TroubleCause::bad_answer;
    if (!answer.trouble.empty() && answer.code.empty())
        return answer.fields.empty() && answer.message.empty() ? TroubleCause::no_json
                                                               : TroubleCause::no_code;
    if (seen.step == AcceptanceStep::repetition) return TroubleCause::repetition_refused;
    if (answer.verdict == PlatformVerdict::expired) return TroubleCause::unauthorized;
    return in_words(kPlatformWords, answer.message).value_or(TroubleCause::rejected);
}

TroubleCause of_error(const Error& error) {
    if (const auto tls = of_papers(fault_in_words(error.what))) return *tls;
    switch (error.kind) {
        case Failure::invalid_config:
            return TroubleCause::our_files;
        case Failure::unsupported:
            return TroubleCause::no_address;
        case Failure::rejected:
            return TroubleCause::item_unsendable;
        case Failure::transient:
        case Failure::session_lost:
            return in_words(kNetworkWords, error.what).value_or(TroubleCause::not_reached);
        case Failure::refused:
        case Failure::storage_full:
        case Failure::corrupt:
            break;
    }
    return TroubleCause::other;
}

}  // namespace

TroubleCause cause_of(const TroubleSeen& seen) {
    if (const auto papers = of_papers(seen.papers)) return *papers;
    if (seen.papers == PapersFault::other) return TroubleCause::cut_off_handshake;
    if (seen.answer != nullptr) return of_answer(*seen.answer, seen);
    if (seen.error == nullptr) return TroubleCause::other;
    if (seen.step == AcceptanceStep::application && seen.error->kind == Failure::rejected)
        return TroubleCause::ours_incomplete;
    const TroubleCause cause = of_error(*seen.error);
    const bool first = seen.step == AcceptanceStep::registration || seen.step == AcceptanceStep::working_key;
    return first && cause == TroubleCause::cut_off ? TroubleCause::cut_off_at_once : cause;
}

std::string_view advice_on(TroubleCause cause) {
    const auto* found = std::ranges::find(kAdvice, cause, &Advice::cause);
    return found == kAdvice.end() ? std::string_view{} : tr(found->en, found->zh);
}

}  // namespace mg
