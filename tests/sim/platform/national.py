"""P1, the national protocol: plain JSON, and P2, the same with every field of a record encrypted."""

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

SUCCESS = "RECEIVE SUCCESS"
INFO_KNOWN = frozenset(("deviceId", "enterpriseCode", "enterprise", "group", "process", "processUnit", "collectItemConfig"))
DOWNLOAD_KNOWN = frozenset(("deviceId", "enterpriseCode", "dataCode", "statType", "beginDate", "endDate"))
OF_DEVICE = frozenset(("deviceId", "enterpriseCode"))


class National(Profile):
    name = "p1"
    register_path = "/enterprise/register"
    with_key = False
    # field of the registration's answer → path
    addresses = {"loadConfigURL": "/enterprise/loadConfig", "loadDicVersionURL": "/enterprise/versionCheck",
                 "centerInfoURL": "/enterprise/uploadInfo", "centerDataURL": "/uploadEnergyData",
                 "centerMeteringDataURL": "/enterprise/uploadMetering",
                 "centerInfoDownloadURL": "/enterprise/downloadConfigData",
                 "centerDataDownloadURL": "/enterprise/downloadEnergyData"}
    more_addresses = {}
    dialect = records.PLAIN_JSON

    def __init__(self, *arguments, all_addresses=True):
        super().__init__(*arguments)
        actions = {"loadConfigURL": self.download_base_data, "downloadBaseDataURL": self.download_base_data,
                   "loadDicVersionURL": self.check_version, "centerInfoURL": self.upload_info,
                   "centerDataURL": self.upload_data, "centerMeteringDataURL": self.upload_meters,
                   "centerInfoDownloadURL": self.download_info, "centerDataDownloadURL": self.download_data}
        everything = {**self.addresses, **self.more_addresses}
        self.calls = {path: actions[name] for name, path in everything.items()}
        self.handed_out = everything if all_addresses else self.addresses
        self.calls[self.register_path] = self.register
        self.calls["/sx/inf/upload/register"] = self.register
        self.gives = {path: (faults.ADDRESSES,) for path in (self.register_path, "/sx/inf/upload/register")}

    def register(self, content, _call):
        fields.known_only(content, frozenset(("enterpriseCode", "region")), "", self.rules)
        code = fields.enterprise_code(content, self.rules)
        region = fields.region(content, "region")
        enterprise = self.registry.admit(code)
        enterprise.device_id = enterprise.device_id or new_id()
        if self.with_key and not enterprise.secret_key:
            enterprise.secret_key = new_id()
        self.registry.save(enterprise)
        self.registry.keep(code, "registration", "region", region)
        given = {"deviceId": enterprise.device_id, "uploadTime": self.upload_time}
        given.update({name: self.data_base + path for name, path in self.handed_out.items()})
        if self.with_key:
            given["secretKey"] = enterprise.secret_key
        return self._granted(enterprise, given)

    def check_version(self, content, _call):
        enterprise = self._sender(content, OF_DEVICE, name_required=False)
        versions = self.registry.versions
        return self._granted(enterprise, {"regVersion": versions["regVersion"], "dicVersion": versions["dicVersion"]})

    def download_base_data(self, content, _call):
        enterprise = self._sender(content, OF_DEVICE, name_required=False)
        return self._granted(enterprise, {"dicVersion": self.registry.versions["dicVersion"], **base_data.national()})

    def upload_info(self, content, _call):
        enterprise = self._sender(content, INFO_KNOWN)
        if not INFO_KNOWN - OF_DEVICE & content.keys():
            raise Refused("没有任何配置内容")
        code, kept = enterprise.code, []
        for name, check in (("enterprise", lambda one: configuration.check_enterprise(one, code, self.rules)),
                            ("group", lambda one: configuration.check_group(one, self.rules))):
            given = content.get(name)
            if given is not None and not isinstance(given, dict):
                raise Refused(f"{name}: 应为对象")
            if given:
                check(given)
                kept.append((name, name, given))
        kept += self._listed(content, "process", configuration.check_process)
        kept += self._listed(content, "processUnit", configuration.check_unit)
        kept += [("item", f"{key[0]}/{key[1]}", given)
                 for _, key, given in self._listed(content, "collectItemConfig", configuration.check_item)]
        if self.rules.require_items:
            self._check_processes(code, kept)
        for kind, key, given in kept:
            self.registry.keep(code, kind, key, given)
        self.configuration_changed(code)
        return self._granted(enterprise)

    def _listed(self, content, name, check):
        return [(name, check(given, f"{name}[{number}].", self.rules), given)
                for number, given in enumerate(configuration.objects(content, name))]

    def _check_processes(self, enterprise, kept):
        known = {kind: set(self.registry.all(enterprise, kind)) | {key for of, key, _ in kept if of == kind}
                 for kind in ("process", "processUnit")}
        for kind, key, _ in kept:
            if kind == "processUnit" and key[:2] not in known["process"]:
                raise Refused(f"processUnit {key}: 工序{key[:2]}未上传")
            if kind == "item":
                configuration.check_known_process(key, known["process"], known["processUnit"], f"collectItemConfig {key}: ")

    def upload_meters(self, content, _call):
        name = self.rules.ledger_list
        enterprise = self._sender(content, OF_DEVICE | {name})
        meters = self._listed(content, name, configuration.check_meter)
        if not meters:
            raise Refused(f"{name}: 没有计量器具")
        for _, key, given in meters:
            self.registry.keep(enterprise.code, "meter", key, given)
        return self._granted(enterprise)

    def upload_data(self, content, call):
        enterprise = self._sender(content, OF_DEVICE | {"data"})
        listed = configuration.objects(content, "data")
        if not listed:
            raise Refused("data: 没有数据")
        if self.rules.max_records and len(listed) > self.rules.max_records:
            raise Refused(f"data: 超过{self.rules.max_records}条")
        for number, given in enumerate(listed):
            fields.known_only(given, records.KNOWN, f"data[{number}].", self.rules)
        now = self.rules.now()
        accepted = [records.read(given, f"data[{number}].", self.dialect, self.rules, now)
                    for number, given in enumerate(self._readable(enterprise, listed))]
        if self.rules.require_items:
            for number, record in enumerate(accepted):
                if not self.is_configured(enterprise.code, codes.plain(record.code), record.stat_type):
                    raise Refused(f"data[{number}].dataCode: 采集项{record.code}未配置")
        self.arrivals.add(self.name, enterprise.code, accepted, periods.text_of(now), call.number)
        return self._granted(enterprise, stored=len(accepted))

    def _readable(self, _enterprise, listed):
        return listed

    def download_info(self, content, _call):
        enterprise = self._sender(content, OF_DEVICE)
        kept = {kind: self.registry.all(enterprise.code, kind) for kind in ("enterprise", "group", "process", "processUnit",
                                                                          "item", "meter")}
        return self._granted(enterprise, {
            "enterprise": kept["enterprise"].get("enterprise", {}), "group": kept["group"].get("group", {}),
            "process": list(kept["process"].values()), "processUnit": list(kept["processUnit"].values()),
            "collectItemConfig": list(kept["item"].values()), "metering": list(kept["meter"].values())})

    def download_data(self, content, _call):
        enterprise = self._sender(content, DOWNLOAD_KNOWN)
        stat_type = fields.choice(content, "statType", records.STAT_TYPES, required=False)
        if content.get("dataCode"):
            fields.data_code(content["dataCode"], "", True)
        found = self.arrivals.periods(profile=self.name, enterprise=enterprise.code, code=content.get("dataCode"),
                                      stat_type=stat_type, first=content.get("beginDate"), before=content.get("endDate"))
        names = ("dataCode", "dataValue", "inputType", "statType", "statDate", "uploadDate", "scope", "valid")
        return self._granted(enterprise, {"data": [{name: entry[name] for name in names} for entry in found]})

    def configured(self, enterprise):
        return {(key.partition("/")[0], int(key.partition("/")[2])) for key in self.registry.all(enterprise, "item")}

    def _sender(self, content, known, name_required=True):
        """The registered enterprise that sends; a device id of another one is the platform's own refusal."""
        fields.known_only(content, known, "", self.rules)
        device = fields.text(content, "deviceId")
        enterprise = self.registry.of_device(device)
        named = content.get("enterpriseCode")
        if named is None and name_required:
            raise Refused("enterpriseCode: 必填字段为空")
        if enterprise is None or (named is not None and named != enterprise.code):
            raise Refused("序列号与企业统一社会信用代码不符")
        return enterprise

    @staticmethod
    def _granted(enterprise, content=(), stored=0):
        return Answer({"responseCode": "0", "responseMessage": SUCCESS, **dict(content)}, enterprise=enterprise.code,
                      records=stored)


class Shandong(National):
    name = "p2"
    with_key = True
    addresses = {"downloadBaseDataURL": "/enterprise/downloadBaseData", "loadDicVersionURL": "/enterprise/versionCheck",
                 "centerDataURL": "/enterprise/uploadEnergyData", "centerInfoDownloadURL": "/enterprise/downloadConfigData"}
    # The seen log hands these out not at all; --p2-all-addresses does.
    more_addresses = {"centerInfoURL": "/enterprise/uploadInfo", "centerMeteringDataURL": "/enterprise/uploadMetering",
                      "centerDataDownloadURL": "/enterprise/downloadEnergyData"}
    dialect = records.DECRYPTED

    def _readable(self, enterprise, listed):
        names = records.FIELDS if self.rules.encrypted_fields == 8 else tuple(
            name for name in records.FIELDS if name != "uploadDate")
        try:
            plain = sm4.decrypt_fields(bytes.fromhex(enterprise.secret_key),
                                       [given.get(name, "") for given in listed for name in names])
        except sm4.NotDecrypted:
            raise Refused("解密失败") from None
        width = len(names)
        return [{**given, **dict(zip(names, plain[at * width:(at + 1) * width]))} for at, given in enumerate(listed)]

    def codes_of(self, call):
        try:
            content = fields.parse(call.body)
            enterprise = self.registry.find(content.get("enterpriseCode"))
            texts = [given.get("dataCode", "") for given in configuration.objects(content, "data")]
            return {codes.plain(text) for text in sm4.decrypt_fields(bytes.fromhex(enterprise.secret_key), texts)}
        except (Refused, sm4.NotDecrypted, AttributeError, TypeError):
            return set()
