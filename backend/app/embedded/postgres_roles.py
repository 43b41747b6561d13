"""The roles of the embedded PostgreSQL: the application's own, and a superuser that cannot log in.

They are set up while the server does not run, in PostgreSQL's single-user mode, which needs no login. So there is no
password of a superuser that could be lost, and no socket at which one would be asked for.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from app.core.errors import ConfigurationError
from app.embedded.command import Account, run_as
from app.embedded.ports import LOOPBACK
from app.embedded.postgres_account import ENV, seen_from_inside
from app.embedded.postgres_install import postgres_programs

SUPERUSER = "postgres"
"""The role that initdb makes, which PostgreSQL can neither do without nor take its rights from."""
APPLICATION = DATABASE = "greenway"

_LOGINS = "pg_hba.conf"
_MARK = "# Greenway: the application's role is no superuser.\n"
_RULES = f"""{_MARK}
host all {SUPERUSER} all reject
host all all {LOOPBACK}/32 scram-sha-256
"""

# The first superuser of earlier versions was the application's role. A role can't be renamed by itself.
_RENAME = f"""
DO $$ BEGIN
IF EXISTS (SELECT FROM pg_authid WHERE oid = 10 AND rolname = '{APPLICATION}') THEN
CREATE ROLE greenway_renames SUPERUSER;
SET SESSION AUTHORIZATION greenway_renames;
ALTER ROLE {APPLICATION} RENAME TO {SUPERUSER};
SET SESSION AUTHORIZATION {SUPERUSER};
DROP ROLE greenway_renames;
ALTER ROLE {SUPERUSER} PASSWORD NULL;
END IF;
IF NOT EXISTS (SELECT FROM pg_authid WHERE rolname = '{APPLICATION}') THEN
CREATE ROLE {APPLICATION};
END IF;
END $$
"""
_HAND_OVER = f"""
DO $$ DECLARE one record; BEGIN
FOR one IN
SELECT format('SCHEMA %I', nspname) AS thing FROM pg_namespace
WHERE nspowner = 10 AND nspname <> 'information_schema' AND nspname !~ '^pg_'
UNION ALL
SELECT format('%s %s', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW'
WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, c.oid::regclass) FROM pg_class c
WHERE relowner = 10 AND c.oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'S')
AND NOT (relkind = 'S' AND EXISTS (SELECT FROM pg_depend
WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype IN ('a', 'i')))
UNION ALL
SELECT format('ROUTINE %s', oid::regprocedure) FROM pg_proc WHERE proowner = 10 AND oid >= 16384
UNION ALL
SELECT format('TYPE %s', oid::regtype) FROM pg_type
WHERE typowner = 10 AND oid >= 16384 AND typtype IN ('e', 'd', 'r')
LOOP EXECUTE format('ALTER %s OWNER TO {APPLICATION}', one.thing); END LOOP;
END $$
"""


def has_roles(directory: Path) -> bool:
    """Whether `set_up_roles` has come to its end in this data directory."""
    with (directory / _LOGINS).open() as file:
        return file.readline() == _MARK


def set_up_roles(
    directory: Path, account: Account | None, password: str, *, creates_databases: bool, settings: Sequence[str]
) -> None:
    """Give the application a role and a database of its own; may be repeated, after an interruption, too."""
    rights = f"NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS {'CREATEDB' if creates_databases else 'NOCREATEDB'}"
    quoted = password.replace("'", "''")
    role = f"ALTER ROLE {APPLICATION} LOGIN {rights} PASSWORD '{quoted}'"
    database = f"CREATE DATABASE {DATABASE}"
    existed = _execute(
        directory, account, settings, "postgres", [_RENAME, role, database], but=f'database "{DATABASE}" already exists'
    )
    owner = f"ALTER DATABASE {DATABASE} OWNER TO {APPLICATION}"
    measuring = [f"GRANT pg_checkpoint TO {APPLICATION}"] if creates_databases else []
    _execute(directory, account, settings, DATABASE, [owner, *measuring, *([_HAND_OVER] if existed else [])])
    _write_logins(directory, account)


def _execute(
    directory: Path,
    account: Account | None,
    settings: Sequence[str],
    database: str,
    statements: Sequence[str],
    *,
    but: str | None = None,
) -> bool:
    """Run the statements as superuser; whether the last one failed for the reason `but`."""
    result = subprocess.run(
        [
            postgres_programs(account) / "postgres",
            "--single",
            f"-D{seen_from_inside(directory, account)}",
            "-cexit_on_error=on",
            *settings,
            database,
        ],
        # There, each line is a statement.
        input="".join(f"{' '.join(statement.split(chr(10))).strip()}\n" for statement in statements),
        cwd=directory,
        env=ENV,
        capture_output=True,
        text=True,
        check=False,
        **run_as(account),
    )
    if result.returncode == 0:
        return False
    # Not what is logged besides: a statement may hold the password.
    reasons = [line.partition("FATAL:")[2].strip() for line in result.stderr.splitlines() if "FATAL:" in line]
    if but is not None and reasons == [but]:
        return True
    raise ConfigurationError(f"PostgreSQL could not set up its roles in {directory}: {''.join(reasons[:1])}.")


def _write_logins(directory: Path, account: Account | None) -> None:
    unfinished = directory / f"{_LOGINS}.new"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(_RULES)
        if account:
            os.fchown(descriptor, account.uid, account.gid)
        file.flush()
        os.fsync(descriptor)
    unfinished.replace(directory / _LOGINS)
