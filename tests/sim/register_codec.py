"""Registers to exact numbers, written apart from the gateway so that both can only agree by being right."""

import struct
from decimal import Context, Decimal

EXACT = Context(prec=80)
WORDS = {"u16": 1, "i16": 1, "bcd16": 1, "sm16": 1,
         "u32": 2, "i32": 2, "f32": 2, "bcd32": 2, "sm32": 2,
         "u64": 4, "i64": 4, "f64": 4, "bcd64": 4, "i32_f32": 4, "f32_hundreds": 4}
SPLIT = ("i32_f32", "f32_hundreds")
_shortest = {}


class BadDigits(ValueError):
    """The registers hold no number of their type."""


def in_order(words, order, split):
    """Wire bytes (big-endian registers) to the bytes of the number, most significant first.
    By the wire bytes of 0x01020304: abcd 01020304, cdab 03040102, badc 02010403, dcba 04030201."""
    if split:
        return in_order(words[:4], order, False) + in_order(words[4:], order, False)
    pairs = [words[i:i + 2] for i in range(0, len(words), 2)]
    if order in ("cdab", "dcba"):
        pairs.reverse()
    if order in ("badc", "dcba"):
        pairs = [pair[::-1] for pair in pairs]
    return b"".join(pairs)


def shortest_float(four_bytes):
    """The shortest decimal that reads back as the same 32-bit float; None for NaN and infinities."""
    if four_bytes in _shortest:
        return _shortest[four_bytes]
    value = struct.unpack(">f", four_bytes)[0]
    result = None
    if value == value and value not in (float("inf"), float("-inf")):
        for digits in range(1, 10):
            text = f"{value:.{digits}g}"
            if struct.pack(">f", float(text)) == four_bytes or float(text) == value == 0:
                result = Decimal(text)
                break
    if len(_shortest) < 1_000_000:
        _shortest[four_bytes] = result
    return result


def _plus(a, b):
    return None if a is None or b is None else EXACT.add(a, b)


def _bcd(number):
    text = number.hex()
    if not text.isdigit():
        raise BadDigits(text)
    return Decimal(int(text))


def decode(registers, kind, order):
    """The wire value as Decimal; None where the float says "not a number". registers: bytes as on the wire."""
    number = in_order(registers, order, kind in SPLIT)
    if kind in ("u16", "u32", "u64"):
        return Decimal(int.from_bytes(number, "big"))
    if kind in ("i16", "i32", "i64"):
        return Decimal(int.from_bytes(number, "big", signed=True))
    if kind == "f32":
        return shortest_float(number)
    if kind == "f64":
        value = struct.unpack(">d", number)[0]
        return Decimal(repr(value)) if value - value == 0 else None
    if kind.startswith("bcd"):
        return _bcd(number)
    if kind.startswith("sm"):
        whole = int.from_bytes(number, "big")
        sign = 1 << (8 * len(number) - 1)
        return Decimal(-(whole - sign) if whole & sign else whole)
    if kind == "i32_f32":
        return _plus(Decimal(int.from_bytes(number[:4], "big", signed=True)), shortest_float(number[4:]))
    if kind == "f32_hundreds":
        hundreds = shortest_float(number[:4])
        return _plus(None if hundreds is None else EXACT.multiply(hundreds, 100), shortest_float(number[4:]))
    raise ValueError(f"unknown type {kind}")


def bits(registers, kind, order):
    """The bit pattern in big-endian order, to compare with a model's marks for "no value"."""
    return int.from_bytes(in_order(registers, order, kind in SPLIT), "big")
