"""validate.py SCHEMA DEFINITION: checks each line of standard input against one definition of the schema."""

import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft202012Validator.check_schema(schema)
wanted = {"$ref": f"#/$defs/{sys.argv[2]}", "$defs": schema["$defs"]}
checked = 0
for line in sys.stdin:
    errors = list(jsonschema.Draft202012Validator(wanted).iter_errors(json.loads(line)))
    if errors:
        sys.exit("\n".join(f"{error.json_path}: {error.message}" for error in errors))
    checked += 1
sys.exit(0 if checked else "nothing to check")
