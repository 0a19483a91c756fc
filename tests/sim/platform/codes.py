"""The codes of the platforms: data items of 16 digits, credit codes of enterprises."""

import re
from typing import NamedTuple

HYPHENED = re.compile(r"\d{2}-\d{2}-\d{4}-\d{6}-\d{2}", re.ASCII)
PLAIN = re.compile(r"\d{16}", re.ASCII)

# GB 32100: digits and capitals without I, O, S, V, Z.
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE = re.compile(f"[{CREDIT_ALPHABET}]{{18}}")
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


class DataCode(NamedTuple):
    process: str
    unit: str
    equipment: str
    equipment_number: str
    energy_class: str
    energy_type: str
    usage: str

    @classmethod
    def of(cls, text):
        """`text`: a well-formed code with or without hyphens."""
        digits = plain(text)
        return cls(digits[0:2], digits[2:4], digits[4:6], digits[6:8], digits[8:10], digits[10:14], digits[14:16])

    def allows_scope(self, scope):
        """1 whole plant, 2 process, 3 process unit, 4 equipment: what lies below the scope is zero."""
        if scope == 4:
            return True
        if self.equipment + self.equipment_number != "0000":
            return False
        if scope <= 2 and self.unit != "00":
            return False
        return scope != 1 or self.process == "00"


def plain(text):
    return text.replace("-", "")


def hyphened(text):
    digits = plain(text)
    return f"{digits[0:2]}-{digits[2:4]}-{digits[4:8]}-{digits[8:14]}-{digits[14:16]}"


def credit_check_character(first17):
    total = sum(CREDIT_ALPHABET.index(character) * weight for character, weight in zip(first17, CREDIT_WEIGHTS))
    return CREDIT_ALPHABET[-total % 31]


def is_credit_code(text, check_digit):
    if not isinstance(text, str) or not CREDIT_CODE.fullmatch(text):
        return False
    return not check_digit or credit_check_character(text[:17]) == text[17]
