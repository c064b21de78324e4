"""Start all processes of GridCare in dependency order, watch them, and stop them cleanly.

As a program (`make up`) it runs on the addresses of the settings until Ctrl-C or SIGTERM. As a module it
gives tests the whole system on free ports: `async with System(Layout(run_dir, free_ports())) as system: …`.

A process that ends is started again, one that no longer answers /live is killed first. A supervisor that was killed itself
leaves its processes running: the next one on the same run directory stops them before it starts its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import httpx

from scripts import watch
from scripts.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ROOT / ".venv" / "bin" / "python"
ENGINE = ROOT / "bot" / "engine" / ".venv" / "bin" / "python"
PORTS = {"gateway": 8080, "engine": 5105, "actions": 5155, "backend": 8090}
SECRETS = (
    "GRIDCARE_ENGINE_TOKEN",
    "GRIDCARE_ACTIONS_TOKEN",
    "GRIDCARE_INTERNAL_TOKEN",
    "GRIDCARE_BACKEND_TOKEN",
    "GRIDCARE_APP_TOKEN",
    "GRIDCARE_VOICE_TOKEN",
    "GRIDCARE_SUBJECT_KEY",
    "GRIDCARE_SESSION_KEY",
    "GRIDCARE_AUDIT_KEY",
)
READY_SECONDS = 90
STOP_SECONDS = 20
# A process that ends within this time after it started is given a longer pause before the next try.
STEADY_SECONDS = 10
COMMANDS = {
    "backend": (SERVICES, "-m", "backend"),
    "actions": (SERVICES, "-m", "bot.actionserver"),
    "engine": (ENGINE, "-m", "bot.engine"),
    "gateway": (SERVICES, "-m", "bot.gateway"),
}
# Started only where a port is given for it: the telephone line; its SIP port follows by 1.
VOICE = (SERVICES, "-m", "bot.voice")
VOICE_PORT = 8097
# Started only where a port is given for it: the consumers of events.
EVENTS = (SERVICES, "-m", "bot.events")
EVENTS_PORT = 8093
# Started only where a port is given for it: a WeChat that shows the channel without an account.
WECHAT = (SERVICES, "-m", "demo.wechat.platform")
WECHAT_PORT = 8095


class CannotStart(Exception):
    """One line that tells the operator what is wrong."""


@dataclass(frozen=True)
class Layout:
    """Where one running system keeps its state and listens."""

    run_dir: Path
    ports: Mapping[str, int] = field(default_factory=lambda: dict(PORTS))
    demo: bool = True
    extra: Mapping[str, str] = field(default_factory=dict)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def environment(self) -> dict[str, str]:
        """The settings of every process: inherited ones win over the defaults of this layout."""
        database = {
            "GRIDCARE_BACKEND_DB": f"sqlite:///{self.run_dir / 'backend.db'}",
            "GRIDCARE_GATEWAY_DB": f"sqlite+aiosqlite:///{self.run_dir / 'gateway.db'}",
            "GRIDCARE_ENGINE_DB": f"sqlite:///{self.run_dir / 'engine.db'}",
            "GRIDCARE_EVENTS_DB": f"sqlite:///{self.run_dir / 'events.db'}",
        }
        addresses = {f"GRIDCARE_{name.upper()}_URL": self.url(name) for name in self.ports}
        fixed = {
            "RASA_TELEMETRY_ENABLED": "false",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
            "GRIDCARE_DEMO": "1" if self.demo else "0",
            "GRIDCARE_ALLOWED_ORIGINS": f"{self.url('gateway')},http://localhost:{self.ports['gateway']}",
            "GRIDCARE_UPLOAD_DIR": str(self.run_dir / "uploads"),
        }
        secret = self.secrets()
        wechat = demo_wechat(secret, self) if "wechat" in self.ports else {}
        voice = {"GRIDCARE_SIP_PORT": str(self.sip_port)} if "voice" in self.ports else {}
        agents = {"GRIDCARE_DEMO_PASSWORD": self.agents_password()} if self.demo else {}
        return {
            **database,
            **fixed,
            **secret,
            **agents,
            **os.environ,
            **addresses,
            **wechat,
            **voice,
            **self.extra,
        }

    @property
    def sip_port(self) -> int:
        """Where the telephone line takes calls."""
        return self.ports["voice"] + 1

    def agents_password(self) -> str:
        """Of the demo's agents, made from a secret of this machine."""
        return hashlib.sha256(f"agents:{self.secrets()['GRIDCARE_SESSION_KEY']}".encode()).hexdigest()[:12]

    def secrets(self) -> dict[str, str]:
        """Random secrets of this machine, made when they are first needed and kept in the run directory."""
        path = self.run_dir / "secrets.env"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = {name: value for name, _, value in (line.partition("=") for line in lines) if name}
        new = {name: secrets.token_urlsafe(32) for name in SECRETS if name not in kept}
        if new:
            path.write_text("".join(f"{k}={v}\n" for k, v in {**kept, **new}.items()), encoding="utf-8")
        return {**kept, **new}


def demo_wechat(secret: Mapping[str, str], layout: Layout) -> dict[str, str]:
    """An official account of the demo, its secrets made from those of this machine."""

    def made(name: str) -> str:
        return hashlib.sha256(f"{name}:{secret['GRIDCARE_SESSION_KEY']}".encode()).hexdigest()

    account = {
        "app_id": f"wx{made('id')[:16]}", "app_secret": made("secret")[:32], "token": made("token")[:32],
        "aes_key": made("aes")[:43],
    }  # fmt: skip
    return {
        "GRIDCARE_WECHAT_ACCOUNTS": json.dumps({"demo": account}),
        "GRIDCARE_WECHAT_OAUTH_URL": layout.url("wechat"),
        "GRIDCARE_WECHAT_PUBLIC_URL": layout.url("gateway"),
    }


def free_ports(*more: str) -> dict[str, int]:
    """A free loopback port for each process, and for those named besides."""
    return {name: free_port() for name in (*PORTS, *more)}


class Process:
    """One child process, started again when it ends by itself."""

    def __init__(self, name: str, layout: Layout, tell: bool) -> None:
        self.name = name
        self.layout = layout
        self.tell = tell
        self.child: asyncio.subprocess.Process | None = None
        self.restarts = 0
        self._stopping = False
        self._watch: asyncio.Task[None] | None = None
        self._pulse: asyncio.Task[None] | None = None

    @property
    def command(self) -> list[str]:
        return [*map(str, {**COMMANDS, "voice": VOICE, "events": EVENTS}.get(self.name, WECHAT))]

    @property
    def note(self) -> Path:
        """Where the process id is written down for the next supervisor."""
        return self.layout.run_dir / "pids" / self.name

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child and self.child.returncode is None else None

    @property
    def log(self) -> Path:
        return self.layout.run_dir / "logs" / f"{self.name}.log"

    async def start(self) -> None:
        await self._spawn()
        self._watch = asyncio.create_task(self._keep_alive())
        self._pulse = asyncio.create_task(self._feel_pulse())

    async def stop_orphan(self) -> None:
        await watch.stop_orphan(self.note, self.command, ROOT, STOP_SECONDS)
        self.note.unlink(missing_ok=True)

    async def _spawn(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as sink:
            self.child = await asyncio.create_subprocess_exec(
                *self.command,
                cwd=ROOT,
                env=self.layout.environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        self.note.parent.mkdir(exist_ok=True)
        self.note.write_text(str(self.child.pid))

    async def _feel_pulse(self) -> None:
        """Kill the process when it was alive and does not answer any more; then it is started again."""
        while not self._stopping:
            await watch.until_silent(self.layout.url(self.name) + "/live", lambda: self.pid)
            self._say("does not answer and is killed")
            self.kill()

    async def _keep_alive(self) -> None:
        pause = 0.2
        loop = asyncio.get_running_loop()
        while self.child:
            began = loop.time()
            code = await self.child.wait()
            if self._stopping:
                return
            self.restarts += 1
            self._say(f"ended with status {code}; starting it again (last words in {self.log})")
            pause = 0.2 if loop.time() - began > STEADY_SECONDS else min(pause * 2, 5)
            await asyncio.sleep(pause)
            if not self._stopping:
                await self._spawn()

    async def ready(self) -> None:
        """Wait until the process says it is ready; CannotStart when it ends or the time is up."""
        loop = asyncio.get_running_loop()
        end = loop.time() + READY_SECONDS
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            while loop.time() < end:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(self.layout.url(self.name) + "/ready")).status_code == 200:
                        return
                if self.restarts > 2:
                    raise CannotStart(f"{self.name} does not start: {self.last_words()}")
                await asyncio.sleep(0.1)
        raise CannotStart(f"{self.name} is not ready after {READY_SECONDS} s: {self.last_words()}")

    def last_words(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return f"{lines[-1] if lines else 'it said nothing'} ({self.log})"

    async def stop(self) -> None:
        self._stopping = True
        if self._pulse:
            self._pulse.cancel()
        if self.child and self.child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.child.terminate()
            try:
                await asyncio.wait_for(self.child.wait(), STOP_SECONDS)
            except asyncio.TimeoutError:
                self._say(f"did not stop within {STOP_SECONDS} s and is killed")
                self.child.kill()
                await self.child.wait()
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        self.note.unlink(missing_ok=True)

    def kill(self) -> None:
        """SIGKILL, as a crash would; the watcher starts it again."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)

    def _say(self, words: str) -> None:
        if self.tell:
            print(f"  {self.name:8} {words}", flush=True)


class System:
    """All processes of one layout."""

    def __init__(self, layout: Layout, tell: bool = False) -> None:
        self.layout = layout
        self.tell = tell
        names = (*COMMANDS, *(name for name in ("wechat", "voice", "events") if name in layout.ports))
        self.processes = {name: Process(name, layout, tell) for name in names}

    def __getitem__(self, name: str) -> Process:
        return self.processes[name]

    def url(self, name: str) -> str:
        return self.layout.url(name)

    async def start(self) -> None:
        """Start everything at once and wait for each in order of dependency."""
        await asyncio.gather(*(process.stop_orphan() for process in self.processes.values()))
        self._check()
        loop = asyncio.get_running_loop()
        began = loop.time()
        for process in self.processes.values():
            await process.start()
        for process in self.processes.values():
            await process.ready()
            process._say(f"ready after {loop.time() - began:.1f} s  {self.url(process.name)}")

    def _check(self) -> None:
        for needed, command in ((SERVICES, "make setup"), (ENGINE, "make setup")):
            if not needed.exists():
                raise CannotStart(f"{needed.relative_to(ROOT)} is missing: run `{command}` first")
        for name, port in self.layout.ports.items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    raise CannotStart(
                        f"port {port} of the {name} is taken: stop the program that has it, or set "
                        f"PORT_{name.upper()} to another one (make up PORT_{name.upper()}={port + 1})"
                    ) from None

    async def stop(self) -> None:
        """Stop in the opposite order, so that nobody loses what it depends on."""
        for process in reversed(self.processes.values()):
            await process.stop()

    async def __aenter__(self) -> System:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


@contextlib.asynccontextmanager
async def interruption() -> AsyncIterator[asyncio.Event]:
    """An event set by SIGINT or SIGTERM."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    try:
        yield asked
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def from_settings() -> Layout:
    wanted = PORTS if os.environ.get("GRIDCARE_WECHAT_ACCOUNTS") else {**PORTS, "wechat": WECHAT_PORT}
    wanted = {**wanted, "voice": VOICE_PORT} if shutil.which("espeak-ng") else wanted
    wanted = {**wanted, "events": EVENTS_PORT} if os.environ.get("GRIDCARE_FACTS_URL") else wanted
    ports = {name: int(os.environ.get(f"PORT_{name.upper()}") or port) for name, port in wanted.items()}
    return Layout(Path(os.environ.get("GRIDCARE_RUN_DIR") or ROOT / ".run"), ports)


async def up() -> int:
    system = System(from_settings(), tell=True)
    print("Starting GridCare", flush=True)
    async with interruption() as asked:
        starting = asyncio.create_task(system.start())
        waiting = asyncio.create_task(asked.wait())
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if not starting.done():
                starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await starting
            if not asked.is_set():
                base = system.url("gateway")
                wechat = (
                    f"  WeChat of the demo {system.url('wechat')}/\n" if "wechat" in system.processes else ""
                )
                print(
                    f"\n  chat page      {base}/\n"
                    f"  agents         {base}/console/  (a01, a02, lead l01, auditor s01; "
                    f"password {system.layout.environment()['GRIDCARE_DEMO_PASSWORD']})\n  SMS of the demo {base}/dev/sms\n{wechat}"
                    + (
                        f"  telephone       sip:95598@127.0.0.1:{system.layout.sip_port}  (make call)\n"
                        if "voice" in system.processes
                        else ""
                    )
                    + f"  API of the gateway {base}/openapi.json\n"
                    f"  API of the company {system.url('backend')}/openapi.json (with GRIDCARE_BACKEND_TOKEN)\n"
                    f"  terminal       make chat\n  logs           {system.layout.run_dir / 'logs'}\n"
                    "\nCtrl-C stops everything.",
                    flush=True,
                )
                await waiting
        except CannotStart as problem:
            print(f"Cannot start: {problem}", file=sys.stderr, flush=True)
            return 1
        finally:
            waiting.cancel()
            print("\nStopping", flush=True)
            await system.stop()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(up()))
