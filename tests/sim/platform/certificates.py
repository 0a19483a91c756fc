"""A certificate authority of the simulated platform's own, made when missing, and bad certificates on the fly."""

import datetime
import ipaddress
import shutil
import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PASSWORD = "metergate"
NAMES = ("localhost", "127.0.0.1", "::1")


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "metergate simulated platform"),
                      x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key():
    return ec.generate_private_key(ec.SECP256R1())


def _pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class Authority:
    """Keeps ca.pem, server.pem, client.pem, client.key, client.p12 and client-legacy.p12 in `folder`."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ca_file = self.folder / "ca.pem"
        if not (self.ca_file.exists() and (self.folder / "ca.key").exists()):
            self._key = _key()
            self._certificate = self._root(self._key, "simulated platform CA")
            self._write("ca.key", _pem(self._key))
            self._write("ca.pem", self._certificate.public_bytes(serialization.Encoding.PEM))
        else:
            self._key = serialization.load_pem_private_key((self.folder / "ca.key").read_bytes(), None)
            self._certificate = x509.load_pem_x509_certificate(self.ca_file.read_bytes())
        self.server_file = self.folder / "server.pem"
        if not self.server_file.exists():
            self._write_server(self.server_file, self._signed(_server := _key(), NAMES[0], NAMES), _server)
        if not (self.folder / "client.p12").exists():
            self._make_client()

    def bad_server_file(self, mode):
        """A server certificate with exactly one thing wrong: expired, not_yet, other_host, other_ca, self_signed."""
        file = self.folder / f"bad-{mode}.pem"
        if file.exists():
            return file
        key = _key()
        if mode == "self_signed":
            certificate = self._root(key, NAMES[0], NAMES)
        elif mode == "other_ca":
            other = _key()
            certificate = self._signed(key, NAMES[0], NAMES, issuer=(other, self._root(other, "another CA")))
        elif mode == "other_host":
            certificate = self._signed(key, "platform.example", ("platform.example", "192.0.2.7"))
        else:
            certificate = self._signed(key, NAMES[0], NAMES, days=(-60, -30) if mode == "expired" else (30, 60))
        self._write_server(file, certificate, key)
        return file

    def _write(self, name, content):
        file = self.folder / name
        file.write_bytes(content)
        file.chmod(0o600)

    def _write_server(self, file, certificate, key):
        self._write(file.name, certificate.public_bytes(serialization.Encoding.PEM) + _pem(key))

    def _make_client(self):
        key = _key()
        certificate = self._signed(key, "metergate box", (), client=True)
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        self._write("client.pem", pem)
        self._write("client.key", _pem(key))
        self._write("client.p12", pkcs12.serialize_key_and_certificates(
            b"client", key, certificate, None, serialization.BestAvailableEncryption(PASSWORD.encode())))
        if shutil.which("openssl"):  # RC2 with 40 bits, as old tools write it; the Python library has it no more
            made = subprocess.run(
                ["openssl", "pkcs12", "-export", "-legacy", "-in", self.folder / "client.pem", "-inkey",
                 self.folder / "client.key", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1",
                 "-passout", f"pass:{PASSWORD}", "-out", self.folder / "client-legacy.p12"],
                check=False, capture_output=True, timeout=30)
            if made.returncode == 0:
                (self.folder / "client-legacy.p12").chmod(0o600)

    @staticmethod
    def _builder(key, subject, issuer, days):
        now = datetime.datetime.utcnow()
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now + datetime.timedelta(days=days[0]))
                .not_valid_after(now + datetime.timedelta(days=days[1])))

    def _root(self, key, common_name, names=()):
        name = _name(common_name)
        builder = self._builder(key, name, name, (-1, 3650)).add_extension(
            x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(one) for one in names]), False)
        return builder.sign(key, hashes.SHA256())

    def _signed(self, key, common_name, names, days=(-1, 825), client=False, issuer=None):
        issuer_key, issuer_certificate = issuer or (self._key, self._certificate)
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        builder = self._builder(key, _name(common_name), issuer_certificate.subject, days).add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True).add_extension(
                x509.ExtendedKeyUsage([usage]), critical=False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(one) for one in names]), False)
        return builder.sign(issuer_key, hashes.SHA256())
