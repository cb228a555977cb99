"""The same chunks on a Dask cluster; a chunk that dies with its worker is run again, and comes once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gradsheet.errors import GradsheetError

if TYPE_CHECKING:
    import pyarrow as pa

    from gradsheet.sweeping.work import Work

AHEAD = 2
"""Chunks under way for each of the cluster's threads; more would wait in somebody's memory."""


def tables(
    address: str, work: Work, numbers: Sequence[int], chunk: int, compiled: bool
) -> Iterator[tuple[int, pa.Table]]:
    """Each chunk once, in the order in which they are done.

    Raises:
        GradsheetError: dask is not installed, or nobody answers at the address.
    """
    try:
        import distributed
    except ImportError:
        raise GradsheetError("--scheduler needs Dask: pip install 'gradsheet[dask]'") from None
    from gradsheet.sweeping.study import table_of

    if not numbers:
        return

    try:
        client: Any = distributed.Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise GradsheetError(f"no Dask scheduler answers at {address} ({error}): is the address right?") from None
    with client:
        waiting = iter(numbers)
        most = AHEAD * max(1, sum(client.nthreads().values()))
        numbered: dict[str, int] = {}

        def submitted(number: int) -> Any:
            future = client.submit(table_of, work, number, chunk, compiled, pure=False, retries=3)
            numbered[future.key] = number
            return future

        under_way: Any = distributed.as_completed(  # type: ignore[no-untyped-call]
            [submitted(number) for number in itertools.islice(waiting, most)], loop=client.loop
        )
        for future in under_way:
            table = future.result()
            yield numbered.pop(future.key), table
            for number in itertools.islice(waiting, 1):
                under_way.add(submitted(number))
