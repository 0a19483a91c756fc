#!/usr/bin/python3
"""Every fault of the simulated platform as the box meets it. Usage: platform_faults_test.py [PATH/metergate-platform-sim]"""

import http.client
import json
import socket
import ssl
import sys
import time
import unittest
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import faults
import simulated_platform as sim
from simulated_platform import NationalBox, SimulatedPlatform, YunnanBox, national_record, yunnan_record

PROGRAM = sim.program_from(sys.argv)
JSON = {"Content-Type": "application/json"}
DATA = "/uploadEnergyData"
ABOUT_NOTHING = {"responseCode": "0", "responseMessage": "RECEIVE SUCCESS"}


def until(condition):
    limit = time.monotonic() + 10
    while not condition():
        if time.monotonic() > limit:
            raise AssertionError("waited in vain")
        time.sleep(0.02)


class PlatformFaults(unittest.TestCase):
    def setUp(self):
        self.running.clear_faults()
        self.running.control("forget", {})

    @classmethod
    def setUpClass(cls):
        cls.running = SimulatedPlatform("--quiet", "--plain", "--profile", "p1,p2,p3", program=PROGRAM)
        cls.addClassCleanup(cls.running.stop)
        cls.p1, cls.p2, cls.p3 = NationalBox(cls.running), NationalBox(cls.running, "p2"), YunnanBox(cls.running)

    def sent(self, box=None):
        """(status, body) of an upload of P1."""
        box = box or self.p1
        return box.client.send(box.registration["centerDataURL"], json.dumps({
            "deviceId": box.registration["deviceId"], "enterpriseCode": box.enterprise,
            "data": [box.written(national_record())]}).encode(), JSON)

    def stored(self):
        return sum(one["times"] for one in self.running.arrivals())

    def test_a_refusal_lasts_for_as_many_requests_as_asked(self):
        self.running.fault("refuse", requests=2, path=DATA, message="系统维护")
        answers = [self.p1.upload(national_record()) for _ in range(3)]
        self.assertEqual(answers, [{"responseCode": "1", "responseMessage": "系统维护"}] * 2 + [ABOUT_NOTHING])
        self.assertEqual(self.stored(), 1)

    def test_everything_is_refused_for_a_time(self):
        self.running.fault("refuse", seconds=2)
        self.assertEqual(self.p1.upload(national_record())["responseCode"], "1")
        self.assertEqual(self.p3.upload(yunnan_record())["responseCode"], 400)
        self.assertEqual(self.p1.post("loadDicVersionURL")["responseCode"], "1")
        until(lambda: self.p1.upload(national_record())["responseCode"] == "0")

    def test_a_fault_lasts_until_it_is_removed(self):
        number = self.running.fault("refuse", path=DATA, profile="p1")["number"]
        for _ in range(3):
            self.assertEqual(self.p1.upload(national_record())["responseCode"], "1")
        self.assertEqual(self.p2.upload(national_record())["responseCode"], "0")
        self.assertEqual(self.running.control("faults")["faults"][0]["hits"], 3)
        self.running.control(f"faults?number={number}", method="DELETE")
        self.assertEqual(self.p1.upload(national_record()), ABOUT_NOTHING)

    def test_the_first_requests_may_pass(self):
        self.running.fault("refuse", skip=1, requests=1, path=DATA)
        self.assertEqual([self.p1.upload(national_record())["responseCode"] for _ in range(3)], ["0", "1", "0"])

    def test_records_of_one_code_are_refused(self):
        self.running.fault("refuse", dataCode="00-00-0000-011500-11")
        gas = "00-00-0000-011500-11"
        for box in (self.p1, self.p2):
            self.assertEqual(box.upload(national_record()), ABOUT_NOTHING)
            self.assertEqual(box.upload(national_record(), national_record(dataCode=gas))["responseMessage"], "数据未通过审核")
        self.assertEqual(self.p3.upload(yunnan_record())["responseCode"], 200)
        self.assertEqual(self.p3.upload(yunnan_record(dataCode=gas.replace("-", "")))["responseCode"], 400)
        self.assertEqual(self.stored(), 3)

    def test_http_errors_come_as_html(self):
        for status in (500, 404, 502):
            self.running.fault("status", status=status, requests=1, path=DATA)
            got, body = self.sent()
            self.assertEqual(got, status)
            self.assertTrue(body.startswith(b"<!DOCTYPE html>"))
        self.running.fault("html", requests=1, path=DATA)
        got, body = self.sent()
        self.assertEqual((got, body[:15]), (200, b"<!DOCTYPE html>"))
        self.assertEqual(self.stored(), 0)

    def test_an_access_key_is_refused_in_both_ways(self):
        self.running.fault("unauthorized", requests=1, profile="p3")
        self.assertEqual(self.p3.upload(yunnan_record())["responseCode"], 401)
        self.running.fault("unauthorized", requests=1, profile="p3", http=True)
        status, _ = self.p3.client.send(self.running.url("p3") + "/YNEnergy/dataEnterpriseEnergy", b"{}", JSON)
        self.assertEqual(status, 401)

    def test_a_slow_answer_comes_in_the_end(self):
        self.running.fault("slow", delay=0.3, requests=1, path=DATA)
        began = time.monotonic()
        self.assertEqual(self.p1.upload(national_record()), ABOUT_NOTHING)
        self.assertGreaterEqual(time.monotonic() - began, 0.3)

    def test_no_answer_comes_while_it_hangs(self):
        self.running.fault("hang", requests=1, path=DATA)
        impatient = NationalBox(self.running, client=sim.Client(None, timeout=2))
        self.addCleanup(impatient.client.close)
        with self.assertRaises(TimeoutError):
            impatient.upload(national_record())
        self.assertEqual((self.stored(), self.p1.upload(national_record())), (0, ABOUT_NOTHING))

    def test_an_answer_is_lost_after_the_records_were_stored(self):
        for reset in (False, True):
            self.running.fault("lose_answer", requests=1, path=DATA, reset=reset)
            with self.assertRaises((http.client.RemoteDisconnected, ConnectionResetError)):
                self.p1.upload(national_record())
        self.assertEqual(self.p1.upload(national_record()), ABOUT_NOTHING)
        self.assertEqual(self.running.arrivals()[0]["times"], 3)

    def test_the_connection_closes_in_mid_body(self):
        self.running.fault("cut", requests=1, path=DATA)
        with self.assertRaises(http.client.IncompleteRead):
            self.sent()
        self.assertEqual(self.stored(), 1)

    def test_whether_a_spoiled_answer_was_stored_can_be_chosen(self):
        self.running.fault("cut", requests=1, path=DATA, stored=False)
        with self.assertRaises(http.client.IncompleteRead):
            self.sent()
        self.running.fault("status", status=502, requests=1, path=DATA, stored=True)
        self.sent()
        self.assertEqual(self.stored(), 1)

    def test_answers_are_no_json_or_half_of_it_or_of_other_types(self):
        for kind, expected in (("not_json", b"OK"), ("truncated", b'{"responseCode": "0", "respon')):
            self.running.fault(kind, requests=1, path=DATA)
            self.assertEqual(self.sent(), (200, expected))
        self.running.fault("wrong_types", requests=1, path=DATA)
        self.assertEqual(self.p1.upload(national_record()), {"responseCode": ["0"], "responseMessage": ["RECEIVE SUCCESS"]})
        self.running.fault("code_type", requests=1, path=DATA)
        self.assertIs(type(self.p1.upload(national_record())["responseCode"]), int)
        self.running.fault("code_type", requests=1, profile="p3")
        self.assertEqual(self.p3.upload(yunnan_record())["responseCode"], "200")

    def test_an_answer_is_huge(self):
        self.running.fault("huge", megabytes=3, requests=1, path=DATA)
        self.assertGreater(len(self.sent()[1]), 3_000_000)

    def test_addresses_are_missing_duplicate_or_lead_elsewhere(self):
        right = self.p1.registration
        for mode, expected in (("missing", None), ("localhost", "http://localhost:22/uploadEnergyData"), ("duplicate", right["loadConfigURL"]),
                               ("other_host", "https://platform.example/uploadEnergyData"), ("garbage", "ht!tp:/\\nowhere")):
            self.running.fault("urls", mode=mode, field="centerDataURL", requests=1, profile="p1")
            given = NationalBox(self.running).registration
            self.assertEqual(given.get("centerDataURL"), expected)
            self.assertEqual(given["loadConfigURL"], right["loadConfigURL"])
        self.running.fault("urls", requests=1, path="/platformAccessURL")
        self.assertEqual(self.p3.call("/platformAccessURL")["data"], {})

    def test_a_registration_hands_out_somebody_elses_device(self):
        self.running.fault("other_device", requests=1)
        box = NationalBox(self.running)
        self.assertNotEqual(box.registration["deviceId"], self.p1.registration["deviceId"])
        self.assertEqual(box.upload(national_record())["responseMessage"], "序列号与企业统一社会信用代码不符")

    def test_a_request_is_sent_to_another_place(self):
        for status in (302, 307, 308):
            self.running.fault("redirect", status=status, location="https://platform.example/x", requests=1, path=DATA)
            self.assertEqual(self.sent()[0], status)
        self.assertEqual(self.stored(), 0)

    def test_versions_change(self):
        before = self.p1.post("loadDicVersionURL")
        self.running.fault("new_reg_version", profile="p1")
        self.running.fault("new_dic_version", profile="p1", version="2026a")
        after = self.p1.post("loadDicVersionURL")
        self.assertEqual((after["regVersion"], after["dicVersion"]), (str(int(before["regVersion"]) + 1), "2026a"))
        self.running.fault("new_reg_version", profile="p3")
        self.assertEqual(self.p3.upload(yunnan_record())["responseMessage"], "regVersion: 不是当前版本")
        self.p3.renew_token()
        self.assertEqual(self.p3.upload(yunnan_record())["responseCode"], 200)

    def test_a_changed_key_makes_old_ciphertext_unreadable_until_registered_again(self):
        self.running.fault("secret_key", profile="p2")
        self.assertEqual(self.p2.upload(national_record())["responseMessage"], "解密失败")
        self.p2.register()
        self.assertEqual(self.p2.upload(national_record()), ABOUT_NOTHING)

    def test_tokens_end_or_are_born_ended(self):
        self.running.fault("drop_tokens")
        self.assertEqual(self.p3.upload(yunnan_record())["responseCode"], 401)
        self.running.fault("token_expired", requests=1)
        self.p3.renew_token()
        self.assertEqual(self.p3.upload(yunnan_record())["responseCode"], 401)
        self.p3.renew_token()
        self.assertEqual(self.p3.upload(yunnan_record())["responseCode"], 200)

    def test_faults_are_named_in_the_log_of_requests(self):
        self.running.fault("lose_answer", requests=1, path=DATA)
        with self.assertRaises(http.client.RemoteDisconnected):
            self.sent()
        (last,) = self.running.control("requests?n=1")["requests"]
        self.assertEqual((last["fault"], last["records"], last["status"], last["answer"]), ("lose_answer", 1, None, None))

    def test_what_is_no_fault_is_refused_with_the_reason(self):
        for asked, words in (({"fault": "sunshine"}, "no such fault"), ({"fault": "slow", "colour": 1}, "slow has no colour"),
                             ({"fault": "urls", "mode": "blue"}, "mode of urls is one of"), ({"fault": "slow", "delay": "x"}, "delay"),
                             ({"fault": "refuse", "profile": "p9"}, "p9 is not served"),
                             ({"fault": "certificate"}, "no TLS to spoil")):
            with self.assertRaisesRegex(RuntimeError, words):
                self.running.control("faults", asked)

    def test_every_fault_is_tested_here(self):
        tests = Path(__file__).read_text(encoding="utf-8")
        self.assertEqual([kind for kind in faults.KINDS if f'"{kind}"' not in tests], [])


class PlatformTokenLifetime(unittest.TestCase):
    def test_a_token_ends_after_its_lifetime(self):
        with SimulatedPlatform("--quiet", "--plain", "--profile", "p3", "--token-lifetime", "3", program=PROGRAM) as running:
            box = YunnanBox(running)
            until(lambda: box.upload(yunnan_record())["responseCode"] == 401)
            box.renew_token()
            self.assertEqual(box.upload(yunnan_record())["responseCode"], 200)


class PlatformTlsFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.running = SimulatedPlatform("--quiet", "--profile", "p1", program=PROGRAM)
        cls.addClassCleanup(cls.running.stop)

    def test_bad_certificates_are_shown_until_the_fault_is_removed(self):
        for mode, words in (("expired", "certificate has expired"), ("not_yet", "not yet valid"),
                            ("other_host", "IP address mismatch"), ("other_ca", "unable to get local issuer|signature failure"),
                            ("self_signed", "self.signed certificate")):
            with self.subTest(mode=mode):
                self.running.fault("certificate", mode=mode)
                with self.assertRaisesRegex(ssl.SSLCertVerificationError, words):
                    NationalBox(self.running)
                self.running.clear_faults()
                self.assertEqual(NationalBox(self.running).upload(national_record()), ABOUT_NOTHING)

    def test_open_connections_end_when_the_certificate_changes(self):
        box = NationalBox(self.running)
        self.running.fault("certificate", mode="expired", seconds=0.3)
        with self.assertRaises((http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError)):
            box.upload(national_record())

        def served():
            try:
                return box.upload(national_record()) == ABOUT_NOTHING
            except (ssl.SSLError, OSError):
                return False
        until(served)

    def test_a_session_from_before_does_not_hide_a_bad_certificate(self):
        at = self.running.url("p1").removeprefix("https://").split(":")
        context = self.running.context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2

        def connection(session=None):
            return context.wrap_socket(socket.create_connection(at), server_hostname=at[0], session=session)
        with connection() as first, connection(first.session) as second:
            self.assertTrue(second.session_reused)
            self.running.fault("certificate", mode="other_ca")
            with self.assertRaises(ssl.SSLCertVerificationError):
                connection(first.session)
        self.running.clear_faults()

    def test_only_old_tls_is_spoken_for_a_time(self):
        for version, shown in (("1.1", "TLSv1.1"), ("1.0", "TLSv1")):
            self.running.fault("tls", version=version)
            with self.assertRaises(ssl.SSLError):
                NationalBox(self.running)
            context = self.running.context()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            NationalBox(self.running, client=self.running.client(context))
            self.assertEqual(self.running.control("requests?n=1")["requests"][0]["tls"], shown)
            self.running.clear_faults()

    def test_faults_may_be_there_from_the_start(self):
        with SimulatedPlatform("--quiet", "--profile", "p1", "--fault", f"refuse,requests=1,path={DATA}", "--fault",
                               "certificate,mode=expired,seconds=0.5", program=PROGRAM) as running:
            def registered():
                try:
                    return NationalBox(running)
                except ssl.SSLError:
                    return None
            until(registered)
            box = NationalBox(running)
            self.assertEqual([box.upload(national_record())["responseCode"] for _ in range(2)], ["1", "0"])


if __name__ == "__main__":
    unittest.main()
