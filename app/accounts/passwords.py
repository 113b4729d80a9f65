"""Passwords: Argon2id in a thread of its own, so that hashing (about 0.1 s) never holds up other requests."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts.credentials import normalised

# OWASP's first profile: 19 MiB, two passes, one lane. Heavier ones let a few sign-ins exhaust a small server.
HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
# Checked when a name has no account, so that the time of the answer does not tell.
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$OR1LRH1srtPH57xfVa7HOg$h7lXDScCCtXoHffbt36+OkjhA/8lxcFjMrsJABhL19Y"


class Threads:
    """Where passwords are hashed; the start says how many there are. The lane of signing in bounds the queue."""

    pool = ThreadPoolExecutor(1, thread_name_prefix="passwords")


def hash_in(threads: int) -> None:
    Threads.pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")


async def hashed(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(Threads.pool, HASHER.hash, normalised(password))


async def is_password(password: str, password_hash: str | None) -> bool:
    """Whether `password` is the one hashed; False, after the same time, where there is no hash.

    Hashes from before passwords were normalised are of what was typed.
    """
    forms = dict.fromkeys((normalised(password), password))
    fits = [await _fits(form, password_hash or NOBODYS) for form in forms]
    return any(fits) and password_hash is not None


async def _fits(password: str, password_hash: str) -> bool:
    return await asyncio.get_running_loop().run_in_executor(Threads.pool, HASHER.verify, password, password_hash)
