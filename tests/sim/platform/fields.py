"""Checks of single fields. Each returns the value as the platform keeps it or raises Refused with the platform's words."""

import json
import re

import base_data
import codes
import periods

PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)
WHOLE = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
LARGEST = 1e15


class Refused(Exception):
    """`code`: the answer's responseCode; None leaves it to the profile."""

    def __init__(self, words, code=None):
        super().__init__(words)
        self.words = words
        self.code = code


class NumberText(str):
    """A JSON number with a fraction or an exponent, with the digits that were sent."""


def _no_constant(name):
    raise ValueError(name)


def parse(body):
    """The object in a request body; numbers keep their digits."""
    try:
        content = json.loads(body.decode("utf-8"), parse_float=NumberText, parse_constant=_no_constant)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refused("报文不是UTF-8编码的JSON") from None
    if not isinstance(content, dict):
        raise Refused("报文不是JSON对象")
    return content


def is_text(value):
    return type(value) is str


def known_only(holder, known, place, rules):
    if not rules.unknown_fields:
        for name in holder:
            if name not in known:
                raise Refused(f"{place}{name}: 未知字段")


def present(holder, name, place=""):
    value = holder.get(name)
    if value is None or value == "":
        raise Refused(f"{place}{name}: 必填字段为空")
    return value


def text(holder, name, place="", size=0, required=True):
    if not required and holder.get(name) in (None, ""):
        return ""
    value = present(holder, name, place)
    if not is_text(value):
        raise Refused(f"{place}{name}: 应为字符串")
    if size and len(value) > size:
        raise Refused(f"{place}{name}: 超过{size}个字符")
    return value


def digits(holder, name, size, place="", required=True):
    value = text(holder, name, place, required=required)
    if value and not (len(value) == size and value.isascii() and value.isdigit()):
        raise Refused(f"{place}{name}: 应为{size}位数字")
    return value


def choice(holder, name, allowed, place="", strings=True, numbers=True, required=True):
    """A whole number out of `allowed`, written as a number or as its digits as far as permitted."""
    if not required and holder.get(name) in (None, ""):
        return None
    value = present(holder, name, place)
    if numbers and type(value) is int:
        number = value
    elif strings and is_text(value) and WHOLE.fullmatch(value):
        number = int(value)
    else:
        raise Refused(f"{place}{name}: 类型错误")
    if number not in allowed:
        raise Refused(f"{place}{name}: 取值{number}不在允许范围内")
    return number


def number(holder, name, place="", strings=True, numbers=True, size=0, required=True):
    """The digits of a number as they were sent."""
    if not required and holder.get(name) in (None, ""):
        return ""
    value = present(holder, name, place)
    if numbers and (type(value) is int or type(value) is NumberText):
        written = str(value)
    elif strings and is_text(value) and PLAIN_NUMBER.fullmatch(value):
        written = value
    else:
        raise Refused(f"{place}{name}: 不是数值")
    if size and len(written) > size:
        raise Refused(f"{place}{name}: 超过{size}个字符")
    if not abs(float(written)) < LARGEST:
        raise Refused(f"{place}{name}: 超出范围")
    return written


def boolean(holder, name, place="", strings=False, required=True):
    if not required and holder.get(name) in (None, ""):
        return None
    value = present(holder, name, place)
    if type(value) is bool:
        return value
    if strings and value in ("0", "1", "true", "false", 0, 1):
        return value in ("1", "true", 1)
    raise Refused(f"{place}{name}: 应为布尔值")


def day(holder, name, place="", required=True):
    value = text(holder, name, place, required=required)
    if value and not (periods.date(value) or periods.date_time(value)):
        raise Refused(f"{place}{name}: 日期格式应为yyyy-MM-dd")
    return value


def enterprise_code(content, rules):
    value = text(content, "enterpriseCode")
    if not codes.is_credit_code(value, rules.check_digit):
        raise Refused("enterpriseCode: 统一社会信用代码格式错误")
    return value


def region(holder, name, place="", required=True):
    value = digits(holder, name, 6, place, required)
    if value and value[:2] not in base_data.PROVINCES:
        raise Refused(f"{place}{name}: 行政区划代码不存在")
    return value


def data_code(value, place, with_hyphens):
    """The fields of a code whose class, type and usage are known."""
    if not is_text(value) or not (codes.HYPHENED if with_hyphens else codes.PLAIN).fullmatch(value):
        raise Refused(f"{place}dataCode: 采集数据编码格式错误")
    code = codes.DataCode.of(value)
    known_code(code, f"{place}dataCode")
    return code


def known_code(code, place):
    if code.energy_class not in base_data.KNOWN_TYPES:
        raise Refused(f"{place}: 采集数据类型{code.energy_class}不存在")
    if code.energy_type not in base_data.KNOWN_TYPES[code.energy_class]:
        raise Refused(f"{place}: 类型{code.energy_class}下没有品种{code.energy_type}")
    if code.usage not in base_data.KNOWN_USAGES:
        raise Refused(f"{place}: 用途{code.usage}不存在")
