"""Programs of Debian packages that must not be installed beside each other.

A package is downloaded with apt and unpacked, never installed.  The unpacked
tree is kept in WINNOW_BUILD/debs under the package's file name, which holds
its version, so that a new version gets a folder of its own.
"""
import fcntl
import os
import re
import shutil
import subprocess
from pathlib import Path


class PackageError(Exception):
    pass


def _run(args, **kw):
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=300, **kw)
    if done.returncode != 0:
        raise PackageError(f"{' '.join(map(str, args))}: {done.stderr.strip()}")
    return done.stdout


def _deb_name(name):
    """The file name of the version apt would download, or None if apt knows none."""
    try:
        out = _run(["apt-get", "download", "--print-uris", name])
    except PackageError:
        return None
    match = re.search(r"^'[^']+' (\S+\.deb) ", out, re.MULTILINE)
    return match.group(1) if match else None


def _cached(store, name):
    """The newest tree already unpacked; a machine without network can still test."""
    trees = [p for p in store.glob(f"{name}_*") if p.is_dir() and not p.name.endswith(".part")]
    return max(trees, key=lambda p: p.stat().st_mtime, default=None)


def _download(store, name, deb):
    part = store / f"{deb}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    _run(["apt-get", "-o", "DPkg::Lock::Timeout=300", "download", name], cwd=part)
    files = list(part.glob("*.deb"))
    if len(files) != 1:
        raise PackageError(f"{name}: apt-get download left {len(files)} files")
    _run(["dpkg", "-x", str(files[0]), str(part / "tree")])
    return part


def fetch(store, name):
    """The folder with package NAME unpacked below STORE.  Safe against a second run."""
    store = Path(store)
    store.mkdir(parents=True, exist_ok=True)
    with open(store / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        deb = _deb_name(name)
        if deb is None:
            tree = _cached(store, name)
            if tree is None:
                raise PackageError(f"apt knows no package {name}; run apt-get update")
            return tree
        tree = store / deb[:-len(".deb")]
        if not tree.is_dir():
            part = _download(store, name, deb)
            os.rename(part / "tree", tree)
            shutil.rmtree(part)
        return tree
