"""Work of a test that several threads do at the same instant."""

import threading

from django.db import connection


def in_threads(count, work):
    """Call `work` in so many threads at the same instant, each with a connection of its own."""
    start, results = threading.Barrier(count), []

    def call():
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SET lock_timeout = '20s'"
                )  # who must not wait fails, and never hangs
            start.wait()
            results.append(work())
        except Exception as error:  # noqa: BLE001 -- the test looks at what came out
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
