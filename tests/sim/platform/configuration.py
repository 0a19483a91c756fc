"""What an enterprise tells the platform about itself: its own description, processes, units, items and meters."""

import re
from decimal import Decimal

import base_data
import codes
import fields
from fields import Refused

TEXT, OPTIONAL_TEXT = "text", "optional text"
ENTERPRISE_OPTIONAL = ("regionName", "fax", "email", "address", "zipCode", "url", "fieldCode", "fieldName", "corporationName",
                       "registerDate", "registerPrincipal", "energyOffice", "energyOfficial", "energyOfficialPosition",
                       "energyOfficialPhone", "energyRespName", "energyRespPhone", "energyPass", "passDate", "passOrg",
                       "productionLine", "leadingProduct", "remark")
ENTERPRISE_REQUIRED = ("code", "name", "typeCode", "typeName", "industryCode", "regionCode", "center", "corporationCode", "jgzh",
                       "energyConsumeLevel", "latitude", "longitude", "phone")
ENTERPRISE_KNOWN = frozenset(ENTERPRISE_REQUIRED + ENTERPRISE_OPTIONAL)
PROCESS_KNOWN = frozenset(("processCode", "processName", "industryCode", "remark"))
UNIT_KNOWN = frozenset(("code", "name", "processCode", "processName", "commDate", "designedCapacity"))
CODE_PARTS = (("processCode", 2), ("processUnitCode", 2), ("equipmentCode", 2), ("equipmentUnitCode", 2),
              ("energyClassCode", 2), ("energyTypeCode", 4), ("dataUsageCode", 2))
ITEM_KNOWN = frozenset([name for name, _ in CODE_PARTS] + ["name", "inputType", "dataValueMax", "dataValueMin", "statType",
                                                          "scope", "collectSystemName", "remark", "dataCode"])
METER_KNOWN = frozenset((
    "meteringName", "meteringType", "meteringLevel", "meteringParameter", "dataCode", "dataCodeCalculate", "dataCodeRatio",
    "manuFacturer", "typeSpecification", "accuracyLevel", "measureRange", "manageCode", "calibrationState", "calibrationCycle",
    "latelyCalibration", "nextCalibration", "inspectionOrganization", "notCalibration", "installationSite", "installOrg",
    "installDate", "usrSystem", "measureState", "measureStateDate"))
CYCLE = re.compile(r"[1-9]\d{0,2} ?[月年]", re.ASCII)
INDUSTRY = re.compile(r"[A-T]\d{0,4}", re.ASCII)


def objects(content, name):
    """The list of objects under that name; empty when it is left out."""
    listed = content.get(name, [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Refused(f"{name}: 应为对象数组")
    return listed


def check_enterprise(given, enterprise_code, rules):
    place = "enterprise."
    fields.known_only(given, ENTERPRISE_KNOWN, place, rules)
    for name in ("name", "typeName", "phone"):
        fields.text(given, name, place)
    for name in ("code", "corporationCode"):
        if fields.text(given, name, place) != enterprise_code:
            raise Refused(f"{place}{name}: 与enterpriseCode不一致")
    check_classification(given, place)
    for name in ENTERPRISE_OPTIONAL:
        if name != "energyPass":
            fields.text(given, name, place, required=False)
    fields.boolean(given, "energyPass", place, required=False)
    for name in ("registerDate", "passDate"):
        fields.day(given, name, place, required=False)


def check_classification(given, place, strings=False):
    """The fields that national and provincial forms share."""
    if fields.digits(given, "typeCode", 3, place) not in base_data.KNOWN_ENTERPRISE_TYPES:
        raise Refused(f"{place}typeCode: 企业类型不存在")
    industry = fields.text(given, "industryCode", place)
    if not INDUSTRY.fullmatch(industry):
        raise Refused(f"{place}industryCode: 应为GB/T 4754行业代码")
    fields.region(given, "regionCode", place)
    fields.boolean(given, "center", place, strings)
    fields.boolean(given, "jgzh", place, strings)
    fields.choice(given, "energyConsumeLevel", range(1, 7), place)
    for name, limit in (("latitude", 90), ("longitude", 180)):
        if abs(Decimal(fields.number(given, name, place))) > limit:
            raise Refused(f"{place}{name}: 超出范围")
    field = fields.text(given, "fieldCode", place, required=False)
    if field and field not in dict(base_data.FIELDS):
        raise Refused(f"{place}fieldCode: 领域代码不存在")


def check_group(given, rules):
    fields.known_only(given, frozenset(("name", "address", "remark")), "group.", rules)
    for name in given:
        fields.text(given, name, "group.", required=False)


def check_process(given, place, rules):
    """The code of the process."""
    fields.known_only(given, PROCESS_KNOWN, place, rules)
    fields.text(given, "processName", place)
    fields.text(given, "industryCode", place, required=False)
    return fields.digits(given, "processCode", 2, place)


def check_unit(given, place, rules):
    """The codes of its process and of the unit."""
    fields.known_only(given, UNIT_KNOWN, place, rules)
    fields.text(given, "name", place)
    fields.day(given, "commDate", place, required=False)
    return fields.digits(given, "processCode", 2, place) + fields.digits(given, "code", 2, place)


def check_item(given, place, rules, hyphens=True, strings=False):
    """(code without hyphens, statType) of one collection item."""
    fields.known_only(given, ITEM_KNOWN, place, rules)
    fields.text(given, "name", place)
    digits = "".join(fields.digits(given, name, size, place) for name, size in CODE_PARTS)
    if given.get("dataCode"):
        written = codes.hyphened(digits) if hyphens else digits
        if given["dataCode"] != written:
            raise Refused(f"{place}dataCode: 与各段编码不一致，应为{written}")
    code = codes.DataCode.of(digits)
    fields.known_code(code, place.rstrip("."))
    stat_type = fields.choice(given, "statType", range(0, 4), place, strings=strings)
    scope = fields.choice(given, "scope", range(1, 5), place, strings=strings)
    input_type = fields.choice(given, "inputType", range(1, 8), place, strings=strings)
    if not code.allows_scope(scope):
        raise Refused(f"{place}scope: 范围{scope}与编码不符")
    if stat_type == 0 and input_type == 5:
        raise Refused(f"{place}inputType: 手工填报的数据没有实时值")
    lowest = fields.number(given, "dataValueMin", place, strings, required=False)
    highest = fields.number(given, "dataValueMax", place, strings, required=False)
    if lowest and highest and Decimal(lowest) > Decimal(highest):
        raise Refused(f"{place}dataValueMin: 大于dataValueMax")
    for name in ("collectSystemName", "remark"):
        fields.text(given, name, place, required=False)
    return digits, stat_type


def check_known_process(code, processes, units, place):
    """`processes`: codes, `units`: process and unit codes together; 00 needs no upload."""
    if code[:2] != "00" and code[:2] not in processes:
        raise Refused(f"{place}processCode: 工序{code[:2]}未上传")
    if code[2:4] != "00" and code[:4] not in units:
        raise Refused(f"{place}processUnitCode: 工序单元{code[:4]}未上传")


def check_meter(given, place, rules):
    """The key of one meter in the ledger."""
    fields.known_only(given, METER_KNOWN, place, rules)
    name = fields.text(given, "meteringName", place)
    if fields.digits(given, "meteringType", 8, place) not in base_data.KNOWN_METER_TYPES:
        raise Refused(f"{place}meteringType: 计量器具类型不存在")
    fields.choice(given, "meteringLevel", range(1, 4), place)
    code = fields.text(given, "dataCode", place)
    fields.data_code(code, place, True)
    fields.choice(given, "dataCodeCalculate", range(1, 5), place)
    if Decimal(fields.number(given, "dataCodeRatio", place)) <= 0:
        raise Refused(f"{place}dataCodeRatio: 应大于零")
    for optional in METER_KNOWN - {"meteringLevel", "dataCodeCalculate", "dataCodeRatio", "installOrg", "usrSystem",
                                   "measureState"}:
        fields.text(given, optional, place, required=False)
    state = given.get("calibrationState")
    if state and state not in ("合格", "不合格"):
        raise Refused(f"{place}calibrationState: 应为合格或不合格")
    cycle = given.get("calibrationCycle")
    if cycle and not CYCLE.fullmatch(cycle):
        raise Refused(f"{place}calibrationCycle: 应为“x月”或“x年”")
    dates = [fields.day(given, date, place, required=False)
             for date in ("latelyCalibration", "nextCalibration", "installDate", "measureStateDate")]
    if dates[0] and dates[1] and dates[1] <= dates[0]:
        raise Refused(f"{place}nextCalibration: 应晚于latelyCalibration")
    for limited, highest in (("installOrg", 3), ("usrSystem", 2), ("measureState", 3)):
        fields.choice(given, limited, range(1, highest + 1), place, required=False)
    return f"{given.get('manageCode') or name}/{codes.plain(code)}"
