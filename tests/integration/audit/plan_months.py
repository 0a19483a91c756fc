#!/usr/bin/python3
"""Plans two months of the sample plant and has write_months live through them.

Usage: plan_months.py EXAMPLE_SITE WRITE_MONTHS FOLDER --corrected|--locked

FOLDER is made anew and gets plan.json, site-first/, site/ (before and after the ratio was corrected) and data/. With
--locked the first month is closed before the ratio is corrected.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from months_entries import described, write_site


def main():
    example, write_months, folder = (Path(each) for each in sys.argv[1:4])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_site(example, folder / "site-first", later=False)
    write_site(example, folder / "site", later=True)
    locked = sys.argv[4] == "--locked"
    (folder / "plan.json").write_text(json.dumps(described(locked), ensure_ascii=False))
    subprocess.run([write_months, folder], check=True)


if __name__ == "__main__":
    main()
