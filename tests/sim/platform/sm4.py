"""SM4 as the platforms use it: one field a value in ECB with PKCS7 (P2), the password block in CBC without padding (P3)."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16
LOWER_HEX = frozenset("0123456789abcdef")


class NotDecrypted(Exception):
    """The text is no ciphertext of this key."""


def encrypt_field(key, text):
    """An empty text stays empty, as the platform's own client leaves it."""
    if not text:
        return ""
    plain = text.encode()
    fill = BLOCK - len(plain) % BLOCK
    return Cipher(algorithms.SM4(key), modes.ECB()).encryptor().update(plain + bytes([fill]) * fill).hex()


def decrypt_fields(key, texts):
    """All fields of a message in one pass: ECB treats each block alone, and a cipher object is dear to make."""
    for text in texts:
        if not isinstance(text, str) or len(text) % (2 * BLOCK) or not LOWER_HEX.issuperset(text):
            raise NotDecrypted
    plain = Cipher(algorithms.SM4(key), modes.ECB()).decryptor().update(bytes.fromhex("".join(texts)))
    found, at = [], 0
    for text in texts:
        size = len(text) // 2
        found.append(_unpadded(plain[at:at + size]))
        at += size
    return found


def _unpadded(padded):
    if not padded:
        return ""
    fill = padded[-1]
    if not 1 <= fill <= BLOCK or padded[-fill:] != bytes([fill]) * fill:
        raise NotDecrypted
    try:
        return padded[:-fill].decode()
    except UnicodeDecodeError:
        raise NotDecrypted from None


def decrypt_password(secret_key, enterprise, text):
    """The block is a two-digit length, the password, and 'F' up to 16 characters."""
    if not isinstance(text, str) or len(text) != 2 * BLOCK or not LOWER_HEX.issuperset(text):
        raise NotDecrypted
    cipher = Cipher(algorithms.SM4(secret_key[:BLOCK].encode()), modes.CBC(enterprise[:BLOCK].encode()))
    try:
        block = cipher.decryptor().update(bytes.fromhex(text)).decode("ascii")
    except UnicodeDecodeError:
        raise NotDecrypted from None
    if not block[:2].isdigit():
        raise NotDecrypted
    size = int(block[:2])
    if not 1 <= size <= BLOCK - 2 or block[2 + size:] != "F" * (BLOCK - 2 - size):
        raise NotDecrypted
    return block[2:2 + size]


def encrypt_password(secret_key, enterprise, password):
    block = f"{len(password):02}{password}".ljust(BLOCK, "F").encode()
    cipher = Cipher(algorithms.SM4(secret_key[:BLOCK].encode()), modes.CBC(enterprise[:BLOCK].encode()))
    return cipher.encryptor().update(block).hex()
