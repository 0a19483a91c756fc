"""What arrived: every accepted record with its time, the newest of a period counts. SQLite, in memory or in the state file."""

import codes

SCHEMA = """
CREATE TABLE IF NOT EXISTS arrival (
    id INTEGER PRIMARY KEY, profile TEXT NOT NULL, enterprise TEXT NOT NULL, code TEXT NOT NULL, stat_type INTEGER NOT NULL,
    stat_date TEXT NOT NULL, value TEXT NOT NULL, valid INTEGER NOT NULL, input_type INTEGER NOT NULL, scope INTEGER NOT NULL,
    upload_date TEXT NOT NULL, factor TEXT NOT NULL, remark TEXT NOT NULL, arrived TEXT NOT NULL, request INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS arrival_period ON arrival (profile, enterprise, code, stat_type, stat_date);
"""
INSERT = """
INSERT INTO arrival (profile, enterprise, code, stat_type, stat_date, value, valid, input_type, scope, upload_date, factor,
                     remark, arrived, request)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
SELECT = """
SELECT id, profile, enterprise, code, stat_type, stat_date, value, valid, input_type, scope, upload_date, factor, remark,
       arrived, request
FROM arrival {where} ORDER BY profile, enterprise, code, stat_type, stat_date, id
"""
PERIODS = """
SELECT profile, enterprise, code, stat_type, stat_date, value, valid, MAX(id)
FROM arrival {where} GROUP BY profile, enterprise, code, stat_type, stat_date
"""
COUNT = """
SELECT profile, enterprise, stat_type, COUNT(*), MIN(stat_date), MAX(stat_date), MAX(arrived)
FROM arrival GROUP BY profile, enterprise, stat_type
"""
COUNT_PERIODS = """
SELECT profile, enterprise, stat_type, COUNT(*), SUM(times > 1), SUM(different > 1) FROM (
    SELECT profile, enterprise, stat_type, COUNT(*) AS times, COUNT(DISTINCT value) AS different
    FROM arrival GROUP BY profile, enterprise, code, stat_type, stat_date)
GROUP BY profile, enterprise, stat_type
"""


class Arrivals:
    def __init__(self, connection):
        self._connection = connection
        connection.executescript(SCHEMA)

    def add(self, profile, enterprise, records, arrived, request):
        """All of them or, with an exception, none; what was added survives the end of this process in any way."""
        with self._connection:
            self._connection.executemany(INSERT, [
                (profile, enterprise, record.code, record.stat_type, record.stat_date, record.value, record.valid,
                 record.input_type, record.scope, record.upload_date, record.factor, record.remark, arrived, request)
                for record in records])

    def periods(self, limit=None, **filters):
        """One entry a period: the newest value, how often it came, and all that came in order."""
        where, values = _where(filters)
        found = []
        for (number, profile, enterprise, code, stat_type, stat_date, value, valid, input_type, scope, upload_date, factor,
             remark, arrived, request) in self._connection.execute(SELECT.format(where=where), values):
            key = (profile, enterprise, code, stat_type, stat_date)
            one = {"dataValue": value, "valid": bool(valid), "inputType": input_type, "scope": scope,
                   "uploadDate": upload_date, "arrived": arrived, "request": request}
            if factor:
                one["convertRation"] = factor
            if remark:
                one["remark"] = remark
            if not found or found[-1]["key"] != key:
                if limit is not None and len(found) == limit:
                    break
                found.append({"key": key, "profile": profile, "enterpriseCode": enterprise, "dataCode": code,
                              "statType": stat_type, "statDate": stat_date, "times": 0, "arrivals": []})
            entry = found[-1]
            entry.update(one)
            entry["times"] += 1
            entry["arrivals"].append(one)
        for entry in found:
            del entry["key"]
        return found

    def newest(self, **filters):
        """(code, stat_type, stat_date, value, valid) of each period."""
        where, values = _where(filters)
        return [row[2:7] for row in self._connection.execute(PERIODS.format(where=where), values)]

    def summary(self):
        by_key = {}
        for profile, enterprise, stat_type, count, first, last, arrived in self._connection.execute(COUNT):
            by_key[profile, enterprise, stat_type] = {
                "profile": profile, "enterpriseCode": enterprise, "statType": stat_type, "records": count,
                "firstStatDate": first, "lastStatDate": last, "lastArrived": arrived}
        for profile, enterprise, stat_type, distinct, repeated, changed in self._connection.execute(COUNT_PERIODS):
            by_key[profile, enterprise, stat_type].update(periods=distinct, repeated=repeated, changed=changed)
        return list(by_key.values())

    def forget(self):
        with self._connection:
            self._connection.execute("DELETE FROM arrival")


def _where(filters):
    """profile, enterprise, code (either way of writing), stat_type, first and before (statDate, half open)."""
    conditions, values = [], []
    for name, condition in (("profile", "profile = ?"), ("enterprise", "enterprise = ?"), ("stat_type", "stat_type = ?"),
                            ("first", "stat_date >= ?"), ("before", "stat_date < ?")):
        if filters.get(name) is not None:
            conditions.append(condition)
            values.append(filters[name])
    if filters.get("code"):
        conditions.append("code IN (?, ?)")
        values += [codes.plain(filters["code"]), codes.hyphened(filters["code"])]
    return ("WHERE " + " AND ".join(conditions) if conditions else ""), values
