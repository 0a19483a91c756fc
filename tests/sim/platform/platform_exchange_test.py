#!/usr/bin/python3
"""The simulated platform as a box meets it, over TLS. Usage: platform_exchange_test.py [PATH/metergate-platform-sim]"""

import json
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import simulated_platform as sim
from simulated_platform import ENTERPRISE, NationalBox, SimulatedPlatform, YunnanBox, national_record, yunnan_record

PROGRAM = sim.program_from(sys.argv)
ITEM = {"name": "全厂-电力-购进", "processCode": "00", "processUnitCode": "00", "equipmentCode": "00", "equipmentUnitCode": "00",
        "energyClassCode": "02", "energyTypeCode": "3300", "dataUsageCode": "11", "inputType": 4, "statType": 0, "scope": 1}
ABOUT = {"code": ENTERPRISE, "name": "样例水泥厂", "typeCode": "150", "typeName": "有限责任公司", "industryCode": "C3011",
         "regionCode": "130100", "center": False, "corporationCode": ENTERPRISE, "jgzh": False, "energyConsumeLevel": 4,
         "latitude": 38.04, "longitude": 114.51, "phone": "0311-00000000"}
METER = {"meteringName": "关口表一", "meteringType": "15260500", "meteringLevel": 1, "dataCode": "00-00-0000-023300-11",
         "dataCodeCalculate": 1, "dataCodeRatio": 1, "manageCode": "DL-01", "calibrationState": "合格",
         "calibrationCycle": "72月", "latelyCalibration": "2024-03-01", "nextCalibration": "2030-02-28", "installOrg": 2,
         "usrSystem": 1, "measureState": 1}


def platform(*arguments, **options):
    return SimulatedPlatform("--quiet", *arguments, program=PROGRAM, **options)


class PlatformExchange(unittest.TestCase):
    def test_a_national_box_registers_configures_and_uploads(self):
        with platform("--profile", "p1", "--enterprise", f"{ENTERPRISE}=样例水泥厂", "--upload-time", "01:38:00") as running:
            box = NationalBox(running)
            self.assertEqual((box.registration["responseCode"], box.registration["uploadTime"]), ("0", "01:38:00"))
            self.assertRegex(box.registration["deviceId"], "^[0-9a-f]{32}$")
            version = box.client.post(box.registration["loadDicVersionURL"], {"deviceId": box.registration["deviceId"]})
            self.assertEqual((version["regVersion"], version["dicVersion"]), ("1", "1"))
            base = box.post("loadConfigURL")
            self.assertIn({"code": "3300", "name": "电力", "unit": "万kWh", "precision": 4, "coalFactor": "0.1229",
                           "classCode": "02"}, base["energyType"])

            configured = box.post("centerInfoURL", enterprise=ABOUT, group={}, process=[
                {"processCode": "03", "processName": "熟料烧成"}], processUnit=[], collectItemConfig=[
                    ITEM, {**ITEM, "statType": 1}])
            self.assertEqual(configured, {"responseCode": "0", "responseMessage": "RECEIVE SUCCESS"})
            self.assertEqual(box.post("centerMeteringDataURL", data=[METER])["responseCode"], "0")
            self.assertEqual(box.upload(national_record(), national_record(
                statType=1, statDate="2026-03-01 00:00:00"))["responseMessage"], "RECEIVE SUCCESS")

            own = box.post("centerInfoDownloadURL")
            self.assertEqual((own["enterprise"]["name"], len(own["collectItemConfig"]), own["metering"]),
                             ("样例水泥厂", 2, [METER]))
            self.assertEqual([one["dataValue"] for one in box.post("centerDataDownloadURL")["data"]], ["0.0125", "0.0125"])
            arrived = running.arrivals(statType=0)
            self.assertEqual([(one["enterpriseCode"], one["dataCode"], one["statDate"], one["dataValue"], one["times"])
                              for one in arrived],
                             [(ENTERPRISE, "00-00-0000-023300-11", "2026-03-02 10:15:00", "0.0125", 1)])

    def test_fields_encrypted_with_the_registrations_key_are_read(self):
        with platform("--profile", "p2") as running:
            box = NationalBox(running, "p2")
            self.assertNotIn("centerInfoURL", box.registration)
            self.assertRegex(box.registration["secretKey"], "^[0-9a-f]{32}$")

            answer = box.upload(national_record(), national_record(statDate="2026-03-02 10:00:00", dataValue="7.50"))

            self.assertEqual(answer, {"responseCode": "0", "responseMessage": "RECEIVE SUCCESS"})
            self.assertEqual([(one["statDate"], one["dataValue"], one["valid"]) for one in running.arrivals(profile="p2")],
                             [("2026-03-02 10:00:00", "7.50", True), ("2026-03-02 10:15:00", "0.0125", True)])

    def test_a_box_with_an_access_key_goes_through_all_calls(self):
        with platform("--profile", "p3", "--token-lifetime", "60") as running:
            box = YunnanBox(running)
            granted = box.renew_token()["data"]
            self.assertLessEqual(len(granted["token"]), 230)
            self.assertRegex(granted["akExpiresIn"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \d{3}$")
            given = box.call("/platformAccessURL")["data"]
            self.assertEqual(given["enterpriseDataURL"], running.url("p3") + "/YNEnergy/dataEnterpriseEnergy")
            self.assertEqual(box.call("/dataDownload/public", itemIndex=1)["data"]["RegionCodes"][0]["code"], "130000")
            for index in set(range(1, 18)) - {1, 2, 16}:
                (rows,) = box.call("/dataDownload", itemIndex=index)["data"].values()
                self.assertTrue(all(row["code"] and row["name"] for row in rows), index)
            updated = box.call("/enterpriseInfo/update", sim.application(), password=box.password(),
                               dataIndex=box.applied["data"]["dataIndex"])
            self.assertEqual(updated["responseCode"], 200)

            item = {**box.versions, "collectItemName": "全厂-电力-购进", "dataCode": "0000000002330011", "statType": 0}
            index = box.call("/dataCollectConfigure/add", item)["data"]["dataIndex"]
            changed = box.call("/dataCollectConfigure/update", item, dataIndex=index, collectItemName="电力")
            self.assertEqual(changed["data"]["dataIndex"], index)
            self.assertEqual(box.call("/enterpriseInfoDownload")["data"]["dataCollectConfigure"][0]["collectItemName"], "电力")
            uploaded = box.upload(yunnan_record())
            self.assertEqual(uploaded["responseCode"], 200)
            self.assertRegex(uploaded["data"]["platformTime"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
            self.assertEqual(box.call("/dataCollectConfigure/delete", box.versions, dataIndex=index)["responseCode"], 200)
            self.assertEqual(box.call("/arganEnergy/addWarm", month="2026-03")["responseCode"], 200)
            (arrived,) = running.arrivals()
            self.assertEqual((arrived["dataValue"], arrived["convertRation"], arrived["valid"]), ("0.0125", "1.229", True))

    def test_the_newest_value_of_a_period_counts_and_all_are_kept(self):
        with platform("--profile", "p1") as running:
            box = NationalBox(running)
            for value in (1.5, 1.5, 2.25):
                box.upload(national_record(dataValue=value))
            (arrived,) = running.arrivals(dataCode="0000000002330011")
            self.assertEqual((arrived["dataValue"], arrived["times"]), ("2.25", 3))
            self.assertEqual([one["dataValue"] for one in arrived["arrivals"]], ["1.5", "1.5", "2.25"])
            box.upload(*[national_record(statDate="2026-03-02 10:00:00")] * 2)
            (counted,) = running.control("summary")["arrivals"]
            self.assertEqual((counted["records"], counted["periods"], counted["repeated"], counted["changed"]), (5, 2, 2, 1))

    def test_addresses_may_be_on_another_host_and_port(self):
        with platform("--profile", "p1", "--data-host", "localhost:0") as running:
            box = NationalBox(running)
            self.assertRegex(box.registration["centerDataURL"], r"^https://localhost:\d+/uploadEnergyData$")
            self.assertNotIn(running.url("p1").rpartition(":")[2], box.registration["centerDataURL"])
            self.assertEqual(box.upload(national_record())["responseCode"], "0")

    def test_state_survives_a_restart(self):
        with tempfile.TemporaryDirectory() as folder:
            options = ("--profile", "p1,p3", "--state", f"{folder}/state.db", "--tls-dir", f"{folder}/tls")
            with platform(*options) as running:
                national, yunnan = NationalBox(running), YunnanBox(running)
                running.fault("new_dic_version", profile="p1")
                national.upload(national_record())
                yunnan.upload(yunnan_record())
                running.stop(signal.SIGKILL)

            with platform(*options) as running:
                self.assertEqual(len(running.arrivals()), 2)
                again = NationalBox(running)
                self.assertEqual(again.registration["deviceId"], national.registration["deviceId"])
                self.assertEqual(again.post("loadDicVersionURL")["dicVersion"], "2")
                yunnan.platform = running
                yunnan.client = running.client()
                self.assertEqual(yunnan.upload(yunnan_record())["responseCode"], 200)
                self.assertEqual(running.arrivals(profile="p3")[0]["times"], 2)

    def test_it_ends_at_once_even_while_somebody_waits_for_an_answer(self):
        for ending in (signal.SIGTERM, signal.SIGINT):
            with platform("--profile", "p1", "--plain", "--fault", "hang") as running:
                waiting = subprocess.Popen([sys.executable, "-c", (
                    "import urllib.request, sys; urllib.request.urlopen(urllib.request.Request(sys.argv[1], b'{}'))"),
                    running.register_url("p1")], stderr=subprocess.DEVNULL)
                limit = time.monotonic() + 10
                while running.control("summary")["requests"] == 0 and time.monotonic() < limit:
                    time.sleep(0.02)
                self.assertEqual(running.stop(ending), 0)
                self.assertNotEqual(waiting.wait(timeout=10), 0)

    def test_the_ready_file_and_the_log_of_requests_tell_what_happened(self):
        with tempfile.TemporaryDirectory() as folder, platform("--profile", "p1", "--ready-file", f"{folder}/ready") as running:
            self.assertEqual(json.loads(Path(f"{folder}/ready").read_text(encoding="utf-8")), running.addresses)
            box = NationalBox(running)
            box.upload(national_record(), national_record(scope=9))
            (last,) = running.control("requests?n=1&path=/uploadEnergyData")["requests"]
            self.assertEqual((last["status"], last["records"], last["tls"]), (200, 0, "TLSv1.3"))
            self.assertEqual(last["refused"], "data[1].scope: 取值9不在允许范围内")
            self.assertIn("取值9", last["answer"])
            self.assertEqual(running.control("refusals")["refusals"][-1]["reason"], last["refused"])
            with self.assertRaisesRegex(RuntimeError, "unknown: colour"):
                running.control("arrivals?colour=red")


class PlatformTls(unittest.TestCase):
    def test_without_the_asked_for_client_certificate_nobody_gets_in(self):
        with platform("--profile", "p1", "--require-client-cert") as running:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                NationalBox(running)
            box = NationalBox(running, client=running.client(running.context(with_certificate=True)))
            self.assertEqual(box.upload(national_record())["responseCode"], "0")
            (last,) = running.control("requests?n=1")["requests"]
            self.assertEqual(last["clientCertificate"], "metergate box")

    def test_a_client_certificate_of_another_authority_does_not_get_in(self):
        with tempfile.TemporaryDirectory() as folder, platform("--profile", "p1", "--require-client-cert") as running, platform(
                "--profile", "p1", "--tls-dir", folder) as other:
            context = running.context()
            tls = other.addresses["tls"]
            context.load_cert_chain(tls["clientCertificate"], tls["clientKey"])
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                NationalBox(running, client=running.client(context))

    def test_the_pkcs12_files_hold_the_client_key(self):
        with tempfile.TemporaryDirectory() as folder, platform("--profile", "p1", "--tls-dir", folder) as running:
            tls = running.addresses["tls"]
            for file, extra in (("clientPkcs12", ()), ("clientPkcs12Legacy", ("-legacy",))):
                shown = subprocess.run(["openssl", "pkcs12", "-in", tls[file], "-passin", f"pass:{tls['password']}", "-nodes",
                                        *extra], check=True, capture_output=True, timeout=20).stdout
                self.assertIn(b"PRIVATE KEY", shown)

    def test_certificates_are_kept_from_one_start_to_the_next(self):
        with tempfile.TemporaryDirectory() as folder:
            found = []
            for _ in range(2):
                with platform("--profile", "p1", "--tls-dir", folder) as running:
                    found.append(ssl.get_server_certificate(tuple(
                        running.url("p1").removeprefix("https://").split(":"))))
            self.assertEqual(found[0], found[1])

    def test_an_old_platform_speaks_only_old_tls(self):
        with platform("--profile", "p1", "--tls", "1.1") as running:
            with self.assertRaises(ssl.SSLError):
                NationalBox(running)
            context = running.context()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            NationalBox(running, client=running.client(context))
            self.assertEqual(running.control("requests?n=1")["requests"][0]["tls"], "TLSv1.1")


if __name__ == "__main__":
    unittest.main()
