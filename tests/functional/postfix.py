"""A private Postfix: own ports, queue, configuration and maildirs, on loopback."""
import json
import os
import pwd
import re
import shutil
import smtplib
import subprocess
from pathlib import Path

from system import AS_ROOT, PATIENCE, free_port, wait_until

OUTSIDE = "192.0.2.10"      # a client on the internet, faked with XCLIENT

_MAIN = """\
compatibility_level = 3.6
config_directory = {etc}
meta_directory = {etc}
queue_directory = {base}/queue
data_directory = {base}/data
daemon_directory = {tree}/usr/lib/postfix/sbin
command_directory = {tree}/usr/sbin
shlib_directory = {tree}/usr/lib/postfix
sendmail_path = {tree}/usr/sbin/sendmail
mailq_path = {tree}/usr/bin/mailq
newaliases_path = {tree}/usr/bin/newaliases
mail_owner = news
setgid_group = uucp
default_privs = nobody
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH
maillog_file = {base}/mail.log
maillog_file_prefixes = {base}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
disable_dns_lookups = yes
smtpd_peername_lookup = no
local_header_rewrite_clients =
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_recipient_limit = 5000
smtpd_recipient_overshoot_limit = 5000
smtpd_hard_error_limit = 10000
smtpd_soft_error_limit = 10000
smtpd_error_sleep_time = 0s
smtpd_timeout = 60s
smtpd_client_connection_count_limit = 0
message_size_limit = 80000000
virtual_mailbox_limit = 0
virtual_mailbox_domains = texthash:{etc}/domains
virtual_mailbox_base = {base}/mail
virtual_mailbox_maps = texthash:{etc}/users
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
recipient_delimiter = +
minimal_backoff_time = 2s
maximal_backoff_time = 4s
queue_run_delay = 2s
smtpd_milters = {milters}
milter_default_action = {default_action}
milter_connect_timeout = 10s
milter_command_timeout = {command_timeout}
milter_content_timeout = {content_timeout}
"""

_SERVICES = """\
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
proxywrite unix -       -       n       -       1       proxymap
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
local     unix  -       n       n       -       -       local
virtual   unix  -       n       n       -       -       virtual
lmtp      unix  -       -       n       -       -       lmtp
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
"""


def _mail_ids():
    """Who owns the maildirs: nobody, or, where we are not root, we ourselves."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        return nobody.pw_uid, nobody.pw_gid
    return os.getuid(), os.getgid()


class Answer:
    """What an SMTP client heard: reply code and text of the last command of interest."""

    def __init__(self, code, text, transcript=""):
        self.code, self.text, self.transcript = code, text, transcript

    def __repr__(self):
        return f"{self.code} {self.text}"


class Postfix:
    """TREE is the unpacked package, BASE a folder that every user may traverse.

    SERVICES maps a name to overrides of main.cf for a further smtpd port.
    """

    def __init__(self, tree, base, milters="", default_action="tempfail", services=None,
                 command_timeout="20s", content_timeout="60s"):
        self.base = Path(base)
        self.tree = self.base / "tree"
        self.etc = self.base / "etc"
        self.port = free_port()
        self.ports = {name: free_port() for name in services or {}}
        self.mail = self.base / "mail"
        self._services = services or {}
        self._settings = dict(milters=milters, default_action=default_action,
                              command_timeout=command_timeout, content_timeout=content_timeout)
        self._prepare(Path(tree))

    # Setting up ------------------------------------------------------------

    def _prepare(self, tree):
        self.base.mkdir(parents=True)
        self.base.chmod(0o755)
        # A copy, since the build folder may lie where Postfix's user cannot go.
        shutil.copytree(tree / "usr", self.tree / "usr", symlinks=True)
        shutil.copytree(tree / "etc" / "postfix", self.etc, symlinks=True)
        for source in (tree / "usr" / "share" / "postfix").glob("*"):
            if source.is_file() and not (self.etc / source.name).exists():
                shutil.copy(source, self.etc)
        for name in ("queue", "data", "mail"):
            (self.base / name).mkdir()
        uid, gid = _mail_ids()
        (self.etc / "main.cf").write_text(_MAIN.format(
            base=self.base, tree=self.tree, etc=self.etc, uid=uid, gid=gid, **self._settings))
        master = [f"127.0.0.1:{self.port} inet n - n - 20 smtpd\n"]
        for name, overrides in self._services.items():
            master.append(f"127.0.0.1:{self.ports[name]} inet n - n - 20 smtpd\n")
            master += [f"  -o {{ {key} = {value} }}\n" for key, value in overrides.items()]
        (self.etc / "master.cf").write_text("".join(master) + _SERVICES)
        self.set_users({})
        subprocess.run(AS_ROOT + ["chown", "news", str(self.base / "data")], check=True)
        subprocess.run(AS_ROOT + ["chown", f"{uid}:{gid}", str(self.mail)], check=True)

    def set_users(self, users):
        """USERS maps an address to its maildir below mail/, with a slash at the end."""
        domains = sorted({address.split("@")[1] for address in users})
        (self.etc / "domains").write_text("".join(f"{d} OK\n" for d in domains))
        (self.etc / "users").write_text("".join(f"{a} {d}\n" for a, d in users.items()))

    def _command(self, name, *args, check=True):
        env = {"LD_LIBRARY_PATH": str(self.tree / "usr/lib/postfix"), "MAIL_CONFIG": str(self.etc),
               "PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), "LANG": "C"}
        pairs = [f"{key}={value}" for key, value in env.items()]
        # Output into a file: a daemon that Postfix leaves behind would keep a pipe open.
        with open(self.base / f"{name}.out", "w+") as out:
            done = subprocess.run(AS_ROOT + ["env"] + pairs + [str(self.tree / "usr/sbin" / name)] +
                                  list(args), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                  timeout=60)
            out.seek(0)
            text = out.read()
        assert not check or done.returncode == 0, f"{name} {args}: {text}\n{self.log()}"
        return text

    def start(self):
        self._command("postfix", "-c", str(self.etc), "start")
        return self

    def stop(self):
        self._command("postfix", "-c", str(self.etc), "stop", check=False)
        pid = self.base / "queue/pid/master.pid"
        wait_until("Postfix to end", lambda: not self._master_runs(pid), 30)

    @staticmethod
    def _master_runs(pid_file):
        done = subprocess.run(AS_ROOT + ["cat", str(pid_file)], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
        return done.stdout.strip().isdigit() and Path(f"/proc/{done.stdout.strip()}").exists()

    def remove(self):
        subprocess.run(AS_ROOT + ["rm", "-rf", str(self.base)], check=False)

    def log(self):
        done = subprocess.run(AS_ROOT + ["cat", str(self.base / "mail.log")],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return done.stdout.decode(errors="replace")

    # Queue and mailboxes ---------------------------------------------------

    def queue(self):
        """What is queued, as postqueue -j tells it."""
        return [json.loads(line) for line in self._command("postqueue", "-j").splitlines()
                if line.startswith("{")]

    def wait_empty(self):
        wait_until("an empty queue", lambda: not self.queue(), pause=0.05)

    def delete_queue(self):
        self._command("postsuper", "-d", "ALL", check=False)

    def messages(self, maildir):
        """The messages in a maildir, oldest first, as bytes."""
        files = sorted((self.mail / maildir / "new").glob("*"), key=lambda p: p.stat().st_mtime_ns)
        return [path.read_bytes() for path in files]

    def wait_mail(self, maildir, count=1):
        found = wait_until(f"{count} messages in {maildir}",
                           lambda: (lambda m: m if len(m) >= count else None)(self.messages(maildir)))
        assert len(found) == count, f"{len(found)} messages in {maildir}, wanted {count}"
        return found

    def delivered(self):
        """Wait until all is delivered; how many messages each maildir holds."""
        self.wait_empty()
        return {str(new.parent.relative_to(self.mail)): len(list(new.iterdir()))
                for new in sorted(self.mail.rglob("new")) if any(new.iterdir())}

    def clear(self):
        """Forget all mail.  What is being delivered now must arrive first, or it would turn up later."""
        wait_until("deliveries under way", lambda: not any(
            entry["queue_name"] in ("incoming", "active") for entry in self.queue()), pause=0.05)
        self.delete_queue()
        for path in list(self.mail.rglob("new/*")) + list(self.mail.rglob("tmp/*")):
            path.unlink(missing_ok=True)

    # Sending ---------------------------------------------------------------

    def swaks(self, data, to, sender="sender@example.com", port=None, client=OUTSIDE, login=None,
              helo="client.example.com"):
        """Send DATA (bytes, LF or CRLF) as it is with swaks; the answer that decided.

        CLIENT None sends from loopback itself, else XCLIENT fakes the address.
        """
        stuffed = re.sub(rb"(?m)^\.", b"..", data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        path = self.base / "swaks.eml"
        path.write_bytes(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".")
        args = ["swaks", "--server", "127.0.0.1", "--port", str(port or self.port), "--from", sender,
                "--helo", helo, "--no-data-fixup", "--data", f"@{path}", "--timeout", "90"]
        args += ["--to", to if isinstance(to, str) else ",".join(to)]
        if client:
            args += ["--xclient-addr", client, "--xclient-name", "client.example.com"]
        if login:
            args += ["--xclient-login", login]
        done = subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE * 3)
        return _decide(done.stdout.decode(errors="replace"))


def _decide(transcript):
    """The answer to the message in a swaks transcript: the first refusal, else the one to the dot."""
    lines = transcript.splitlines()
    last_sent, answers = "", []
    for line in lines:
        if line.startswith(" -> "):
            last_sent = line[4:]
        else:
            match = re.match(r"<[-~* ]{2} (\d{3}) (.*)$", line)
            if match:
                answers.append((last_sent, int(match.group(1)), match.group(2)))
    for sent, code, text in answers:
        if code >= 400 and sent != "QUIT":
            return Answer(code, text, transcript)
    for sent, code, text in answers:
        if sent == ".":
            return Answer(code, text, transcript)
    return Answer(0, "no answer", transcript)


class Session(smtplib.SMTP):
    """An SMTP session from outside that says what was answered instead of raising."""

    def __init__(self, postfix, client=OUTSIDE, port=None):
        super().__init__("127.0.0.1", port or postfix.port, local_hostname="client.example.com", timeout=90)
        self.ehlo()
        self.docmd(f"XCLIENT ADDR={client} NAME=client.example.com")
        self.ehlo()

    def envelope(self, *recipients_):
        for command in ["MAIL FROM:<sender@example.com>"] + [f"RCPT TO:<{r}>" for r in recipients_]:
            code, text = self.docmd(command)
            if code != 250:
                return code, text.decode()
        return 250, ""

    def announce(self):
        """DATA, with the answer to it."""
        return self.docmd("DATA")

    def content(self, raw):
        """Everything up to the dot, with the answer to that."""
        self.send(re.sub(rb"(?m)^\.", b"..", raw).replace(b"\n", b"\r\n") + b".\r\n")
        code, text = self.getreply()
        return code, text.decode()

    def submit(self, raw, *recipients_):
        code, text = self.envelope(*recipients_)
        if code == 250:
            code, text = self.announce()
        if code == 354:
            code, text = self.content(raw)
        self.rset()
        return code, text


def headers_of(raw):
    """[(name, value as sent)] of a message's own bytes; folded values stay folded."""
    head = raw.split(b"\n\n", 1)[0]
    found = []
    for line in head.split(b"\n"):
        if line[:1] in (b" ", b"\t") and found:
            found[-1] = (found[-1][0], found[-1][1] + b"\n" + line)
        elif b":" in line:
            name, value = line.split(b":", 1)
            found.append((name.decode(errors="replace"), value))
    return found


def header_values(raw, name):
    """Values of all headers NAME, unfolded, as text."""
    return [re.sub(rb"\n[ \t]+", b" ", value).strip().decode(errors="replace")
            for key, value in headers_of(raw) if key.lower() == name.lower()]


TRACE = ("return-path", "x-original-to", "delivered-to", "received")


def without_trace(raw):
    """A delivered message without the headers this Postfix put on top."""
    head, body = raw.split(b"\n\n", 1)
    lines, at, ours = head.split(b"\n"), 0, False
    seen_received = False
    while at < len(lines):
        name = lines[at].split(b":")[0].decode(errors="replace").lower()
        if lines[at][:1] in (b" ", b"\t"):
            if not ours:
                break
        elif name in TRACE and not (name == "received" and seen_received):
            ours, seen_received = True, seen_received or name == "received"
        else:
            break
        at += 1
    return b"\n".join(lines[at:]) + b"\n\n" + body
