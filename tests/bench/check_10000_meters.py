#!/usr/bin/python3
"""How long `metergate check` takes for 10,000 meters on 250 lines, and how much memory.

usage: check_10000_meters.py [METERGATE]      (default: build/release/metergate)
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINES = 250
METERS_ON_EACH = 40
RUNS = 5


def write_site(folder):
    lines = "".join(f'[[line]]\nid = "l{line}"\nkind = "modbus-tcp"\nhost = "10.0.{line}.1"\n' for line in range(LINES))
    (folder / "gateway.toml").write_text(
        f'[site]\nid = "large"\n{lines}[[uplink]]\nid = "broker"\nkind = "mqtt"\nurl = "mqtt://localhost:1883"\n', encoding="utf-8")
    rows = [f"m{line}_{meter},meter {meter} on {line},电力,l{line},{meter + 1},acrel-dtsd1352,60s,300,5,10000,100,二次,6000"
            for line in range(LINES) for meter in range(METERS_ON_EACH)]
    (folder / "meters.csv").write_text(
        "id,name,energy,line,address,model,every,ct_primary,ct_secondary,pt_primary,pt_secondary,reading_side,multiplier\n"
        + "\n".join(rows) + "\n", encoding="utf-8")


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "release" / "metergate"
    with tempfile.TemporaryDirectory() as name:
        write_site(Path(name))
        times = []
        for _ in range(RUNS):
            began = time.monotonic()
            run = subprocess.run([program, "check", "--config", name], capture_output=True, text=True, check=False)
            times.append(time.monotonic() - began)
            if run.returncode != 0:
                sys.exit(run.stderr[:2000])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{LINES * METERS_ON_EACH} meters: check takes {sorted(times)[RUNS // 2]:.2f} s (median of {RUNS}), peak {peak:.0f} MiB")


if __name__ == "__main__":
    main()
