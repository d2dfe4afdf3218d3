"""`python -m demo` starts everything; `reset` starts over; `code` prints the staff's second factor."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anqi.config.postgres import NoPostgres, Postgres
from demo import place, processes, table
from demo.place import Place, Trouble

_PYTHON = sys.executable


def main(argv: list[str]) -> int:
    """0 when stopped by hand, 1 with a sentence when something is in the way."""
    try:
        where = place.find()
        command = argv[0] if argv else "run"
        if command not in _COMMANDS:
            raise Trouble(f"`{command}` is nothing the demo can do. It knows: run, reset, code.")
        with place.blaming_a_full_disk(where):
            _COMMANDS[command](where)
    except NoPostgres as trouble:
        print(f"\n{trouble}\nOr give the demo's data up and start over: make demo-reset", file=sys.stderr)
        return 1
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nThe demo stopped: {error}. Make room or mend that, then start again: it goes on.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The data stay: `make demo` goes on, `make demo-reset` starts over.")
    return 0


def run(where: Place) -> None:
    """Everything, until Ctrl-C. What an earlier run left half-planted is removed first."""
    signal.signal(signal.SIGTERM, _interrupt)
    began = time.monotonic()
    with _alone(where):
        place.refuse_taken_ports(where)
        if _is_half_planted(where):
            print("An earlier start was cut off while planting data. Starting over.")
            _remove(where)
        environment = place.environment(where)
        server = Postgres(where.home / "postgres")
        try:
            _say("database")
            environment["DATABASE_URL"] = server.ensure()
            with processes.running(where.logs) as all_processes:
                _start(where, all_processes, environment)
                table.show(where, seconds=time.monotonic() - began)
                ended = all_processes.watch()
                raise Trouble(f"{ended} has ended by itself. Why is in {where.logs / ended}.log")
        finally:
            server.stop()


def _start(where: Place, all_processes: processes.Processes, environment: dict[str, str]) -> None:
    _say("tables")
    _call([_PYTHON, "-m", "anqi", "migrate"], environment, where.logs / "migrate.log")
    _call([_PYTHON, "-m", "sandbox", "keys", "--home", str(where.sandbox_home)], environment, where.logs / "keys.log")
    environment |= place.merchant_numbers(where)
    _say("sandbox")
    all_processes.start("sandbox", _serve("sandbox", where.sandbox_home, where.port("sandbox")), environment)
    all_processes.wait_until("sandbox", where.url("sandbox"))
    _plant(where, environment)
    _say("sites")
    for site in ("borrower", "office", "merchant"):
        command = [_PYTHON, "-m", "anqi", "serve", site, "--port", str(where.port(site))]
        all_processes.start(site, command, environment)
    all_processes.start("worker", [_PYTHON, "-m", "anqi", "worker"], environment)
    shop = environment | table.shop_environment(where)
    all_processes.start("mall", _serve("mall", where.mall_home, where.port("mall")), shop)
    for site, path in table.PAGES.items():
        all_processes.wait_until(site, where.url(site) + path)


def _serve(module: str, home: Path, port: int) -> list[str]:
    return [_PYTHON, "-m", module, "serve", "--home", str(home), "--port", str(port)]


def _plant(where: Place, environment: dict[str, str]) -> None:
    done = where.home / "planted"
    if done.exists():
        return
    _say("borrowers, orders, payments")
    (where.home / "planting").touch()
    _call([_PYTHON, "-m", "demo.history"], environment, where.logs / "history.log")
    done.touch()
    (where.home / "planting").unlink()


def _is_half_planted(where: Place) -> bool:
    return (where.home / "planting").exists()


def reset(where: Place) -> None:
    """Removes all that the demonstration has made. Refuses while it runs."""
    with _alone(where):
        _remove(where)
    print("The demo's data are gone. `make demo` plants new ones.")


def _remove(where: Place) -> None:
    Postgres(where.home / "postgres").drop()
    for path in where.home.iterdir():
        if path.name == "lock":
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def code(where: Place) -> None:
    """Prints the six digits that staff are asked for now."""
    print(table.code_now())


@contextmanager
def _alone(where: Place) -> Iterator[None]:
    with (where.home / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble("The demo is running already, from this checkout. Stop that one with Ctrl-C first.") from None
        yield


def _call(command: list[str], environment: dict[str, str], log: Path) -> None:
    with log.open("ab") as output:
        whole = [*processes.DYING_WITH_US, *command]
        ended = subprocess.run(whole, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    if ended.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        raise Trouble(f"`{' '.join(command[1:4])}` failed. The end of {log}:\n{end}")


def _say(what: str) -> None:
    print(f"· {what}", flush=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


_COMMANDS = {"run": run, "reset": reset, "code": code}

if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(sys.argv[1:]))
