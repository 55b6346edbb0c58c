#!/usr/bin/env python3
"""How fast `data import` and `data check` read a folder of pairs, and whether their memory stays flat.

    pip install numpy pillow pyarrow
    python3 benchmarks/import_rate.py .build/release/safe-rlhf-v --gigabytes 4

Writes Parquet folders of a quarter of the size and of the whole size in the published pairwise form, with noisy JPEG pictures
of about 300 kB, each with bytes of its own, and runs the commands on both. Prints megabytes of Parquet per second of wall time
and of CPU time, and the peak of resident memory.
"""

import argparse
import io
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import numpy
import pyarrow
import pyarrow.parquet
from PIL import Image

ROWS_AT_ONCE = 200
CATEGORIES = ["animal_abuse", "dangerous_behavior", "environmental_damage", "violence_and_physical_harm"]


def pictures(count, generator):
    """Noise does not compress, so a picture of this size weighs about 300 kB as a JPEG."""
    for _ in range(count):
        pixels = generator.integers(0, 256, (480, 640, 3), dtype=numpy.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=72)
        yield file.getvalue()


def write(folder, size, schema, row, base):
    """A Parquet file for each category, of rows like `row`, together of `size` bytes; a picture's last bytes number it."""
    written = count = 0
    for category in CATEGORIES:
        file = folder / "data" / category / "train.parquet"
        file.parent.mkdir(parents=True)
        with pyarrow.parquet.ParquetWriter(file, schema, compression="snappy") as writer:
            while file.stat().st_size < size / len(CATEGORIES):
                rows = []
                for number in range(count, count + ROWS_AT_ONCE):
                    image = {"bytes": base[number % len(base)] + number.to_bytes(8, "big"), "path": f"{number}.jpg"}
                    rows.append(row | {"image": image, "category": category, "question": f"{row['question']} ({number})"})
                writer.write_table(pyarrow.Table.from_pylist(rows, schema))
                count += ROWS_AT_ONCE
        written += file.stat().st_size
    return written, count


def measured(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    # GNU time tells the peak of this child alone; rusage of all children only the largest so far.
    done = subprocess.run(["/usr/bin/time", "-f", "%M", *command], capture_output=True, text=True)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, int(done.stderr.split()[-1]) * 1024


def main():
    parser = argparse.ArgumentParser(description="Rate and memory of data import and data check.")
    parser.add_argument("program")
    parser.add_argument("--gigabytes", type=float, default=4)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        world = scratch / "world"
        small = ["world.lessons=1", "world.conversations=1", "world.trainingPairs=8", "world.evaluationPairs=1"]
        subprocess.run([options.program, "data", "synth", "--output", world] + [word for one in small for word in ("--set", one)], check=True, capture_output=True)
        table = pyarrow.parquet.read_table(next((world / "data/pairs/data").rglob("train*.parquet")))
        base = list(pictures(64, numpy.random.default_rng(1)))
        print(f"{'command':14}{'Parquet':>10}{'rows':>8}{'wall':>9}{'MB/s':>8}{'CPU':>9}{'MB/CPU s':>10}{'peak':>10}")
        for share in (0.25, 1):
            folder = scratch / f"pairs-{share}"
            size, rows = write(folder, share * options.gigabytes * 1e9, table.schema, table.to_pylist()[0], base)
            for name, command in [
                ("data check", [options.program, "data", "check", folder]),
                ("data import", [options.program, "data", "import", folder, "--from", "pairwise", "--output", scratch / "imported"]),
            ]:
                wall, cpu, peak = measured([str(part) for part in command])
                print(f"{name:14}{size / 1e6:7.0f} MB{rows:8}{wall:7.1f} s{size / 1e6 / wall:8.0f}{cpu:7.1f} s{size / 1e6 / cpu:10.0f}{peak / 2**20:6.0f} MiB", flush=True)
            shutil.rmtree(scratch / "imported")
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
