"""Checks every received message against the published schema.

usage: check_messages.py SCHEMA RECEIVED   (RECEIVED: topic TAB retained TAB payload, one a line)
"""
import json
import sys

import jsonschema

KIND_OF_TOPIC = {"samples": "metergate.samples.1", "status": "metergate.status.1"}


def main(schema_file, received_file):
    with open(schema_file, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    complaints = 0
    with open(received_file, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            parts = line.rstrip("\n").split("\t", 2)
            if len(parts) != 3:
                continue
            topic, _, payload = parts
            message = json.loads(payload)
            expected = KIND_OF_TOPIC.get(topic.rsplit("/", 1)[1], "metergate.meter.1")
            problems = [error.message for error in validator.iter_errors(message)]
            if message.get("schema") != expected:
                problems.append(f"{expected} expected on {topic}")
            for problem in problems:
                complaints += 1
                print(f"message {number} on {topic}: {problem}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
