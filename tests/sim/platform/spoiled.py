"""Answers that a fault has spoiled: what is sent instead of the right one."""

import json

import registry

HTML = ("<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>{status} {words}</h1>"
        "<hr><center>nginx</center></body></html>")
WORDS = {200: "Welcome", 404: "Not Found", 500: "Internal Server Error", 502: "Bad Gateway"}


def html(status):
    return HTML.format(status=status, words=WORDS.get(status, "Error")).encode()


def refusal(fault, profile):
    """The content of a refusal in the platform's own form."""
    default = "数据未通过审核" if fault.data_code else "平台维护中，请稍后再试"
    return profile.refusal(fault.parameters["message"] or default, fault.parameters["code"] or profile.refusal_code)


def mangled(fault, profile, content):
    """The right answer's content with what the fault changes in it."""
    kind = fault.kind
    if kind == "wrong_types":
        return {name: [value] if isinstance(value, (str, int)) else "" for name, value in content.items()}
    if kind == "code_type":
        code = content["responseCode"]
        return {**content, "responseCode": int(code) if isinstance(code, str) else str(code)}
    if kind == "urls":
        return _of_addresses(content, lambda holder: _with_addresses(holder, fault.parameters, profile))
    if kind == "other_device":
        return _of_addresses(content, lambda holder: {**holder, "deviceId": registry.new_id()})
    return content


def _of_addresses(content, change):
    """P3 keeps what it hands out one level down."""
    if isinstance(content.get("data"), dict):
        return {**content, "data": change(content["data"])}
    return change(content)


def _with_addresses(holder, parameters, profile):
    names = [name for name in holder if name.endswith("URL") and (not parameters["field"] or name == parameters["field"])]
    changed = dict(holder)
    for name in names:
        if parameters["mode"] == "missing":
            del changed[name]
        elif parameters["mode"] == "duplicate":
            changed[name] = holder[names[0]] if not parameters["field"] else next(
                url for other, url in holder.items() if other.endswith("URL") and other != name)
        elif parameters["mode"] == "localhost":
            changed[name] = holder[name].replace(profile.data_base, parameters["url"] or "http://localhost:22")
        elif parameters["mode"] == "other_host":
            changed[name] = holder[name].replace(profile.data_base, parameters["url"] or "https://platform.example")
        else:
            changed[name] = parameters["url"] or "ht!tp:/\\nowhere"
    return changed


def text_of(content):
    return json.dumps(content, ensure_ascii=False).encode()


def huge(megabytes):
    """Pieces of one valid JSON object of that size."""
    yield b'{"responseCode": "0", "responseMessage": "'
    for _ in range(megabytes):
        yield b"x" * 1_000_000
    yield b'"}'
