"""One record of collected data, checked the same way for all profiles; a dialect says how its fields are written."""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import base_data
import codes
import fields
import periods
from fields import Refused

FIELDS = ("dataCode", "dataValue", "inputType", "statType", "statDate", "uploadDate", "scope", "valid")
KNOWN = frozenset(FIELDS)
SCOPES = range(1, 5)
STAT_TYPES = range(0, 4)
MANUAL = 5


class Record(NamedTuple):
    code: str
    value: str
    stat_type: int
    stat_date: str
    upload_date: str
    scope: int
    input_type: int
    valid: bool
    factor: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Dialect:
    hyphens: bool
    strings: bool          # numbers may be written as strings
    numbers: bool          # numbers may be JSON numbers
    valid_as: str          # bool | digit | digit-inverted
    largest_input_type: int
    value_size: int = 0


PLAIN_JSON = Dialect(hyphens=True, strings=False, numbers=True, valid_as="bool", largest_input_type=5)
DECRYPTED = Dialect(hyphens=True, strings=True, numbers=False, valid_as="digit", largest_input_type=5)
ONE_A_CALL = Dialect(hyphens=False, strings=True, numbers=True, valid_as="digit", largest_input_type=7, value_size=15)


@functools.lru_cache(maxsize=100_000)
def _well_formed(text, with_hyphens):
    """None for a code that has to be refused; the caller finds out why."""
    try:
        return fields.data_code(text, "", with_hyphens)
    except Refused:
        return None


def read(given, place, dialect, rules, now):
    """`given`: an object with the eight fields. `now`: on the platform's clock."""
    text = given.get("dataCode")
    if text is None or text == "":
        raise Refused(f"{place}dataCode: 必填字段为空")
    code = _well_formed(text, dialect.hyphens) if type(text) is str else None
    if code is None:
        code = fields.data_code(text, place, dialect.hyphens)
    value = fields.number(given, "dataValue", place, dialect.strings, dialect.numbers, dialect.value_size)
    origins = range(1, (rules.largest_input_type or dialect.largest_input_type) + 1)
    input_type = fields.choice(given, "inputType", origins, place, dialect.strings, dialect.numbers)
    stat_type = fields.choice(given, "statType", STAT_TYPES, place, dialect.strings, dialect.numbers)
    scope = fields.choice(given, "scope", SCOPES, place, dialect.strings, dialect.numbers)
    valid = _validity(given, place, dialect, rules)
    if not code.allows_scope(scope):
        raise Refused(f"{place}scope: 范围{scope}与编码{text}不符")
    if stat_type == periods.REAL_TIME and input_type == MANUAL:
        raise Refused(f"{place}inputType: 手工填报的数据没有实时值")
    if rules.check_decimals:
        _check_decimals(code, value, place)
    _check_dates(given, stat_type, place, rules, now)
    return Record(text, value, stat_type, given["statDate"], given["uploadDate"], scope, input_type, valid)


def _validity(given, place, dialect, rules):
    style = rules.valid_as or dialect.valid_as
    value = fields.present(given, "valid", place)
    if style == "bool":
        if type(value) is bool and dialect.numbers:
            return value
        if not dialect.numbers and value in ("true", "false"):
            return value == "true"
    elif value in ("0", "1") or (dialect.strings and dialect.numbers and type(value) is int and value in (0, 1)):
        return (str(value) == "1") != (style == "digit-inverted")
    raise Refused(f"{place}valid: 取值错误")


def _check_dates(given, stat_type, place, rules, now):
    start = periods.date_time(fields.present(given, "statDate", place))
    uploaded = periods.date_time(fields.present(given, "uploadDate", place))
    if start is None:
        raise Refused(f"{place}statDate: 日期格式应为yyyy-MM-dd HH:mm:ss")
    if uploaded is None:
        raise Refused(f"{place}uploadDate: 日期格式应为yyyy-MM-dd HH:mm:ss")
    if not 2000 <= start.year < 2100 or not periods.is_start(stat_type, start, rules.grids):
        raise Refused(f"{place}statDate: {given['statDate']}不是统计周期{stat_type}的起始时间")
    if uploaded < periods.end_of(stat_type, start, rules.grids):
        raise Refused(f"{place}uploadDate: 统计周期尚未结束")
    if (uploaded - now).total_seconds() > rules.skew:
        raise Refused(f"{place}uploadDate: 晚于平台时间{periods.text_of(now)}")


def _check_decimals(code, value, place):
    decimals = base_data.DECIMALS.get((code.energy_class, code.energy_type))
    fraction = value.partition(".")[2]
    if decimals is not None and len(fraction) > decimals:
        raise Refused(f"{place}dataValue: 小数位数超过{decimals}位")


def codes_in(content):
    """All data codes of a request that names them in clear, without hyphens."""
    listed = content.get("data") if isinstance(content.get("data"), list) else [content]
    return {codes.plain(record["dataCode"]) for record in listed
            if isinstance(record, dict) and isinstance(record.get("dataCode"), str)}
