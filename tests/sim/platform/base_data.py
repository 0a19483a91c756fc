"""A base data set of the simulated platform's own. What provinces define themselves is marked 示例 (an example)."""

PROVINCES = frozenset("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 "
                      "81 82".split())

REGIONS = (("130000", "河北省", ""), ("130100", "石家庄市", "130000"), ("130102", "长安区", "130100"),
           ("120000", "天津市", ""), ("340000", "安徽省", ""), ("370000", "山东省", ""), ("370600", "烟台市", "370000"),
           ("510000", "四川省", ""), ("530000", "云南省", ""), ("530100", "昆明市", "530000"))

# code, name, parent, is it an energy conversion industry
INDUSTRIES = (("C", "制造业", "", False), ("C2500", "石油、煤炭及其他燃料加工业", "C", True),
              ("C3011", "水泥制造", "C", False), ("C3100", "黑色金属冶炼和压延加工业", "C", False),
              ("C4190", "其他未列明制造业", "C", False), ("D", "电力、热力生产和供应业", "", True),
              ("D4411", "火力发电", "D", True))

PROCESSES = tuple((f"{number:02}", name, "C3100") for number, name in enumerate(
    ("焦化", "烧结", "球团", "高炉炼铁", "转炉", "电炉", "连铸", "热轧", "冷轧"), 1)) + tuple(
        (f"{number:02}", name, "C2500") for number, name in enumerate(
            ("炼油", "乙烯", "聚丙烯", "PX联合", "PTA", "合成橡胶"), 1)) + (("00", "全厂", ""),)

ORIGINS = (("1", "管理信息系统"), ("2", "生产监控管理系统"), ("3", "分布式控制系统"), ("4", "现场仪表"), ("5", "手工填报"),
           ("6", "能源供应单位"), ("7", "其他"))

CLASSES = (("01", "一次能源"), ("02", "二次能源"), ("03", "耗能工质"), ("04", "非能源类产品"), ("05", "一次能源折标系数"),
           ("06", "二次能源折标系数"), ("07", "耗能工质折标系数"), ("08", "能效指标"), ("09", "经济指标"), ("10", "其他数据"))

# code, name, unit, decimals, kgce for one reference unit (empty: to be measured or not known)
PRIMARY = (("0100", "原煤", "t", 2, "0.7143"), ("0102", "无烟煤", "t", 2, ""), ("0103", "炼焦烟煤", "t", 2, ""),
           ("0104", "一般烟煤", "t", 2, ""), ("0105", "褐煤", "t", 2, ""), ("1500", "天然气(气态)", "万m3", 4, "1.1000-1.3300"),
           ("1800", "原油", "t", 2, "1.4286"))
SECONDARY = (("0000", "综合能耗", "tce", 2, "1"), ("0600", "洗精煤", "t", 2, "0.9000"), ("0700", "其他洗煤", "t", 2, ""),
             ("0800", "煤制品", "t", 2, ""), ("0900", "焦炭", "t", 2, "0.9714"), ("1000", "其他焦化产品", "t", 2, ""),
             ("1100", "焦炉煤气", "万m3", 4, "0.5714-0.6143"), ("1200", "高炉煤气", "万m3", 4, "0.1286"),
             ("1300", "转炉煤气", "万m3", 4, ""), ("1400", "发生炉煤气", "万m3", 4, "0.1786"),
             ("1600", "液化天然气(液态)", "t", 2, "1.7572"), ("1700", "煤层气(煤田)", "万m3", 4, ""),
             ("1900", "汽油", "t", 3, "1.4714"), ("2000", "煤油", "t", 3, "1.4714"), ("2100", "柴油", "t", 3, "1.4571"),
             ("2200", "燃料油", "t", 3, "1.4286"), ("2300", "液化石油气", "t", 3, "1.7143"),
             ("2400", "炼厂干气", "t", 3, "1.5714"), ("2500", "石脑油", "t", 2, ""), ("2600", "润滑油", "t", 2, ""),
             ("2700", "石蜡", "t", 2, ""), ("2800", "溶剂油", "t", 2, ""), ("2900", "石油焦", "t", 2, ""),
             ("3000", "石油沥青", "t", 2, ""), ("3100", "其他石油制品", "t", 2, ""), ("3200", "热力", "GJ", 2, "34.12"),
             ("3300", "电力", "万kWh", 4, "0.1229"), ("3400", "煤矸石用于燃料", "t", 2, ""),
             ("3500", "城市生活垃圾用于燃料", "t", 2, ""), ("3600", "生物质废料用于燃料", "t", 2, ""),
             ("3700", "余热余压", "GJ", 2, ""), ("3800", "其他工业废料用于燃料", "t", 2, ""),
             ("3900", "其他燃料", "tce", 2, "1"), ("4000", "乙醇燃料", "t", 2, "0.9144"))
MEDIA = (("0100", "新水(示例)", "m3", 1, "0.2571"), ("0200", "软化水(示例)", "m3", 1, "0.4857"),
         ("0300", "压缩空气(示例)", "万m3", 2, "0.0400"))
PRODUCTS = (("0100", "产品一(示例)", "t", 2, ""), ("0200", "产品二(示例)", "t", 2, ""))
INDICATORS = (("0100", "单位产品综合能耗(示例)", "kgce/t", 2, ""), ("0200", "单位产品电耗(示例)", "kWh/t", 2, ""))
BUSINESS = (("0100", "工业总产值(示例)", "万元", 2, ""), ("0200", "工业增加值(示例)", "万元", 2, ""))
OTHERS = (("3400", "相电流(示例)", "A", 2, ""),)

USAGES = (("11", "购进(示例)"), ("21", "消费(示例)"), ("30", "产出"), ("60", "能效(示例)"), ("80", "其他(示例)"))

METER_TYPES = (
    ("12040000", "非自动衡器"), ("12040500", "非自动秤"), ("12041000", "非自动指示轨道衡"), ("12041500", "数字指示轨道衡"),
    ("12060000", "自动衡器"), ("12060500", "重力式自动装料衡器"), ("12061000", "皮带秤"), ("12061500", "非连续累计衡器"),
    ("12062000", "动态汽车衡"), ("12062500", "动态称量轨道衡"), ("12063000", "核子皮带秤"), ("12080000", "称重传感器"),
    ("12120000", "称重显示器"), ("12120500", "数字称重显示器"), ("12180000", "流量计"), ("12180500", "差压式流量计"),
    ("12181000", "速度式流量计"), ("12181500", "液体容积式流量计"), ("12182000", "转子流量计"), ("12182500", "靶式流量计"),
    ("12183000", "临界流流量计"), ("12183500", "质量流量计"), ("12184000", "层流流量传感器"), ("12184500", "气体容积式流量计"),
    ("12220000", "燃气表"), ("12220500", "膜式燃气表"), ("12240000", "热能表"), ("12320000", "压力仪表"),
    ("12320500", "压力仪表"), ("12321000", "压力仪表"), ("12321500", "压力仪表"), ("12322000", "压力仪表"),
    ("12323000", "压力仪表"), ("12323500", "压力仪表"), ("12340000", "压力变送器"), ("12340500", "压力变送器"),
    ("12341000", "压力传感器"), ("15260000", "电能表"), ("15260500", "交流电能表"), ("15261000", "电子式电能表"),
    ("15261500", "多费率电能表"), ("15262000", "最大需量电能表"), ("15262500", "直流电能表"))

EQUIPMENT_TYPES = (("00", "无"), ("01", "电动机(示例)"), ("02", "锅炉(示例)"), ("03", "窑炉(示例)"))
ENTERPRISE_TYPES = (("100", "内资企业"), ("110", "国有企业"), ("150", "有限责任公司"), ("160", "股份有限公司"),
                    ("170", "私营企业"), ("200", "港、澳、台商投资企业"), ("300", "外商投资企业"))
FIELDS = (("100", "工业"), ("200", "交通仓储邮政"), ("300", "住宿餐饮"), ("400", "批发零售"), ("500", "教育"), ("600", "其他"))

# Which energy types a class may carry: the factor classes 05 to 07 repeat 01 to 03.
TYPES_OF_CLASS = {"01": PRIMARY + SECONDARY[:1], "02": SECONDARY, "03": MEDIA, "04": PRODUCTS, "05": PRIMARY, "06": SECONDARY,
                  "07": MEDIA, "08": INDICATORS, "09": BUSINESS, "10": OTHERS}
DECIMALS = {(energy_class, row[0]): row[3] for energy_class, rows in TYPES_OF_CLASS.items() for row in rows
            if energy_class not in ("05", "06", "07")}
KNOWN_TYPES = {energy_class: frozenset(row[0] for row in rows) for energy_class, rows in TYPES_OF_CLASS.items()}
KNOWN_USAGES = frozenset(code for code, _ in USAGES)
KNOWN_METER_TYPES = frozenset(code for code, _ in METER_TYPES)
KNOWN_INDUSTRIES = frozenset(row[0] for row in INDUSTRIES)
KNOWN_ENTERPRISE_TYPES = frozenset(code for code, _ in ENTERPRISE_TYPES)


def _named(rows):
    return [{"code": code, "name": name} for code, name in rows]


def _energies(rows):
    return [{"code": code, "name": name, "unit": unit, "precision": decimals, "coalFactor": factor}
            for code, name, unit, decimals, factor in rows]


def _with_units(rows):
    return [{"code": code, "name": name, "collectRatio": "1", "collectUnit": unit, "qualityUnit": unit,
             "qualityPrecision": str(decimals), "complexUnit": "tce", "complexPrecision": "2"}
            for code, name, unit, decimals, _ in rows]


def national():
    """The real JSON of P1 is not known: plain arrays of objects with code and name."""
    return {"region": [{"code": code, "name": name, "parent": parent} for code, name, parent in REGIONS],
            "industry": [{"code": code, "name": name, "parent": parent, "jgzh": converts}
                         for code, name, parent, converts in INDUSTRIES],
            "process": [{"code": code, "name": name, "industryCode": industry} for code, name, industry in PROCESSES],
            "energyClass": _named(CLASSES),
            "energyType": [{**row, "classCode": of} for of, rows in (("01", PRIMARY), ("02", SECONDARY), ("03", MEDIA),
                           ("04", PRODUCTS), ("08", INDICATORS), ("09", BUSINESS), ("10", OTHERS)) for row in _energies(rows)],
            "dataSource": _named(ORIGINS), "dataUsage": _named(USAGES), "enterpriseType": _named(ENTERPRISE_TYPES),
            "equipment": _named(EQUIPMENT_TYPES), "meteringType": _named(METER_TYPES)}


# itemIndex → (name of the array, its rows)
YUNNAN = {
    1: ("RegionCodes", [{"code": code, "name": name, "parentCode": parent} for code, name, parent in REGIONS]),
    2: ("IndustryCodes", [{"code": code, "name": name, "parentCode": parent} for code, name, parent, _ in INDUSTRIES]),
    3: ("ProductionProcessCodes", [{"code": code, "name": name, "industryCode": of} for code, name, of in PROCESSES]),
    4: ("processUnitCodes", [{"code": "00", "name": "无"}]),
    5: ("EnergyDeviceCodes", _named(EQUIPMENT_TYPES)),
    6: ("DataCollectOriginCodes", _named(ORIGINS)),
    7: ("CollectDataTypeCodes", _named(CLASSES)),
    8: ("EnergyTypeUnitCollectCodes", _with_units(PRIMARY + SECONDARY)),
    9: ("EnergySubstanceCodes", _with_units(MEDIA)),
    10: ("UnenergyProductCodes", _with_units(PRODUCTS)),
    11: ("EnergyEfficiencyCodes", [{"code": code, "name": name, "industry": "C3011", "targetType": "1", "unitCh": unit,
                                    "unitEn": unit} for code, name, unit, _, _ in INDICATORS]),
    12: ("BusinessTargetCodes", [{"code": code, "name": name, "unit": unit, "precisions": str(decimals)}
                                 for code, name, unit, decimals, _ in BUSINESS]),
    13: ("OtherDataCodes", _named(tuple(row[:2] for row in OTHERS))),
    14: ("EnergyUseCodes", _named(USAGES)),
    15: ("GaugeTypeCodes", _named(METER_TYPES)),
    16: ("EnterpriseTypeCodes", _named(ENTERPRISE_TYPES)),
    17: ("DeviceTypeCodes", _named(EQUIPMENT_TYPES)),
}
YUNNAN_PUBLIC = frozenset((1, 2, 16))
