"""Fixtures: the build, a folder for everything, one Postfix, daemons on demand."""
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import packages                                    # noqa: E402
from nameserver import Nameserver                  # noqa: E402
from postfix import Postfix                        # noqa: E402
from system import free_port                       # noqa: E402
from winnow import Winnow                          # noqa: E402

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def build():
    """The folder with winnowd and winnow."""
    folder = Path(os.environ.get("WINNOW_BUILD", "build/check"))
    folder = folder if folder.is_absolute() else REPO / folder
    for name in ("winnowd", "winnow"):
        if not os.access(folder / name, os.X_OK):
            pytest.exit(f"{folder / name} is not built; set WINNOW_BUILD", returncode=2)
    return folder


@pytest.fixture(scope="session")
def suites():
    """The folder with foreign test material, or None."""
    folder = Path(os.environ.get("WINNOW_SUITES", REPO.parent / "shared" / "suites"))
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def debs(build):
    return build / "debs"


@pytest.fixture(scope="session")
def place():
    """A folder below /tmp that every user may traverse; pytest's own may not be."""
    folder = Path(tempfile.mkdtemp(prefix="winnow-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def folder(place, request):
    path = place / request.module.__name__
    path.mkdir()
    path.chmod(0o755)
    return path


class Milters:
    """Where the filter of the tests with Postfix listens; fixed before it runs."""

    def __init__(self, place):
        self.port = free_port()
        run = place / "run"
        run.mkdir()
        run.chmod(0o777)
        self.unix = run / "milter"


@pytest.fixture(scope="session")
def milters(place):
    return Milters(place)


@pytest.fixture(scope="session")
def postfix_server(debs, place, milters):
    tree = packages.fetch(debs, "postfix")
    services = {"unix": {"smtpd_milters": f"unix:{milters.unix}"},
                "impatient": {"milter_connect_timeout": "3s", "milter_command_timeout": "3s"}}
    mta = Postfix(tree, place / "postfix", milters=f"inet:127.0.0.1:{milters.port}",
                  services=services)
    try:
        mta.start()
        yield mta
    finally:
        mta.stop()
        mta.remove()


@pytest.fixture
def postfix(postfix_server):
    """Postfix with empty queue and mailboxes; every failure shows its log."""
    postfix_server.clear()
    yield postfix_server


@pytest.fixture(scope="module")
def launch(build, folder):
    """A function that starts daemons; all are stopped and examined with the module's end."""
    daemons = []

    def start(config="", name=None, ready=True, **kw):
        daemon = Winnow(build, folder / (name or f"daemon{len(daemons)}"), config, **kw)
        daemons.append(daemon)
        return daemon.start(ready)

    yield start
    errors = []
    for daemon in daemons:
        try:
            daemon.stop()
            daemon.assert_sound()
        except AssertionError as error:
            errors.append(str(error))
    assert not errors, "\n".join(errors)


@pytest.fixture(scope="module")
def nameserver(debs, folder):
    """A function that serves zones (nameserver.py) and returns the Nameserver, whose port is .port."""
    servers = []

    def start(zones):
        servers.append(Nameserver(debs, folder / f"nameserver{len(servers)}"))
        servers[-1].start(zones)
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Put the last words of Postfix and winnowd under a failed test."""
    outcome = yield
    report = outcome.get_result()
    if report.when != "call" or not report.failed:
        return
    for value in {id(v): v for v in item.funcargs.values()}.values():
        if isinstance(value, Winnow):
            report.sections.append(("winnowd log", value.log_text()[value.marked:][-5000:]))
        elif isinstance(value, Postfix):
            report.sections.append(("Postfix log", value.log()[-2500:]))
