"""Reads what metergate-sim wrote about its own answers (format: served_log.h)."""

import struct

MAGIC = b"MGSERVED1\n"
HEADER = struct.Struct("<QHBBHHBB")
FAULTS = ("none", "silent", "late_ms", "surplus", "truncated", "wrong_unit", "wrong_crc", "exception", "noise",
          "reset", "dribble", "echo", "down")


class Answer:
    """One request and what the meter said. registers: bytes as on the wire; empty when it told no values."""
    __slots__ = ("time_us", "line", "unit", "function", "first", "registers", "fault", "exception")

    def __init__(self, time_us, line, unit, function, first, registers, fault="none", exception=0):
        self.time_us = time_us
        self.line = line
        self.unit = unit
        self.function = function
        self.first = first
        self.registers = registers
        self.fault = fault
        self.exception = exception

    @property
    def is_switch(self):
        """Not an answer: the fault was switched on (or, with none, off) at this time. Unit 0 is the whole line."""
        return self.function == 0


def pack(answer):
    head = HEADER.pack(answer.time_us, answer.line, answer.unit, answer.function, answer.first,
                       len(answer.registers) // 2, FAULTS.index(answer.fault), answer.exception)
    return head + answer.registers


def read(path):
    """All records in order; a last one that was cut off in mid-write is left out."""
    with open(path, "rb") as file:
        content = file.read()
    if not content.startswith(MAGIC):
        raise ValueError(f"{path}: not a served log")
    at, answers = len(MAGIC), []
    while at + HEADER.size <= len(content):
        time_us, line, unit, function, first, count, fault, exception = HEADER.unpack_from(content, at)
        end = at + HEADER.size + 2 * count
        if end > len(content):
            break
        answers.append(Answer(time_us, line, unit, function, first, content[at + HEADER.size:end],
                              FAULTS[fault], exception))
        at = end
    return answers
