#!/usr/bin/env python3
"""Compiles every header of the product by itself: a header includes what it uses.

usage: headers_compile_alone.py ROOT COMPILER
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys


def compile_alone(compiler, root, header):
    command = [compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers",
               "-DFMT_SHARED", "-DSPDLOG_FMT_EXTERNAL", f"-I{root}", "-include", str(header), "-x", "c++", "/dev/null"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return header, run.returncode, run.stderr


def main(root, compiler):
    root = pathlib.Path(root)
    headers = [h for top in ("gateway", "drivers", "config") for h in sorted((root / top).rglob("*.h"))]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, code, errors in pool.map(lambda h: compile_alone(compiler, root, h), headers):
            if code != 0:
                failed += 1
                print(f"{header.relative_to(root)} does not compile alone:\n{errors}")
    print(f"{len(headers)} headers, {failed} do not compile alone")
    return 1 if failed or not headers else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
