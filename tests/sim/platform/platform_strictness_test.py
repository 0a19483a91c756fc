#!/usr/bin/python3
"""Each rule of the simulated platform by what it lets through and what it refuses.

Usage: platform_strictness_test.py [PATH/metergate-platform-sim]
"""

import json
import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import codes
import simulated_platform as sim
import sm4
from simulated_platform import ENTERPRISE, NationalBox, SimulatedPlatform, YunnanBox, national_record, yunnan_record
from platform_exchange_test import ABOUT, ITEM, METER

PROGRAM = sim.program_from(sys.argv)
LEFT_OUT = object()
DATA = "/uploadEnergyData"

# What is wrong about a record, whichever profile carries it: the changed fields and what the platform says of them.
WRONG_RECORDS = [
    ({"dataCode": LEFT_OUT}, "dataCode: 必填"), ({"dataValue": LEFT_OUT}, "dataValue: 必填"),
    ({"inputType": LEFT_OUT}, "inputType: 必填"), ({"statType": LEFT_OUT}, "statType: 必填"),
    ({"statDate": LEFT_OUT}, "statDate: 必填"), ({"uploadDate": LEFT_OUT}, "uploadDate: 必填"),
    ({"scope": LEFT_OUT}, "scope: 必填"), ({"valid": LEFT_OUT}, "valid: 必填"),
    ({"inputType": 0}, "inputType: 取值0"), ({"inputType": 8}, "inputType: 取值8"), ({"statType": 4}, "statType: 取值4"),
    ({"scope": 5}, "scope: 取值5"), ({"scope": 0}, "scope: 取值0"), ({"inputType": 5}, "手工填报的数据没有实时值"),
    ({"statDate": "2026-03-02 10:10:00"}, "不是统计周期0的起始时间"), ({"statDate": "2026-03-02 10:15:01"}, "不是统计周期0的起始时间"),
    ({"statDate": "2026-03-02T10:15:00"}, "statDate: 日期格式"), ({"statDate": "2026-02-30 10:15:00"}, "statDate: 日期格式"),
    ({"statType": 1}, "不是统计周期1的起始时间"), ({"statType": 2, "statDate": "2026-02-02 00:00:00"}, "不是统计周期2的起始时间"),
    ({"statType": 3, "statDate": "2025-02-01 00:00:00"}, "不是统计周期3的起始时间"),
    ({"uploadDate": "2026-03-02 10:29:59"}, "统计周期尚未结束"), ({"uploadDate": "2026-03-02"}, "uploadDate: 日期格式"),
    ({"statType": 1, "statDate": "2026-03-02 00:00:00"}, "统计周期尚未结束"),
    ({"uploadDate": sim.in_the_future(900)}, "晚于平台时间"),
    ({"valid": "yes"}, "valid: 取值错误"),
]
# Codes as P1 writes them, with the scope that goes with them.
RIGHT_CODES = [("00-00-0000-011500-11", 1), ("04-01-0000-040200-30", 3), ("03-00-0000-080100-60", 2), ("04-01-0101-023300-21", 4),
               ("00-00-0000-020000-11", 1), ("00-00-0000-050104-11", 1), ("00-00-0000-030100-11", 1)]
WRONG_CODES = [("00-00-0000-023300-11", 2, ""), ("04-00-0000-023300-21", 1, "scope: 范围1与编码"),
               ("04-01-0000-023300-21", 2, "scope: 范围2与编码"), ("04-01-0101-023300-21", 3, "scope: 范围3与编码"),
               ("00-00-0000-013300-11", 1, "类型01下没有品种3300"), ("00-00-0000-113300-11", 1, "采集数据类型11不存在"),
               ("00-00-0000-023300-12", 1, "用途12不存在"), ("00-00-0000-029900-11", 1, "类型02下没有品种9900")]


def changed(record, changes):
    return {name: value for name, value in {**record, **changes}.items() if value is not LEFT_OUT}


class Strictness:
    """Mixed into a TestCase with `box` and `record`."""

    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.running = SimulatedPlatform("--quiet", "--plain", *cls.arguments, program=PROGRAM)
        cls.addClassCleanup(cls.running.stop)
        cls.box = cls.new_box()

    def refused(self, answer, words):
        self.assertNotIn(answer["responseCode"], ("0", 200), words)
        self.assertIn(words, answer["responseMessage"])

    def granted(self, answer):
        self.assertIn(answer["responseCode"], ("0", 200), answer["responseMessage"])


class OfRecords(Strictness):
    def test_a_right_record_is_taken(self):
        self.granted(self.box.upload(self.record()))
        self.granted(self.box.upload(self.record(statType=1, inputType=5, statDate="2026-03-01 00:00:00")))
        self.granted(self.box.upload(self.record(statType=2, statDate="2026-02-01 00:00:00")))
        self.granted(self.box.upload(self.record(statType=3, statDate="2025-01-01 00:00:00")))
        self.granted(self.box.upload(self.record(dataValue="-3.5" if self.profile != "p1" else -3.5)))
        self.granted(self.box.upload(self.record(uploadDate=sim.in_the_future(200))))

    def test_wrong_records_are_refused_with_the_reason(self):
        before = len(self.running.arrivals())
        for changes, words in WRONG_RECORDS:
            with self.subTest(changes=changes):
                self.refused(self.box.upload(changed(self.record(), changes)), words)
        self.assertEqual(len(self.running.arrivals()), before)
        self.assertIn("晚于平台时间", str(self.running.control("refusals?n=500")))

    def test_codes_go_with_their_scope_and_the_base_data(self):
        written = (lambda code: code) if self.profile != "p3" else (lambda code: code.replace("-", ""))
        for code, scope in RIGHT_CODES:
            with self.subTest(code=code):
                self.granted(self.box.upload(self.record(dataCode=written(code), scope=scope, convertRation="1")
                                             if self.profile == "p3" else self.record(dataCode=code, scope=scope)))
        for code, scope, words in WRONG_CODES:
            with self.subTest(code=code):
                answer = self.box.upload(self.record(dataCode=written(code), scope=scope))
                self.refused(answer, words) if words else self.granted(answer)
        other_way = "0000000002330011" if self.profile != "p3" else "00-00-0000-023300-11"
        for code in (other_way, "00-00-0000023300-11", "00-00-0000-023300-1", "xx-00-0000-023300-11"):
            with self.subTest(code=code):
                self.refused(self.box.upload(self.record(dataCode=code)), "采集数据编码格式错误")

    def test_a_device_or_key_of_somebody_else_is_refused(self):
        other = self.new_box("91130000XXXXXXXX1Y")
        self.refused(self.box_of_another(other), "不符")


class NationalStrictness(OfRecords, unittest.TestCase):
    arguments = ("--profile", "p1")
    profile = "p1"

    @classmethod
    def new_box(cls, enterprise=ENTERPRISE):
        return NationalBox(cls.running, cls.profile, enterprise=enterprise)

    @staticmethod
    def record(**changes):
        return national_record(**changes)

    def box_of_another(self, other):
        return self.box.post("centerDataURL", data=[self.record()], deviceId=other.registration["deviceId"])

    def test_fields_have_the_types_of_the_protocol(self):
        for changes, words in (({"dataValue": "1.5"}, "dataValue: 不是数值"), ({"dataValue": True}, "dataValue: 不是数值"),
                               ({"dataValue": 1e15}, "dataValue: 超出范围"), ({"dataValue": 10 ** 400}, "dataValue: 超出范围"),
                               ({"scope": "1"}, "scope: 类型"), ({"scope": True}, "scope: 类型"),
                               ({"statType": 0.0}, "statType: 类型"), ({"valid": 1}, "valid"),
                               ({"inputType": "4"}, "inputType: 类型"), ({"inputType": 6}, "inputType: 取值6"),
                               ({"dataCode": 7}, "编码格式"), ({"colour": "red"}, "colour: 未知字段")):
            with self.subTest(changes=changes):
                self.refused(self.box.upload(self.record(**changes)), words)

    def test_one_bad_record_rejects_the_whole_post(self):
        before = len(self.running.arrivals())
        self.refused(self.box.upload(self.record(statDate="2026-03-01 10:00:00"), self.record(scope=3, statType=9)),
                     "data[1].statType")
        self.assertEqual(len(self.running.arrivals()), before)

    def test_the_frame_of_a_message_is_checked(self):
        for content, words in (({"data": []}, "没有数据"), ({"data": {}}, "应为对象数组"), ({"data": [7]}, "应为对象数组"), ({}, "没有数据"),
                               ({"deviceId": ""}, "deviceId: 必填"), ({"deviceId": 5}, "deviceId: 应为字符串"),
                               ({"enterpriseCode": None}, "enterpriseCode: 必填"), ({"more": 1}, "more: 未知字段")):
            with self.subTest(content=content):
                self.refused(self.box.post("centerDataURL", content), words)

    def test_bytes_that_are_no_request_are_refused(self):
        url, json_type = self.running.url("p1") + "/uploadEnergyData", {"Content-Type": "application/json"}
        for body, headers, method, status, words in (
                (b"{", json_type, "POST", 200, "不是UTF-8编码的JSON"), (b"[]", json_type, "POST", 200, "不是JSON对象"),
                (b'{"a": NaN}', json_type, "POST", 200, "不是UTF-8编码的JSON"), (b"\xb5\xe7", json_type, "POST", 200, "不是UTF-8"),
                (b"[" * 100_000, json_type, "POST", 200, "不是UTF-8"),
                (b"{}", {"Content-Type": "text/plain"}, "POST", 415, "Content-Type"), (None, {}, "GET", 405, "POST")):
            got, answer = self.box.client.send(url, body, headers, method)
            self.assertEqual(got, status)
            self.refused(json.loads(answer), words)
        status, answer = self.box.client.send(self.running.url("p1") + "/nowhere", b"{}", json_type)
        self.assertEqual((status, json.loads(answer)["responseMessage"]), (404, "路径不存在"))

    def test_only_a_credit_code_and_a_region_can_register(self):
        url = self.running.register_url("p1")
        for content, words in (({"enterpriseCode": "9113", "region": "130100"}, "统一社会信用代码格式"),
                               ({"enterpriseCode": ENTERPRISE}, "region: 必填"),
                               ({"enterpriseCode": ENTERPRISE, "region": "1301"}, "region: 应为6位"),
                               ({"enterpriseCode": ENTERPRISE, "region": 130100}, "region: 应为字符串"),
                               ({"enterpriseCode": ENTERPRISE, "region": "990000"}, "行政区划代码不存在")):
            self.refused(self.box.client.post(url, content), words)

    def test_items_processes_and_the_enterprise_are_checked(self):
        unit = {"code": "01", "name": "一号磨", "processCode": "04", "commDate": "2011-05-03"}
        self.granted(self.box.post("centerInfoURL", enterprise=ABOUT, process=[{"processCode": "04", "processName": "粉磨"}],
                                   processUnit=[unit], collectItemConfig=[ITEM]))
        for content, words in (
                ({}, "没有任何配置内容"), ({"process": {}}, "process: 应为对象数组"), ({"enterprise": []}, "enterprise: 应为对象"),
                ({"collectItemConfig": [{**ITEM, "name": ""}]}, "collectItemConfig[0].name: 必填"),
                ({"collectItemConfig": [ITEM, {**ITEM, "energyTypeCode": "9999"}]}, "collectItemConfig[1]: 类型02下没有品种9999"),
                ({"collectItemConfig": [{**ITEM, "processCode": "4"}]}, "processCode: 应为2位"),
                ({"collectItemConfig": [{**ITEM, "processCode": "04"}]}, "scope: 范围1与编码不符"),
                ({"collectItemConfig": [{**ITEM, "inputType": 5}]}, "手工填报的数据没有实时值"),
                ({"collectItemConfig": [{**ITEM, "dataValueMin": 5, "dataValueMax": 4.5}]}, "大于dataValueMax"),
                ({"collectItemConfig": [{**ITEM, "dataCode": "00-00-0000-023300-21"}]}, "应为00-00-0000-023300-11"),
                ({"collectItemConfig": [{**ITEM, "colour": 1}]}, "colour: 未知字段"),
                ({"process": [{"processCode": "04"}]}, "processName: 必填"),
                ({"processUnit": [{**unit, "commDate": "2011"}]}, "commDate: 日期格式"),
                ({"enterprise": {**ABOUT, "phone": ""}}, "enterprise.phone: 必填"),
                ({"enterprise": {**ABOUT, "corporationCode": "91130000XXXXXXXX1Y"}}, "corporationCode: 与enterpriseCode不一致"),
                ({"enterprise": {**ABOUT, "latitude": 138}}, "latitude: 超出范围"),
                ({"enterprise": {**ABOUT, "center": "0"}}, "center: 应为布尔值"),
                ({"enterprise": {**ABOUT, "typeCode": "999"}}, "企业类型不存在"),
                ({"enterprise": {**ABOUT, "industryCode": "3011"}}, "GB/T 4754"),
                ({"enterprise": {**ABOUT, "energyConsumeLevel": 7}}, "energyConsumeLevel: 取值7")):
            with self.subTest(content=content):
                self.refused(self.box.post("centerInfoURL", content), words)

    def test_the_meter_ledger_is_checked(self):
        self.granted(self.box.post("centerMeteringDataURL", data=[METER, {**METER, "manageCode": "DL-02"}]))
        for changes, words in (({"meteringType": "15269999"}, "计量器具类型不存在"), ({"meteringLevel": 4}, "meteringLevel: 取值4"),
                               ({"dataCode": "00-00-0000-023300-12"}, "用途12不存在"), ({"dataCodeRatio": 0}, "应大于零"),
                               ({"dataCodeCalculate": 5}, "dataCodeCalculate: 取值5"), ({"calibrationState": "好"}, "应为合格或不合格"),
                               ({"calibrationCycle": "6 years"}, "calibrationCycle"), ({"installDate": "2011-5-3"}, "日期格式"),
                               ({"nextCalibration": "2024-03-01"}, "应晚于latelyCalibration"), ({"measureState": 4}, "取值4"),
                               ({"manufacturer": "x"}, "manufacturer: 未知字段"), ({"meteringName": 4}, "meteringName: 应为字符串")):
            with self.subTest(changes=changes):
                self.refused(self.box.post("centerMeteringDataURL", data=[{**METER, **changes}]), words)
        self.refused(self.box.post("centerMeteringDataURL", data=[]), "没有计量器具")


class ShandongStrictness(OfRecords, unittest.TestCase):
    arguments = ("--profile", "p2")
    profile = "p2"
    record = staticmethod(national_record)
    box_of_another = NationalStrictness.box_of_another

    @classmethod
    def new_box(cls, enterprise=ENTERPRISE):
        return NationalBox(cls.running, cls.profile, enterprise=enterprise)

    def test_fields_that_are_not_encrypted_with_this_key_are_refused(self):
        good = self.box.written(self.record())
        for changes in ({"dataCode": "00-00-0000-023300-11"}, {"valid": True}, {"scope": good["scope"].upper()},
                        {"uploadDate": "2026-03-02 10:30:05"},
                        {"dataValue": sm4.encrypt_field(bytes(16), "1.5")}):
            with self.subTest(changes=changes):
                answer = self.box.post("centerDataURL", data=[{**good, **changes}])
                self.assertEqual(answer, {"responseCode": "1", "responseMessage": "解密失败"})

    def test_decrypted_texts_are_plain_numbers(self):
        for changes, words in (({"dataValue": "1e3"}, "dataValue: 不是数值"), ({"dataValue": "01.5"}, "dataValue: 不是数值"),
                               ({"dataValue": ".5"}, "dataValue: 不是数值"), ({"scope": "01"}, "scope: 类型"),
                               ({"valid": "true"}, "valid: 取值"), ({"dataValue": ""}, "dataValue: 必填")):
            with self.subTest(changes=changes):
                self.refused(self.box.upload(self.record(**changes)), words)


class YunnanStrictness(OfRecords, unittest.TestCase):
    arguments = ("--profile", "p3")
    profile = "p3"

    @classmethod
    def new_box(cls, enterprise=ENTERPRISE):
        return YunnanBox(cls.running, enterprise=enterprise)

    @staticmethod
    def record(**changes):
        return yunnan_record(**changes)

    def box_of_another(self, other):
        return self.box.upload({**self.record(), "enterpriseCode": other.enterprise})

    def test_fields_have_the_sizes_of_the_protocol(self):
        self.granted(self.box.upload(self.record(dataValue="123456789012.45", inputType=7, remark="停产")))
        for changes, words in (({"dataValue": "1234567890123.45"}, "dataValue: 超过15个字符"), ({"dataValue": "1E3"}, "不是数值"),
                               ({"convertRation": LEFT_OUT}, "convertRation: 必填"), ({"convertRation": "1.123456789"}, "超过10个字符"),
                               ({"convertRation": "-1"}, "不能为负"), ({"convertRate": "1"}, "convertRate: 未知字段"),
                               ({"dataCode": "0000000002000011", "convertRation": "2"}, "综合能耗的折标系数应为1"),
                               ({"valid": True}, "valid: 取值"), ({"remark": 5}, "remark: 应为字符串")):
            with self.subTest(changes=changes):
                self.refused(self.box.upload(changed(self.record(), changes)), words)

    def test_the_versions_have_to_be_the_current_ones(self):
        for name in ("regVersion", "dicVersion"):
            self.refused(self.box.upload(self.record(**{name: "0"})), f"{name}: 不是当前版本")
            self.refused(self.box.upload(self.record(**{name: ""})), f"{name}: 必填")

    def test_without_a_token_only_the_open_calls_answer(self):
        for token in ("", "0" * 200):
            box = self.new_box()
            box.token = token
            for path in ("/checkVersion", "/platformAccessURL", "/dataDownload", "/dataEnterpriseEnergy", "/gaugeConfigure/add"):
                answer = box.call(path)
                self.assertEqual((answer["responseCode"], answer["responseMessage"]), (401, "AK无效或已过期"), path)
            self.granted(box.call("/dataDownload/public", itemIndex=16))

    def test_the_public_tables_are_1_2_and_16(self):
        self.refused(self.box.call("/dataDownload/public", itemIndex=8), "itemIndex: 取值8")
        self.refused(self.box.call("/dataDownload", itemIndex=1), "itemIndex: 取值1")
        self.refused(self.box.call("/dataDownload", itemIndex=18), "itemIndex: 取值18")

    def test_keys_passwords_and_applications_are_checked(self):
        box = self.new_box("91130000XXXXXXXX2Y")
        self.refused(box.call("/enterpriseInfo/rwk", secretKey="0" * 32), "原密钥不正确")
        self.refused(box.call("/requestAK", password=sm4.encrypt_password(box.key, box.enterprise, "another")), "密码错误")
        self.refused(box.call("/requestAK", password=sm4.encrypt_password("0" * 16, box.enterprise, sim.PASSWORD)), "密码解密失败")
        self.refused(box.call("/requestAK", password=sim.PASSWORD), "密码解密失败")
        self.refused(box.call("/requestAK", enterpriseCode="91130000XXXXXXXX3Y", password="0" * 32), "企业不存在")
        self.refused(box.call("/enterpriseInfo/apply", {**sim.application(), "cmpName": ""}, password=box.password()), "cmpName")
        self.refused(box.call("/enterpriseInfo/update", sim.application(), password=box.password(), dataIndex="0"), "记录不存在")
        renewed = box.call("/enterpriseInfo/rwk", secretKey=box.key)["data"]["secretKey"]
        self.assertNotEqual(renewed, box.key)
        self.refused(box.call("/requestAK", password=box.password()), "密码")
        box.key = renewed
        self.granted(box.call("/requestAK", password=box.password()))

    def test_configuration_groups_are_checked(self):
        item = {**self.box.versions, "collectItemName": "电力", "dataCode": "0000000002330011"}
        for path, content, words in (
                ("/dataCollectConfigure/add", {**item, "collectItemName": "电" * 31}, "collectItemName: 超过30"),
                ("/dataCollectConfigure/add", {**item, "collectItemName": ""}, "collectItemName: 必填"),
                ("/dataCollectConfigure/add", {**item, "dataCode": "00-00-0000-023300-11"}, "编码格式"),
                ("/dataCollectConfigure/add", {**item, "statType": 4}, "statType: 取值4"),
                ("/dataCollectConfigure/add", {**item, "dicVersion": "9"}, "dicVersion: 不是当前版本"),
                ("/dataCollectConfigure/update", item, "dataIndex: 必填"),
                ("/dataCollectConfigure/delete", {**item, "dataIndex": "77"}, "dataIndex: 记录不存在"),
                ("/processConfigure/add", self.box.versions, "processCode: 必填"),
                ("/processConfigure/add", {**self.box.versions, "processCode": "4"}, "processCode: 应为2位"),
                ("/deviceConfigure/add", {**self.box.versions, "deviceType": "01", "deviceNo": "1"}, "deviceNo: 应为4位"),
                ("/gaugeConfigure/add", {**self.box.versions, "meterType": "152605"}, "meterType: 应为8位"),
                ("/gaugeConfigure/add", {**self.box.versions, "paramsType": "6"}, "paramsType: 取值6"),
                ("/gaugeReplaceConfigure/add", {**self.box.versions, "replacedSerno": "A1"}, "installSerNo: 必填"),
                ("/gaugeVerifyConfigure/add", {**self.box.versions, "verifyOrg": "院", "verifyTime": "x"}, "verifyTime: 日期")):
            with self.subTest(path=path, content=content):
                self.refused(self.box.call(path, content), words)
        self.granted(self.box.call("/gaugeVerifyConfigure/add", self.box.versions, verifyOrg="院", verifyTime="2026-03-01"))


class Settings(Strictness, unittest.TestCase):
    """What the facts leave open can be set."""

    arguments = ("--profile", "p1,p2,p3", "--enterprise", ENTERPRISE, "--check-digit", "--require-items", "--check-decimals",
                 "--max-records", "2", "--valid-as", "digit-inverted", "--encrypted-fields", "7", "--unknown-fields",
                 "--largest-input-type", "6", "--grid", "5", "--clock-offset", "7200", "--skew", "10", "--ledger-list", "metering", "--strings-only",
                 "--http-401", "--expires-as-seconds", "--password", sim.PASSWORD, "--p2-all-addresses")

    @classmethod
    def new_box(cls):
        return NationalBox(cls.running, "p1")

    def test_only_listed_enterprises_with_a_right_check_digit(self):
        unlisted = "91130000XXXXXXXX1" + codes.credit_check_character("91130000XXXXXXXX1")
        for code, words in (("91130000XXXXXXXX1Y", "信用代码格式"), (unlisted, "企业不存在")):
            answer = self.box.client.post(self.running.register_url("p1"), {"enterpriseCode": code, "region": "130100"})
            self.refused(answer, words)

    def test_items_come_before_their_data_and_processes_before_items(self):
        at = dict(valid="0", statDate="2026-03-02 10:15:05", uploadDate="2026-03-02 10:15:10")
        self.refused(self.box.upload(national_record(**at)), "采集项00-00-0000-023300-11未配置")
        in_process = {**ITEM, "processCode": "04", "scope": 2}
        self.refused(self.box.post("centerInfoURL", collectItemConfig=[ITEM, in_process]), "工序04未上传")
        self.granted(self.box.post("centerInfoURL", collectItemConfig=[ITEM, in_process],
                                   process=[{"processCode": "04", "processName": "粉磨"}]))
        self.granted(self.box.upload(national_record(colour="red", inputType=6, **at)))
        self.refused(self.box.upload(national_record(**{**at, "statType": 1, "statDate": "2026-03-01 00:00:00"})), "未配置")
        self.refused(self.box.upload(national_record(dataValue=1.23456, **at)), "小数位数超过4位")
        self.refused(self.box.upload(*[national_record(**at)] * 3), "超过2条")
        self.refused(self.box.upload(national_record(**{**at, "valid": True})), "valid: 取值")
        self.assertTrue(self.running.arrivals(profile="p1")[0]["valid"])

    def test_the_platforms_clock_may_be_off(self):
        at = dict(valid="0", statDate="2026-03-02 10:15:05")
        self.refused(self.box.upload(national_record(uploadDate=sim.in_the_future(7260), **at)), "晚于平台时间")
        self.assertNotIn("晚于", self.box.upload(national_record(uploadDate=sim.in_the_future(7190), **at))["responseMessage"])

    def test_seven_encrypted_fields_and_all_addresses(self):
        box = NationalBox(self.running, "p2")
        self.granted(box.post("centerInfoURL", collectItemConfig=[ITEM]))
        self.refused(box.post("centerMeteringDataURL", data=[METER]), "metering: 没有计量器具")
        self.granted(box.post("centerMeteringDataURL", metering=[METER]))
        box.encrypted = tuple(name for name in box.encrypted if name != "uploadDate")
        self.granted(box.upload(national_record(valid=False)))
        box.encrypted += ("uploadDate",)
        self.refused(box.upload(national_record(valid=False)), "uploadDate: 日期格式")

    def test_an_admitted_enterprise_asks_for_its_token_at_once(self):
        client, url = self.running.client(), self.running.url("p3") + "/YNEnergy"
        key = client.post(url + "/enterpriseInfo/rwk", {"enterpriseCode": ENTERPRISE})["data"]["secretKey"]
        granted = client.post(url + "/requestAK", {
            "enterpriseCode": ENTERPRISE, "password": sm4.encrypt_password(key, ENTERPRISE, sim.PASSWORD)})["data"]
        self.assertEqual(granted["akExpiresIn"], 3600)
        record = {"enterpriseCode": ENTERPRISE, "regVersion": "1", "dicVersion": "1", **yunnan_record()}
        self.refused(client.post(url + "/dataEnterpriseEnergy", {**record, "scope": 1}, granted["token"]), "scope: 应为字符串")
        self.refused(client.post(url + "/dataEnterpriseEnergy", record, granted["token"]), "未配置")
        status, _ = client.send(url + "/checkVersion", b'{"enterpriseCode": ""}', {"Content-Type": "application/json"})
        self.assertEqual(status, 401)


class Junk(unittest.TestCase):
    VALUES = (None, True, 0, -1, 1.5, 10 ** 30, "", "0", "x", "\x00", "电" * 300, [], {}, [[]], [None], {"a": {}}, "9" * 16)

    def test_junk_in_any_field_is_answered_by_the_protocol(self):
        chance = random.Random(20260302)
        with SimulatedPlatform("--quiet", "--plain", "--profile", "p1,p2,p3", "--unknown-fields", program=PROGRAM) as running:
            national, shandong, yunnan = NationalBox(running), NationalBox(running, "p2"), YunnanBox(running)
            group = {**yunnan.versions, **ITEM, "collectItemName": "a", "deviceType": "01", "deviceNo": "0001", "verifyOrg": "a",
                     "verifyTime": "2026-03-01", "replacedSerno": "1", "installSerNo": "2"}
            calls = [(national, path, {"data": [national_record(), METER], "collectItemConfig": [ITEM], "enterprise": ABOUT,
                                       "process": [{"processCode": "04", "processName": "a"}], "region": "130100"})
                     for path in ("/enterprise/register", "/enterprise/uploadInfo", DATA, "/enterprise/uploadMetering",
                                  "/enterprise/downloadEnergyData", "/enterprise/loadConfig")]
            calls += [(shandong, "/enterprise/uploadEnergyData", {"data": [shandong.written(national_record())]})]
            calls += [(yunnan, path, {**yunnan_record(), **sim.application(), **group, "password": yunnan.password()})
                      for path in ("/enterpriseInfo/rwk", "/enterpriseInfo/apply", "/requestAK", "/dataEnterpriseEnergy",
                                   "/dataDownload", "/dataCollectConfigure/add", "/gaugeConfigure/add", "/gaugeVerifyConfigure/add")]
            for number in range(1500):
                box, path, content = calls[number % len(calls)]
                content = json.loads(json.dumps(content))
                place = content
                while chance.random() < 0.6:
                    inner = [one for one in (place.values() if isinstance(place, dict) else place) if isinstance(one, (dict, list)) and one]
                    if not inner:
                        break
                    place = chance.choice(inner)
                place[chance.choice(list(place)) if isinstance(place, dict) else 0] = chance.choice(self.VALUES)
                answer = box.call(path, content) if box is yunnan else box.post(path, content)
                self.assertIn("responseCode", answer, (path, content))


if __name__ == "__main__":
    unittest.main()
