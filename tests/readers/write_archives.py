"""Archives as the writers of Python's library make them, each member with a leak in it.

Prints the members as `archive!member`, sorted. A pipe cannot be sought in, so that zip's writer
leaves sizes to descriptors behind the data.
"""

import io
import pathlib
import sys
import tarfile
import zipfile

LEAK = b"patient ssn 219-47-3612 admitted\n"
folder = pathlib.Path(sys.argv[1])
members = []


class Pipe(io.RawIOBase):
    def __init__(self, path):
        self.file = open(path, "wb")

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)

    def close(self):
        self.file.close()


def zipped(archive, target, method, wide=False):
    with zipfile.ZipFile(target, "w", method) as out:
        for name in ["plain.log", "folder/größe.log", "n" * 200 + ".log"]:
            with out.open(name, "w", force_zip64=wide) as member:
                member.write(LEAK)
            members.append(f"{archive}!{name}")
        out.comment = b"PK\x05\x06 is no end" * 100


zipped("stored.zip", folder / "stored.zip", zipfile.ZIP_STORED)
zipped("deflated.zip", folder / "deflated.zip", zipfile.ZIP_DEFLATED)
zipped("wide.zip", folder / "wide.zip", zipfile.ZIP_DEFLATED, wide=True)
# As with more members than the short end record can count: then a 64-bit one stands before it, and
# the short one still tells where the directory is.
few, zipfile.ZIP_FILECOUNT_LIMIT = zipfile.ZIP_FILECOUNT_LIMIT, 2
zipped("counted.zip", folder / "counted.zip", zipfile.ZIP_DEFLATED)
zipfile.ZIP_FILECOUNT_LIMIT = few
for name, method in [("piped.zip", zipfile.ZIP_DEFLATED), ("piped-stored.zip", zipfile.ZIP_STORED)]:
    pipe = Pipe(folder / name)
    zipped(name, pipe, method)
    pipe.close()

with open(folder / "behind.zip", "wb") as out:
    out.write(b"PK\x03\x04 something that stands before the archive\n" * 3)
    zipped("behind.zip", out, zipfile.ZIP_DEFLATED)

for name, form in [
    ("ustar.tar", tarfile.USTAR_FORMAT),
    ("gnu.tar", tarfile.GNU_FORMAT),
    ("pax.tar", tarfile.PAX_FORMAT),
]:
    with tarfile.open(folder / name, "w", format=form) as out:
        long = "/".join(["deep"] * 25) + "/leak.log"
        names = ["plain.log", long]
        if form != tarfile.USTAR_FORMAT:
            names += ["größe.log", "n" * 180 + ".log"]
        for member in names:
            info = tarfile.TarInfo(member)
            info.size = len(LEAK)
            info.mtime = 1769860800.5 if form == tarfile.PAX_FORMAT else 1769860800
            out.addfile(info, io.BytesIO(LEAK))
            members.append(f"{name}!{member}")

print("\n".join(sorted(members)))
