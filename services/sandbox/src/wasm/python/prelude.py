"""What is in memory before any program: part of the image that every program begins with.

`seal` is called once by the host, `run` for each program. Nothing here is a boundary: that is the gate around the
interpreter. This file makes what is refused answer as it would elsewhere, and what is possible work.
"""

import glob
import sys

sys.path.extend(sorted(glob.glob("/lib/packages/*.whl")))

import _io
import asyncio
import atexit
import base64
import bisect
import collections
import contextlib
import copy
import csv
import dataclasses
import datetime
import decimal
import difflib
import enum
import errno
import fractions
import functools
import hashlib
import heapq
import hmac
import html
import inspect
import io
import itertools
import json
import linecache
import logging
import math
import operator
import os
import random
import re
import secrets
import select
import signal
import statistics
import string
import struct
import subprocess
import sys
import textwrap
import threading
import time
import traceback
import types
import typing
import unicodedata
import urllib.parse
import uuid
import zoneinfo

PROGRAM = "/dev/program"

# As what a program is compiled; tracebacks name it.
NAME = "<string>"

# Added to an exit code: the program ended because it was refused something.
DENIED = 0x100

UNHANDLED = 255


def _refuse(*_args, **_kwargs):
    raise PermissionError(errno.EPERM, "Operation not permitted")


class _RefusedProcess:
    def __init__(self, *_args, **_kwargs):
        _refuse()


def _sleep(seconds, /):
    if seconds != seconds:
        raise ValueError("Invalid value NaN (not a number)")
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        # Without descriptors the host waits, and does not spin.
        select.poll().poll(min(left, 3600) * 1000)


class _Selector:
    """For a loop that waits for time only: there are no sockets."""

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("Nothing that this event loop waits for can happen any more.")
        if timeout > 0:
            _sleep(timeout)
        return ()

    def get_map(self):
        return {}

    def close(self):
        pass


class EventLoop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = _Selector()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass

    def run_in_executor(self, executor, func, *args):
        # There are no threads: it is done before whoever asked goes on.
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


class EventLoopPolicy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = EventLoop


def _refuse_processes():
    names = "fork forkpty vfork system popen posix_spawn posix_spawnp kill killpg ptrace".split()
    names += [name for name in dir(os) if name.startswith(("exec", "spawn"))]
    for name in names:
        setattr(os, name, _refuse)
    for name in ("call", "check_call", "check_output", "run", "getoutput", "getstatusoutput"):
        setattr(subprocess, name, _refuse)
    subprocess.Popen = _RefusedProcess
    signal.alarm = signal.setitimer = signal.raise_signal = _refuse


def _work_without_a_browser():
    time.sleep = _sleep
    asyncio.run = asyncio.runners.run
    asyncio.set_event_loop_policy(EventLoopPolicy())
    asyncio.events._set_running_loop(None)


def seal():
    """Takes away what is only needed to start."""
    hidden = [name for name in sys.modules if name.split(".")[0] in _BRIDGES]
    for name in [*hidden, *_BRIDGES]:
        sys.modules[name] = None
    sys.meta_path[:] = [finder for finder in sys.meta_path if not finder.__module__.startswith("_pyodide")]
    sys.path[:] = [entry for entry in sys.path if entry]
    sys.excepthook = sys.__excepthook__
    sys.displayhook = sys.__displayhook__
    sys.argv[:] = [""]
    sys.orig_argv[:] = [""]
    sys.executable = ""
    os.environ.clear()
    os.environ.update({"HOME": "/", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "TZ": "UTC"})
    os.chdir("/")
    for stream, name, errors in ((1, "stdout", "strict"), (2, "stderr", "backslashreplace")):
        raw = _io.FileIO(stream, "w", closefd=False)
        text = _io.TextIOWrapper(_io.BufferedWriter(raw), encoding="utf-8", errors=errors, line_buffering=stream == 2)
        text.mode = "w"
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)
    sys.stdin = sys.__stdin__ = _io.TextIOWrapper(_io.BytesIO(b""), encoding="utf-8")
    main = sys.modules["__main__"]
    main.__dict__.clear()
    main.__dict__.update(__name__="__main__", __builtins__=sys.modules["builtins"], __doc__=None, __loader__=None)
    main.__dict__.update(__package__=None, __spec__=None)
    sys.path_importer_cache.clear()
    linecache.clearcache()


# The ways from Python into JavaScript, and into memory. The gate refuses them too.
_BRIDGES = (
    "js",
    "pyodide",
    "pyodide_js",
    "_pyodide",
    "_pyodide_core",
    "pyodide_core",
    "ctypes",
    "_ctypes",
)


def run():
    """Runs what the host has put into `PROGRAM`; the exit code of it as a process, with `DENIED`."""
    random.seed()
    code = _outcome(_run_program)
    code = code or _outcome(_finish)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            code = code or UNHANDLED
    return code


def _run_program():
    with _io.FileIO(PROGRAM) as file:
        source = file.readall()
    _remember(source)
    exec(compile(source, NAME, "exec", dont_inherit=True), sys.modules["__main__"].__dict__)


def _finish():
    atexit._run_exitfuncs()
    # Objects that say something at their end.
    sys.modules["__main__"].__dict__.clear()


def _remember(source):
    """So that tracebacks show the lines that they name."""
    try:
        lines = source.decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        return
    linecache.cache[NAME] = (len(source), None, lines, NAME)


def _outcome(work):
    try:
        work()
    except SystemExit as end:
        return _exit_code(end.code)
    except BaseException as error:
        _report(error)
        is_denied = isinstance(error, PermissionError) and error.errno == errno.EPERM
        return UNHANDLED | (DENIED if is_denied else 0)
    return 0


def _exit_code(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    try:
        print(code, file=sys.stderr)
    except BaseException:
        pass
    return 1


def _report(error):
    """Prints it without the frames of this file."""
    frames = error.__traceback__
    while frames is not None and _is_ours(frames):
        frames = frames.tb_next
    error.__traceback__ = frames
    while frames is not None:
        if frames.tb_next is not None and _is_ours(frames.tb_next):
            frames.tb_next = None
        frames = frames.tb_next
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except BaseException:
        sys.stderr.write(f"{type(error).__name__}\n")


def _is_ours(frame):
    return frame.tb_frame.f_globals is globals()


def _load_packages():
    """Those that are there: the first import of one costs half a second, of which nothing is left here."""
    for name in ("jinja2", "markupsafe", "tzdata"):
        try:
            __import__(name)
        except ModuleNotFoundError:
            continue
    try:
        jinja2 = sys.modules["jinja2"]
        jinja2.Template("{% for n in items %}{{ n | upper }}{% endfor %}").render(items=["a"])
        zoneinfo.ZoneInfo("Asia/Riyadh")
    except (KeyError, zoneinfo.ZoneInfoNotFoundError):
        pass
    zoneinfo.ZoneInfo.clear_cache()


_load_packages()
_refuse_processes()
_work_without_a_browser()
