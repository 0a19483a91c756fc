"""P3: access keys, a Bearer token, one record a call."""

import re
import secrets
import time
from datetime import timedelta

import base_data
import codes
import configuration
import faults
import fields
import periods
import records
import sm4
from fields import Refused
from registry import new_id
from wire_profile import Answer, Profile

BASE = "/YNEnergy"
GROUPS = ("processConfigure", "unitConfigure", "deviceConfigure", "companyMaterielProduct", "dataCollectConfigure",
        "gaugeConfigure", "gaugeReplaceConfigure", "gaugeVerifyConfigure")
# Sizes of what the known schema limits, wherever it appears.
EXACT = {"processCode": 2, "deviceType": 2, "deviceNo": 4, "produceNo": 4, "meterType": 8}
AT_MOST = {"collectItemName": 30, "params": 4, "manageNo": 3, "alignCycle": 3, "dataIndex": 64, "regVersion": 10,
           "dicVersion": 10}
ONE_OF = {"valid": (0, 1), "scope": range(1, 5), "inputType": range(1, 8), "statType": range(0, 4), "paramsType": range(1, 6)}
# What each group cannot do without.
NEEDED = {"processConfigure": ("processCode",), "unitConfigure": ("processCode",), "deviceConfigure": ("deviceType", "deviceNo"),
          "companyMaterielProduct": (), "dataCollectConfigure": ("collectItemName",), "gaugeConfigure": (),
          "gaugeReplaceConfigure": ("replacedSerno", "installSerNo"), "gaugeVerifyConfigure": ("verifyOrg", "verifyTime")}
APPLICATION_REQUIRED = ("cmpName", "phone")
APPLICATION_OPTIONAL = ("address", "zipCode", "corporationName", "license", "registerAddress", "registerPrincipal", "fax", "email",
                        "url", "productionLine", "leadingProduct", "groupName", "groupAddress", "remark", "orgType", "orgCode")
APPLICATION_KNOWN = frozenset(APPLICATION_REQUIRED + APPLICATION_OPTIONAL + (
    "enterpriseCode", "isorg", "password", "regionCode", "registerDate", "typeCode", "industryCode", "fieldCode",
    "energyConsumeLevel", "center", "jgzh", "latitude", "longitude", "dataIndex"))
RECORD_KNOWN = records.KNOWN | {"enterpriseCode", "regVersion", "dicVersion", "convertRation", "remark"}
ACCESS_DENIED = "401"
TOKEN_SIZE = 200
BEARER = re.compile(r"Bearer (\S+)")


class Yunnan(Profile):
    name = "p3"
    register_path = f"{BASE}/enterpriseInfo/rwk"
    refusal_code = "400"

    def __init__(self, *arguments, token_lifetime=3600.0):
        super().__init__(*arguments)
        self.token_lifetime = token_lifetime
        open_calls = {"/enterpriseInfo/rwk": self.give_key, "/enterpriseInfo/apply": self.apply,
                      "/enterpriseInfo/update": self.update, "/requestAK": self.give_token,
                      "/dataDownload/public": self.download_public}
        calls = {"/checkVersion": self.check_version, "/platformAccessURL": self.addresses, "/dataDownload": self.download,
                 "/dataEnterpriseEnergy": self.upload_record, "/enterpriseDataDownload": self.download_data,
                 "/enterpriseInfoDownload": self.download_info}
        for kind in GROUPS:
            for verb, action in (("add", self.add), ("update", self.change), ("delete", self.remove)):
                calls[f"/{kind}/{verb}"] = lambda content, enterprise, call, kind=kind, action=action: action(
                    kind, content, enterprise)
        for form in ("addEnergy", "addIDC", "addWarm"):
            calls[f"/arganEnergy/{form}"] = lambda content, enterprise, call, form=form: self.keep_form(
                form, content, enterprise)
        self.calls = {BASE + path: action for path, action in open_calls.items()}
        self.gives = {BASE + "/requestAK": (faults.TOKENS, faults.ADDRESSES), BASE + "/checkVersion": (faults.ADDRESSES,),
                      BASE + "/platformAccessURL": (faults.ADDRESSES,)}
        for path, action in calls.items():
            self.calls[BASE + path] = lambda content, call, action=action: action(content, self._bearer(content, call), call)

    # --- before the token

    def give_key(self, content, _call):
        fields.known_only(content, frozenset(("enterpriseCode", "secretKey")), "", self.rules)
        enterprise = self.registry.admit(fields.enterprise_code(content, self.rules))
        old = content.get("secretKey")
        if old:
            if old != enterprise.secret_key:
                raise Refused("原密钥不正确")
            enterprise.secret_key = ""
        if not enterprise.secret_key:
            enterprise.secret_key = new_id().upper()
            self.registry.save(enterprise)
        return self._granted(enterprise, {"secretKey": enterprise.secret_key})

    def apply(self, content, _call):
        enterprise = self._described(content)
        enterprise.data_index = enterprise.data_index or new_id()
        return self._keep_description(enterprise, content)

    def update(self, content, _call):
        enterprise = self._described(content)
        if not enterprise.data_index or content.get("dataIndex") != enterprise.data_index:
            raise Refused("dataIndex: 记录不存在")
        return self._keep_description(enterprise, content)

    def _described(self, content):
        fields.known_only(content, APPLICATION_KNOWN, "", self.rules)
        enterprise = self._named(content)
        for name in APPLICATION_REQUIRED:
            fields.text(content, name)
        for name in APPLICATION_OPTIONAL:
            fields.text(content, name, required=False)
        fields.day(content, "registerDate", required=False)
        fields.boolean(content, "isorg", strings=True, required=False)
        configuration.check_classification(content, "", strings=True)
        enterprise.password = self._password(enterprise, content)
        return enterprise

    def _keep_description(self, enterprise, content):
        self.registry.save(enterprise)
        kept = {name: value for name, value in content.items() if name not in ("password", "license")}
        self.registry.keep(enterprise.code, "enterprise", "enterprise", kept)
        return self._granted(enterprise, {"dataIndex": enterprise.data_index})

    def give_token(self, content, _call):
        fields.known_only(content, frozenset(("enterpriseCode", "password")), "", self.rules)
        enterprise = self._named(content)
        if not enterprise.password:
            raise Refused("企业尚未申请接入")
        if self._password(enterprise, content) != enterprise.password:
            raise Refused("密码错误")
        now = time.time()
        for token, kept in list(self.registry.all("", "token").items()):
            if kept["until"] < now - 86400:
                self.registry.drop("", "token", token)
        token = secrets.token_hex(TOKEN_SIZE // 2)
        self.registry.keep("", "token", token, {"enterprise": enterprise.code, "until": now + self.token_lifetime})
        valid_at = self.rules.now()
        expires = valid_at + timedelta(seconds=self.token_lifetime)
        return self._granted(enterprise, {
            "token": token, "akValidAt": _with_milliseconds(valid_at),
            "akExpiresIn": int(self.token_lifetime) if self.rules.expires_as_seconds else _with_milliseconds(expires),
            "enterpriseUploadTime": self.upload_time, "platformURL": self.data_base + BASE})

    def _password(self, enterprise, content):
        if not enterprise.secret_key:
            raise Refused("尚未获取工作密钥")
        try:
            return sm4.decrypt_password(enterprise.secret_key, enterprise.code, fields.text(content, "password"))
        except sm4.NotDecrypted:
            raise Refused("密码解密失败") from None

    def download_public(self, content, _call):
        enterprise = self._named(content)
        return self._granted(enterprise, self._table(content, base_data.YUNNAN_PUBLIC))

    # --- with the token

    def check_version(self, content, enterprise, _call):
        fields.known_only(content, frozenset(("enterpriseCode",)), "", self.rules)
        return self._granted(enterprise, {**self.registry.versions, "modifyDescription": "",
                                          "loadPlatformDataURL": self.data_base + BASE + "/platformAccessURL"})

    def addresses(self, content, enterprise, _call):
        fields.known_only(content, frozenset(("enterpriseCode",)), "", self.rules)
        base = self.data_base + BASE
        return self._granted(enterprise, {
            "enterpriseDataURL": base + "/dataEnterpriseEnergy", "enterpriseInfoURL": base,
            "enterpriseDataDownloadURL": base + "/enterpriseDataDownload",
            "enterpriseInfoDownloadURL": base + "/enterpriseInfoDownload",
            "loadBaseDataURL": base + "/dataDownload", "organizationDataURL": base + "/arganEnergy"})

    def download(self, content, enterprise, _call):
        return self._granted(enterprise, self._table(content, base_data.YUNNAN.keys() - base_data.YUNNAN_PUBLIC))

    def _table(self, content, allowed):
        fields.known_only(content, frozenset(("enterpriseCode", "itemIndex")), "", self.rules)
        name, rows = base_data.YUNNAN[fields.choice(content, "itemIndex", allowed)]
        return {name: rows}

    def upload_record(self, content, enterprise, call):
        fields.known_only(content, RECORD_KNOWN, "", self.rules)
        self._current(content)
        if self.rules.strings_only:
            for name, value in content.items():
                if type(value) is not str:
                    raise Refused(f"{name}: 应为字符串")
        now = self.rules.now()
        record = records.read(content, "", records.ONE_A_CALL, self.rules, now)
        factor = fields.number(content, "convertRation", size=10)
        if float(factor) < 0:
            raise Refused("convertRation: 折标系数不能为负")
        code = codes.DataCode.of(record.code)
        if code.energy_class in ("01", "02") and code.energy_type == "0000" and float(factor) != 1:
            raise Refused("convertRation: 综合能耗的折标系数应为1")
        if self.rules.require_items and not self.is_configured(enterprise.code, record.code, record.stat_type):
            raise Refused(f"dataCode: 采集项{record.code}未配置")
        record = record._replace(factor=factor, remark=fields.text(content, "remark", required=False))
        self.arrivals.add(self.name, enterprise.code, (record,), periods.text_of(now), call.number)
        return self._granted(enterprise, {"platformTime": periods.text_of(now)}, stored=1)

    def add(self, kind, content, enterprise):
        self._check_group(kind, content)
        if content.get("dataIndex"):
            raise Refused("dataIndex: 新增时不应填写")
        return self._keep(kind, new_id(), content, enterprise)

    def change(self, kind, content, enterprise):
        self._check_group(kind, content)
        return self._keep(kind, self._known_index(kind, content, enterprise), content, enterprise)

    def remove(self, kind, content, enterprise):
        self._current(content)
        index = self._known_index(kind, content, enterprise)
        self.registry.drop(enterprise.code, kind, index)
        self.configuration_changed(enterprise.code)
        return self._granted(enterprise, {"dataIndex": index})

    def _keep(self, kind, index, content, enterprise):
        kept = {name: value for name, value in content.items() if name not in ("regVersion", "dicVersion", "dataIndex")}
        self.registry.keep(enterprise.code, kind, index, kept)
        self.configuration_changed(enterprise.code)
        return self._granted(enterprise, {"dataIndex": index})

    def _known_index(self, kind, content, enterprise):
        index = fields.text(content, "dataIndex", size=64)
        if index not in self.registry.all(enterprise.code, kind):
            raise Refused("dataIndex: 记录不存在")
        return index

    def _check_group(self, kind, content):
        self._current(content)
        for name in NEEDED[kind]:
            fields.present(content, name)
        for name, size in EXACT.items():
            fields.digits(content, name, size, required=False)
        for name, size in AT_MOST.items():
            if len(str(content.get(name, ""))) > size:
                raise Refused(f"{name}: 超过{size}个字符")
        for name, allowed in ONE_OF.items():
            fields.choice(content, name, allowed, required=False)
        if kind == "gaugeVerifyConfigure":
            fields.day(content, "verifyTime")
        if kind == "dataCollectConfigure":
            _item_of(content)

    def keep_form(self, form, content, enterprise):
        """Monthly forms of public institutions: their fields are not known, only that they come."""
        self.registry.keep(enterprise.code, form, new_id(), content)
        return self._granted(enterprise, {})

    def download_data(self, content, enterprise, _call):
        stat_type = fields.choice(content, "statType", records.STAT_TYPES, required=False)
        found = self.arrivals.periods(profile=self.name, enterprise=enterprise.code, stat_type=stat_type,
                                      code=content.get("dataCode"))
        names = ("dataCode", "dataValue", "convertRation", "inputType", "statType", "statDate", "uploadDate", "scope")
        return self._granted(enterprise, {"data": [
            {"valid": "1" if entry["valid"] else "0", **{name: entry[name] for name in names}} for entry in found]})

    def download_info(self, _content, enterprise, _call):
        return self._granted(enterprise, {
            "enterprise": self.registry.all(enterprise.code, "enterprise").get("enterprise", {}),
            **{kind: [{"dataIndex": index, **kept} for index, kept in self.registry.all(enterprise.code, kind).items()]
               for kind in GROUPS}})

    def configured(self, enterprise):
        return {_item_of(kept) for kept in self.registry.all(enterprise, "dataCollectConfigure").values()}

    # --- who sends

    def _named(self, content):
        code = fields.enterprise_code(content, self.rules)
        enterprise = self.registry.find(code)
        if enterprise is None:
            raise Refused("企业不存在")
        return enterprise

    def _bearer(self, content, call):
        match = BEARER.fullmatch(call.authorization)
        kept = self.registry.all("", "token").get(match[1]) if match else None
        if kept is None or kept["until"] <= time.time():
            raise Refused("AK无效或已过期", ACCESS_DENIED)
        if fields.enterprise_code(content, self.rules) != kept["enterprise"]:
            raise Refused("enterpriseCode: 与AK不符")
        return self.registry.find(kept["enterprise"])

    def _current(self, content):
        for name, version in self.registry.versions.items():
            if fields.text(content, name, size=10) != version:
                raise Refused(f"{name}: 不是当前版本")

    def refusal(self, words, code):
        return {"responseCode": int(code), "responseMessage": words, "data": None}

    def status_of(self, refused):
        return self.rules.refused_status if refused.code == ACCESS_DENIED else 200

    @staticmethod
    def _granted(enterprise, content, stored=0):
        return Answer({"responseCode": 200, "responseMessage": "成功", "data": content}, enterprise=enterprise.code,
                      records=stored)


def _item_of(content):
    """(code, statType or None for all) of a collection item; the code comes whole or in its parts."""
    digits = content.get("dataCode")
    if not digits:
        digits = "".join(fields.digits(content, name, size) for name, size in configuration.CODE_PARTS)
    fields.data_code(digits, "", False)
    return digits, fields.choice(content, "statType", records.STAT_TYPES, required=False)


def _with_milliseconds(moment):
    return f"{periods.text_of(moment)} {moment.microsecond // 1000:03}"
