"""How strict the platform is: what the known facts leave open is a setting with a default."""

from dataclasses import dataclass

import periods


@dataclass
class Rules:
    grids: tuple = (900, 1800, 3600)  # seconds; a real-time period starts on one of them
    skew: float = 300.0               # how far an upload date may lie ahead of the platform's clock
    clock_offset: float = 0.0         # the platform's own clock against the machine's
    check_digit: bool = False         # of the credit code, GB 32100
    unknown_fields: bool = False      # fields that no source names are let through
    require_items: bool = False       # an item must be configured, its process uploaded, before its data
    check_decimals: bool = False      # no more decimals than the base data give the energy type
    valid_as: str = ""                # bool | digit | digit-inverted; empty: as the profile does
    largest_input_type: int = 0       # of a record; 0: 5 in P1 and P2, 7 in P3
    encrypted_fields: int = 8         # P2: 8, or 7 without uploadDate
    max_records: int = 0              # of one POST; 0: no limit
    ledger_list: str = "data"         # name of the list in the P1 meter ledger upload
    strings_only: bool = False        # P3: every field of a record is a string
    refused_status: int = 200         # HTTP status of a 401 answer in P3: 200 (only responseCode) or 401
    expires_as_seconds: bool = False  # P3: akExpiresIn as a number of seconds

    def now(self):
        return periods.now(self.clock_offset)
