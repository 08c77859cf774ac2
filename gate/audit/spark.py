"""Sealed rows on Spark, on this machine or on a cluster; and Spark kept quiet."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from gate.errors import EngineFailedError, RowsUnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pyspark.sql import SparkSession

SETTINGS: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}

LOCAL: Final = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
"""Of a Spark within this machine: nothing listens to others, few tasks."""


@contextmanager
def session(name: str) -> Iterator[SparkSession]:
    """Open a session of Spark; it ends with the block unless it was there before.

    Args:
        name: "spark", "spark:MASTER", "spark://HOST:PORT", or "sc://HOST".

    Raises:
        EngineFailedError: Spark did not start, or nobody answers.
    """
    from pyspark.sql import SparkSession  # noqa: PLC0415 - heavy, and an extra

    before = SparkSession.getActiveSession()
    with tempfile.TemporaryFile() as words:
        try:
            with _standard_error_in(words):
                found = _builder(name).getOrCreate()
        except Exception as error:  # Java's errors are many
            raise EngineFailedError(name, _last_words(words, error)) from error
    try:
        yield found
    finally:
        if before is None:
            found.stop()


def show(
    spark: SparkSession, rows: Sequence[Path], schema: Mapping[str, str], name: str
) -> None:
    """Make a view of the rows of logs.

    Every column has its type from `schema`, also those that are folders: Spark would
    otherwise guess them.

    Args:
        spark: The session.
        rows: Folders `rows` that hold at least one file.
        schema: Column -> "string" or "int64".
        name: Of the view.

    Raises:
        RowsUnreadableError: A file is not what it should be.
    """
    from pyspark.sql import types  # noqa: PLC0415 - as above

    kinds = {"string": types.StringType(), "int64": types.LongType()}
    fields = [types.StructField(key, kinds[of]) for key, of in schema.items()]
    struct = types.StructType(fields)
    shown = spark.createDataFrame([], struct)
    try:
        for folder in rows:
            read = spark.read.schema(struct).parquet(folder.resolve().as_uri())
            shown = shown.unionByName(read)
    except Exception as error:  # Java's errors are many
        raise RowsUnreadableError(str(error).strip().splitlines()[0]) from error
    shown.cache().createOrReplaceTempView(name)  # a report asks fifteen questions


def _builder(name: str) -> SparkSession.Builder:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - as above

    builder = SparkSession.builder.appName("gate audit")
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    if name.startswith("sc://"):
        return builder.remote(name)
    if name.startswith("spark://"):
        return builder.master(name)
    master = name.removeprefix("spark").removeprefix(":") or "local[*]"
    if master.startswith("local"):
        for key, value in LOCAL.items():
            builder = builder.config(key, value)
    return builder.master(master)


@contextmanager
def _standard_error_in(file: IO[bytes]) -> Iterator[None]:
    """Let the Java process that is started here write its warnings to a file."""
    kept = os.dup(2)
    try:
        os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _last_words(file: IO[bytes], error: Exception) -> str:
    file.seek(0)
    told = file.read().decode(errors="replace").strip() or str(error).strip()
    return (told or type(error).__name__).splitlines()[-1]
