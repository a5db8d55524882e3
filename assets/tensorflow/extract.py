"""Unpacks parts of a wheel: extract.py WHEEL FOLDER SOURCE=TARGET...

A SOURCE is a path in the wheel, of a file or, ending with a slash, of a folder; TARGET is where it goes, below FOLDER.
"""

import os
import shutil
import sys
import zipfile

wheel, folder, *parts = sys.argv[1:]
rules = [part.split("=", 1) for part in parts]


def target_of(name):
    for source, target in rules:
        if name == source or (source.endswith("/") and name.startswith(source)):
            return target + name[len(source) :]
    return None


taken = 0
with zipfile.ZipFile(wheel) as archive:
    for member in archive.infolist():
        target = target_of(member.filename)
        if target is None or member.is_dir() or ".." in member.filename.split("/"):
            continue
        path = os.path.join(folder, target)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(member) as source, open(path, "wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
        os.chmod(path, 0o755 if member.external_attr >> 16 & 0o111 else 0o644)
        taken += 1
if taken == 0:
    sys.exit(f"{wheel} has none of {parts}")
